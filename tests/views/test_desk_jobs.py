"""定期処理 and メール at the desk: what the clock did and will do, what it is told, and letters handled by hand."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from models.base import db
from models.clockwork import JobOrder
from models.entries import Version
from models.mail import OutboxMail
from models.states import Kind, MailState, Role
from portal import clock
from portal.actors import Actor
from portal.administration import memory
from portal.clockwork import alarms, beats
from scheduler.jobs import record, run
from scheduler.timetable import TIMETABLE, Job
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of

JOBS = {job.id: job for job in TIMETABLE}


@pytest.fixture
def admin(client: FlaskClient, make_here: Maker) -> Visitor:
    browser = client.application.test_client()
    log_in(browser, make_here.secretary(Role.administrator))
    return Visitor(browser)


def rows(page: Page) -> list[str]:
    return [text_of(row) for row in page.all("tr") if page.is_within(row, "tbody")]


def all_ran(make: Maker) -> None:
    for number, job in enumerate(TIMETABLE):
        record(job, now=make.now, seconds=0.25, done=number, error="" if number else "ValueError")


def test_each_job_shows_its_last_run_and_whether_schedulers_live(desk: Visitor, make_here: Maker) -> None:
    page = desk.open("/desk/jobs/").page
    assert "スケジューラーがまだ動いていません。" in page.text
    assert "スケジューラーが応答していません" in page.text
    all_ran(make_here)
    beats.beat(clock.now())

    told = rows(desk.open("/desk/jobs/").page)

    assert "スケジューラー：1個が動いています" in desk.page.text
    assert problems(desk.page) == []
    assert len(told) == len(TIMETABLE)
    for job in TIMETABLE:
        assert any(job.name in row for row in told), job
    assert sum("失敗（ValueError）" in row for row in told) == 1
    assert any("1日ごと" in row for row in told)
    assert any("5秒ごと" in row for row in told)
    desk.open("/desk/jobs/?page=1", status=404)


def test_a_job_tells_what_comes_within_a_day(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    all_ran(make_here)
    version = make_here.approved(Kind.notice, actor=owner, title="明日公開するお知らせの題名")
    db.session.execute(update(Version).values(publish_at=clock.now() + timedelta(hours=3)))
    db.session.commit()

    (publish,) = (row for row in rows(desk.open("/desk/jobs/").page) if JOBS["publish"].name in row)
    desk.follow(JOBS["publish"].name)

    assert "1件" in publish
    assert "明日公開するお知らせの題名" in desk.page.text
    assert desk.page.link("明日公開するお知らせの題名") == f"/desk/review/{version.id}"
    assert problems(desk.page) == []
    assert "一時停止" not in desk.page.text, "a reviewer looks"
    desk.open("/desk/jobs/nothing/", status=404)


def test_an_administrator_pauses_resumes_and_asks(admin: Visitor, make_here: Maker) -> None:
    all_ran(make_here)
    admin.open("/desk/jobs/mail-bulk/").press("一時停止", status=422)
    assert "理由を入力してください。" in admin.page.text
    assert problems(admin.page) == []
    admin.press("一時停止", reason="メールサーバーの入れ替え")
    assert "一時停止しました" in admin.page.text
    assert "理由：メールサーバーの入れ替え" in admin.page.text
    assert "今すぐ実行" not in admin.page.text
    memory.look(every=0, now=clock.now())
    assert run(Job("mail-bulk", "", 2, lambda _now: pytest.fail("it is paused"))) == 0
    assert any("一時停止中" in row for row in rows(admin.open("/desk/jobs/").page))

    admin.open("/desk/jobs/mail-bulk/").press("再開")
    admin.press("今すぐ実行")
    assert "実行を指示しました" in admin.page.text
    assert db.session.scalar(select(JobOrder.asked_at).where(JobOrder.job == "mail-bulk")) is not None
    assert "一時停止の理由" not in admin.open("/desk/jobs/watch/").page.text
    for order in ("pause", "nothing"):
        answer = admin.client.post(f"/desk/jobs/watch/{order}", data={"reason": "理由"})
        assert answer.status_code == (422 if order == "pause" else 404)


def test_an_alarm_stands_on_every_page_of_the_desk_until_it_is_over(
    desk: Visitor, site: Flask, make_here: Maker, owner: Actor
) -> None:
    visitor = Visitor(site.test_client())
    log_in(visitor.client, owner)
    assert alarms.check_silence(clock.now()) == 0, "no mail server here"
    memory.look(every=0, now=clock.now())
    for path in ("/desk/", "/desk/organizations/", "/desk/jobs/"):
        page = desk.open(path).page
        assert "スケジューラーが応答していません（" in page.text, path
        assert problems(page) == []
    assert "スケジューラーが応答していません" not in visitor.open("/mypage/").page.text
    beats.beat(clock.now())
    alarms.check(clock.now())
    memory.look(every=0, now=clock.now())
    assert "スケジューラーが応答していません（" not in desk.open("/desk/").page.text


def lost(**values: object) -> list[OutboxMail]:
    db.session.execute(update(OutboxMail).where(OutboxMail.letter == "entry_submitted").values(**values))
    db.session.commit()
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.letter == "entry_submitted")))


def test_letters_are_sent_again_and_stopped_by_hand(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    make_here.submitted(actor=owner)
    make_here.submitted(actor=make_here.member())
    first, second = lost(state=MailState.bounced, last_error="宛先を受け付けません（550）")
    ids = first.id, second.id

    desk.open("/desk/mail/?state=bounced").press(f"再送（{first.recipient}）", beside="申請の受付")
    assert "再送します。" in desk.page.text
    assert desk.path.startswith("/desk/mail/?state=bounced"), "back where one was"
    assert len(rows(desk.page)) == 1
    desk.press("「宛先不明」をすべて再送")
    assert "1通を再送します。" in desk.page.text
    assert problems(desk.page) == []

    desk.open("/desk/mail/?state=queued&search=owner").press(f"中止（{first.recipient}）", beside="申請の受付")
    assert "送信を中止しました。" in desk.page.text
    db.session.rollback()
    states = sorted(db.session.scalars(select(OutboxMail.state).where(OutboxMail.id.in_(ids))))
    db.session.rollback()
    assert states == [MailState.cancelled, MailState.queued]

    for act in ("resend", "stop"):
        desk.client.post(f"/desk/mail/{2_000_000_000}/{act}", data={})
        assert desk.client.post(f"/desk/mail/{2_000_000_000}/{act}").status_code == 404
    cancelled = next(id_ for id_, state in zip(ids, states, strict=True) if state is MailState.cancelled)
    told = desk.client.post(f"/desk/mail/{cancelled}/stop", data={"back": "https://elsewhere.example/"})
    assert told.location == "/desk/mail/"
    assert desk.client.post("/desk/mail/resend-all", data={"state": "sent"}).status_code == 400
