"""A mail before it leaves: what stops it, what each recipient would read, sent once, taken back in time."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.applications import Application
from models.base import db
from models.mail import OutboxMail
from models.messages import Dispatch, Message
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Kind, MailClass, MailTopic, MessageState, Role
from portal.actors import Actor
from portal.database import begin_write
from portal.dates import moment
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Throttled
from portal.messaging import checking, dispatching
from portal.messaging.checking import Draft
from tests.conftest import Statements
from tests.make import Maker
from tests.messaging.mailing import (
    HOLD,
    SECOND,
    change,
    contact,
    crowd,
    func_count,
    hire,
    letters,
    offer,
    release,
    send,
    settings,
    states,
    welcoming,
)
from tests.recruiting.builders import applied, posting, talent

DAY = timedelta(days=1)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def wrong(draft: Draft, actor: Actor, now: datetime, **values: object) -> dict[str, str]:
    """By field."""
    with pytest.raises(Invalid) as caught:
        send(draft, actor, now, **values)
    db.session.rollback()
    assert func_count(Message) == func_count(Dispatch) == 0, "nothing was written"
    return {finding.field: finding.message for finding in caught.value.findings}


# ---- what stops a mail


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\u2029", "\u0085", "\v", "\f", "\x1c"])
@pytest.mark.parametrize("text", ["件名{}Bcc: x@example.com", "件名{}"])
def test_a_subject_is_one_line(make: Maker, owner: Actor, now: datetime, break_: str, text: str) -> None:
    found = wrong(offer(welcoming(make).id, subject=text.format(break_)), owner, now)
    assert found["subject"].startswith("件名")


@pytest.mark.parametrize("sign", ["\0", "\x1b", "\x7f", "\u202e", "\u2066", "\ud800"])
@pytest.mark.parametrize("field", ["subject", "body"])
def test_no_sign_that_is_not_text(make: Maker, owner: Actor, now: datetime, field: str, sign: str) -> None:
    assert "制御文字" in wrong(offer(welcoming(make).id, **{field: f"前{sign}後"}), owner, now)[field]


def test_a_body_may_have_lines_and_families_of_emoji(make: Maker, owner: Actor, now: datetime) -> None:
    send(offer(welcoming(make).id, body="一行目\r\n\t二行目 👨‍👩‍👧", subject="👨‍👩‍👧"), owner, now)


@pytest.mark.parametrize(("field", "longest"), [("subject", 100), ("body", 5000)])
def test_texts_have_their_length(make: Maker, owner: Actor, now: datetime, field: str, longest: int) -> None:
    someone = welcoming(make).id
    assert f"{longest:,}文字以内" in wrong(offer(someone, **{field: "あ" * (longest + 1)}), owner, now)[field]
    assert "入力してください" in wrong(offer(someone, **{field: " \u3000"}), owner, now)[field]
    send(offer(someone, **{field: "あ" * longest}), owner, now)


@pytest.mark.parametrize("mark", ["{{7*7}}", "{{指名}}", "{{config}}", "{{氏名.__class__}}", "{}"])
def test_an_unknown_placeholder_stops_the_mail(make: Maker, owner: Actor, now: datetime, mark: str) -> None:
    assert "差し込み項目はありません" in wrong(offer(welcoming(make).id, body=f"前{mark}後"), owner, now)["body"]
    assert "差し込み項目はありません" in wrong(offer(welcoming(make).id, subject=f"前{mark}"), owner, now)["subject"]


def test_an_offer_knows_nobodys_name(make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make)
    assert "{{氏名}}を使えません" in wrong(offer(someone.id, body="{氏名} 様"), owner, now)["body"]
    send(offer(someone.id, body="{登録コード} 様、{{団体名}}です。"), owner, now)
    body = db.session.scalar(select(Message.body))
    assert body == f"{someone.code} 様、{db.session.get_one(Organization, owner.organization_id).name}です。"


def test_a_placeholder_without_a_value_stops_the_mail(make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(3)]
    change(people[2], accepts_offers=False)
    draft = offer(*people, body="{{求人タイトル}}の件です。")
    mails = dispatching.preview(draft, actor=owner, now=now, settings=settings())
    assert [mail.unfilled for mail in mails] == [("{{求人タイトル}}",)] * 3
    assert "「{{求人タイトル}}」に入る内容がない宛先が2名います" in wrong(draft, owner, now)["body"]


def test_an_offer_may_be_about_a_public_posting(make: Maker, owner: Actor) -> None:
    version, other, draft = posting(make, actor=owner), posting(make), make.draft(actor=owner)
    someone, now = welcoming(make).id, make.now
    for entry_id in (other.entry_id, draft.entry_id, 987654321):
        assert "公開中" in wrong(offer(someone, entry_id=entry_id), owner, now)["entry_id"]
    send(offer(someone, entry_id=version.entry_id, body="{{求人タイトル}}（{{締切}}まで）"), owner, now)
    body = db.session.scalar(select(Message.body)) or ""
    assert body.startswith(f"{version.title}（20")


def test_work_on_commission_for_several_needs_its_posting(make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(2)]
    assert "業務委託" in wrong(offer(*people, body="業務委託のご相談です。"), owner, now)["entry_id"]
    send(offer(people[0], body="業務委託のご相談です。"), owner, now)


def test_an_offer_says_where_its_sender_is(make: Maker, now: datetime) -> None:
    owner, someone = make.member(), welcoming(make).id
    begin_write()
    house = db.session.get_one(Organization, owner.organization_id)
    house.phone = house.public_email = ""
    db.session.commit()
    assert "連絡先" in wrong(offer(someone), owner, now)["signature"]
    begin_write()
    house.phone = "03-0000-0000"
    db.session.commit()
    signature = send(offer(someone), owner, now).signature
    for part in (house.name, house.address, house.phone):
        assert part in signature


@pytest.mark.parametrize("late", [timedelta(0), -SECOND, timedelta(days=90, seconds=1)])
def test_a_time_that_cannot_be(make: Maker, owner: Actor, now: datetime, late: timedelta) -> None:
    assert "送信日時" in wrong(offer(welcoming(make).id, release_at=now + late), owner, now)["release_at"]


def test_nobody_and_too_many(make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(3)]
    assert "選択してください" in wrong(offer(), owner, now)["recipients"]
    assert "一度に送れるのは2名まで" in wrong(offer(*people), owner, now, offers_a_mail=2)["recipients"]
    assert "1,000名まで" in wrong(contact(*range(1, 1002)), owner, now)["recipients"]
    assert send(offer(people[0], people[0], people[1]), owner, now, offers_a_mail=2).count == 2


def test_a_topic_belongs_to_contact_mails(make: Maker, owner: Actor, now: datetime) -> None:
    assert "メール種別" in wrong(contact(1, topic=None), owner, now)["topic"]
    assert "メール種別" in wrong(offer(welcoming(make).id, topic=MailTopic.other), owner, now)["topic"]


def test_a_request_for_documents_says_which_and_until_when(make: Maker, owner: Actor) -> None:
    application, now = applied(posting(make, actor=owner), talent(make), now=make.now), make.now
    again = {"topic": MailTopic.resubmission}
    found = wrong(contact(application.id, **again), owner, now)
    assert {"reopens", "reopened_until"} <= found.keys()
    again |= {"reopens": ["語学力を証明する書類"]}
    for until in (now, now - SECOND):
        assert "より後" in wrong(contact(application.id, reopened_until=until, **again), owner, now)["reopened_until"]
    sent_later = contact(application.id, reopened_until=now + DAY, release_at=now + 2 * DAY, **again)
    assert "より後" in wrong(sent_later, owner, now)["reopened_until"]
    other = contact(application.id, reopens=["語学力を証明する書類"], reopened_until=now + DAY)
    assert "再応募依頼" in wrong(other, owner, now)["reopens"]
    nothing = contact(application.id, topic=MailTopic.resubmission, reopens=["ない書類"], reopened_until=now + DAY)
    mails = dispatching.preview(nothing, actor=owner, now=now, settings=settings())
    assert [mail.reason for mail in mails] == ["依頼する書類が、この応募にはありません。"]


@pytest.mark.parametrize("state", ["withdrawn", "applied", "attended", "nonsense"])
def test_a_mail_moves_only_where_an_organization_may(make: Maker, owner: Actor, state: str) -> None:
    (key,) = crowd(posting(make, actor=owner), 1, now=make.now)
    assert "変更できません" in wrong(contact(key, moves_to=state), owner, make.now)["moves_to"]


def test_wording_that_may_stand_for_a_barred_condition_is_pointed_out(make: Maker, owner: Actor, now: datetime) -> None:
    draft = offer(welcoming(make).id, body="35歳以下の男性限定です。")
    assert {finding.severity for finding in checking.warnings(draft)} == {"warning"}
    assert len(checking.warnings(draft)) == 2
    assert checking.warnings(offer(1)) == []
    send(draft, owner, now)


def test_nobody_but_editors_writes(make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make).id
    house = db.session.get_one(Organization, owner.organization_id)
    for actor in (make.member(house, Role.viewer), make.secretary(), talent(make, "石川 拓真")):
        with pytest.raises(Forbidden):
            send(offer(someone), actor, now)
        db.session.rollback()
    with pytest.raises(Refused):
        send(Draft(MailClass.reply, "件名", "本文", talent_ids=[someone]), owner, now)


# ---- what is read, what is sent


def test_each_recipient_reads_a_mail_of_their_own(make: Maker, owner: Actor) -> None:
    version = posting(make, actor=owner)
    keys, names = crowd(version, 2, now=make.now), ["応募 0", "応募 1"]
    draft = contact(*keys, subject="{{氏名}}様へ", body="{{氏名}} 様、{{求人タイトル}}の件です。")
    mails = dispatching.preview(draft, actor=owner, now=make.now, settings=settings())
    assert [mail.subject for mail in mails] == [f"{name}様へ" for name in names]
    assert [mail.body for mail in mails] == [f"{name} 様、{version.title}の件です。" for name in names]
    assert [mail.name for mail in mails] == names
    assert func_count(Message) == 0


def test_a_reminder_knows_when_the_event_is(make: Maker, owner: Actor) -> None:
    version = posting(make, Kind.event, actor=owner)
    starts = [session.starts_at for session in version.sessions]
    first, chosen = crowd(version, 2, now=make.now)
    begin_write()
    db.session.get_one(Application, chosen).session_at = starts[-1] + DAY
    db.session.commit()
    draft = contact(first, chosen, topic=MailTopic.reminder, body="{{開催日時}}")
    mails = dispatching.preview(draft, actor=owner, now=make.now, settings=settings())
    assert [mail.body for mail in mails] == [moment(min(starts)), moment(starts[-1] + DAY)]
    (of_a_job,) = crowd(posting(make, actor=owner), 1, now=make.now)
    mails = dispatching.preview(contact(of_a_job, body="{{開催日時}}"), actor=owner, now=make.now, settings=settings())
    assert mails[0].unfilled == ("{{開催日時}}",)


def test_what_is_sent_is_held_and_on_record(make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make), welcoming(make, "石川 拓真", accepts_offers=False)]
    dispatch = send(offer(*(person.id for person in people)), owner, now)
    assert (dispatch.count, dispatch.release_at) == (1, now + HOLD)
    assert dispatch.left_out == [{"code": people[1].code, "reason": "オファーメールの受け取りを希望していません。"}]
    assert states(dispatch.id) == [(MessageState.held, "")]
    assert func_count(OutboxMail) == 0, "nobody is told before its time"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.send")).one()
    assert (event.subject, event.subject_id, event.actor_id) == ("dispatch", dispatch.id, owner.account_id)
    assert event.details == {"mail_class": "offer", "count": 1, "left_out": 1}


def test_if_nobody_is_reached_nothing_is_sent(make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make, accepts_offers=False).id
    with pytest.raises(Refused, match="送信できる相手がいません"):
        send(offer(someone), owner, now)
    db.session.rollback()
    assert func_count(Dispatch) == 0


def test_the_same_form_again_is_the_same_dispatch(make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(2)]
    first = send(offer(people[0]), owner, now, token="form").id
    assert send(offer(people[0]), owner, now + SECOND, token="form").id == first
    assert send(offer(people[1]), owner, now + SECOND, token="form").id == first
    assert func_count(Message) == 1
    colleague = make.member(db.session.get_one(Organization, owner.organization_id))
    assert send(offer(people[1]), colleague, now, token="form").id != first, "a token is its writer's"
    for token in ("", "x" * 101):
        begin_write()
        with pytest.raises(Refused, match="確認から"):
            dispatching.send(offer(people[1]), token=token, actor=owner, now=now, settings=settings())
        db.session.rollback()


def test_sending_costs_the_same_for_one_and_for_fifty(make: Maker, owner: Actor, statements: Statements) -> None:
    ids = crowd(posting(make, actor=owner), 51, now=make.now)
    counts = []
    for chosen in (ids[:1], ids[1:]):
        statements.restart()
        send(contact(*chosen), owner, make.now)
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 25


# ---- taken back


def cancel(dispatch_id: int, actor: Actor, now: datetime) -> int:
    begin_write()
    count = dispatching.cancel(dispatch_id, actor=actor, now=now)
    db.session.commit()
    return count


def test_within_two_minutes_it_is_taken_back_and_nobody_hears_of_it(make: Maker, owner: Actor, now: datetime) -> None:
    dispatch = send(offer(welcoming(make).id), owner, now)
    colleague = make.member(db.session.get_one(Organization, owner.organization_id))
    assert cancel(dispatch.id, colleague, now + HOLD - SECOND) == 1
    assert release(now + HOLD) == 0
    assert states(dispatch.id) == [(MessageState.cancelled, "")]
    assert func_count(OutboxMail) == 0
    assert func_count(AuditEvent, AuditEvent.action == "mail.cancel") == 1
    with pytest.raises(Conflict, match="すでに取り消して"):
        cancel(dispatch.id, owner, now + HOLD)


@pytest.mark.parametrize("late", [HOLD, HOLD + DAY])
def test_after_two_minutes_it_stays_sent(make: Maker, owner: Actor, now: datetime, late: timedelta) -> None:
    dispatch = send(offer(welcoming(make).id), owner, now)
    with pytest.raises(Conflict, match="取り消せません"):
        cancel(dispatch.id, owner, now + late)
    db.session.rollback()
    assert release(now + HOLD) == 1
    assert states(dispatch.id) == [(MessageState.delivered, "")]


def test_nobody_takes_back_what_is_anothers(make: Maker, owner: Actor, now: datetime) -> None:
    dispatch = send(offer(welcoming(make).id), owner, now)
    with pytest.raises(NotFound):
        cancel(dispatch.id, make.member(), now)
    viewer = make.member(db.session.get_one(Organization, owner.organization_id), Role.viewer)
    with pytest.raises(Forbidden):
        cancel(dispatch.id, viewer, now)
    db.session.rollback()
    assert states(dispatch.id) == [(MessageState.held, "")]


# ---- to oneself


def test_a_test_goes_to_its_writer_with_sample_values(make: Maker, owner: Actor) -> None:
    version = posting(make, actor=owner)
    (key,) = crowd(version, 1, now=make.now)
    draft = contact(key, subject="{{氏名}}様へ", body="{{氏名}} {{登録コード}} {{求人タイトル}}")
    begin_write()
    dispatching.send_test(draft, actor=owner, now=make.now, settings=settings())
    db.session.commit()
    (letter,) = letters("mail_test")
    assert letter.params["subject"] == "佐藤 美咲様へ"
    assert letter.params["message"] == f"佐藤 美咲 T000000000 {version.title}"
    assert letter.organization_id == owner.organization_id
    assert func_count(Message) == 0
    assert "応募 0" not in str(letter.params)
    for _ in range(19):
        dispatching.send_test(draft, actor=owner, now=make.now, settings=settings())
    with pytest.raises(Throttled):
        dispatching.send_test(draft, actor=owner, now=make.now, settings=settings())
    db.session.rollback()


def test_an_event_has_no_hiring(make: Maker, owner: Actor) -> None:
    (key,) = crowd(posting(make, Kind.event, actor=owner), 1, now=make.now)
    with pytest.raises(Refused, match="送信できる相手がいません"):
        send(hire(key), owner, make.now)
