"""A08: nobody is locked out by strangers: known browsers go on, new ones get in by a mailed address, one mail tells."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
from models.people import Account
from models.states import Role
from portal.accounts import login, passwords
from portal.accounts.login import CLOSED, STAFF, check_password
from portal.accounts.origins import Origin
from portal.errors import Refused
from tests.abuse.knocking import stranger
from tests.accounts.mailed import NEW, letters, tokens
from tests.make import PASSWORD, Maker
from tests.views.login import mailed_code
from tests.views.pages import Visitor

EMAIL = "org@example.jp"


def wrong_passwords(site: Flask, email: str, *, count: int, begun: datetime) -> None:
    """As fast as the throttles let strangers: ten each five minutes, each from a network of its own."""
    for number in range(count):
        origin = Origin(f"203.0.{number // 250}.{number % 250}")
        now = begun + timedelta(minutes=5, seconds=1) * (number // 10)
        with pytest.raises(Refused):
            check_password(email, "wrong", roles=STAFF, origin=origin, now=now, settings=site.config["PORTAL"])
        db.session.commit()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand verifications of Argon2 are not what this is about."""
    real = passwords.verify_password
    monkeypatch.setattr(
        login.passwords, "verify_password", lambda stored, password: password != "wrong" and real(stored, password)
    )


def test_a_thousand_wrong_passwords_by_strangers(
    site: Flask, client: FlaskClient, make_here: Maker, quick: None
) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    home = Visitor(client).open("/login").press("次へ", email=EMAIL, password=PASSWORD)
    home.press("ログイン", code=mailed_code(client, EMAIL))
    assert home.path == "/mypage/"
    begun = datetime.now(UTC)
    wrong_passwords(site, EMAIL, count=1000, begun=begun - timedelta(minutes=5, seconds=1) * 99)
    wrong_passwords(site, "nobody@example.jp", count=100, begun=begun - timedelta(minutes=5, seconds=1) * 9)

    # Strangers are not asked any more, whether the address is registered or not.
    answers = [
        stranger(site, place).post("/login", data={"email": email, "password": PASSWORD})
        for place, email in enumerate((EMAIL, "nobody@example.jp"), start=1)
    ]
    with time_machine.travel(begun + timedelta(minutes=6)):
        answers += [
            stranger(site, place).post("/login", data={"email": email, "password": PASSWORD})
            for place, email in enumerate((EMAIL, "nobody@example.jp"), start=3)
        ]
        assert [answer.status_code for answer in answers] == [429] * 4
        assert all(CLOSED in answer.text for answer in answers[2:])
        # The owner's session goes on, and their browser logs in at the first try.
        assert home.open("/mypage/").path == "/mypage/"
        home.press("ログアウト").press("次へ", email=EMAIL, password=PASSWORD)
        assert home.path == "/login/code"
    assert len(letters("login_closed")) == 1, "one mail a day"
    assert db.session.scalars(select(OutboxMail.recipient).where(OutboxMail.letter == "login_closed")).all() == [EMAIL]


def test_a_new_browser_gets_in_by_a_mailed_address(
    site: Flask, client: FlaskClient, make_here: Maker, quick: None
) -> None:
    account = make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    begun = datetime.now(UTC)
    wrong_passwords(site, EMAIL, count=110, begun=begun - timedelta(minutes=60))
    with time_machine.travel(begun + timedelta(seconds=2)):
        abroad = Visitor(stranger(site, 7)).open("/login")
        abroad.press("次へ", status=429, email=EMAIL, password=PASSWORD)
        abroad.follow("パスワード再発行").follow("団体登録の方はこちら").press("確認", email=EMAIL)
        abroad.open(f"/password/{tokens('password_reissue')[0]}").press("パスワードを設定する", password=NEW, again=NEW)
        abroad.follow("ログイン").press("次へ", email=EMAIL, password=NEW)
        abroad.press("ログイン", code=mailed_code(abroad.client, EMAIL))
        assert abroad.path == "/mypage/"
    db.session.rollback()
    assert db.session.scalars(select(Account.suspended_at).where(Account.id == account.id)).one() is None
