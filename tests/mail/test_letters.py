"""Every letter that anything may queue has its words, for every kind of entry and with nothing left unsaid."""

import ast
from collections.abc import Iterator
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import StrictUndefined

from models.base import db
from models.entries import Entry, Version
from models.states import Action, Kind, ReminderKind, Role
from portal.accounts import challenges, sessions
from portal.accounts.origins import Origin
from portal.database import begin_write
from portal.dates import moment
from portal.mail.delivery import render
from portal.publishing import publication, workflow
from portal.publishing.extension import extend
from portal.publishing.workflow import TRANSITIONS
from portal.settings import Settings
from portal.wording import KIND_WORDS, LETTER_LABEL
from tests.databases import ROOT
from tests.mail.sending import rows
from tests.make import Maker, seen
from tests.views.login import log_in

LETTERS = ROOT / "templates" / "letters"
COMMENT = '就業場所の変更の範囲をご記入ください。\n"例" & <見本>もご覧ください。'
PARAMS = {
    "organization": "特定非営利活動法人 みずの会",
    "title": "ラオス 給水施設維持管理専門家 <採用> & 調整",
    "entry_id": 12,
    "number": "J-2026-0012",
    "publish_at": "2026-12-01T00:00:00+00:00",
    "until": "2026-12-20T08:00:00+00:00",
    "comment": COMMENT,
    "by": "佐藤 美咲",
    "name": "佐藤 美咲",
    "code": "123456",
    "expires_at": "2026-11-24T05:42:00+00:00",
    "when": "2026-11-24T05:32:00+00:00",
    "ip": "192.0.2.1",
    "browser": "Chrome（Windows）",
    "token": "t" * 43,
    "wanted": "/talent/apply/J-2026-0012",
    "application_id": 34,
    "documents": ["語学力を証明する書類", "業務経歴一覧"],
    "message": COMMENT,
    "searches": [{"name": "水資源の<専門家>", "count": 3}],
    "thread_id": 56,
    "organization_address": "東京都文京区小日向1-2-3",
    "organization_contact": "info@example.org",
    "organization_id": 78,
    "talent_id": 90,
    "subject": "面接のご案内",
    "signature": "特定非営利活動法人 みずの会\n東京都文京区小日向1-2-3",
    "mail_class": "offer",
    "what": "パスワードが変更されました",
    "place": "特定非営利活動法人 みずの会",
    "new_email": "atarashii@example.jp",
    "reason": COMMENT,
    "changed_fields": ["団体名", "法人格"],
    "due_at": "2026-11-27T09:00:00+00:00",
    "door": "mypage",
    "job": None,
    "begun_at": "2026-11-24T05:00:00+00:00",
    "ended_at": None,
    "starts_at": "2026-12-01T05:00:00+00:00",
    "venue": "文京区民センター",
    "parts": [
        {
            "kind": kind,
            "items": [
                {"title": "水の<専門家>", "at": "2026-11-30T00:00:00+00:00", "number": 3, "late": 1, "missed": 2}
            ],
            "rest": 4,
        }
        for kind in ReminderKind
    ],
}
LOGIN_LETTERS = {"one_time_password", "new_browser"}
# What each letter that is not about an entry leads to.
ELSEWHERE = {
    "one_time_password": "",
    "new_browser": "",
    "talent_confirm": f"/talent/register/{'t' * 43}?next=/talent/apply/J-2026-0012",
    "talent_known": "/talent/login?next=/talent/apply/J-2026-0012",
    "account_erased": "/contact",
    "mail_test": "",
    "application_received": "/talent/applications/34",
    "documents_again": "/talent/applications/34",
    "seat_free": "/talent/applications/34",
    "application_arrived": "/mypage/applications/12/",
    "application_resubmitted": "/mypage/applications/12/",
    "application_withdrawn": "/mypage/applications/12/",
    "saved_search_news": "/mypage/searches/",
    "reminders": "/mypage/",
    "event_tomorrow": "/talent/applications/34",
    "message_arrived": "/talent/mailbox/56/",
    "offer_arrived": "/talent/mailbox/56/",
    "answer_arrived": "/mypage/threads/56/",
    "password_reissue": f"/password/{'t' * 43}",
    "invitation": f"/password/{'t' * 43}",
    "account_changed": "/reissue",
    "login_closed": "/reissue",
    "member_removed": "/contact",
    "email_confirm": f"/email/{'t' * 43}",
    "email_taken": "/reissue",
    "email_changed": f"/email/undo/{'t' * 43}",
    "organization_suspended": "/contact",
    "organization_reopened": "/login",
    "registration_change_submitted": "/mypage/registration/",
    "registration_change_approved": "/mypage/registration/",
    "registration_change_returned": "/mypage/registration/",
    "registration_begin": f"/registration/{'t' * 43}/",
    "registration_known": "/login",
    "registration_received": f"/registration/{'t' * 43}/",
    "registration_returned": f"/registration/{'t' * 43}/",
    "registration_approved": "/login",
    "registration_refused": "/contact",
    "alarm": "/desk/jobs/",
}
TO_ORGANIZATIONS = {
    "application_arrived",
    "application_resubmitted",
    "application_withdrawn",
    "answer_arrived",
    "saved_search_news",
    "organization_suspended",
    "organization_reopened",
    "registration_change_submitted",
    "registration_change_approved",
    "registration_change_returned",
}
STOPPED_BY_A_LINK = {"offer_arrived"}
PUBLIC = {"entry_published", "entry_restored", "entry_extended"}  # name the public page too


