"""「メール作成」, 「メール内容確認」, 「送信」 and the result, as members walk them in a browser without scripts."""

import io
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.base import db
from models.files import StoredFile
from models.mail import OutboxMail
from models.messages import Dispatch, MailTemplate, Message, MessageFile
from models.organizations import Organization
from models.people import Account, KeptInput, LoginSession
from models.states import Kind, MailClass, MailTopic, MessageState, Role
from models.talents import Talent
from portal.actors import Actor
from portal.clock import local
from portal.database import begin_write
from portal.matching import search_index
from portal.messaging import attachments, releasing, templates
from portal.messaging.templates import Written
from tests.access.world import digest
from tests.conftest import Statements
from tests.make import Maker, actor_of
from tests.messaging.mailing import crowd
from tests.recruiting.pages import pdf
from tests.views import mails
from tests.views.login import log_in
from tests.views.pages import Visitor, problems, text_of, with_values

# The rules behind the pages are tested on both databases (tests/messaging), each route too (tests/access).
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")

NAMES = ("青木 千尋", "石川 拓真", "上田 さくら")
WORDS = {"topic": "arrangement", "subject": "面接のご案内", "body": "{{氏名}} 様\n面接の日程をご相談します。"}
OFFER = {"subject": "現地調査のご相談", "body": "登録コード {{登録コード}} 様\nはじめまして。"}


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


@pytest.fixture
def three(make_here: Maker, owner: Actor) -> list[int]:
    return mails.applicants(make_here, mails.posting(make_here, owner), *NAMES)


def count(model: type, *criteria: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model).where(*criteria)) or 0


def end_sessions(column: Any, *, now: datetime) -> None:
    """Idle for two hours, or ended then on purpose."""
    begin_write()
    db.session.execute(update(LoginSession).values({column: now - timedelta(hours=2)}))
    db.session.commit()


def only_dispatch() -> Dispatch:
    db.session.rollback()
    return db.session.scalars(select(Dispatch)).one()


def messages() -> list[Message]:
    db.session.rollback()
    return list(db.session.scalars(select(Message).order_by(Message.id)))


def typed(visitor: Visitor, name: str) -> str:
    field = visitor.page.by_id(name)
    return "".join(field.itertext()) if field.tag == "textarea" else field.get("value", "")


def checked(visitor: Visitor, name: str) -> list[str]:
    boxes = [box for box in visitor.page.all("input") if box.get("name") == name and box.get("type") == "checkbox"]
    return [box.get("value", "") for box in boxes if box.get("checked") is not None]


def errors(visitor: Visitor) -> str:
    return " ".join(text_of(each) for each in visitor.page.all("p") if each.get("class") == "err")


def people(visitor: Visitor) -> str:
    return text_of(visitor.page.by_id("recipients"))


# ---- from where it begins


@pytest.mark.parametrize(
    ("kind", "button", "title", "topics"),
    [
        (Kind.job, "連絡メール", "連絡メール", ["質問", "その他", "再応募依頼", "選考の調整", "開催リマインド"]),
        (Kind.event, "メール送信", "メール作成", ["質問", "再応募依頼", "選考の調整", "開催リマインド", "その他"]),
        (Kind.job, "採用通知メール", "採用通知メール", []),
    ],
)
def test_those_checked_in_the_list_of_applicants_stand_in_the_form(
    visitor: Visitor, make_here: Maker, owner: Actor, kind: Kind, button: str, title: str, topics: list[str]
) -> None:
    version = mails.posting(make_here, owner, kind)
    ids = mails.applicants(make_here, version, *NAMES)
    visitor.open(f"/mypage/applications/{version.entry_id}/")
    boxes = [box.get("value", "") for box in visitor.page.all("input") if box.get("name") == "item"]

    visitor.press(button, item=[box for box in boxes if not box.startswith(f"{ids[0]}:")])

    assert visitor.page.h1 == title
    assert problems(visitor.page) == []
    assert sorted(checked(visitor, "send")) == sorted(map(str, ids[1:]))
    assert "石川 拓真" in people(visitor)
    assert "青木 千尋" not in people(visitor)
    assert "一括メール送信対象者" in people(visitor)
    for label in ("件名", "本文"):
        assert f"{label} 必須" in [text_of(each) for each in visitor.page.all("label")]
    shown = [text_of(option) for select_ in visitor.page.all("select") for option in select_.iter("option")]
    assert [word for word in shown if word in set(topics)] == topics


