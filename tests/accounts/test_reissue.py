"""パスワード再発行: an address that works once, soon, for the account as it was, and tells nobody who is registered."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import Base, db
from models.mail import OutboxMail
from models.people import Account, KnownBrowser, LoginChallenge, LoginSession, OneTimeAddress, Throttle
from models.records import AuditEvent
from models.states import Lane, Role
from portal.accounts import authenticators, changing, sessions
from portal.accounts.addresses import Gone
from portal.accounts.login import STAFF, TALENTS
from portal.accounts.origins import Origin
from portal.accounts.passwords import verify_password
from portal.database import begin_write
from portal.errors import Invalid
from portal.settings import Settings
from tests.accounts.mailed import NEW, ask, letters, set_password, tokens
from tests.accounts.steps import HERE, Steps
from tests.make import PASSWORD, Maker, actor_of

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
EMAIL = "org@example.jp"


def count(model: type[Base], *criteria: object) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*criteria)) or 0  # type: ignore[arg-type]


@pytest.fixture
def token(account: Account, settings: Settings, now: datetime) -> str:
    ask(EMAIL, settings=settings, now=now)
    return tokens("password_reissue")[0]


def test_the_mail_leaves_in_the_lane_of_logins_and_the_database_keeps_no_token(token: str, now: datetime) -> None:
    [mail] = letters("password_reissue")
    assert (mail.lane, mail.recipient, mail.expires_at) == (Lane.login, EMAIL, now + HOUR)
    assert len(token) >= 43, "256 bits"
    kept = [repr(row) for row in db.session.execute(select(*OneTimeAddress.__table__.columns))]
    assert len(kept) == 1
    assert token not in kept[0]


def test_it_works_to_the_last_second(token: str, settings: Settings, now: datetime) -> None:
    with pytest.raises(Gone):
        set_password(token, settings=settings, now=now + HOUR + SECOND)
    assert set_password(token, settings=settings, now=now + HOUR)


def test_it_works_once_and_ends_all_that_was_under_the_password_before(
    token: str, account: Account, steps: Steps, settings: Settings, now: datetime
) -> None:
    steps.log_in(account, now=now - HOUR)
    begin_write()
    authenticators.begin(account, now=now, settings=settings)
    db.session.commit()
    before = account.password_version
    set_password(token, settings=settings, now=now + MINUTE)
    db.session.refresh(account)
    assert (account.password_version, verify_password(account.password_hash, NEW)) == (before + 1, True)
    assert not verify_password(account.password_hash, PASSWORD)
    assert count(LoginSession, LoginSession.ended_at.is_(None)) == 0, "and nobody is logged in by it"
    assert count(KnownBrowser) == 0
    assert count(OneTimeAddress, OneTimeAddress.used_at.is_(None)) == 0
    assert authenticators.begun(actor_of(account), settings), "the app stays"
    assert [mail.params["what"] for mail in letters("account_changed")] == ["パスワードが再設定されました"]
    assert count(AuditEvent, AuditEvent.action == "password.reissued", AuditEvent.actor_id == account.id) == 1
    with pytest.raises(Gone):
        set_password(token, settings=settings, now=now + MINUTE)


ENDS: dict[str, Callable[[Account, datetime], None]] = {
    "another password": lambda account, _now: setattr(account, "password_version", account.password_version + 1),
    "a login": lambda account, now: setattr(account, "last_login_at", now + SECOND),
    "another e-mail": lambda account, _now: setattr(account, "email", "moved@example.jp"),
    "a suspension": lambda account, now: setattr(account, "suspended_at", now),
    "a suspension of the organization": lambda account, now: setattr(account.organization, "suspended_at", now),
}


@pytest.mark.parametrize("name", list(ENDS))
def test_it_dies_with(name: str, token: str, account: Account, settings: Settings, now: datetime) -> None:
    begin_write()
    ENDS[name](db.session.get_one(Account, account.id), now)
    db.session.commit()
    with pytest.raises(Gone):
        set_password(token, settings=settings, now=now + MINUTE)


def test_a_newer_one_ends_it(token: str, settings: Settings, now: datetime) -> None:
    ask(EMAIL, settings=settings, now=now + MINUTE)
    first, second = tokens("password_reissue")
    with pytest.raises(Gone):
        set_password(first, settings=settings, now=now + MINUTE)
    assert set_password(second, settings=settings, now=now + MINUTE)


def test_asking_changes_nothing_about_the_account(
    account: Account, steps: Steps, settings: Settings, now: datetime
) -> None:
    opened = steps.log_in(account)
    before = repr(db.session.execute(select(*Account.__table__.columns)).all())
    ask(EMAIL, settings=settings, now=now)
    assert repr(db.session.execute(select(*Account.__table__.columns)).all()) == before
    assert sessions.find_session(opened.token, now=now, settings=settings)


@pytest.mark.parametrize("who", ["nobody", "a talent", "suspended", "of a suspended organization"])
def test_nobody_else_gets_a_mail_or_leaves_more_than_a_count(
    who: str, make: Maker, settings: Settings, now: datetime
) -> None:
    make.account(Role.owner, make.organization(), email="first@example.jp")
    make.account(Role.talent, email="talent@example.jp")
    make.account(Role.owner, make.organization(), email="gone@example.jp", suspended_at=now)
    make.account(Role.owner, make.organization(suspended_at=now), email="closed@example.jp")
    names = {"nobody": "nobody", "a talent": "talent", "suspended": "gone", "of a suspended organization": "closed"}
    ask(f"{names[who]}@example.jp", settings=settings, now=now, roles=STAFF)
    assert (count(OutboxMail), count(OneTimeAddress), count(Throttle), count(AuditEvent)) == (0, 0, 3, 1)


def test_a_talent_has_an_entry_of_their_own(make: Maker, settings: Settings, now: datetime) -> None:
    make.account(Role.talent, email="talent@example.jp")
    ask("talent@example.jp", settings=settings, now=now, roles=TALENTS)
    assert len(tokens("password_reissue")) == 1


def test_limits_are_silent(account: Account, make: Maker, settings: Settings, now: datetime) -> None:
    for number in range(4):  # once a minute: those between send nothing
        ask(EMAIL, settings=settings, now=now + number * 30 * SECOND)
    assert len(tokens("password_reissue")) == 2
    for number in range(1, 6):  # six from here on: five a day, of which all are counted
        ask(EMAIL, settings=settings, now=now + number * HOUR, origin=Origin(f"203.0.113.{number}"))
    assert len(tokens("password_reissue")) == 3
    ask(EMAIL, settings=settings, now=now + timedelta(days=1, seconds=1))
    assert len(tokens("password_reissue")) == 4


def test_one_network_asks_ten_times_an_hour(make: Maker, settings: Settings, now: datetime) -> None:
    organization = make.organization()
    for number in range(11):
        make.account(Role.editor, organization, email=f"m{number}@example.jp")
        ask(f"m{number}@example.jp", settings=settings, now=now)
    assert {mail.recipient for mail in letters("password_reissue")} == {f"m{number}@example.jp" for number in range(10)}


@pytest.mark.parametrize(
    ("password", "again", "fields"),
    [
        ("", "", ["password"]),
        ("みじかい", "みじかい", ["password"]),
        ("partner-demo", "partner-demo", ["password"]),
        ("佐藤美咲佐藤美咲佐藤美咲", "佐藤美咲佐藤美咲佐藤美咲", ["password"]),
        (NEW, NEW + "。", ["again"]),
    ],
)
def test_a_refused_password_leaves_the_address_usable(
    password: str, again: str, fields: list[str], token: str, settings: Settings, now: datetime
) -> None:
    with pytest.raises(Invalid) as invalid:
        changing.set_by_address(token, password, again, origin=HERE, now=now, settings=settings)
    db.session.rollback()
    assert [finding.field for finding in invalid.value.findings] == fields
    assert set_password(token, settings=settings, now=now)


def test_of_many_at_once_one_sets_the_password(token: str, house: Flask, settings: Settings, now: datetime) -> None:
    """A07: single use is decided by the database."""
    start = Barrier(12)
    db.session.rollback()

    def press(number: int) -> bool:
        with house.app_context():
            start.wait()
            try:
                return bool(set_password(token, settings=settings, now=now, password=f"{NEW}{number}"))
            except Gone:
                return False

    with ThreadPoolExecutor(12) as pool:
        won = list(pool.map(press, range(12)))
    assert sum(won) == 1
    [secret] = db.session.scalars(select(Account.password_hash)).all()
    assert verify_password(secret, f"{NEW}{won.index(True)}")
    assert count(LoginChallenge) == 0
