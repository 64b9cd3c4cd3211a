"""「アカウント情報」: a new password with its popup, step-up, a new login e-mail, and the authenticator app."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
from models.people import Account, LoginSession
from models.states import Role
from portal.accounts import stepping_up
from tests.accounts.mailed import NEW, letters, tokens
from tests.make import PASSWORD, Maker, actor_of
from tests.views.login import log_in, mailed_code
from tests.views.pages import Visitor

EMAIL = "org@example.jp"
CHANGED = "パスワードが変更されました"
SECRET = re.compile(r"<code class=\"num\">([A-Z2-7 ]+)</code>")
CODE = re.compile(r"<code>([A-Z2-7-]{19})</code>")


@pytest.fixture
def account(make_here: Maker) -> Account:
    return make_here.account(Role.owner, make_here.organization("みどりの会"), email=EMAIL)


@pytest.fixture
def visitor(client: FlaskClient, account: Account) -> Visitor:
    log_in(client, actor_of(account))
    return Visitor(client)


def token_of(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie.get("_user_id"))


def cookie_of(client: FlaskClient) -> dict[str, object]:
    with client.session_transaction() as cookie:
        return dict(cookie)


def test_the_password_changes_with_a_popup_and_other_sessions_end(
    site: Flask, visitor: Visitor, account: Account
) -> None:
    other = site.test_client()
    log_in(other, actor_of(account))
    before = token_of(visitor.client)
    visitor.open("/mypage/account/").follow("変更する")
    visitor.press("パスワードを変更する", present=PASSWORD, password=NEW, again=NEW)
    assert visitor.path == "/mypage/account/"
    popup = visitor.page.one("dialog", **{"data-popup": ""})
    assert CHANGED in "".join(popup.itertext())
    assert "OK" in ["".join(button.itertext()) for button in popup.iter("button")]
    assert CHANGED not in visitor.open("/mypage/account/").page.text, "once"
    assert other.get("/mypage/").status_code == 302
    assert token_of(visitor.client) != before
    stolen = site.test_client()
    with stolen.session_transaction() as cookie:
        cookie["_user_id"] = before
    assert stolen.get("/mypage/").status_code == 302, "the cookie before is worth nothing"
    [mail] = letters("account_changed")
    assert (mail.recipient, mail.params["what"]) == (EMAIL, CHANGED)


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        ({"present": "", "password": NEW, "again": NEW}, {"present"}),
        ({"present": "wrong", "password": NEW, "again": NEW}, {"present"}),
        ({"present": PASSWORD, "password": "みじかい", "again": "みじかい"}, {"password"}),
        ({"present": PASSWORD, "password": "みどりの会みどりの会みどりの会", "again": "x"}, {"password", "again"}),
        ({"present": PASSWORD, "password": "あ" * 129, "again": "あ" * 129}, {"password"}),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    typed: dict[str, str], fields: set[str], visitor: Visitor, account: Account
) -> None:
    visitor.open("/mypage/account/password/").press("パスワードを変更する", status=422, **typed)
    assert {name for name in ("present", "password", "again") if f"{name}-e" in visitor.page.ids} == fields
    assert visitor.page.title.startswith("エラー：")
    assert letters("account_changed") == []
    assert visitor.open("/mypage/").path == "/mypage/"


def test_guessing_the_present_password_is_throttled(visitor: Visitor) -> None:
    visitor.open("/mypage/account/password/")
    for _ in range(10):
        visitor.press("パスワードを変更する", status=422, present="wrong", password=NEW, again=NEW)
    visitor.press("パスワードを変更する", status=429, present=PASSWORD, password=NEW, again=NEW)
    assert visitor.response.headers["Retry-After"]
    assert "試行回数が多すぎます" in visitor.page.text


@pytest.mark.parametrize(("role", "home"), [(Role.talent, "/talent/"), (Role.reviewer, "/desk/")])
def test_everybody_else_has_the_same_page(role: Role, home: str, client: FlaskClient, make_here: Maker) -> None:
    log_in(client, actor_of(make_here.account(role)))
    visitor = Visitor(client).open("/account/").follow("変更する")
    visitor.press("パスワードを変更する", present=PASSWORD, password=NEW, again=NEW)
    assert visitor.path == "/account/"
    assert CHANGED in visitor.page.text
    assert visitor.open(home).path == home


# ---- step-up


@pytest.fixture
def later() -> Iterator[Any]:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=15, seconds=5), tick=False) as clock:
        yield clock


def test_a_sensitive_page_asks_once_more_after_a_quarter_of_an_hour(
    visitor: Visitor, account: Account, later: Any
) -> None:
    before = token_of(visitor.client)
    visitor.open("/mypage/members/invite/")
    assert visitor.path == "/account/confirm?next=/mypage/members/invite/"
    visitor.press("続ける", status=422, password="wrong")
    assert visitor.open("/mypage/members/invite/").path.startswith("/account/confirm")
    visitor.press("続ける", password=PASSWORD)
    assert visitor.path == "/mypage/members/invite/"
    assert token_of(visitor.client) != before, "a new session id at step-up"
    # What a form opened in time sends is taken for as long again.
    later.shift(timedelta(minutes=29))
    visitor.press("招待のメールを送る", status=422, name="", email="x", role="editor")
    later.shift(timedelta(minutes=2))
    visitor.press("招待のメールを送る", status=403, name="小川 葵", email="aoi@example.jp", role="editor")
    assert letters("invitation") == []
    # What was typed waits in the page that asks, and goes on by another press.
    visitor.press("続ける", status=422, password="wrong")
    visitor.press("続ける", password=PASSWORD)
    assert visitor.page.h1 == "本人の確認が済みました"
    assert letters("invitation") == []
    visitor.press("操作を続ける")
    assert visitor.path == "/mypage/members/"
    assert "小川 葵さんに招待のメールを送りました。" in visitor.page.text
    assert len(letters("invitation")) == 1


def test_a_held_form_is_its_senders_alone(site: Flask, visitor: Visitor, make_here: Maker, later: Any) -> None:
    """What was changed by hand, or held for somebody else, leads to the first page."""
    somebody_else = make_here.member()
    visitor.open("/mypage/members/invite/")
    visitor.press("続ける", password=PASSWORD)
    later.shift(timedelta(minutes=31))
    visitor.press("招待のメールを送る", status=403, name="小川 葵", email="aoi@example.jp", role="editor")
    _address, sent = visitor.what_is_sent("続ける", password=PASSWORD)
    changed = ("A" if sent["held"][-9] != "A" else "B").join((sent["held"][:-9], sent["held"][-8:]))
    for held in (changed, "", "x" * 50):
        answer = visitor.client.post("/account/confirm", data={"password": PASSWORD, "held": held})
        assert (answer.status_code, answer.location) == (303, "/mypage/")
    somebody = site.test_client()
    log_in(somebody, somebody_else)
    answer = somebody.post("/account/confirm", data={"password": PASSWORD, "held": sent["held"]})
    assert (answer.status_code, answer.location) == (303, "/mypage/")


# What administrators do to others, and what takes data out of the portal.
SENSITIVE = (
    "/desk/suspensions/1/begin",
    "/desk/suspensions/1/end",
    "/desk/account-acts/1/suspend",
    "/desk/account-acts/1/restore",
    "/desk/account-acts/1/role",
    "/desk/account-acts/1/password-mail",
    "/desk/account-acts/talents/1/erase",
    "/desk/secretaries/new/",
    "/desk/trail-export/make",
)


@pytest.mark.parametrize(("people", "is_asked"), [(50, False), (51, True)])
def test_a_mail_to_more_than_fifty_asks_once_more(
    people: int, is_asked: bool, visitor: Visitor, account: Account
) -> None:
    sent = {"class": "offer", "send": [f"T{number:09d}" for number in range(people)]}
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=30, seconds=5), tick=False):
        answer = visitor.client.post("/mypage/mails/send/", data=sent)
    assert ("本人の確認" in answer.text) is is_asked
    assert (answer.status_code == 403) is is_asked


@pytest.mark.parametrize("path", SENSITIVE)
def test_sensitive_acts_of_administrators_ask_once_more(path: str, client: FlaskClient, make_here: Maker) -> None:
    log_in(client, make_here.secretary(Role.administrator))
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=29), tick=False):
        assert client.post(path, data={"reason": "規約違反"}).status_code != 403
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=30, seconds=5), tick=False):
        answer = client.post(path, data={"reason": "規約違反"})
        assert answer.status_code == 403
        assert "本人の確認" in answer.text


@pytest.mark.parametrize("wanted", ["//evil.example/", "https://evil.example/", "/\\evil.example"])
def test_step_up_leads_nowhere_else(wanted: str, visitor: Visitor) -> None:
    answer = visitor.client.post("/account/confirm", query_string={"next": wanted}, data={"password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/mypage/")


def test_freshness_is_exact() -> None:
    now = datetime.now(UTC)
    session = LoginSession(created_at=now, confirmed_at=None)
    assert stepping_up.is_fresh(session, now + timedelta(minutes=15))
    assert not stepping_up.is_fresh(session, now + timedelta(minutes=15, seconds=1))
    session.confirmed_at = now + timedelta(hours=1)
    assert stepping_up.is_fresh(session, now + timedelta(hours=1, minutes=15))


# ---- the login e-mail


def test_a_new_e_mail_is_confirmed_from_both_mailboxes(site: Flask, visitor: Visitor, account: Account) -> None:
    visitor.open("/mypage/account/").follow("メールアドレスの変更")
    visitor.press("確認のメールを送る", status=422, email="x")
    visitor.press("確認のメールを送る", email="new@example.jp")
    assert "new@example.jp への変更を確認中です" in visitor.page.text
    stranger = Visitor(site.test_client())
    for mailbox, said in ((EMAIL, "確認しました"), ("new@example.jp", "メールアドレスを変更しました")):
        address = f"/email/{tokens('email_confirm', mailbox)[0]}"
        for _ in range(3):  # a mail program looks first
            stranger.client.head(address)
            stranger.open(address)
        stranger.press("変更を確認する")
        assert stranger.page.h1 == said
        stranger.open(address, status=410)
    assert "new@example.jp" in visitor.open("/mypage/account/").page.text
    stranger.open(f"/email/undo/{tokens('email_changed')[0]}").press("変更を取り消す")
    assert stranger.page.h1 == "変更を取り消しました"
    assert visitor.open("/mypage/account/").path.startswith("/login")
    db.session.rollback()
    assert db.session.scalars(select(Account.email).where(Account.id == account.id)).one() == EMAIL


# ---- the authenticator app


def test_the_app_takes_the_place_of_the_mail(visitor: Visitor, account: Account) -> None:
    now = datetime.now(UTC)
    with time_machine.travel(now, tick=False) as clock:
        visitor.open("/mypage/account/").follow("認証アプリの設定")
        visitor.press("設定を始める", status=422, password="wrong")
        visitor.press("設定を始める", password=PASSWORD)
        assert visitor.path == "/account/authenticator/setup"
        assert list(visitor.page.one("div", **{"class": "qr"})), "a drawing, not an address"
        app = pyotp.TOTP(SECRET.findall(visitor.response.text)[0].replace(" ", ""))
        visitor.press("認証アプリを使う", status=422, code="000000")
        visitor.press("認証アプリを使う", code=app.at(now))
        codes = CODE.findall(visitor.response.text)
        assert len(codes) == 10
        assert "復旧コード 残り10個" in visitor.follow("控えました").open("/mypage/account/").page.text
        visitor.press("ログアウト")

        clock.shift(timedelta(seconds=30))
        visitor.open("/login").press("次へ", email=EMAIL, password=PASSWORD)
        assert "認証アプリに表示されている6桁の数字" in visitor.page.text
        assert not visitor.page.buttons("再送する")
        visitor.press("ログイン", status=422, code=app.at(now))
        visitor.press("ログイン", code=app.at(now + timedelta(seconds=30)))
        assert visitor.path == "/mypage/"
        assert not db.session.scalars(select(OutboxMail.id).where(OutboxMail.letter == "one_time_password")).all()

        clock.shift(timedelta(minutes=20))
        visitor.open("/mypage/members/invite/").press("続ける", status=422, password=PASSWORD, code="000000")
        visitor.press("続ける", password=PASSWORD, code=codes[0])
        visitor.open("/account/authenticator/").press("復旧コードを作り直す", password=PASSWORD)
        fresh = CODE.findall(visitor.response.text)
        visitor.open("/account/authenticator/").press("使用をやめる", status=422, password=PASSWORD, code=codes[1])
        visitor.press("使用をやめる", password=PASSWORD, code=fresh[0])
        assert visitor.page.buttons("設定を始める")
        visitor.press("ログアウト").open("/login").press("次へ", email=EMAIL, password=PASSWORD)
        visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))
        assert visitor.path == "/mypage/"


def test_an_administrator_without_an_app_may_be_led_to_it_first(
    site: Flask, client: FlaskClient, make_here: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    strict = replace(site.config["PORTAL"], administrators_need_authenticator=True)
    monkeypatch.setitem(site.config, "PORTAL", strict)
    log_in(client, actor_of(make_here.account(Role.administrator)))
    visitor = Visitor(client)
    for path in ("/desk/", "/desk/jobs/"):
        assert visitor.open(path).path == "/account/authenticator/"
    assert "認証アプリを設定してください" in visitor.page.text
    visitor.press("設定を始める", password=PASSWORD)
    app = pyotp.TOTP(SECRET.findall(visitor.response.text)[0].replace(" ", ""))
    visitor.press("認証アプリを使う", code=app.now())
    assert visitor.open("/desk/").path == "/desk/"
    log_in(reviewer := site.test_client(), make_here.secretary())
    assert reviewer.get("/desk/").status_code == 200
