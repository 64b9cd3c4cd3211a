"""The talent's side as a talent walks it, without scripts: nothing typed or handed in is lost."""

import io
import json
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.applications import Application
from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.people import Account
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState, DownloadKind, Kind, ResumeType, Role
from models.talents import Resume, Talent
from portal import audit
from portal.actors import Actor
from portal.database import begin_write
from portal.dates import moment
from portal.mail.delivery import render
from portal.permissions import visible
from portal.recruiting import decisions, downloads, following, opening, resumes, submitting
from portal.recruiting.moves import SeenApplication
from tests.files.pictures import picture
from tests.make import PASSWORD, Maker, actor_of
from tests.recruiting.builders import applied, draft, profile_of, talent
from tests.recruiting.pages import pdf
from tests.views.login import log_in, mailed_code
from tests.views.pages import Visitor, problems, text_of

LANGUAGE, CAREER = "語学力を証明する書類", "業務経歴一覧"


@pytest.fixture
def earlier(make_here: Maker) -> Maker:
    """Publishes so long ago that the period is open now."""
    maker = Maker(make_here.now - timedelta(days=8))
    maker._count = 5_000
    return maker


@pytest.fixture
def someone(make_here: Maker) -> Actor:
    return talent(make_here, birthdate=None)


@pytest.fixture
def visitor(client: FlaskClient, someone: Actor) -> Visitor:
    log_in(client, someone)
    return Visitor(client)


def file(title: str = "証明") -> tuple[io.BytesIO, str]:
    return io.BytesIO(pdf(title)), f"{title}.pdf"


def application_of(version: Version) -> Application:
    db.session.rollback()
    return db.session.scalars(
        select(Application).where(Application.entry_id == version.entry_id).execution_options(populate_existing=True)
    ).one()


def said(visitor: Visitor, field: str) -> str:
    return "".join(visitor.page.by_id(f"{field}-e").itertext()).strip()


def letters(name: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == name)) or 0


# ---- applying


