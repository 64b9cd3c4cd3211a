"""What logins leave behind is erased when its time is over, to the second, and nothing before."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import Base, db
from models.people import Account, KeptInput, KnownBrowser, LoginChallenge, LoginSession, OneTimeAddress, Throttle
from models.presence import Presence
from models.records import AuditEvent
from portal.accounts import browsers, keeping, sessions
from portal.accounts.cleaning import forget_expired
from portal.accounts.origins import Origin
from portal.accounts.throttles import WRONG_CODES
from portal.database import begin_write
from portal.publishing import presence
from portal.settings import Settings
from tests.accounts.mailed import ask
from tests.accounts.steps import Steps, mailed, wrong
from tests.make import Maker

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
CODE = timedelta(minutes=10)
SESSION = timedelta(hours=12)
ADDRESS = timedelta(hours=1)


def left(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.parametrize(
    ("model", "kept"),
    [
        (Throttle, WRONG_CODES.window),
        (LoginChallenge, CODE + 30 * DAY),
        (LoginSession, SESSION + 30 * DAY),
        (OneTimeAddress, ADDRESS + 30 * DAY),
        (KnownBrowser, browsers.KNOWN_FOR),
        (KeptInput, keeping.KEPT),
        (Presence, presence.WRITING),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_each_is_erased_after_its_time(
    model: type[Base], kept: timedelta, steps: Steps, account: Account, make: Maker, now: datetime
) -> None:
    token = steps.issue(account)
    steps.refusal(token, wrong(mailed()[0]))
    opened = steps.log_in(account)
    begin_write()
    assert keeping.keep(opened.token, "mail", [("subject", "面接のご案内")], now=now)
    db.session.commit()
    ask(account.email, settings=steps.settings, now=now)
    begin_write()
    make.now = now
    own = make.member()
    presence.come(make.draft(actor=own), actor=own, now=now)
    db.session.commit()
    before = left(model)
    assert before >= 1
    forget_expired(now + kept)
    assert left(model) >= 1, "its last second"
    erased = forget_expired(now + kept + SECOND)
    assert erased >= 1
    assert left(model) == 0


def test_what_is_in_use_stays_in_use(steps: Steps, account: Account, now: datetime, settings: Settings) -> None:
    token = steps.issue(account)
    [code] = mailed()
    for _ in range(2):
        steps.refusal(token, wrong(code))
    opened = steps.log_in(account)
    assert forget_expired(now + CODE) == 0
    assert str(steps.refusal(token, wrong(code))).startswith("ワンタイムパスワードが違います。あと2回")
    assert steps.answer(token, code) == account.id
    assert sessions.find_session(opened.token, now=now + CODE, settings=settings) is not None
    assert browsers.is_known(account.id, opened.browser_token, now=now)


def test_a_session_that_was_ended_is_kept_for_questions_as_long(
    steps: Steps, account: Account, make: Maker, now: datetime
) -> None:
    steps.log_in(account)
    number = db.session.scalars(select(LoginSession.id)).one()
    begin_write()
    sessions.end_other_sessions(0, actor=make.secretary(), now=now)  # nobody else's
    db.session.commit()
    assert forget_expired(now + 30 * DAY) == 0
    assert db.session.get(LoginSession, number) is not None


def test_a_browser_that_comes_back_is_kept(steps: Steps, account: Account, now: datetime) -> None:
    opened = steps.log_in(account)
    later = now + 100 * DAY
    steps.log_in(account, origin=Origin(token=opened.browser_token), now=later)
    forget_expired(now + 181 * DAY)
    assert browsers.is_known(account.id, opened.browser_token, now=now + 181 * DAY)


def test_people_and_the_trail_stay(steps: Steps, account: Account, now: datetime) -> None:
    steps.issue(account)
    steps.log_in(account)
    events = left(AuditEvent)
    assert forget_expired(now + 1000 * DAY) == 4  # a count, a challenge, a session, a browser
    assert forget_expired(now + 1000 * DAY) == 0
    assert left(Account) == 1
    assert left(AuditEvent) == events >= 2


def test_ten_thousand_are_erased_in_a_moment(rules: Flask, account: Account, now: datetime) -> None:
    begin_write()
    rows = [{"key": f"code:{number}", "count": 1, "window_ends_at": now - SECOND} for number in range(10_000)]
    db.session.execute(Throttle.__table__.insert(), rows)  # type: ignore[attr-defined]
    db.session.commit()
    assert forget_expired(now) == 10_000
