"""The desk's other rooms: what is public, organizations, mail, the trail, jobs, phrases, closed days."""

import ast
from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.base import db
from models.mail import OutboxMail
from models.organizations import Organization
from models.records import AuditEvent, ClosedDay, JobStatus, Phrase
from models.states import Kind, MailState, Role, State
from portal.actors import Actor
from portal.event_words import EVENT_LABEL, SUBJECT_LABEL, event_label
from portal.wording import LETTER_LABEL
from tests.conftest import Statements
from tests.databases import ROOT
from tests.make import Maker
from tests.views.desk import everything_written, waiting
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of

READ_ONLY = ("entries", "organizations", "mail", "trail", "jobs")
ACTS = ("new/", "edit/", "delete/", "details/", "action/", "ajax/update/", "ajax/lookup/", "export/csv/")


def rows(page: Page) -> list[str]:
    return [text_of(row) for row in page.all("tr") if page.is_within(row, "tbody")]


def test_what_is_public_is_found_by_state_kind_and_title(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    job = make_here.published(Kind.job, actor=owner, title="公開している求人の題名です")
    make_here.published(Kind.notice, actor=owner, title="公開しているお知らせの題名")
    for state in (State.suspended, State.closed, State.submitted, State.approved):
        make_here.in_state(state, actor=owner, office=office)

    assert len(rows(desk.open("/desk/entries/").page)) == 2
    assert len(rows(desk.open("/desk/entries/?kind=notice").page)) == 1
    assert len(rows(desk.open("/desk/entries/?search=求人の題名").page)) == 1
    assert desk.page.link(job.title) == f"/desk/review/{job.id}"
    for state in ("approved", "suspended", "closed"):
        assert len(rows(desk.open(f"/desk/entries/?state={state}").page)) == 1, state
        assert problems(desk.page) == []
    for query in ("state=draft", "state=submitted", "kind=x", "page=x", "sort=99", "search=%00", f"search={'x' * 101}"):
        assert desk.client.get(f"/desk/entries/?{query}").status_code in (200, 400), query
    desk.open("/desk/entries/?state=submitted", status=400)


def test_organizations_by_name_type_and_whether_they_may_enter(desk: Visitor, make_here: Maker) -> None:
    one = make_here.organization("特定非営利活動法人 アジアの水とくらし", org_type="01")
    make_here.account(Role.owner, one)
    make_here.account(Role.viewer, one)
    make_here.organization("一般財団法人 国際医療協力会", suspended_at=make_here.now)

    told = rows(desk.open("/desk/organizations/").page)

    assert "停止中" in told[0]
    assert all(words in told[1] for words in ("アジアの水とくらし", "2名", "利用中", "東京都"))
    assert len(rows(desk.open("/desk/organizations/?search=アジア").page)) == 1


def test_mail_that_failed_is_found_with_its_reason_and_says_no_text(
    desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    make_here.submitted(actor=owner)
    make_here.submitted(actor=owner)
    first = db.session.scalar(select(func.min(OutboxMail.id)).where(OutboxMail.letter == "entry_submitted"))
    values = {"state": MailState.bounced, "last_error": "550 no such user", "params": {"code": "987654"}}
    db.session.execute(update(OutboxMail).where(OutboxMail.id == first).values(**values))
    db.session.commit()

    (told,) = rows(desk.open("/desk/mail/?state=bounced").page)

    for words in ("申請の受付", "owner", "宛先不明", "550 no such user"):
        assert words in told
    assert "987654" not in desk.response.text
    assert len(rows(desk.open("/desk/mail/").page)) == 3  # two receipts and the login of a new browser
    assert len(rows(desk.open("/desk/mail/?search=owner").page)) == 2
    desk.open("/desk/mail/?state=lost", status=400)


@pytest.mark.parametrize("name", READ_ONLY)
def test_what_is_read_only_has_no_address_to_write(name: str, desk: Visitor, make_here: Maker, owner: Actor) -> None:
    make_here.submitted(actor=owner)
    desk.open("/desk/")
    before = everything_written()

    for act in (
        "new/",
        "edit/?id=1",
        "delete/",
        "details/?id=1",
        "action/",
        "ajax/update/",
        "ajax/lookup/",
        "export/csv/",
    ):
        for method in ("GET", "POST"):
            answer = desk.client.open(f"/desk/{name}/{act}?id=1", method=method, data={"id": "1", "rowid": "1"})
            assert answer.status_code in (404, 405), (act, method)
    assert everything_written() == before


def test_lists_cost_as_many_statements_for_one_row_as_for_twenty(
    desk: Visitor, make_here: Maker, owner: Actor, statements: Statements
) -> None:
    counted = []
    for count in (1, 19):
        for version in waiting(make_here, count, actor=owner):
            db.session.expunge(version)
        for _ in range(count):
            make_here.account(Role.viewer, make_here.organization())
        figures = []
        for name in ("organizations", "mail", "trail", "jobs", "phrases"):
            desk.open(f"/desk/{name}/")
            statements.restart()
            desk.open(f"/desk/{name}/")
            figures.append(statements.count)
        counted.append(figures)

    print(f"\nstatements of organizations, mail, trail, jobs, phrases: {counted[0]}")
    assert counted[0] == counted[1]
    assert max(counted[0]) <= 8


# ---- the small lists that are written


def test_a_phrase_is_added_changed_and_removed_on_record(desk: Visitor, office: Actor) -> None:
    desk.open("/desk/phrases/").follow("追加")
    assert problems(desk.page) == []
    desk.press("保存", title="変更の範囲", text="就業場所の変更の範囲をご記入ください。", position="1")
    assert "変更の範囲" in rows(desk.page)[0]
    assert "追加しました。" in desk.page.text
    desk.follow("編集").press("保存", title="変更の範囲（就業場所）")
    assert "変更の範囲（就業場所）" in rows(desk.page)[0]
    assert problems(desk.page) == []
    assert "保存しました。" in desk.page.text
    desk.press("削除")

    assert rows(desk.page) == []
    assert "削除しました。" in desk.page.text
    assert "レコード" not in desk.page.text
    events = db.session.execute(select(AuditEvent.action, AuditEvent.actor_id).order_by(AuditEvent.id)).all()
    assert [tuple(event) for event in events if event.action.startswith("phrase.")] == [
        ("phrase.create", office.account_id),
        ("phrase.change", office.account_id),
        ("phrase.remove", office.account_id),
    ]


GOOD_PHRASE = {"title": "名称", "text": "文です。", "position": "1"}
BAD_PHRASES = [
    ({"title": ""}, "名称を入力してください。"),
    ({"title": " "}, "名称を入力してください。"),
    ({"text": " "}, "文を入力してください。"),
    ({"title": "長" * 101}, "名称は100文字以内で入力してください（現在101文字）。"),
    ({"text": "長" * 4001}, "文は4,000文字以内で入力してください（現在4,001文字）。"),
    ({"text": "長" * 350_000}, "文は4,000文字以内で"),
    ({"position": "x"}, "並び順を数字で入力してください。"),
    ({"position": "-1"}, "並び順は0〜9,999の数字で入力してください。"),
    ({"position": "99999999999999999999"}, "並び順は0〜9,999の数字で入力してください。"),
    ({"title": "名\0称"}, "使えない文字が含まれています。"),
]


@pytest.mark.parametrize(("wrong", "words"), BAD_PHRASES, ids=lambda part: str(part)[:40])
def test_a_bad_phrase_is_refused_and_stays_in_the_form(wrong: dict[str, str], words: str, desk: Visitor) -> None:
    sent = GOOD_PHRASE | wrong
    desk.open("/desk/phrases/new/")
    before = everything_written()

    answer = desk.client.post("/desk/phrases/new/", data=sent)

    assert answer.status_code in (200, 400, 422)
    page = Page(answer.text)
    assert problems(page) == []
    assert words in page.text
    assert everything_written() == before
    if "\0" not in sent["title"]:
        assert page.by_id("title").get("value") == sent["title"]


def test_closed_days_are_the_administrators_and_move_deadlines(client: FlaskClient, make_here: Maker) -> None:
    administrator, owner = make_here.secretary(Role.administrator), make_here.member()
    log_in(client, administrator)
    visitor = Visitor(client)
    day = (make_here.now + timedelta(days=400)).date()
    visitor.open("/desk/closed-days/").follow("追加").press("保存", day=day.isoformat(), name="創立記念日")

    assert "創立記念日" in rows(visitor.page)[0]
    assert problems(visitor.page) == []
    for typed, name, words in (
        (day.isoformat(), "同じ日", "既に存在します。"),
        ("明日", "日付でない", "日付を「2026-12-01」の形で入力してください。"),
        ("", "日付がない", "日付を入力してください。"),
        ("2030-02-30", "ない日", "日付を「2026-12-01」の形で入力してください。"),
        ("2030-02-03", " ", "名称を入力してください。"),
        ("2030-02-03", "長" * 101, "名称は100文字以内で"),
    ):
        page = Page(client.post("/desk/closed-days/new/", data={"day": typed, "name": name}).text)
        assert words in page.text, (typed, name)
        assert problems(page) == []
    db.session.rollback()
    assert db.session.scalars(select(ClosedDay.name)).all() == ["創立記念日"]
    visitor.open("/desk/closed-days/").press("削除")
    assert rows(visitor.page) == []
    assert owner.organization_id


def test_a_reviewer_writes_no_closed_day(desk: Visitor, make_here: Maker) -> None:
    desk.open("/desk/")
    before = everything_written()
    for path in ("/desk/closed-days/new/", "/desk/closed-days/edit/?id=1", "/desk/closed-days/delete/"):
        assert desk.client.post(path, data={"id": "1", "day": "2030-02-03", "name": "休み"}).status_code == 403
    assert everything_written() == before
    assert "休業日" not in desk.page.text


def test_ids_that_do_not_exist_lead_nowhere(desk: Visitor) -> None:
    for text in ("99999", "abc", "", "-1", "99999999999999999999"):
        for path in ("edit/", "delete/"):
            method = "GET" if path == "edit/" else "POST"
            answer = desk.client.open(f"/desk/phrases/{path}?id={text}", method=method, data={"id": text})
            assert answer.status_code in (302, 400, 404), (path, text)
    assert db.session.scalar(select(func.count(Phrase.id))) == 0
    assert db.session.scalar(select(func.count(JobStatus.job))) == 0
    assert db.session.scalar(select(func.count(Organization.id))) == 0


# ---- words


def test_everything_that_is_recorded_or_sent_has_its_words() -> None:
    recorded, subjects = set(EVENT_LABEL), set()
    for path in (ROOT / "portal").rglob("*.py"):
        for call in (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)):
            name = getattr(call.func, "id", getattr(call.func, "attr", ""))
            if name in ("record", "record_each", "_record", "_end"):
                recorded |= {a.value for a in call.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
            subjects |= {
                word.value.value
                for word in call.keywords
                if word.arg == "subject" and isinstance(word.value, ast.Constant)
            }

    assert {"entry.extend", "login.failed", "code.issued", "session.ended"} <= recorded
    assert [action for action in recorded if event_label(action) == action] == []
    assert subjects <= set(SUBJECT_LABEL)
    letters = {path.name for path in (ROOT / "templates" / "letters").iterdir()} - {"shared"}
    assert letters == set(LETTER_LABEL)
