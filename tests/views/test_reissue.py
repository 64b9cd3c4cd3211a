"""Chapter 7 of the manual by its labels, and what stands around it: prefetching mail programs, and nobody's secrets."""

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
from portal.mail.delivery import render
from tests.accounts.mailed import NEW, tokens
from tests.make import PASSWORD, Maker, actor_of
from tests.views.login import log_in, mailed_code
from tests.views.pages import Visitor

EMAIL = "org@example.jp"


@pytest.fixture
def account(make_here: Maker) -> Account:
    return make_here.account(Role.owner, make_here.organization("みどりの会"), email=EMAIL)


@pytest.fixture
def visitor(client: FlaskClient) -> Visitor:
    return Visitor(client)


def ask(visitor: Visitor, email: str = EMAIL) -> str:
    """The token that was mailed last."""
    visitor.open("/login").follow("パスワード再発行").follow("団体登録の方はこちら")
    assert "ID（ご登録メールアドレス）" in visitor.page.text
    visitor.press("確認", email=email)
    db.session.rollback()
    return tokens("password_reissue")[-1]


def test_from_the_login_to_a_new_password(site: Flask, visitor: Visitor, account: Account) -> None:
    other = site.test_client()
    log_in(other, actor_of(account))
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=2)):
        token = ask(visitor)
        assert "登録がある場合は" in visitor.page.text
        visitor.open(f"/password/{token}")
        assert (visitor.path, visitor.page.h1) == ("/password", "パスワード設定")
        assert token not in visitor.response.text
        assert EMAIL in visitor.page.text
        visitor.press("パスワードを設定する", status=422, password="みじかい", again="ちがう")
        assert "12文字以上にしてください" in visitor.page.text
        assert "一致しません" in visitor.page.text
        visitor.press("パスワードを設定する", password=NEW, again=NEW)
        assert visitor.page.h1 == "パスワードの設定が完了しました"
        assert other.get("/mypage/").status_code == 302, "all sessions end"
        assert visitor.open("/mypage/").path.startswith("/login"), "and none begins"
        visitor.open("/login").press("次へ", status=422, email=EMAIL, password=PASSWORD)
        visitor.press("次へ", email=EMAIL, password=NEW)
        visitor.press("ログイン", code=mailed_code(visitor.client, EMAIL))
        assert visitor.path == "/mypage/"


def test_used_wrong_and_old_addresses_look_the_same(visitor: Visitor, account: Account) -> None:
    begun = datetime.now(UTC)
    with time_machine.travel(begun, tick=False) as clock:
        token = ask(visitor)
        visitor.open(f"/password/{token}").press("パスワードを設定する", password=NEW, again=NEW)
        clock.shift(timedelta(minutes=2))
        old = ask(visitor)
        clock.shift(timedelta(minutes=61))
        pages = {visitor.open(f"/password/{each}", status=410).page.text for each in (token, old, "x" * 43, "あ")}
    assert len(pages) == 1
    assert "このアドレスは使えません" in pages.pop()
    visitor.follow("もう一度")
    assert visitor.page.h1 == "パスワード再発行"
    visitor.open("/password", status=410)


def test_twenty_bad_addresses_an_hour_and_good_ones_still_work(visitor: Visitor, account: Account) -> None:
    for _ in range(20):
        visitor.open("/password/nothing", status=410)
    visitor.open("/password/nothing", status=429)
    assert int(visitor.response.headers["Retry-After"]) <= 3600
    visitor.open(f"/password/{ask(visitor)}")
    assert visitor.page.h1 == "パスワード設定"


@pytest.mark.parametrize(("typed", "told"), [("", "入力してください"), ("a" * 255, "254文字以内")])
def test_what_cannot_be_an_id_is_told_at_its_field(typed: str, told: str, visitor: Visitor) -> None:
    visitor.open("/reissue/organization").press("確認", status=422, email=typed)
    assert told in "".join(visitor.page.by_id("email-e").itertext())


def test_an_address_stays_within_its_browser_and_out_of_later_pages(
    site: Flask, visitor: Visitor, account: Account
) -> None:
    token = ask(visitor)
    answer = visitor.client.get(f"/password/{token}")
    assert (answer.status_code, answer.location) == (303, "/password")
    assert site.test_client().get("/password").status_code == 410


def test_an_invitation_leads_to_the_same_page(visitor: Visitor, make_here: Maker, account: Account) -> None:
    log_in(visitor.client, actor_of(account))
    visitor.open("/mypage/members/").follow("メンバーを招待する")
    visitor.press("招待のメールを送る", name="小川 葵", email="aoi@example.jp", role="editor")
    assert "招待中" in visitor.page.text
    mail = db.session.scalars(select(OutboxMail).where(OutboxMail.letter == "invitation")).one()
    assert "みどりの会" in render("invitation", mail.params)[1]
    visitor.press("ログアウト")
    visitor.open(f"/password/{mail.params['token']}").press("パスワードを設定する", password=NEW, again=NEW)
    visitor.follow("ログイン")
    assert visitor.path == "/login"
    visitor.press("次へ", email="aoi@example.jp", password=NEW)
    visitor.press("ログイン", code=mailed_code(visitor.client, "aoi@example.jp"))
    assert visitor.path == "/mypage/"
