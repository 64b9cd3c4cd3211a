"""The first step: who gets past it, and that nothing tells why someone does not."""

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import func, select, update

from models.base import db
from models.organizations import Organization
from models.people import Account, Throttle
from models.records import AuditEvent
from models.states import Role
from portal.accounts import browsers, passwords
from portal.accounts.login import STAFF, TALENTS, check_password
from portal.accounts.origins import Origin
from portal.database import begin_write
from portal.errors import Refused
from portal.settings import Settings
from tests.make import PASSWORD, Maker

WRONG = "メールアドレスまたはパスワードが正しくありません。"
pytestmark = pytest.mark.usefixtures("true_passwords")

HERE = Origin("203.0.113.7", "Chrome（Windows）")
SECOND = timedelta(seconds=1)


class Door:
    """Knocks as a view does: a refusal is committed too."""

    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings, self.now = settings, now

    def knock(self, email: str, password: str = "wrong", *, roles=STAFF, origin: Origin = HERE, now=None) -> Account:
        try:
            return check_password(
                email, password, roles=roles, origin=origin, now=now or self.now, settings=self.settings
            )
        finally:
            db.session.commit()

    def answer(self, *args, **kwargs) -> str:
        with pytest.raises(Refused) as refusal:
            self.knock(*args, **kwargs)
        return f"{refusal.value.status} {refusal.value}"


@pytest.fixture
def door(rules: Flask, settings: Settings, now: datetime) -> Iterator[Door]:
    passwords.dummy_hash()
    return Door(settings, now)


def test_the_registered_pair_opens(door: Door, make: Maker) -> None:
    account = make.account(Role.owner, make.organization(), email="org@example.jp")

    assert door.knock("org@example.jp", PASSWORD).id == account.id
    assert door.knock("　ＯＲＧ＠example.JP ", "ｐａｒｔｎｅｒ－ｄｅｍｏ").id == account.id


def test_whatever_is_wrong_the_answer_is_the_same(door: Door, make: Maker, now: datetime) -> None:
    make.account(Role.owner, make.organization(), email="known@example.jp")
    make.account(Role.owner, make.organization(), email="suspended@example.jp", suspended_at=now)
    make.account(Role.owner, make.organization(suspended_at=now), email="member@example.jp")
    make.account(Role.talent, email="talent@example.jp")
    make.account(Role.reviewer, email="empty@example.jp", password_hash="")

    answers = {
        door.answer("known@example.jp"),
        door.answer("unknown@example.jp"),
        door.answer("suspended@example.jp", PASSWORD),
        door.answer("member@example.jp", PASSWORD),
        door.answer("talent@example.jp", PASSWORD),
        door.answer("empty@example.jp", ""),
        door.answer("known@example.jp", PASSWORD, roles=TALENTS),
        door.answer("", "", origin=replace(HERE, token="a browser that nobody knows")),
    }

    assert answers == {f"422 {WRONG}"}
    reasons = db.session.scalars(
        select(AuditEvent.details).where(AuditEvent.action == "login.failed").order_by(AuditEvent.id)
    )
    assert [details["reason"] for details in reasons] == [
        "password", "unknown", "suspended", "suspended", "door", "password", "door", "unknown",
    ]  # fmt: skip


def test_known_and_unknown_do_the_same_work(door: Door, make: Maker, now: datetime, statements) -> None:
    make.account(Role.owner, make.organization(), email="known@example.jp")
    make.account(Role.owner, make.organization(), email="suspended@example.jp", suspended_at=now)
    seen = []
    for email in ("known@example.jp", "unknown@example.jp", "suspended@example.jp"):
        statements.restart()
        door.answer(email, PASSWORD if email.startswith("susp") else "wrong")
        seen.append([statement.split(" (")[0] for statement in statements.seen])

    assert seen[0] == seen[1] == seen[2]