def letters() -> list[str]:
    return sorted(path.name for path in LETTERS.iterdir() if path.name != "shared")


ENTRY_LETTERS = sorted(set(letters()) - set(ELSEWHERE))


@pytest.fixture
def strict(house: Flask) -> Iterator[Flask]:
    """Letters that fail on a word nobody gave them."""
    environment = house.jinja_env
    before, environment.undefined = environment.undefined, StrictUndefined
    with house.app_context():
        yield house
    environment.undefined = before


TELLING = ("Letter", "tell", "tell_talents", "tell_organization", "tell_members", "tell_applicant")


def named_in_code() -> set[str]:
    """What the workflow names, and every literal name in a call that makes or tells a letter."""
    names = {name for move in TRANSITIONS.values() for name in (move.letter, move.office_letter, move.silences)}
    for path in (ROOT / "portal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                names |= literal_letter(node)
    return names - {""}


def literal_letter(call: ast.Call) -> set[str]:
    function = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given = [*call.args[:1]] if function in TELLING else []
    given += [keyword.value for keyword in call.keywords if keyword.arg == "letter"]
    return {node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_letter_that_code_names_has_its_words_and_its_label() -> None:
    named = named_in_code()
    assert {"entry_submitted", "approval_reversed", "entry_extended", "one_time_password"} <= named
    assert named == set(letters())
    assert set(LETTER_LABEL) == set(letters())
    for name in letters():
        parts = ["body.txt", "subject.txt", *(["unsubscribe.txt"] if name in STOPPED_BY_A_LINK else [])]
        assert sorted(path.name for path in (LETTERS / name).iterdir()) == parts


@pytest.mark.parametrize("letter", letters())
@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_leaves_nothing_unsaid(strict: Flask, letter: str, kind: Kind) -> None:
    subject, body = render(letter, PARAMS | {"kind": kind.value})
    assert subject.startswith("【PARTNER】")
    assert "&lt;" not in body
    assert "&amp;" not in body
    assert "&#34;" not in body, "plain text is not HTML"
    assert "このメールは送信専用です。" in body
    assert not {"{", "}", "None"} & set(body.split())
    assert "\n\n\n" not in body


@pytest.mark.parametrize("letter", list(ELSEWHERE))
def test_every_other_letter_says_to_whom_and_where_to_look(strict: Flask, letter: str) -> None:
    subject, body = render(letter, PARAMS | {"kind": "job"})
    lines, path = body.splitlines(), ELSEWHERE[letter]
    assert not path or f"http://localhost{path}" in lines
    assert (lines[0] == "特定非営利活動法人 みずの会 御中") == (letter in TO_ORGANIZATIONS)
    is_of_an_application = letter.startswith("application") or letter in ("documents_again", "seat_free")
    is_about_an_entry = is_of_an_application or letter == "event_tomorrow"
    assert subject.endswith(f"：{PARAMS['title']}") == is_about_an_entry
    assert ("応募受付番号：J-2026-0012" in lines) == is_of_an_application


def test_a_request_names_each_document_and_the_last_moment(strict: Flask) -> None:
    _, body = render("documents_again", PARAMS | {"kind": "job"})
    assert "\n・語学力を証明する書類\n・業務経歴一覧\n" in body
    assert "提出期限：2026年12月20日(日) 17:00" in body.splitlines()
    assert f"\n■ 団体からのコメント\n{COMMENT}\n" in body
    _, body = render("documents_again", PARAMS | {"kind": "job", "message": ""})
    assert "コメント" not in body


@pytest.mark.parametrize("letter", ENTRY_LETTERS)
@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_about_an_entry_says_to_whom_about_what_and_where_to_look(
    strict: Flask, letter: str, kind: Kind
) -> None:
    subject, body = render(letter, PARAMS | {"kind": kind.value})
    lines, path = body.splitlines(), KIND_WORDS[kind].path
    assert lines[0] == "特定非営利活動法人 みずの会 御中"
    assert subject.endswith(f"：{PARAMS['title']}")
    assert f"種別：{KIND_WORDS[kind].label}" in lines
    assert f"タイトル：{PARAMS['title']}" in lines
    assert f"http://localhost/mypage/{path}/12/" in lines
    assert (f"http://localhost/{path}/J-2026-0012" in lines) == (letter in PUBLIC)


@pytest.mark.parametrize("letter", ["entry_submitted", "entry_approved", "entry_returned", "approval_reversed"])
def test_what_waits_for_its_time_says_when_that_is(strict: Flask, letter: str) -> None:
    _, body = render(letter, PARAMS | {"kind": "job"})
    assert "掲載希望日時：2026年12月1日(火) 09:00" in body.splitlines()
    _, body = render(letter, PARAMS | {"kind": "job", "publish_at": None})
    assert "掲載希望日時：" not in body


def test_the_receipt_says_who_what_when_and_what_comes_next(strict: Flask) -> None:
    _, body = render("entry_submitted", PARAMS | {"kind": "job", "comment": ""})
    lines = body.splitlines()
    assert "申請日時：2026年11月24日(火) 14:32" in lines
    assert "申請者：佐藤 美咲" in lines
    assert "■ このあとの流れ" in lines
    assert "確認と承認には3営業日程度かかることがあります。" in body


@pytest.mark.parametrize(
    "letter",
    ["entry_approved", "entry_returned", "entry_closed", "entry_suspended", "entry_restored", "entry_extended"],
)
def test_what_the_office_wrote_stands_there_as_it_wrote_it(strict: Flask, letter: str) -> None:
    _, body = render(letter, PARAMS | {"kind": "event"})
    assert f"\n{COMMENT}\n" in body


def test_an_approval_without_a_comment_has_no_heading_for_one(strict: Flask) -> None:
    _, body = render("entry_approved", PARAMS | {"kind": "event", "comment": ""})
    assert "コメント" not in body


@pytest.mark.parametrize("break_", ["\r\n", "\n", "\r", "\u2028", "\u0085", "\v"])
def test_a_subject_is_one_line(strict: Flask, break_: str) -> None:
    subject, _ = render("entry_submitted", PARAMS | {"kind": "job", "title": f"件名{break_}Bcc: x@example.com"})
    assert subject == "【PARTNER】掲載申請を受け付けました：件名 Bcc: x@example.com"


@pytest.mark.parametrize("kind", list(Kind))
def test_the_services_give_every_letter_its_words(strict: Flask, kind: Kind, make: Maker, now: datetime) -> None:
    """Each letter about an entry is told by the move that tells it, and rendered from the row that waits."""
    owner, office = make.member(), make.secretary()
    version = live_through(kind, make, owner=owner, office=office, now=now)
    told = rows()
    assert {row.letter for row in told} == set(ENTRY_LETTERS)
    number = db.session.get_one(Entry, version.entry_id).number
    for row in told:
        subject, body = render(row.letter, row.params)
        assert version.title in subject
        assert body.splitlines()[0].endswith("試験1 御中")
        assert f"http://localhost/mypage/{KIND_WORDS[kind].path}/{version.entry_id}/" in body
        assert (f"http://localhost/{KIND_WORDS[kind].path}/{number}\n" in body) == (row.letter in PUBLIC)
        assert "高橋" not in body, "the office writes as an office"
        assert ("申請者：佐藤 美咲" in body) == (row.letter == "entry_submitted")


def live_through(kind: Kind, make: Maker, *, owner, office, now: datetime) -> Version:  # type: ignore[no-untyped-def]
    """Every move that tells something, on one entry."""
    version = make.submitted(kind, actor=owner)
    make.move(Action.return_, version, actor=office, comment=COMMENT)
    make.submit(version, actor=owner)
    begin_write()
    batch = workflow.perform(Action.approve, seen(version), actor=office, now=now).batch
    db.session.commit()
    begin_write()
    workflow.undo(batch, actor=office, now=now + timedelta(minutes=1))
    db.session.commit()
    db.session.refresh(version)
    make.move(Action.approve, version, actor=office, comment=COMMENT)
    assert version.publish_at is not None
    publication.publish_due(version.publish_at)
    db.session.refresh(version)
    assert version.unpublish_at is not None
    begin_write()
    until = version.unpublish_at + timedelta(days=7)
    extend(seen(version), until=until, reason=COMMENT, actor=office, now=now)
    db.session.commit()
    db.session.refresh(version)
    make.move(Action.unpublish, version, actor=office, comment=COMMENT)
    make.move(Action.restore, version, actor=office, comment=COMMENT)
    make.move(Action.close, version, actor=office, comment=COMMENT)
    return version


def test_the_login_gives_its_letters_their_words(strict: Flask, settings: Settings, make: Maker, now: datetime) -> None:
    account = make.account(Role.owner, make.organization())
    begin_write()
    origin = Origin("203.0.113.7", "Chrome（Windows）")
    challenges.issue_challenge(account, origin=origin, now=now, settings=settings)
    sessions.open_session(account, origin=origin, now=now, settings=settings)
    db.session.commit()
    told = {row.letter: render(row.letter, row.params) for row in rows()}
    assert set(told) == LOGIN_LETTERS
    for _, body in told.values():
        assert body.startswith("佐藤 美咲 様\n")
        assert f"{moment(now)}\n" in body
        assert "接続元：203.0.113.7\nブラウザー：Chrome（Windows）\n" in body
    assert f"有効期限：{moment(now + timedelta(minutes=10))}まで" in told["one_time_password"][1]


@pytest.mark.parametrize("kind", list(Kind))
def test_the_addresses_in_letters_lead_there(client: FlaskClient, kind: Kind, make_here: Maker) -> None:
    make_here.now -= timedelta(days=8)  # it became public yesterday
    owner = make_here.member()
    version = make_here.published(kind, actor=owner)
    told = next(row for row in rows() if row.letter == "entry_published")
    _, body = render(told.letter, told.params)
    public, own = (urlsplit(line).path for line in body.splitlines() if f"/{KIND_WORDS[kind].path}/" in line)
    db.session.remove()
    assert version.title in client.get(public).get_data(as_text=True)
    log_in(client, owner)
    answer = client.get(own)
    assert answer.status_code == 200
    assert version.title in answer.get_data(as_text=True)