def test_the_list_says_when_nobody_is_checked(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    version = mails.posting(make_here, owner)
    mails.applicants(make_here, version, NAMES[0])

    visitor.open(f"/mypage/applications/{version.entry_id}/").press("連絡メール", status=422)

    assert "応募者を選択してください。" in visitor.page.text


def test_one_application_leads_to_both_mails(visitor: Visitor, three: list[int]) -> None:
    detail = f"/mypage/applications/detail/{three[0]}/"
    assert visitor.open(detail).follow("連絡メール").page.h1 == "連絡メール"
    assert visitor.open(detail).follow("採用通知メール").page.h1 == "採用通知メール"
    assert checked(visitor, "send") == [str(three[0])]


def test_an_address_without_people_says_where_to_begin(visitor: Visitor) -> None:
    assert "宛先が選ばれていません" in visitor.open("/mypage/mails/?class=contact").page.text
    assert problems(visitor.page) == []
    for query in ("", "?class=reply", "?class=x&applications=1", "?class=contact&applications=x,999999999999"):
        visitor.open(f"/mypage/mails/{query}", status=404)


# ---- the whole way


def test_written_confirmed_sent_and_told_person_by_person(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS, send=[str(three[0]), str(three[2])])

    assert visitor.page.h1 == "メール内容確認"
    assert problems(visitor.page) == []
    assert "2名に、1人ずつ別のメールを送ります" in visitor.page.text
    assert "選考状態は変わりません。" in visitor.page.text
    assert "青木 千尋 様 面接の日程" in visitor.page.text
    assert "上田 さくら 様" in visitor.press("次の人").page.text
    assert "2名のうち2人目" in visitor.page.text
    assert "青木 千尋 様" in visitor.press("青木 千尋").page.text
    assert count(Message) == 0

    visitor.press("送信")

    assert visitor.page.h1 == "送信の手続きが完了しました"
    assert problems(visitor.page) == []
    assert "2通を保留しています" in visitor.page.text
    assert [message.body for message in messages()] == [
        "青木 千尋 様\n面接の日程をご相談します。",
        "上田 さくら 様\n面接の日程をご相談します。",
    ]
    dispatch = only_dispatch()
    assert (dispatch.topic, dispatch.subject, dispatch.count) == (MailTopic.arrangement, WORDS["subject"], 2)

    releasing.release_due(dispatch.release_at + timedelta(seconds=1))
    visitor.open(visitor.path)
    assert visitor.page.h1 == "送信が完了しました"
    assert "2名に届けました。" in visitor.page.text


def test_the_way_back_keeps_everything(visitor: Visitor, three: list[int], make_here: Maker) -> None:
    later = f"{local(make_here.now) + timedelta(days=3):%Y-%m-%dT%H:%M}"
    words = WORDS | {"moves_to": "interview", "when": "later", "release_at": later, "template_name": "面接"}
    visitor.open(mails.contact(*three)).press("確認", **words, send=[str(three[1])])
    assert "選考状態を「面接調整」に変えます" in visitor.page.text

    visitor.press("入力画面へ戻る")

    for name in ("subject", "body", "release_at", "template_name"):
        assert typed(visitor, name) == words[name]
    _address, sent = visitor.what_is_sent("確認")
    assert {name: sent.getlist(name) for name in ("topic", "moves_to", "when", "send")} == {
        "topic": ["arrangement"],
        "moves_to": ["interview"],
        "when": ["later"],
        "send": [str(three[1])],
    }
    assert sent.getlist("listed") == [str(key) for key in three]
    visitor.press("確認").press("送信")
    assert f"{local(only_dispatch().release_at):%Y-%m-%dT%H:%M}" == later


@pytest.mark.parametrize("start", ["/mypage/talents/?offers=yes&sort=years", "/mypage/favorites/?due=none"])
def test_the_way_back_leads_to_where_one_came_from(visitor: Visitor, make_here: Maker, start: str) -> None:
    (code,) = mails.welcoming(make_here, NAMES[0])
    begin_write()
    search_index.refresh(list(db.session.scalars(select(Talent.id))))
    db.session.commit()
    visitor.open(f"/mypage/talents/{code}/").press("気になる")

    page = visitor.open(start).page
    button = page.button("メール作成")
    form = page.owner_of(button)
    assert form is not None
    sent = with_values(page.sent_by(form, button), {"codes": code})
    visitor.open(f"/mypage/mails/?{urlencode(list(sent.items(multi=True)))}")

    assert start in visitor.page.links()
    assert start in visitor.press("確認", status=422).page.links()
    assert start in visitor.press("確認", **OFFER).page.links()
    assert start in visitor.press("入力画面へ戻る").page.links()
    assert start in visitor.press("確認").press("送信").page.links()
    assert start in visitor.press("取り消す").page.links()


@pytest.mark.parametrize("back", ["https://example.com/", "//example.com/mypage/talents/", "/mypage/", "/talent/", "x"])
def test_no_address_leads_back_elsewhere(visitor: Visitor, three: list[int], back: str) -> None:
    visitor.open(f"{mails.contact(*three)}&back={quote(back)}")
    assert back not in [element.get("value") for element in visitor.page.all("input")]
    assert visitor.page.link("応募一覧").startswith("/mypage/applications/")


def test_what_is_posted_after_the_login_ran_out_is_there_after_the_next(
    client: FlaskClient, visitor: Visitor, make_here: Maker, owner: Actor, three: list[int]
) -> None:
    visitor.open(mails.contact(*three))
    address, sent = visitor.what_is_sent("確認", **WORDS, send=[str(three[1])])
    end_sessions(LoginSession.seen_at, now=make_here.now)
    answer = client.post(address, data=sent)
    assert answer.location.startswith("/login?next=")
    back = parse_qs(urlsplit(answer.location).query)["next"][0]

    colleague = client.application.test_client()
    log_in(colleague, make_here.member(db.session.get_one(Account, owner.account_id).organization))
    assert WORDS["subject"] not in colleague.get(back).text, "each has the own"

    log_in(client, owner)
    visitor.open(back)
    assert "入力の途中だった内容を戻しました。" in visitor.page.text
    assert (typed(visitor, "subject"), typed(visitor, "body")) == (WORDS["subject"], WORDS["body"])
    assert checked(visitor, "send") == [str(three[1])]
    assert typed(Visitor(client).open(mails.contact(three[0])), "subject") == "", "to others nothing was written"
    visitor.press("確認").press("送信")
    assert typed(visitor.open(back), "subject") == "", "it was sent"


def test_of_a_session_that_was_ended_nothing_is_kept(
    client: FlaskClient, visitor: Visitor, make_here: Maker, three: list[int]
) -> None:
    visitor.open(mails.contact(*three))
    address, sent = visitor.what_is_sent("確認", **WORDS)
    end_sessions(LoginSession.ended_at, now=make_here.now)
    assert client.post(address, data=sent).location.startswith("/login?next=")
    assert count(KeptInput) == 0


def test_two_presses_are_one_mail(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS)
    address, sent = visitor.what_is_sent("送信")

    first, second = (visitor.client.post(address, data=sent) for _ in range(2))

    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert first.status_code == 303
    assert count(Dispatch) == 1
    assert count(Message) == 3

    # Whoever goes back and writes on, writes another mail, and is told so.
    again = visitor.client.post("/mypage/mails/confirm/", data=sent)
    assert "別のメールになります" in again.text
    assert f'value="{sent["token"]}"' not in again.text


def test_held_mails_are_taken_back(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS).press("送信")
    until = visitor.page.text

    visitor.press("取り消す")

    assert "それまでは取り消せます" in until
    assert visitor.page.h1 == "送信を取り消しました"
    assert "3通の送信を取り消しました" in visitor.page.text
    assert {message.state for message in messages()} == {MessageState.cancelled}
    assert not visitor.page.buttons("取り消す")


def test_too_late_to_take_back(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS).press("送信")
    address, sent = visitor.what_is_sent("取り消す")
    releasing.release_due(only_dispatch().release_at + timedelta(seconds=1))
    begin_write()
    db.session.execute(update(Dispatch).values(release_at=Dispatch.created_at))
    db.session.commit()

    told = visitor.client.post(address, data=sent, follow_redirects=True)

    assert "送信が始まったため、取り消せません。" in told.text
    assert {message.state for message in messages()} == {MessageState.delivered}


def test_a_test_goes_to_oneself_alone(visitor: Visitor, three: list[int], owner: Actor) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS).press("自分にテスト送信")

    assert "テストメールを送りました" in visitor.page.text
    assert visitor.page.h1 == "メール内容確認"
    db.session.rollback()
    letter = db.session.scalars(select(OutboxMail).where(OutboxMail.letter == "mail_test")).one()
    assert letter.recipient == db.session.get_one(Account, owner.account_id).email
    assert count(Message) == 0
    visitor.press("送信")
    assert count(Message) == 3


