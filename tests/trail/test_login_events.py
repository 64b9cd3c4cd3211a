"""Whatever happens to a login is in the trail: who or which account, when, and from where; never a secret."""

from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.people import Account
from models.records import AuditEvent
from models.states import Role
from portal.event_words import EVENT_LABEL
from tests.accounts.mailed import NEW, tokens
from tests.make import PASSWORD, Maker
from tests.views.login import mailed_code
from tests.views.pages import Visitor
from tests.views.test_password import CODE, SECRET

EMAIL, INVITED, MOVED = "org@example.jp", "aoi@example.jp", "new@example.jp"
OTHER = "みずうみと赤い電車の切符"
KINDS = ("login", "logout", "session", "code", "password", "email", "authenticator")
EVENTS = {name for name in EVENT_LABEL if name.partition(".")[0] in KINDS}


@pytest.fixture
def account(make_here: Maker) -> Account:
    return make_here.account(Role.owner, make_here.organization("みどりの会"), email=EMAIL)


def enter(visitor: Visitor, email: str, password: str) -> Visitor:
    visitor.open("/login").press("次へ", email=email, password=password)
    return visitor.press("ログイン", code=mailed_code(visitor.client, email))


def test_every_login_event_is_found_in_the_trail(site: Flask, client: FlaskClient, account: Account) -> None:
    account_id, begun = account.id, datetime.now(UTC)
    visitor, stranger = Visitor(client), Visitor(site.test_client())
    with time_machine.travel(begun, tick=False) as clock:
        # the first step and the second
        visitor.open("/login").press("次へ", status=422, email=EMAIL, password="wrong")
        visitor.press("次へ", email=EMAIL, password=PASSWORD)
        visitor.press("ログイン", status=422, code="000000")
        visitor.press("ログイン", code=mailed_code(client, EMAIL))
        # a colleague is invited and sets the first password
        visitor.open("/mypage/members/invite/")
        visitor.press("招待のメールを送る", name="小川 葵", email=INVITED, role="editor")
        stranger.open(f"/password/{tokens('invitation')[0]}").press("パスワードを設定する", password=NEW, again=NEW)
        # step-up, a new password, which ends the other login
        enter(Visitor(site.test_client()), EMAIL, PASSWORD)
        clock.shift(timedelta(minutes=20))
        visitor.open("/mypage/members/invite/").press("続ける", password=PASSWORD)
        visitor.open("/mypage/account/").follow("変更する")
        visitor.press("パスワードを変更する", present=PASSWORD, password=NEW, again=NEW)
        # the authenticator app, from its setting to its end
        visitor.open("/mypage/account/").follow("認証アプリの設定").press("設定を始める", password=NEW)
        app = pyotp.TOTP(SECRET.findall(visitor.response.text)[0].replace(" ", ""))
        visitor.press("認証アプリを使う", code=app.at(datetime.now(UTC)))
        visitor.open("/account/authenticator/").press("復旧コードを作り直す", password=NEW)
        codes = CODE.findall(visitor.response.text)
        visitor.open("/account/authenticator/").press("使用をやめる", password=NEW, code=codes[0])
        # the login e-mail, confirmed from both mailboxes, and taken back
        visitor.open("/mypage/account/").follow("メールアドレスの変更").press("確認のメールを送る", email=MOVED)
        for mailbox in (EMAIL, MOVED):
            stranger.open(f"/email/{tokens('email_confirm', mailbox)[0]}").press("変更を確認する")
        stranger.open(f"/email/undo/{tokens('email_changed')[0]}").press("変更を取り消す")
        # the password is reissued; in again and out
        stranger.open("/login").follow("パスワード再発行").follow("団体登録の方はこちら").press("確認", email=EMAIL)
        stranger.open(f"/password/{tokens('password_reissue')[-1]}")
        stranger.press("パスワードを設定する", password=OTHER, again=OTHER)
        enter(visitor, EMAIL, OTHER).press("ログアウト")
        for _ in range(11):
            stranger.client.post("/login", data={"email": EMAIL, "password": "wrong"})

    db.session.rollback()
    rows = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    found = {row.action: row for row in rows}
    assert len(EVENTS) >= 20
    assert EVENTS - found.keys() == set()
    for name in EVENTS:
        row = found[name]
        assert account_id in (row.actor_id, row.subject_id) or row.actor_id, name
        assert row.ip == "127.0.0.1", name
        assert begun <= row.at <= begun + timedelta(minutes=20), name
    told = " ".join(str(row.details) for row in rows)
    assert not any(secret in told for secret in (PASSWORD, NEW, OTHER, *codes))
