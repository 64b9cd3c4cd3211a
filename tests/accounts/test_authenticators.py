"""認証アプリ: a secret that the database does not tell, codes that work once, and ten ways back for a lost device."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pyotp
import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.people import Account, Authenticator, LoginChallenge, RecoveryCode
from models.states import Role
from portal.accounts import authenticators, waiting
from portal.accounts.waiting import StartOver
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Conflict, Invalid, Refused
from portal.operation import administrators
from portal.settings import Settings
from tests.accounts.mailed import ask, letters, set_password, tokens
from tests.accounts.steps import HERE, Steps, mailed, wrong
from tests.make import Maker, actor_of

STEP = timedelta(seconds=30)


class App:
    """Set up on a phone."""

    def __init__(self, account: Account, settings: Settings, now: datetime) -> None:
        self.actor, self.settings, self.now = actor_of(account), settings, now
        begin_write()
        authenticators.begin(account, now=now, settings=settings)
        db.session.commit()
        text, self.address = authenticators.begun(self.actor, settings)
        self.secret = text.replace(" ", "")
        self.recovery: list[str] = []

    def code(self, at: datetime) -> str:
        return pyotp.TOTP(self.secret).at(at)

    def confirm(self, code: str = "") -> None:
        begin_write()
        code = code or self.code(self.now)
        self.recovery = authenticators.confirm(
            code, actor=self.actor, origin=HERE, now=self.now, settings=self.settings
        )
        db.session.commit()

    def accepts(self, code: str, at: datetime) -> bool:
        begin_write()
        taken = authenticators.accept(self.actor.account_id or 0, code, origin=HERE, now=at, settings=self.settings)
        db.session.commit()
        return taken


@pytest.fixture
def app(account: Account, rules: Flask, settings: Settings, now: datetime) -> App:
    app = App(account, settings, now)
    app.confirm()
    return app


def test_the_secret_is_sealed_and_the_codes_are_digests(app: App, settings: Settings) -> None:
    kept = [repr(row) for row in db.session.execute(select(*Authenticator.__table__.columns))]
    kept += [repr(row) for row in db.session.execute(select(*RecoveryCode.__table__.columns))]
    assert len(kept) == 11
    secrets = [app.secret, *app.recovery, *(code.replace("-", "") for code in app.recovery)]
    assert len(app.secret) == 32, "160 bits"
    assert not [row for row in kept if any(secret in row for secret in secrets)]
    other = replace(settings, secret_key="another secret that is long enough too")
    with pytest.raises(Conflict):
        authenticators.begun(app.actor, other)
    assert app.address.startswith("otpauth://totp/PARTNER:org%40example.jp?secret=")


def test_it_counts_for_nothing_before_its_first_code(account: Account, settings: Settings, now: datetime) -> None:
    app = App(account, settings, now)
    with pytest.raises(Invalid):
        app.confirm(wrong(app.code(now)))
    db.session.rollback()
    assert not authenticators.has_app(account.id)
    assert not app.accepts(app.code(now), now)
    app.confirm()
    assert authenticators.has_app(account.id)
    assert [mail.params["what"] for mail in letters("account_changed")] == [
        "ログインの確認が認証アプリに切り替わりました"
    ]
    with pytest.raises(Conflict):
        authenticators.begin(account, now=now, settings=settings)


def test_a_code_works_within_a_step_and_once(app: App, now: datetime) -> None:
    assert not app.accepts(app.code(now), now), "the one of the set-up is used"
    assert not app.accepts(app.code(now + 3 * STEP), now + STEP)
    assert app.accepts(app.code(now + STEP), now), "a clock that is fast"
    assert not app.accepts(app.code(now + STEP), now + STEP)
    assert not app.accepts(app.code(now), now + STEP), "nor an earlier one"
    assert app.accepts(app.code(now + 2 * STEP), now + 3 * STEP), "a clock that is slow"
    assert not app.accepts(app.code(now + 2 * STEP), now + 4 * STEP)


def test_a_login_asks_the_app_and_mails_nothing(
    app: App, account: Account, steps: Steps, now: datetime, settings: Settings
) -> None:
    token = steps.issue(account)
    assert mailed() == []
    assert waiting.find_waiting(token, now=now, settings=settings).by_app
    with pytest.raises(Refused, match="認証アプリ"):
        steps.resend(token, now=now + STEP)
    code = app.code(now + STEP)
    assert "あと4回" in str(steps.refusal(token, wrong(code), now=now + STEP))
    assert steps.answer(token, code, now=now + STEP) == account.id
    again = steps.issue(account, now=now + STEP)
    assert "あと4回" in str(steps.refusal(again, code, now=now + STEP)), "seen over a shoulder"


def test_a_recovery_code_opens_once_however_it_is_typed(
    app: App, account: Account, steps: Steps, now: datetime
) -> None:
    code = app.recovery[3]
    token = steps.issue(account)
    assert steps.answer(token, f" {code.lower().replace('-', ' ')} ") == account.id
    again = steps.issue(account)
    assert "あと4回" in str(steps.refusal(again, code))
    assert authenticators.codes_left(account.id) == 9
    assert letters("account_changed")[-1].params["what"] == "復旧コードが使われました（残り9個）"


def test_a_recovery_code_is_no_way_around_a_mailed_code(steps: Steps, account: Account) -> None:
    token = steps.issue(account)
    assert "あと4回" in str(steps.refusal(token, "AAAA-BBBB-CCCC-DDDD"))


def test_of_many_at_once_one_uses_a_code(app: App, house: Flask, now: datetime) -> None:
    for code, at in ((app.code(now + STEP), now + STEP), (app.recovery[0], now)):
        start = Barrier(8)

        def press(_number: int, code: str = code, at: datetime = at, start: Barrier = start) -> bool:
            with house.app_context():
                start.wait()
                return app.accepts(code, at)

        db.session.rollback()
        with ThreadPoolExecutor(8) as pool:
            assert sum(pool.map(press, range(8))) == 1


def test_new_codes_end_those_before(app: App, now: datetime) -> None:
    begin_write()
    fresh = authenticators.renew_codes(actor=app.actor, origin=HERE, now=now)
    db.session.commit()
    assert len(set(fresh) | set(app.recovery)) == 20
    assert not app.accepts(app.recovery[0], now)
    assert app.accepts(fresh[0], now)


def test_without_it_codes_are_mailed_again(app: App, account: Account, steps: Steps, now: datetime) -> None:
    open_token = steps.issue(account)
    begin_write()
    authenticators.remove(actor=app.actor, origin=HERE, now=now, settings=steps.settings)
    db.session.commit()
    assert db.session.scalars(select(RecoveryCode)).all() == []
    assert isinstance(steps.refusal(open_token, app.recovery[0]), Refused)
    steps.issue(account)
    assert len(mailed()) == 1


def test_a_reissued_password_does_not_take_it_away(
    app: App, account: Account, steps: Steps, now: datetime, settings: Settings
) -> None:
    ask("org@example.jp", settings=settings, now=now)
    set_password(tokens("password_reissue")[0], settings=settings, now=now)
    db.session.refresh(account)
    steps.issue(account)
    assert mailed() == []
    assert db.session.scalars(select(LoginChallenge.by_app)).all() == [True]


def test_administrators_may_be_obliged(make: Maker, settings: Settings, now: datetime) -> None:
    strict = replace(settings, administrators_need_authenticator=True)
    account = make.account(Role.administrator)
    actor = actor_of(account)
    assert authenticators.is_missing(actor, strict)
    assert not authenticators.is_missing(actor, settings)
    assert not authenticators.is_missing(Actor(Role.reviewer, account.id), strict)
    app = App(account, strict, now)
    app.confirm()
    assert not authenticators.is_missing(actor, strict)
    with pytest.raises(Refused, match="義務"):
        authenticators.remove(actor=actor, origin=HERE, now=now, settings=strict)


def test_five_wrong_codes_end_the_login(app: App, account: Account, steps: Steps) -> None:
    token = steps.issue(account)
    for _ in range(4):
        assert not isinstance(steps.refusal(token, "000000"), StartOver)
    assert isinstance(steps.refusal(token, "000000"), StartOver)
    assert isinstance(steps.refusal(token, app.recovery[0]), StartOver)


def test_the_operator_takes_it_away_from_who_lost_everything(app: App, account: Account, steps: Steps) -> None:
    administrators.remove_authenticator("ORG@example.jp")
    assert letters("account_changed")[-1].params["what"] == "PARTNER事務局が認証アプリの設定を解除しました"
    steps.issue(account)
    assert len(mailed()) == 1
    with pytest.raises(Refused):
        administrators.remove_authenticator("org@example.jp")
    db.session.rollback()