def test_known_and_unknown_take_the_same_time(door: Door, make: Maker) -> None:
    """By the processor's clock, whatever runs beside; tests/views/test_login_uniform.py has the wall's, alone."""
    make.account(Role.owner, make.organization(), email="known@example.jp")
    times: dict[str, list[float]] = {"known": [], "unknown": []}
    for number in range(100):
        for name, spent in times.items():
            origin = Origin(f"198.51.{number}.{len(name)}")  # an attacker with many addresses
            begun = time.process_time()
            with pytest.raises(Refused):
                door.knock(f"{name}@example.jp", origin=origin, now=door.now + number * timedelta(minutes=5))
            spent.append((time.process_time() - begun) * 1000)

    medians = {name: statistics.median(spent) for name, spent in times.items()}
    print("\nmedian of 100 + 100 wrong passwords: " + ", ".join(f"{name} {ms:.1f} ms" for name, ms in medians.items()))
    assert abs(medians["known"] - medians["unknown"]) < 5


def test_ten_wrong_passwords_are_answered_and_the_next_is_not(door: Door, make: Maker) -> None:
    make.account(Role.owner, make.organization(), email="org@example.jp")

    def guess(email: str, number: int, password: str = "wrong") -> str:
        return door.answer(email, password, origin=Origin(f"198.51.100.{number}"))

    assert {guess("org@example.jp", number) for number in range(10)} == {f"422 {WRONG}"}
    assert {guess("nobody@example.jp", 100 + number) for number in range(10)} == {f"422 {WRONG}"}
    throttled = "429 試行回数が多すぎます。5分後にもう一度お試しください。"
    assert guess("org@example.jp", 50) == throttled
    assert guess("org@example.jp", 51, PASSWORD) == throttled
    assert guess("nobody@example.jp", 150) == throttled


@pytest.mark.parametrize("others", ["203.0.113.7", "2001:db8:1:2:aaaa::1"])
def test_an_address_has_a_quota_of_its_own(door: Door, make: Maker, others: str) -> None:
    make.account(Role.owner, make.organization(), email="org@example.jp")
    for number in range(10):
        ip = others if "." in others else f"2001:db8:1:2:aaaa::{number}"
        door.answer(f"nobody{number}@example.jp", origin=Origin(ip))

    assert door.answer("org@example.jp", PASSWORD, origin=Origin(others)).startswith("429")
    assert door.knock("org@example.jp", PASSWORD, origin=Origin("203.0.113.8"))
    assert door.knock("org@example.jp", PASSWORD, origin=Origin("2001:db8:1:3::1"))


@pytest.mark.parametrize(("late", "open_"), [(-SECOND, False), (timedelta(0), True), (SECOND, True)])
def test_a_lock_ends_by_itself_to_the_second(door: Door, make: Maker, late: timedelta, open_: bool) -> None:
    make.account(Role.owner, make.organization(), email="org@example.jp")
    for _ in range(10):
        door.answer("org@example.jp")

    moment = door.now + timedelta(minutes=5) + late
    if open_:
        assert door.knock("org@example.jp", PASSWORD, now=moment)
    else:
        assert door.answer("org@example.jp", PASSWORD, now=moment).startswith("429")


def test_right_passwords_are_not_counted(door: Door, make: Maker) -> None:
    make.account(Role.owner, make.organization(), email="org@example.jp")

    assert all(door.knock("org@example.jp", PASSWORD) for _ in range(12))


def test_a_thousand_wrong_passwords_by_strangers_do_not_lock_the_owners_browser_out(door: Door, make: Maker) -> None:
    account = make.account(Role.owner, make.organization(), email="org@example.jp")
    begin_write()
    browsers.remember(account.id, "the cookie of the owner", now=door.now)
    db.session.commit()
    for number in range(1000):
        door.answer("org@example.jp", origin=Origin(f"198.51.{number % 200}.1"))

    assert door.knock("org@example.jp", PASSWORD, origin=Origin("198.51.1.1", token="the cookie of the owner"))
    assert door.answer("org@example.jp", PASSWORD, origin=Origin("198.51.1.1")).startswith("429")
    assert door.answer("org@example.jp", PASSWORD, origin=Origin("192.0.2.1", token="a made-up cookie")).startswith(
        "429"
    )


def test_a_known_browser_has_ten_tries_too(door: Door, make: Maker) -> None:
    account = make.account(Role.owner, make.organization(), email="org@example.jp")
    begin_write()
    browsers.remember(account.id, "the cookie of the owner", now=door.now)
    db.session.commit()
    known = replace(HERE, token="the cookie of the owner")

    assert [door.answer("org@example.jp", origin=known)[:3] for _ in range(11)] == ["422"] * 10 + ["429"]
    assert door.knock("org@example.jp", PASSWORD, origin=HERE)