# ---- what is wrong, and where


def test_errors_stand_at_the_field_and_at_the_top_and_nothing_is_lost(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("確認", body="書きかけの本文", send=[str(three[1])], status=422)

    assert visitor.page.title.startswith("エラー：")
    assert problems(visitor.page) == []
    for sentence in ("メール種別を選択してください。", "件名を入力してください。"):
        assert sentence in errors(visitor)
        assert sentence in [text_of(link) for link in visitor.page.all("a")]
    assert typed(visitor, "body") == "書きかけの本文"
    assert checked(visitor, "send") == [str(three[1])]

    visitor.press("確認", **WORDS, send=None, status=422)
    assert "送信する相手を選択してください。" in people(visitor)
    visitor.press("確認", **WORDS, when="later", release_at="", status=422)
    assert "送信日時を入力してください。" in errors(visitor)
    visitor.press("確認", when="later", release_at="あした", status=422)
    assert "日時を「2026/12/01 09:00」の形で" in errors(visitor)
    assert typed(visitor, "release_at") == "あした"
    visitor.press("確認", when="now", subject="{{着任時期}}のご案内", status=422)
    assert "「{{着任時期}}」という差し込み項目はありません。" in errors(visitor)
    assert count(Dispatch) == 0


def test_a_blank_placeholder_blocks_with_who_and_which(visitor: Visitor, make_here: Maker) -> None:
    codes = mails.welcoming(make_here, "青木 千尋", "石川 拓真")
    visitor.open(mails.offer(*codes)).press("確認", **OFFER | {"body": "{{求人タイトル}}のご案内です。"}, status=422)

    assert visitor.page.h1 == "メール内容確認"
    alert = next(text_of(each) for each in visitor.page.all("div") if each.get("role") == "alert")
    for code in codes:
        assert f"{code}：{{{{求人タイトル}}}}" in alert
    assert visitor.page.button("送信").get("aria-disabled") == "true"
    assert problems(visitor.page) == []

    visitor.press("送信", status=422)
    assert visitor.page.h1 == "メール作成"
    assert typed(visitor, "body") == "{{求人タイトル}}のご案内です。"
    assert count(Dispatch) == 0


def test_a_hiring_notice_asks_again_and_names_the_persons(visitor: Visitor, three: list[int]) -> None:
    words = {"subject": "採用のお知らせ", "body": "{{氏名}} 様\n採用に決まりました。"}
    visitor.open(mails.hire(*three[:2])).press("確認", **words)
    question = next(text_of(each) for each in visitor.page.all("form") if each.get("id") == "mail")
    assert "次の2名に、採用を通知します" in question
    assert "青木 千尋" in question
    assert "石川 拓真" in question
    assert "上田 さくら" not in question
    assert "選考状態を「採用」に変えます" in visitor.page.text

    visitor.press("送信", status=422)
    assert "採用を知らせる方の氏名を確かめて" in visitor.page.text
    assert count(Dispatch) == 0

    visitor.press("送信", sure="1")
    assert "「採用」へ変わります" in visitor.page.text
    releasing.release_due(only_dispatch().release_at + timedelta(seconds=1))
    rows = [text_of(row) for row in visitor.open(visitor.path).page.all("tr")]
    assert [row for row in rows if "送信済み" in row and "採用" in row and NAMES[0] in row]


def test_documents_are_opened_again_until_a_date(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    version = mails.posting(make_here, owner, documents=mails.DOCUMENTS)
    ids = mails.applicants(make_here, version, *NAMES[:2])
    until = f"{local(make_here.now) + timedelta(days=7):%Y-%m-%dT%H:%M}"
    words = WORDS | {"topic": "resubmission"}
    visitor.open(mails.contact(*ids)).press("確認", **words, status=422)
    assert "再提出を依頼する書類を選択してください。" in errors(visitor)
    assert "再提出の期限を入力してください。" in errors(visitor)

    visitor.press("確認", reopens=["業務経歴一覧"], reopened_until=until)
    assert "まで出し直せるようにします：業務経歴一覧" in visitor.page.text
    assert "選考状態を「再提出待ち」に変えます" in visitor.page.text
    visitor.press("送信")

    dispatch = only_dispatch()
    assert dispatch.reopens == ["業務経歴一覧"]
    assert f"{local(dispatch.reopened_until):%Y-%m-%dT%H:%M}" == until  # type: ignore[arg-type]
    assert "出し直せる書類：業務経歴一覧" in visitor.page.text


def test_a_posting_without_documents_has_none_to_open_again(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS | {"topic": "resubmission"}, status=422)

    assert "この掲載では書類を求めていないため、再応募依頼は送れません。" in visitor.page.text
    assert problems(visitor.page) == []


# ---- offers


def test_an_offer_shows_codes_alone_and_says_who_is_left_out(visitor: Visitor, make_here: Maker) -> None:
    codes = mails.welcoming(make_here, *NAMES)
    begin_write()
    db.session.execute(update(Talent).where(Talent.code == codes[1]).values(accepts_offers=False))
    db.session.commit()

    visitor.open(mails.offer(*codes, "T404404404"))

    assert visitor.page.h1 == "メール作成"
    assert problems(visitor.page) == []
    assert checked(visitor, "send") == [codes[0], codes[2]]
    assert f"{codes[1]}対象外：オファーメールの受け取りを希望していません。" in people(visitor)
    assert "選択のうち1名は" in people(visitor)
    assert "本日あと 200通送れます。" in visitor.page.text
    assert not any(name in visitor.response.text for name in NAMES)

    visitor.press("確認", **OFFER).press("送信")
    assert [message.body for message in messages()] == [
        f"登録コード {code} 様\nはじめまして。" for code in (codes[0], codes[2])
    ]
    rows = [text_of(row) for row in visitor.page.all("tr")]
    assert len([row for row in rows if "保留中" in row]) == 2

    # A colleague's mail is seen before writing again.
    visitor.open(mails.offer(*codes))
    assert "オファーメールを送っています" in people(visitor)
    assert checked(visitor, "send") == []
    visitor.press("確認", **OFFER, status=422)


def test_who_turned_away_meanwhile_is_told_in_the_result(visitor: Visitor, make_here: Maker) -> None:
    codes = mails.welcoming(make_here, *NAMES[:2])
    visitor.open(mails.offer(*codes)).press("確認", **OFFER)
    begin_write()
    db.session.execute(update(Talent).where(Talent.code == codes[0]).values(accepts_offers=False))
    db.session.commit()

    visitor.press("送信")

    rows = [text_of(row) for row in visitor.page.all("tr")]
    assert f"{codes[0]} 対象外 オファーメールの受け取りを希望していません。" in rows
    assert len(messages()) == 1


def test_an_offer_may_be_about_a_public_posting_of_ones_own(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    (code,) = mails.welcoming(make_here, NAMES[0])
    mine, foreign = (
        mails.posting(make_here, who, title=title)
        for who, title in ((owner, "水道の専門家を募集します"), (make_here.member(), "よその求人の題名です"))
    )
    visitor.open(mails.offer(code))
    assert "水道の専門家を募集します" in visitor.page.text
    assert "よその求人の題名です" not in visitor.page.text

    visitor.press("確認", **OFFER, entry_id=str(foreign.entry_id), status=422)
    assert "選択肢から選んでください。" in errors(visitor)
    visitor.press("確認", entry_id=str(mine.entry_id), subject="{{求人タイトル}}のご案内")
    assert "水道の専門家を募集しますのご案内" in visitor.page.text


def test_an_organization_without_legal_personality_offers_nothing_but_writes_to_applicants(
    client: FlaskClient, make_here: Maker
) -> None:
    group = make_here.member(make_here.organization("任意団体の会", org_type="13"))
    (code,) = mails.welcoming(make_here, NAMES[0])
    ids = mails.applicants(make_here, mails.posting(make_here, group), NAMES[1])
    log_in(client, group)
    visitor = Visitor(client)
    visitor.open(mails.contact(*ids))
    _address, sent = visitor.what_is_sent("確認", **WORDS)
    sent = with_values(sent, {"class": "offer", "listed": code, "send": code})
    before = digest()

    visitor.open(mails.offer(code), status=403)
    for path in ("", "confirm/", "send/", "test/", "templates/"):
        assert client.post(f"/mypage/mails/{path}", data=sent).status_code == 403, path
    assert client.post("/mypage/mails/", data=with_values(sent, {"step": "save"})).status_code == 403
    assert digest() == before, "nothing was written"

    visitor.open(mails.contact(*ids)).press("確認", **WORDS).press("送信")
    assert count(Message) == 1
    visitor.open("/mypage/mail-templates/new/")
    assert "オファーメール" not in [text_of(option) for option in visitor.page.all("option")]


# ---- what is not theirs


def test_foreign_applications_are_not_there(visitor: Visitor, three: list[int], make_here: Maker) -> None:
    other = make_here.member()
    (foreign,) = mails.applicants(make_here, mails.posting(make_here, other), "江口 健")

    visitor.open(mails.contact(foreign), status=404)
    visitor.open(mails.contact(three[0], foreign))
    assert "選択のうち1名は" in people(visitor)
    assert "江口" not in visitor.response.text
    visitor.press("確認", **WORDS, send=[str(three[0]), str(foreign)]).press("送信")
    assert [message.body.partition(" 様")[0] for message in messages()] == [NAMES[0]]


def test_a_foreign_result_is_not_there(
    client: FlaskClient, visitor: Visitor, three: list[int], make_here: Maker
) -> None:
    visitor.open(mails.contact(*three)).press("確認", **WORDS).press("送信")
    path = visitor.path
    log_in(client, make_here.member())

    Visitor(client).open(path, status=404)
    assert client.post(f"{path}cancel/").status_code == 404
    assert {message.state for message in messages()} == {MessageState.held}


def test_viewers_write_no_mails(client: FlaskClient, three: list[int], owner: Actor, make_here: Maker) -> None:
    house = db.session.get_one(Organization, owner.organization_id)
    log_in(client, actor_of(make_here.account(Role.viewer, house)))
    Visitor(client).open(mails.contact(*three), status=403)


def test_who_was_logged_out_comes_back_to_the_same_people(site: Flask, visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three))
    address, sent = visitor.what_is_sent("確認", **WORDS)

    answer = site.test_client().post(address, data=sent)

    assert answer.status_code == 302
    way = unquote(parse_qs(urlsplit(answer.location).query)["next"][0])
    visitor.open(way)
    assert checked(visitor, "send") == [str(key) for key in three]
    assert count(Dispatch) == 0


# ---- attached files


def attach(visitor: Visitor, content: bytes, name: str, *, status: int = 200, button: str = "添付する") -> None:
    address, sent = visitor.what_is_sent(button)
    data = sent.to_dict(flat=False) | {"file": (io.BytesIO(content), name)}
    visitor._arrived(visitor.client.post(address, data=data), status)


def test_files_stay_while_the_form_is_mended_and_go_with_each_mail(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three[:2])).press("添付する", **WORDS | {"topic": ""})
    attach(visitor, pdf("案内"), "案内.pdf")
    attach(visitor, pdf("案内"), "地図.pdf", status=422, button="確認")  # the topic is missing
    assert "メール種別を選択してください。" in errors(visitor)
    for name in ("案内.pdf", "地図.pdf"):
        assert name in visitor.page.text
    attach(visitor, b"MZ\x90\x00", "道具.exe", status=422)
    assert "件名" not in errors(visitor)
    assert typed(visitor, "body") == WORDS["body"]

    visitor.press("地図.pdfを外す")
    assert "地図.pdf" not in visitor.page.text
    visitor.press("確認", topic="other")
    assert "案内.pdf" in visitor.page.text
    visitor.press("送信")

    assert count(MessageFile) == 2
    db.session.rollback()
    names = db.session.scalars(select(StoredFile.name).join(MessageFile, MessageFile.file_id == StoredFile.id))
    assert set(names) == {"案内.pdf"}


def test_three_files_at_most_and_none_too_large(
    visitor: Visitor, three: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "1つ5MB以内" in visitor.open(mails.contact(*three)).page.text
    monkeypatch.setattr(attachments, "LARGEST", 100_000)
    attach(visitor, pdf("案内") + b"\0" * attachments.LARGEST, "大きい.pdf", status=422)
    assert "小さくして" in errors(visitor)
    address, sent = visitor.what_is_sent("添付する")
    for number in range(3):
        attach(visitor, pdf("案内"), f"{number}.pdf")
    assert not visitor.page.buttons("添付する")
    kept = visitor.what_is_sent("確認")[1].getlist("kept")
    data = sent.to_dict(flat=False) | {"kept": kept, "file": (io.BytesIO(pdf("案内")), "4.pdf")}
    visitor._arrived(visitor.client.post(address, data=data), 422)
    assert "3つまで" in errors(visitor)


def test_foreign_files_do_not_go_along(site: Flask, visitor: Visitor, three: list[int], make_here: Maker) -> None:
    someone = make_here.member()
    (theirs,) = mails.applicants(make_here, mails.posting(make_here, someone), NAMES[0])
    client = site.test_client()
    log_in(client, someone)
    stranger = Visitor(client).open(mails.contact(theirs))
    attach(stranger, pdf("案内"), "秘密.pdf")
    kept = stranger.what_is_sent("確認")[1]["kept"]

    address, sent = visitor.open(mails.contact(*three)).what_is_sent("確認", **WORDS)
    answer = visitor.client.post(address, data=with_values(sent, {"kept": kept}))

    assert answer.status_code == 422
    assert "秘密" not in answer.text


# ---- templates from a mail and into one


def keep(owner: Actor, make_here: Maker, **values: object) -> int:
    begin_write()
    written = Written("質問のひな型", MailClass.contact, "ご質問", "ひな型の本文です。", MailTopic.question)
    template = templates.save(replace(written, **values), actor=owner, now=make_here.now)
    db.session.commit()
    return template.id


def test_a_written_mail_becomes_a_template(visitor: Visitor, three: list[int]) -> None:
    visitor.open(mails.contact(*three)).press("テンプレート保存", **WORDS, send=[str(three[0])])

    assert "テンプレート「面接のご案内」を保存しました。" in visitor.page.text
    assert typed(visitor, "body") == WORDS["body"]
    assert checked(visitor, "send") == [str(three[0])]
    db.session.rollback()
    kept = db.session.scalars(select(MailTemplate)).one()
    assert (kept.name, kept.topic, kept.body) == ("面接のご案内", MailTopic.arrangement, WORDS["body"])

    visitor.press("テンプレート保存", status=422)
    assert "同じ名前のテンプレートがあります。" in errors(visitor)
    visitor.press("テンプレート保存", template_name="二つ目")
    assert count(MailTemplate) == 2
    visitor.press("テンプレート保存", template_name="三つ目", body="", status=422)
    assert "本文を入力してください。" in errors(visitor)


def test_a_template_is_chosen_after_a_warning_and_taken_back(
    visitor: Visitor, three: list[int], owner: Actor, make_here: Maker
) -> None:
    keep(owner, make_here)
    keep(owner, make_here, name="採用のひな型", mail_class=MailClass.hire)
    visitor.open(mails.contact(*three)).press("テンプレート", **WORDS, send=[str(three[0])])

    assert "入力した件名と本文はテンプレートの内容で上書きされます" in visitor.page.text
    assert problems(visitor.page) == []
    assert "質問のひな型" in visitor.page.text
    assert "採用のひな型" not in visitor.page.text

    visitor.press("選択", beside="質問のひな型")
    assert (typed(visitor, "subject"), typed(visitor, "body")) == ("ご質問", "ひな型の本文です。")
    assert checked(visitor, "send") == [str(three[0])]
    assert problems(visitor.page) == []

    visitor.press("元に戻す")
    assert (typed(visitor, "subject"), typed(visitor, "body")) == (WORDS["subject"], WORDS["body"])
    assert not visitor.page.buttons("元に戻す")

    visitor.press("テンプレート").press("本文に挿入", beside="質問のひな型")
    assert typed(visitor, "subject") == WORDS["subject"]
    assert typed(visitor, "body") == f"{WORDS['body']}\n\nひな型の本文です。"
    visitor.press("テンプレート").press("入力画面へ戻る").press("元に戻す")
    assert typed(visitor, "body") == WORDS["body"]


def test_foreign_templates_are_not_there(visitor: Visitor, three: list[int], make_here: Maker) -> None:
    foreign = keep(make_here.member(), make_here)
    address, sent = visitor.open(mails.contact(*three)).what_is_sent("テンプレート保存", **WORDS)

    for template_id in (foreign, 2_000_000_000):
        assert visitor.client.post(address, data=with_values(sent, {"step": f"use:{template_id}"})).status_code == 404


def test_the_list_of_templates_and_what_becomes_of_them(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    office = make_here.secretary(Role.administrator)
    keep(office, make_here, name="事務局のひな型")
    assert "テンプレートはまだありません" in visitor.open("/mypage/mail-templates/").page.text
    assert problems(visitor.page) == []

    visitor.open("/mypage/mail-templates/new/")
    visitor.press("保存", name="", subject="件名です", body="{{着任時期}}", status=422)
    assert "テンプレート名を入力してください。" in errors(visitor)
    assert "{{着任時期}}" in errors(visitor)
    assert typed(visitor, "subject") == "件名です"
    assert problems(visitor.page) == []
    visitor.press("保存", name="わたしのひな型", body="本文です。")
    assert "テンプレートを保存しました。" in visitor.page.text

    edit = visitor.page.link("わたしのひな型")
    colleague = visitor.client
    address, sent = visitor.open(edit).what_is_sent("保存", body="後から直しました。")
    visitor.press("保存", name="名前を改めた", body="先に直しました。")
    assert "名前を改めた" in visitor.page.text

    answer = colleague.post(address, data=sent)
    assert answer.status_code == 409
    assert "競合" in answer.text
    assert "先に直しました。" in answer.text
    assert "後から直しました。" in answer.text
    visitor._arrived(answer, 409)
    assert problems(visitor.page) == []
    visitor.press("この内容で上書き保存")
    assert count(MailTemplate, MailTemplate.body == "後から直しました。") == 1

    visitor.open("/mypage/mail-templates/")
    remove = next(link for link in visitor.page.links() if link.endswith("/delete/"))
    assert problems(visitor.open(remove).page) == []
    visitor.press("削除する")
    assert count(MailTemplate, MailTemplate.organization_id.is_not(None)) == 0


def test_samples_are_kept_at_the_desk(
    desk: Visitor, client: FlaskClient, owner: Actor, make_here: Maker, three: list[int]
) -> None:
    log_in(client, make_here.secretary(Role.administrator))
    keep(owner, make_here)
    visitor = Visitor(client)
    assert "質問のひな型" not in visitor.open("/desk/mail-samples/").page.text, "an organization's own"
    visitor.follow("追加")
    visitor.press("保存", name="見本", mail_class="contact", subject="{{なぞ}}", body="本文です。")
    assert "差し込み項目はありません" in visitor.page.text
    visitor.press(
        "保存", name="見本", mail_class="contact", topic="reminder", subject="開催のご案内", body="本文です。"
    )
    assert "見本" in visitor.page.text
    assert problems(visitor.page) == []

    log_in(client, owner)
    Visitor(client).open(mails.contact(*three)).press("テンプレート", **WORDS).press("選択", beside="開催のご案内")
    db.session.rollback()
    sample = db.session.scalars(select(MailTemplate).where(MailTemplate.organization_id.is_(None))).one()
    Visitor(client).open(f"/mypage/mail-templates/{sample.id}/", status=404)


# ---- as many as there are


def test_a_mail_to_many_takes_the_statements_of_one(
    visitor: Visitor, owner: Actor, make_here: Maker, statements: Statements
) -> None:
    ids = crowd(mails.posting(make_here, owner), 20, now=make_here.now)
    begin_write()
    db.session.execute(update(Talent).values(is_public=True, accepts_offers=True))
    codes = db.session.scalars(select(Talent.code).order_by(Talent.id)).all()
    db.session.commit()

    def counted(keys: tuple[object, ...], address: str, words: dict[str, str]) -> list[int]:
        found = []
        visitor.open(address)
        for button in ("", "テンプレート", "入力画面へ戻る", "確認", "送信"):
            statements.restart()
            visitor.press(button, **(words if button == "確認" else {})) if button else visitor.open(address)
            found.append(statements.count)
        statements.restart()
        visitor.open(visitor.path)
        assert visitor.page.text.count("保留中") == len(keys)
        return [*found, statements.count]

    one, many = counted((ids[0],), mails.contact(ids[0]), WORDS), counted(tuple(ids), mails.contact(*ids), WORDS)
    print(f"\ncontact: form, templates, form, confirm, send, result: {one}")
    assert many == one
    one, many = (
        counted((codes[0],), mails.offer(codes[0]), OFFER),
        counted(tuple(codes[1:]), mails.offer(*codes[1:]), OFFER),
    )
    print(f"offer: {one}")
    assert many == one
