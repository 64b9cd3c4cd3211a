"""Transactions, time and columns behave alike on both databases."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from models.base import db
from models.entries import Entry
from models.organizations import Organization
from models.people import Account
from models.records import Counter
from models.states import Kind, Role
from portal.clock import TOKYO
from portal.database import begin_write, claim, insert_or_update, write
from tests.make import Maker


def is_sqlite() -> bool:
    return db.engine.dialect.name == "sqlite"


def setting(name: str) -> Any:
    query = f"PRAGMA {name}" if is_sqlite() else f"SHOW {name}"
    return db.session.scalar(text(query))


def test_every_connection_has_what_durability_and_patience_ask_for(rules: Flask) -> None:
    if is_sqlite():
        expected = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}
    else:
        expected = {"statement_timeout": "10s", "lock_timeout": "3s", "TimeZone": "UTC", "jit": "off"}

    assert {name: setting(name) for name in expected} == expected


def add_one() -> None:
    counter = db.session.get(Counter, "test")
    assert counter is not None
    db.session.execute(update(Counter).where(Counter.name == "test").values(value=Counter.value + 1))


def test_writers_wait_for_each_other_and_lose_nothing(rules: Flask) -> None:
    begin_write()
    db.session.add(Counter(name="test", value=0))
    db.session.commit()

    def work(_number: int) -> None:
        with rules.app_context():
            for _ in range(10):
                begin_write()
                add_one()  # reads first: without BEGIN IMMEDIATE this fails at once on SQLite
                db.session.commit()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))

    assert db.session.scalar(select(Counter.value).where(Counter.name == "test")) == 80


def test_readers_see_what_was_committed_and_wait_for_nobody(rules: Flask) -> None:
    begin_write()
    db.session.add(Counter(name="test", value=1))
    db.session.commit()
    begin_write()
    db.session.execute(update(Counter).values(value=2))

    def read() -> int | None:
        with rules.app_context():
            return db.session.scalar(select(Counter.value))

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(read).result(timeout=4) == 1
        db.session.commit()
        assert pool.submit(read).result(timeout=4) == 2


def test_beginning_to_write_forgets_what_was_begun_before(rules: Flask) -> None:
    db.session.add(Counter(name="test", value=1))
    db.session.flush()

    begin_write()

    assert db.session.scalars(select(Counter)).all() == []


def test_claimed_rows_are_passed_over_by_others(make: Maker, rules: Flask) -> None:
    ids = [make.organization().id for _ in range(3)]
    held, done = threading.Event(), threading.Event()

    def claimed(count: int) -> list[int]:
        query = select(Organization.id).order_by(Organization.id).limit(count)
        return list(db.session.scalars(claim(query)))

    def hold() -> list[int]:
        with rules.app_context():
            if not is_sqlite():
                begin_write()
            found = claimed(2)
            held.set()
            done.wait(5)
            db.session.rollback()
            return found

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(hold)
        assert held.wait(5)
        second = claimed(3)
        done.set()
        # On SQLite there is one writer at a time: its transaction is the lock.
        assert first.result() == ids[:2]
        assert second == (ids if is_sqlite() else ids[2:])


def test_what_was_touched_is_counted(make: Maker) -> None:
    for _ in range(3):
        make.organization("同じ名前")

    assert write(update(Organization).where(Organization.name == "同じ名前").values(phone="0")) == 3
    assert write(update(Organization).where(Organization.name == "別の名前").values(phone="1")) == 0


def test_an_insert_may_become_an_update(rules: Flask) -> None:
    for value in (1, 2):
        statement = insert_or_update(Counter).values(name="test", value=value)
        db.session.execute(
            statement.on_conflict_do_update(index_elements=[Counter.name], set_={"value": statement.excluded.value})
        )

    assert db.session.scalars(select(Counter.value)).all() == [2]


# ---- columns


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2027, 1, 1, 0, 0, tzinfo=TOKYO),
        datetime(2000, 2, 29, 12, 0, tzinfo=UTC),
        datetime(2100, 12, 31, 23, 59, tzinfo=TOKYO),
    ],
)
def test_moments_come_back_in_utc_to_the_microsecond(moment: datetime, make: Maker) -> None:
    organization = make.organization()
    organization.suspended_at = moment
    db.session.commit()

    assert organization.suspended_at == moment
    assert organization.suspended_at.utcoffset() == timedelta(0)
    found = db.session.scalars(select(Organization.id).where(Organization.suspended_at <= moment)).all()
    assert found == [organization.id]
    earlier = moment - timedelta(microseconds=1)
    assert db.session.scalars(select(Organization.id).where(Organization.suspended_at <= earlier)).all() == []


def test_a_naive_moment_reaches_no_database(make: Maker) -> None:
    organization = make.organization()
    organization.suspended_at = datetime(2026, 12, 1, 9, 0)  # noqa: DTZ001

    with pytest.raises(StatementError, match="naive"):
        db.session.flush()
    db.session.rollback()


def test_a_member_that_no_enumeration_has_reaches_no_database(make: Maker, now: datetime) -> None:
    organization = make.organization()
    with pytest.raises((StatementError, LookupError)):
        db.session.execute(
            insert(Entry).values(number="X", kind="pigeon", organization_id=organization.id, created_at=now)
        )
    db.session.rollback()


@pytest.mark.parametrize("title", ["", "𠮷野家 🌏 髙﨑", "a'b\"c\\d%_", "行\n行\tタブ", "e\u0301", "あ" * 10_000])
def test_any_text_comes_back(title: str, make: Maker) -> None:
    assert db.session.get_one(Organization, make.organization(title or " ", summary=title).id).summary == title


def test_lists_keep_their_order_and_nesting(make: Maker) -> None:
    version = make.draft(Kind.job, fields=["14", "03"], languages=[
        {"language": "en", "need": "must", "level": "B", "note": "引用\"と'と\\"}
    ])  # fmt: skip
    db.session.expire_all()

    assert version.fields == ["14", "03"]
    assert version.languages == [{"language": "en", "need": "must", "level": "B", "note": "引用\"と'と\\"}]


# ---- what the schema itself refuses


def account(now: datetime, **over: Any) -> Account:
    columns = {"email": "a@example.jp", "name": "佐藤", "role": Role.reviewer, "created_at": now}
    return Account(**columns | over)


def test_a_member_has_an_organization_and_nobody_else_has(make: Maker, now: datetime) -> None:
    organization = make.organization()

    for role in Role:
        is_member = role in (Role.owner, Role.editor, Role.viewer)
        wrong = None if is_member else organization.id
        db.session.add(account(now, role=role, organization_id=wrong))
        with pytest.raises(IntegrityError):
            db.session.flush()
        db.session.rollback()


def test_an_address_has_one_account(make: Maker, now: datetime) -> None:
    db.session.add_all([account(now), account(now)])

    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_nothing_points_to_what_is_not_there(rules: Flask, now: datetime) -> None:
    with pytest.raises(DBAPIError):
        db.session.execute(
            insert(Entry).values(number="X", kind=Kind.job, organization_id=99_999, created_at=now, application_count=0)
        )
    db.session.rollback()