@pytest.mark.parametrize(("late", "known"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_a_browser_is_known_for_180_days(
    rules: Flask, make: Maker, now: datetime, late: timedelta, known: bool
) -> None:
    account, other = make.account(Role.reviewer), make.account(Role.reviewer)
    browsers.remember(account.id, "cookie", now=now)
    moment = now + timedelta(days=180) + late

    assert browsers.is_known(account.id, "cookie", now=moment) is known
    assert not browsers.is_known(other.id, "cookie", now=now)
    assert not browsers.is_known(account.id, "", now=now)


def test_parallel_guesses_get_ten_answers_and_the_right_one_after_them_none(
    rules: Flask, door: Door, make: Maker
) -> None:
    make.account(Role.owner, make.organization(), email="org@example.jp")
    barrier = Barrier(8)

    def guess(number: int) -> list[str]:
        with rules.app_context():
            barrier.wait()
            return [door.answer("org@example.jp", f"guess {number} {turn}")[:3] for turn in range(5)]

    with ThreadPoolExecutor(8) as pool:
        answers = [answer for own in pool.map(guess, range(8)) for answer in own]

    assert (answers.count("422"), answers.count("429")) == (10, 30)
    assert door.answer("org@example.jp", PASSWORD).startswith("429")


def test_an_old_hash_is_renewed_at_the_login(door: Door, make: Maker) -> None:
    old = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1).hash(PASSWORD)
    account = make.account(Role.owner, make.organization(), email="org@example.jp", password_hash=old)

    door.answer("org@example.jp")
    db.session.refresh(account)
    assert account.password_hash == old
    door.knock("org@example.jp", PASSWORD)
    db.session.refresh(account)
    assert account.password_hash != old
    assert not passwords.needs_rehash(account.password_hash)
    assert door.knock("org@example.jp", PASSWORD).password_version == 1


def test_a_password_changed_while_it_was_being_checked_does_not_open(
    rules: Flask, door: Door, make: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = make.account(Role.owner, make.organization(), email="org@example.jp")
    real = passwords.verify_password

    def change_meanwhile(stored: str, password: str) -> bool:
        begin_write()
        db.session.execute(update(Account).where(Account.id == account.id).values(password_hash="another"))
        db.session.commit()
        return real(stored, password)

    monkeypatch.setattr(passwords, "verify_password", change_meanwhile)

    assert door.answer("org@example.jp", PASSWORD) == f"422 {WRONG}"


def test_neither_the_trail_nor_the_counters_keep_what_was_typed(door: Door, make: Maker) -> None:
    make.account(Role.owner, make.organization(), email="org@example.jp")
    door.answer("org@example.jp", "a canary password")
    door.answer("canary@example.jp", "a canary password")

    kept = [repr(row) for row in db.session.execute(select(*AuditEvent.__table__.columns))]
    kept += [repr(row) for row in db.session.execute(select(*Throttle.__table__.columns))]
    assert len(kept) == 7  # two events; one address and two accounts, each for five minutes and in a row
    assert not [text for text in kept if "canary" in text or "example.jp" in text]


def test_the_trail_tells_when_a_lock_begins(door: Door, make: Maker) -> None:
    account = make.account(Role.owner, make.organization(), email="org@example.jp")
    for _ in range(15):
        door.answer("org@example.jp")

    events = db.session.execute(
        select(AuditEvent.action, func.count(), func.min(AuditEvent.subject_id)).group_by(AuditEvent.action)
    ).all()
    assert sorted(tuple(event) for event in events) == [
        ("login.failed", 10, account.id),
        ("login.throttled", 1, account.id),
    ]


def test_a_suspended_organization_is_let_in_again_when_it_is_restored(door: Door, make: Maker, now: datetime) -> None:
    organization = make.organization(suspended_at=now)
    make.account(Role.owner, organization, email="org@example.jp")
    door.answer("org@example.jp", PASSWORD)
    begin_write()
    db.session.execute(update(Organization).values(suspended_at=None))
    db.session.commit()

    assert door.knock("org@example.jp", PASSWORD)