def test_from_the_public_page_through_the_login_to_the_receipt(
    client: FlaskClient, someone: Actor, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    stranger = Visitor(client)
    stranger.open(f"/jobs/{version.entry.number}").follow("応募する")
    assert stranger.path == f"/talent/login?next=/talent/apply/{version.entry.number}"
    wanted = f"/talent/apply/{version.entry.number}"
    assert stranger.page.link("はじめての方の人材登録") == f"/talent/register?next={wanted}"
    log_in(client, someone)
    visitor = Visitor(client).open(f"/talent/apply/{version.entry.number}")
    assert "あと2件" in visitor.page.text
    visitor.press("確認", **{"document-1": file(), "consent": "1"})
    assert visitor.page.h1 == "応募内容の確認"
    assert application_of(version).state is ApplicationState.draft
    visitor.press("応募する")
    assert visitor.page.h1 == "応募が完了しました"
    assert application_of(version).number in visitor.page.text
    assert (letters("application_received"), letters("application_arrived")) == (1, 1)
    visitor.follow("応募状況を見る")
    assert "証明.pdf" in visitor.page.text
    assert problems(visitor.page) == []


SECRET = "みずうみと青い電車の切符"
TYPED = {"email": "haruka@example.jp", "name": "新田 遥", "password": SECRET, "again": SECRET, "consent": "1"}


def mailed_path(client: FlaskClient, name: str) -> str:
    """The path of the address in the newest letter of this name, as it is sent."""
    newest = select(OutboxMail).where(OutboxMail.letter == name).order_by(OutboxMail.id.desc())
    with client.application.app_context():
        mail = db.session.scalars(newest).first()
        assert mail is not None
        _subject, body = render(mail.letter, mail.params)
    found = re.search(r"^http://localhost(/talent/\S+)$", body, re.MULTILINE)
    assert found
    return found[1]


def test_who_registers_to_apply_comes_back_to_the_posting(client: FlaskClient, earlier: Maker, owner: Actor) -> None:
    version = earlier.published(actor=owner)
    form = f"/talent/apply/{version.entry.number}"
    visitor = Visitor(client).open(f"/jobs/{version.entry.number}").follow("応募する").follow("はじめての方の人材登録")
    visitor.press("確認のメールを送る", status=422, **(TYPED | {"again": ""}))
    visitor.press("確認のメールを送る", status=202, **TYPED)
    elsewhere = Visitor(client.application.test_client())  # the mail is read on the telephone
    elsewhere.open(mailed_path(client, "talent_confirm")).press("登録を完了する")
    assert elsewhere.path == f"/talent/login?next={form}"
    elsewhere.press("次へ", email=TYPED["email"], password=SECRET)
    elsewhere.press("ログイン", code=mailed_code(elsewhere.client, TYPED["email"]))
    assert (elsewhere.path, elsewhere.page.h1) == (form, "応募フォーム")
    again = Visitor(client).open(f"/talent/register?next={form}").press("確認のメールを送る", status=202, **TYPED)
    assert again.page.link("メールアドレスを入力し直す") == f"/talent/register?next={form}"
    assert mailed_path(client, "talent_known") == f"/talent/login?next={form}"


@pytest.mark.parametrize(
    "place",
    [
        "//evil.example/talent/apply/J-1",
        "https://evil.example/talent/apply/J-1",
        "/talent/apply/J-1@evil.example",
        "/talent/apply//evil.example",
        "/talent/apply/J-1\r\nhttps://evil.example/",
        "/talent/apply/J-1\nhttps://evil.example/",
        "/talent/apply/１",
        "/mypage/",
    ],
)
def test_a_registration_carries_no_other_address_on(place: str, client: FlaskClient) -> None:
    client.post("/talent/register", query_string={"next": place}, data=TYPED)
    path = mailed_path(client, "talent_confirm")
    assert re.fullmatch(r"/talent/register/[\w-]{43}", path)
    assert client.post(path, query_string={"next": place}).location == "/talent/login"


def test_only_what_is_asked_for_stands_on_the_form(visitor: Visitor, earlier: Maker, owner: Actor) -> None:
    version = earlier.published(actor=owner, resume_type="", documents=[])
    visitor.open(f"/talent/apply/{version.entry.number}")
    assert [control.get("name") for control in visitor.page.all("input") if control.get("type") == "file"] == []
    assert "一般履歴書" not in visitor.page.text
    visitor.press("確認", consent="1").press("応募する")
    assert application_of(version).resume == {}


def test_an_error_loses_no_file_and_no_choice(visitor: Visitor, earlier: Maker, owner: Actor) -> None:
    version = earlier.published(actor=owner)
    visitor.open(f"/talent/apply/{version.entry.number}")
    visitor.press("確認", status=422, **{"document-1": file()})
    assert said(visitor, "consent") == "個人情報の取扱いを確認し、チェックを入れてください。"
    assert "証明.pdf （保存済み。" in visitor.page.text
    assert problems(visitor.page) == []
    virus = (io.BytesIO(b"MZ\x90\x00 not a document"), "履歴書.pdf")
    visitor.press("確認", status=422, **{"document-2": virus, "consent": "1"})
    assert said(visitor, "document-2")
    assert "証明.pdf （保存済み。" in visitor.page.text
    assert visitor.page.by_id("consent").get("checked") is not None
    visitor.press("確認")
    assert visitor.page.h1 == "応募内容の確認"


def test_a_document_is_handed_in_as_what_was_asked_for(visitor: Visitor, earlier: Maker, owner: Actor) -> None:
    asked = {"name": "顔写真", "required": True, "note": "3か月以内", "format": "image"}
    version = earlier.published(actor=owner, documents=[asked])
    visitor.open(f"/talent/apply/{version.entry.number}")
    assert "3か月以内 形式：画像（JPEG・PNG）" in visitor.page.text
    assert visitor.page.by_id("document-1").get("accept") == ".jpg,.jpeg,.png"
    assert problems(visitor.page) == []
    visitor.press("確認", status=422, **{"document-1": file(), "consent": "1"})
    assert "JPEG" in said(visitor, "document-1")
    assert application_of(version).documents[0].file_id is None
    photo = (io.BytesIO(picture()), "顔.png")
    visitor.press("確認", **{"document-1": photo, "consent": "1"}).press("応募する")
    assert application_of(version).documents[0].format == "image"
    assert application_of(version).documents[0].file_id is not None


def test_a_file_can_be_taken_back_before_the_end(visitor: Visitor, earlier: Maker, owner: Actor) -> None:
    version = earlier.published(actor=owner)
    visitor.open(f"/talent/apply/{version.entry.number}").press("一時保存", **{"document-1": file()})
    assert "証明.pdf" in visitor.page.text
    visitor.press(f"取り消す：{LANGUAGE}")
    assert "証明.pdf" not in visitor.page.text
    assert application_of(version).documents[0].file_id is None


def test_the_resume_is_filled_in_between_and_the_form_is_there_again(
    client: FlaskClient, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    account = make_here.account(Role.talent, name="石川 拓真")
    log_in(client, actor_of(account))
    visitor, version = Visitor(client), earlier.published(actor=owner)
    visitor.open(f"/talent/apply/{version.entry.number}")
    visitor.press("保存して履歴書を入力", **{"document-1": file(), "consent": "1"})
    assert visitor.page.h1 == "一般履歴書"
    assert "入力した内容とファイルは保存済みです" in visitor.page.text
    visitor.press("学歴を追加").press("保存", **{"education-0-at": "2010-03", "education-0-text": "東都大学 卒業"})
    assert visitor.page.h1 == "応募フォーム"
    assert "証明.pdf" in visitor.page.text
    visitor.press("確認")
    assert visitor.page.h1 == "応募内容の確認"


def test_after_the_period_it_is_said_and_the_draft_can_go(
    visitor: Visitor, someone: Actor, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    draft(version, someone, now=earlier.now + timedelta(days=8))
    begin_write()
    version.close_at = earlier.now + timedelta(days=7)
    db.session.commit()
    number = version.entry.number
    assert "募集は終了しました。" in visitor.open(f"/jobs/{number}").page.text
    visitor.open(f"/talent/apply/{number}", status=422)
    assert "募集期間が終了しました。" in visitor.page.text
    assert "やることはありません" in visitor.client.get("/talent/").text
    visitor.press("入力中の応募を削除")
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Application)) == 0


def test_who_presses_after_the_last_moment_is_told_why(visitor: Visitor, earlier: Maker, owner: Actor) -> None:
    version = earlier.published(actor=owner)
    visitor.open(f"/talent/apply/{version.entry.number}")
    begin_write()
    version.close_at = earlier.now + timedelta(days=7)
    db.session.commit()
    visitor.press("確認", status=422, **{"document-1": file(), "consent": "1"})
    assert visitor.page.h1 == "応募できません"
    assert "募集期間が終了しました。" in visitor.page.text


def test_a_level_that_is_too_low_leads_to_the_profile(client: FlaskClient, make_here: Maker, earlier: Maker) -> None:
    log_in(client, talent(make_here, level="1"))
    number = earlier.published().entry.number
    visitor = Visitor(client).open(f"/talent/apply/{number}", status=422)
    assert visitor.page.link("プロフィールで登録レベルを変更する") == f"/talent/profile?apply={number}#level"


# ---- events


def event(earlier: Maker, owner: Actor, **content: Any) -> Version:
    return earlier.published(Kind.event, actor=owner, resume_type="", documents=[], capacity=1, **content)


def test_who_comes_too_late_is_told_of_the_waiting_list_before_and_after(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = event(earlier, owner, overflow="waiting")
    first = talent(make_here, "石川 拓真")
    early = applied(version, first, now=make_here.now).id
    visitor.open(f"/talent/apply/{version.entry.number}")
    assert "今申し込むと、キャンセル待ちになります" in visitor.page.text
    visitor.press("確認", consent="1")
    assert "キャンセル待ちとして受け付けます" in visitor.page.text
    visitor.press("応募する")
    assert "キャンセル待ちとして受け付けました" in visitor.page.text
    other = Visitor(visitor.client.application.test_client())
    log_in(other.client, first)
    other.open(f"/talent/applications/{early}").follow("辞退する")
    assert "空いた席は、キャンセル待ちの方に案内します" in other.page.text
    other.press("辞退する")
    assert letters("seat_free") == 1
    assert "参加決定" in visitor.open("/talent/applications/").page.text


def test_a_full_event_without_a_list_is_told_and_takes_nobody(
    visitor: Visitor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = event(earlier, owner, overflow="first")
    visitor.open(f"/talent/apply/{version.entry.number}").press("確認", consent="1")
    applied(version, talent(make_here, "石川 拓真"), now=make_here.now)
    visitor.press("応募する")
    assert visitor.page.h1 == "応募フォーム"
    assert "定員に達したため、申込みを受け付けていません" in visitor.page.text


@pytest.mark.parametrize(
    ("overflow", "told"),
    [("waiting", "満席（キャンセル待ちを受け付けています） 応募する"), ("first", "満席 辞退がある")],
)
def test_the_public_page_tells_that_an_event_is_full_at_one_price(
    overflow: str, told: str, visitor: Visitor, make_here: Maker, earlier: Maker, owner: Actor, statements
) -> None:
    version = event(earlier, owner, overflow=overflow)
    page, form = f"/events/{version.entry.number}", f"/talent/apply/{version.entry.number}"

    def cost() -> int:
        visitor.open(page)
        statements.restart()
        visitor.open(page)
        return statements.count

    empty = cost()
    assert "満席" not in visitor.page.text
    assert form in visitor.page.links()
    applied(version, talent(make_here, "石川 拓真"), now=make_here.now)
    for number in range(3 if overflow == "waiting" else 0):
        applied(version, talent(make_here, f"青木 {number}"), now=make_here.now)
    assert cost() == empty
    assert told in visitor.page.text
    assert (form in visitor.page.links()) == (overflow == "waiting")


def test_a_session_is_chosen_and_full_ones_are_marked(
    visitor: Visitor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    start = make_here.now.replace(microsecond=0) + timedelta(days=45)
    sessions = [{"starts_at": start + timedelta(days=d), "ends_at": start + timedelta(days=d, hours=2)} for d in (0, 1)]
    version = event(earlier, owner, overflow="first", sessions=sessions)
    first, second = [row.starts_at for row in version.sessions]
    visitor.open(f"/talent/apply/{version.entry.number}").press("確認", status=422, consent="1")
    assert said(visitor, "session") == "参加する日時を選択してください。"
    begin_write()
    mine = application_of(version)
    mine.state, mine.session_at, mine.applied_at = ApplicationState.withdrawn, first, make_here.now
    db.session.commit()
    other = talent(make_here, "石川 拓真")
    taken = draft(version, other, now=make_here.now)
    begin_write()
    answers = submitting.Answers(consent=True, session_at=first)
    submitting.submit(SeenApplication(taken.id, taken.revision), answers, actor=other, now=make_here.now)
    db.session.commit()
    visitor.open(f"/events/{version.entry.number}")
    full = text_of(visitor.page.by_id("places"))
    assert full == f"満席の日時があります {moment(first)}"
    visitor.follow("応募する")
    assert visitor.page.one("input", value=first.isoformat()).get("disabled") is not None
    visitor.press("確認", consent="1", session=second.isoformat()).press("応募する")
    assert visitor.page.h1 == "応募が完了しました"


# ---- afterwards


def asked_again(application: Application, owner: Actor, make: Maker, *, places: tuple[int, ...] = (0,)) -> None:
    begin_write()
    chosen = {application.id: [application.documents[place].id for place in places]}
    until = make.now + timedelta(days=3)
    decisions.ask_again(chosen, until=until, message="", actor=owner, now=make.now)
    db.session.commit()


def test_documents_asked_for_again_are_the_first_thing_to_do(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    application = applied(earlier.published(actor=owner), someone, now=make_here.now)
    asked_again(application, owner, make_here, places=(0, 1))
    visitor.open("/talent/").follow("提出する")
    visitor.press("提出する", status=422)
    assert said(visitor, "document-1") == f"「{LANGUAGE}」のファイルを選択してください。"
    assert problems(visitor.page) == []
    visitor.press("提出する", **{"document-1": file("鮮明な証明")})
    assert "あと1件の提出をお願いします" in visitor.page.text
    assert letters("application_resubmitted") == 0
    visitor.press("提出する", **{"document-2": file("経歴")})
    assert "再提出済" in visitor.page.text
    assert letters("application_resubmitted") == 1
    assert "やることはありません" in visitor.open("/talent/").page.text


def test_after_the_date_there_is_no_form(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    application = applied(earlier.published(actor=owner), someone, now=make_here.now)
    asked_again(application, owner, make_here)
    begin_write()
    application.reopened_until = make_here.now - timedelta(seconds=1)
    db.session.commit()
    visitor.open(f"/talent/applications/{application.id}")
    assert "期限" in visitor.page.text
    assert visitor.page.buttons("提出する") == []


@pytest.mark.parametrize("to", [ApplicationState.withdrawn, ApplicationState.received, ApplicationState.rejected])
def test_what_was_asked_for_is_not_waited_for_once_the_selection_went_on(  # who and what
    to: ApplicationState, visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    application = applied(earlier.published(actor=owner), someone, now=make_here.now)
    asked_again(application, owner, make_here, places=(0, 1))
    here = f"/talent/applications/{application.id}"
    assert visitor.open(here).page.buttons("提出する") != []
    begin_write()
    seen = SeenApplication(application.id, application.revision)
    if to is ApplicationState.withdrawn:
        following.withdraw(seen, actor=someone, now=make_here.now)
    else:
        decisions.set_stage([seen], to, kind=Kind.job, actor=owner, now=make_here.now)
    db.session.commit()
    kept = [row.file_id for row in application.documents]
    visitor.press("提出する", status=422, **{"document-1": file("遅れた証明")})
    assert "この書類は、今は提出できません。" in visitor.page.text
    assert visitor.page.buttons("提出する") == []
    assert "やることはありません" in visitor.open("/talent/").page.text
    db.session.expire_all()
    assert [row.file_id for row in application.documents] == kept
    assert DocumentState.reopened not in {row.state for row in application.documents}
    assert (application.state, application.reopened_until, application.missing_count) == (to, None, 0)


def test_a_withdrawal_asks_first_and_takes_the_papers_away(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    application = applied(version, someone, now=make_here.now)
    visitor.open(f"/talent/applications/{application.id}").follow("辞退する")
    assert application_of(version).state is ApplicationState.applied, "the question changes nothing"
    visitor.press("辞退する")
    assert "応募を辞退しました。" in visitor.page.text
    left = application_of(version)
    assert (left.state, left.resume, left.name) == (ApplicationState.withdrawn, {}, "青木 千尋")
    assert [document.file_id for document in left.documents] == [None, None]
    assert visitor.page.buttons("辞退する") == []
    assert letters("application_withdrawn") == 1


def test_the_organization_sees_which_papers_are_there(
    visitor: Visitor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    visitor.open(f"/talent/apply/{version.entry.number}")
    visitor.press("確認", **{"document-1": file(), "consent": "1"}).press("応募する")
    application_id = application_of(version).id
    member = Visitor(visitor.client.application.test_client())
    log_in(member.client, owner)

    def papers() -> list[str]:
        page = member.open(f"/mypage/applications/detail/{application_id}/").page
        return [text_of(row) for row in page.all("li") if text_of(row).startswith((LANGUAGE, CAREER))]

    assert papers() == [f"{LANGUAGE} 必須 提出 証明.pdf 受領 不備", f"{CAREER} 任意 なし"]
    visitor.open(f"/talent/applications/{application_id}/withdraw").press("辞退する")
    assert papers() == [f"{LANGUAGE} 必須 消去済み", f"{CAREER} 任意 なし"]


def test_who_opened_the_resume_is_told_to_the_talent_alone(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    application = applied(version, someone, now=make_here.now)
    other = applied(version, talent(make_here, "石川 拓真"), now=make_here.now)
    assert "まだ開かれていません" in visitor.open("/talent/readings/").page.text
    begin_write()
    opening.record_reading(application, "read", actor=owner, now=make_here.now)
    opening.record_reading(other, "file", actor=owner, now=make_here.now)
    made = downloads.request(DownloadKind.csv, version.entry_id, actor=owner, now=make_here.now)
    db.session.commit()
    key = made.id
    downloads.work(make_here.now)
    begin_write()
    downloads.fetch(key, actor=owner, now=make_here.now)
    db.session.commit()
    rows = visitor.open("/talent/readings/").page.all("tr")
    assert len(rows) == 3
    assert "応募内容を開きました" in visitor.page.text
    assert "ダウンロードしました" in visitor.page.text
    assert "応募書類を開きました" not in visitor.page.text, "that was another's"
    assert "応募内容を開きました" in visitor.open(f"/talent/applications/{application.id}").page.text
    begin_write()
    profile_of(someone).shows_readers = False
    db.session.commit()
    assert "表示しない設定" in visitor.open("/talent/readings/").page.text
    assert "応募内容を開きました" not in visitor.page.text


def test_reading_that_is_on_record_writes_from_its_first_statement(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A read that turns into a write fails under SQLite as soon as somebody else has written in between."""
    application = applied(earlier.published(actor=owner), someone, now=make_here.now)
    begin_write()
    made = downloads.request(DownloadKind.own_data, profile_of(someone).id, actor=someone, now=make_here.now)
    db.session.commit()
    pages = [f"/mypage/applications/detail/{application.id}/", f"/talent/data/{made.id}"]
    pages.append(f"{pages[0]}documents/{application.documents[0].id}")
    downloads.work(make_here.now)
    member = visitor.client.application.test_client()
    log_in(member, owner)
    begun, record = [], audit.record

    def watched(*given: Any, **named: Any) -> None:
        begun.append(db.session.connection().get_execution_options().get("write"))
        record(*given, **named)

    monkeypatch.setattr(audit, "record", watched)
    for page in pages:
        (visitor.client if page.startswith("/talent") else member).get(page)
    assert begun == [True] * len(pages)


@pytest.mark.parametrize("end", ["", "/confirm", "/done", "/withdraw"])
def test_a_foreign_application_is_not_there(
    end: str, visitor: Visitor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    application = applied(earlier.published(actor=owner), talent(make_here, "石川 拓真"), now=make_here.now)
    visitor.open(f"/talent/applications/{application.id}{end}", status=404)


# ---- the profile and the résumés


def test_the_profile_keeps_what_was_typed_and_tells_where_it_is_wrong(visitor: Visitor, someone: Actor) -> None:
    visitor.open("/talent/profile")
    assert "氏名、連絡先、生年月日、写真は表示しません" in visitor.page.text
    visitor.press("保存", status=422, name_kana="", birthdate="1990-13-45", pr="水の仕事")
    assert visitor.page.by_id("birthdate").get("aria-invalid") == "true"
    assert "".join(visitor.page.by_id("pr").itertext()) == "水の仕事"
    visitor.press("保存", status=422, name_kana="あおき", birthdate="2090-01-01")
    assert said(visitor, "birthdate") == "生年月日は、実際の日付（今日より前）を入力してください。"
    visitor.press("保存", birthdate="1990-04-01", is_public="1", accepts_offers="1")
    assert problems(visitor.page) == []
    db.session.rollback()
    profile = profile_of(someone)
    assert (profile.is_public, profile.accepts_offers, profile.pr) == (True, True, "水の仕事")
    home = visitor.open("/talent/").page.text
    assert f"登録コード{profile.code}" in home
    assert f"登録コード{profile.code}" in Visitor(visitor.client).open("/talent/profile").page.text
    assert "登録団体に公開しています" in home


def test_years_are_told_of_fields_that_were_chosen_once_each(visitor: Visitor, someone: Actor) -> None:
    visitor.open("/talent/profile").press("分野ごとの経験年数を追加").press("分野ごとの経験年数を追加")
    rows = {
        f"field_years-{place}-{name}": text for place in (0, 1) for name, text in (("field", "02"), ("years", "７"))
    }
    needed = {"name_kana": "あおき"} | rows
    visitor.press("保存", status=422, fields=["03"], **needed)
    assert said(visitor, "field_years").startswith(
        "分野ごとの経験年数の1件目：「専門の分野課題」でも選択してください。"
    )
    visitor.press("保存", status=422, fields=["02", "03"])
    assert said(visitor, "field_years") == "分野ごとの経験年数の2件目：同じ分野が2つあります。1つにまとめてください。"
    visitor.press("保存", **{"field_years-1-field": "03", "field_years-1-years": "0"})
    db.session.rollback()
    assert profile_of(someone).field_years == [{"field": "02", "years": 7}, {"field": "03", "years": 0}]


def test_two_windows_on_the_profile_are_told_apart(visitor: Visitor) -> None:
    visitor.open("/talent/profile")
    address, sent = visitor.what_is_sent("保存", pr="後の窓")
    visitor.press("保存", pr="先の窓")
    answer = visitor.client.post(address, data=sent)
    assert answer.status_code == 409
    assert "競合" in answer.text
    assert "後の窓" in answer.text


@pytest.mark.parametrize("kind", ResumeType)
def test_rows_of_a_resume_are_added_without_scripts(kind: ResumeType, visitor: Visitor, someone: Actor) -> None:
    visitor.open(f"/talent/resumes/{kind.value}").press("免許・資格を追加").press("免許・資格を追加")
    rows = {
        "licenses-0-at": "2012-05",
        "licenses-0-text": "技術士",
        "licenses-1-at": "2011",
        "licenses-1-text": "TOEIC",
    }
    visitor.press("保存", status=422, **rows)
    assert visitor.page.by_id("licenses-1-text").get("value") == "TOEIC"
    visitor.press("保存", **{"licenses-1-at": "2011-03"})
    assert problems(visitor.page) == []
    db.session.rollback()
    saved = resumes.find(profile_of(someone), kind)
    assert saved is not None
    assert [row["text"] for row in saved.content["licenses"]] == ["技術士", "TOEIC"]


def test_an_organization_that_is_hidden_from_does_not_see_the_profile(
    visitor: Visitor, someone: Actor, owner: Actor, make_here: Maker
) -> None:
    other = make_here.member(make_here.organization("一般財団法人 みなみの灯"))
    begin_write()
    profile_of(someone).is_public = True
    db.session.commit()

    def seen_by(member: Actor) -> bool:
        db.session.rollback()
        return db.session.scalar(select(Talent.id).where(visible(member, Talent))) is not None

    assert (seen_by(other), seen_by(owner)) == (True, True)
    visitor.open("/talent/hidden-from?q=ありません")
    assert "当てはまる団体はありません" in visitor.page.text
    visitor.open("/talent/hidden-from?q=みなみ")
    address, sent = visitor.what_is_sent("公開しない：一般財団法人 みなみの灯")
    visitor.press("公開しない：一般財団法人 みなみの灯")
    assert problems(visitor.page) == []
    assert (seen_by(other), seen_by(owner)) == (False, True)
    assert visitor.client.post(address, data=sent).status_code == 409
    visitor.press("解除：一般財団法人 みなみの灯")
    assert seen_by(other)
    assert visitor.client.post(address, data={"show": sent["hide"]}).status_code == 404


# ---- one's own data


def test_all_that_is_kept_is_handed_out(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    application = applied(earlier.published(actor=owner), someone, now=make_here.now)
    foreign = applied(earlier.published(actor=owner), talent(make_here, "石川 拓真"), now=make_here.now)
    begin_write()
    decisions.save_note(application.id, "面接で会いたい", revision=1, actor=owner, now=make_here.now)
    opening.record_reading(application, "read", actor=owner, now=make_here.now)
    db.session.commit()
    visitor.open("/talent/data").press("ZIPを作成する")
    assert "作成しています" in visitor.page.text
    downloads.work(make_here.now + timedelta(minutes=1))
    visitor.open("/talent/data").follow("ZIPをダウンロード")
    with zipfile.ZipFile(io.BytesIO(visitor.response.data)) as archive:
        data = json.loads(archive.read("data.json"))
        names = archive.namelist()
        bytes_of = {row["path"]: archive.read(row["path"]) for row in data["files"]}
    assert data["account"]["name"] == "青木 千尋"
    assert data["profile"]["phone"] == "090-0000-0000"
    assert [row["number"] for row in data["applications"]] == [application.number]
    assert data["applications"][0]["resume"]["name"] == "青木 千尋"
    assert [row["what"] for row in data["opened_by"]] == ["応募内容を開きました"]
    assert bytes_of[f"応募書類/{application.number}/1_{LANGUAGE}.pdf"] == pdf(LANGUAGE)
    assert len(bytes_of) == 2
    everything = json.dumps(data, ensure_ascii=False) + "".join(names)
    assert "面接で会いたい" not in everything
    assert foreign.number not in everything


def test_who_leaves_is_gone_and_what_is_left_tells_nobody(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    application = applied(version, someone, now=make_here.now)
    number, email = application.number, application.email
    draft(earlier.published(actor=owner), someone, now=make_here.now)
    visitor.open("/talent/leave")
    assert "選考中の応募1件は辞退になり" in visitor.page.text
    visitor.press("登録を削除する", status=422)
    assert said(visitor, "password") == "パスワードを入力してください。"
    visitor.press("登録を削除する", status=422, password="ちがうパスワード")
    assert said(visitor, "password") == "パスワードが正しくありません。"
    assert application_of(version).state is ApplicationState.applied
    visitor.press("登録を削除する", password=PASSWORD)
    assert "人材登録を削除しました" in visitor.page.text
    visitor.open("/talent/")
    assert visitor.path.startswith("/talent/login")
    left = application_of(version)
    assert (left.number, left.state) == (number, ApplicationState.withdrawn)
    assert (left.name, left.email, left.resume, left.note) == ("（消去済み）", "", {}, "")
    assert [row.file_id for row in left.documents] == [None, None]
    account = db.session.get_one(Account, someone.account_id)
    assert (account.password_hash, account.suspended_at is None) == ("", False)
    assert email not in (account.email, account.name)
    profile = db.session.scalars(select(Talent).where(Talent.account_id == account.id)).one()
    assert (profile.phone, profile.address, profile.name_kana, profile.is_public) == ("", "", "", False)
    assert db.session.scalar(select(func.count()).select_from(Resume)) == 0
    told = db.session.execute(select(OutboxMail.letter).where(OutboxMail.recipient == email)).all()
    assert [row.letter for row in told] == ["account_erased"]
    assert letters("application_withdrawn") == 1
    assert db.session.scalar(select(AuditEvent.actor_id).where(AuditEvent.action == "account.erase")) == account.id


def test_who_was_hired_does_not_decline_by_leaving(
    visitor: Visitor, someone: Actor, make_here: Maker, earlier: Maker, owner: Actor
) -> None:
    version = earlier.published(actor=owner)
    application = applied(version, someone, now=make_here.now)
    begin_write()
    seen = SeenApplication(application.id, application.revision)
    decisions.set_stage([seen], ApplicationState.hired, kind=Kind.job, actor=owner, now=make_here.now)
    db.session.commit()
    visitor.open("/talent/leave").press("登録を削除する", password=PASSWORD)
    left = application_of(version)
    assert (left.state, left.name) == (ApplicationState.hired, "（消去済み）")
    assert letters("application_withdrawn") == 0
