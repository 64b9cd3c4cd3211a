"""Pages that read begin no transaction and write nothing; a connection that died while it rested is replaced."""

import json
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import bindparam, delete, event, func, insert, select, text, update

from models.base import db
from models.people import Throttle
from models.records import AuditEvent
from portal import audit
from portal.accounts import throttles
from portal.accounts.throttles import Limit
from portal.actors import CLOCK
from portal.connections import read_json
from portal.database import begin_on_record, begin_read, begin_write, rows_of, write_alone
from portal.errors import Throttled
from tests import databases

LIMIT = Limit("minute", 100, timedelta(minutes=1))
BACKEND = text("SELECT pg_backend_pid()")


def kept(now: datetime) -> dict[str, Any]:
    return {"key": "minute:x", "count": 1, "window_ends_at": now}


def seen_by_another() -> int:
    with db.engine.connect() as connection:
        return connection.scalar(select(func.sum(Throttle.count))) or 0


def test_who_reads_cannot_write(rules: Flask, now: datetime) -> None:
    begin_read()
    assert rows_of(select(Throttle.key)) == []
    for statement in (insert(Throttle).values(kept(now)), delete(Throttle)):
        with pytest.raises(RuntimeError, match="begin_write"):
            db.session.execute(statement)
    db.session.rollback()
    begin_write()
    db.session.execute(insert(Throttle).values(kept(now)))
    db.session.commit()
    assert seen_by_another() == 1


def test_a_connection_forgets_that_it_only_read(rules: Flask, now: datetime) -> None:
    begin_read()
    rows_of(select(Throttle.key))
    db.session.remove()  # as at the end of a request; the pool hands the same one out next
    db.session.execute(insert(Throttle).values(kept(now)))
    assert seen_by_another() == 0
    db.session.rollback()
    assert seen_by_another() == 0


def test_what_is_counted_in_passing_is_there_for_all_and_reading_goes_on(rules: Flask, now: datetime) -> None:
    begin_read()
    rows_of(select(Throttle.key))
    for number in (1, 2):
        throttles.take_each({"minute:x": LIMIT}, now=now, sentence="", is_apart=True)
        assert seen_by_another() == number
    with pytest.raises(RuntimeError, match="begin_write"):
        db.session.execute(delete(Throttle))
    db.session.rollback()


def test_what_is_written_alone_is_there_at_once_and_reading_goes_on(rules: Flask, now: datetime) -> None:
    add = insert(Throttle).values(kept(now))
    more = update(Throttle).where(Throttle.key == bindparam("of")).values(count=Throttle.count + 1)
    begin_write()
    db.session.execute(add)
    db.session.commit()
    for number in (2, 3):
        write_alone(more, {"of": "minute:x"})
        assert seen_by_another() == number
    with pytest.raises(RuntimeError, match="begin_write"):
        db.session.execute(delete(Throttle))
    db.session.rollback()
    begin_write()
    db.session.execute(more, {"of": "minute:x"})
    db.session.rollback()
    assert seen_by_another() == 3, "a transaction is one again"


def test_only_what_is_not_durable_ends_without_the_disk(rules: Flask, now: datetime) -> None:
    is_sqlite = db.engine.dialect.name == "sqlite"
    usual, light = ("2", "1") if is_sqlite else ("on", "off")

    def wait(connection: Any, _record: Any) -> None:  # the tests' own databases never do
        connection.execute("PRAGMA synchronous=FULL" if is_sqlite else "SET synchronous_commit TO on")
        connection.commit()

    said: list[set[Any]] = []

    def note(_connection: Any, _cursor: Any, _statement: str, parameters: Any, *_: Any) -> None:
        said.append(set(map(str, parameters.values())) if isinstance(parameters, dict) else set())

    event.listen(db.engine, "connect", wait)
    event.listen(db.engine, "before_cursor_execute", note)
    try:
        db.engine.dispose()  # one connection from here on
        for _ in range(2):
            begin_write()
            throttles.take_each({"minute:x": LIMIT}, now=now, sentence="")
            assert waits() == usual
            db.session.commit()
            begin_on_record()
            (row,) = audit.sealed("talent.view", [{}], actor=CLOCK, now=now)
            throttles.take_each_on_record({"minute:x": LIMIT}, row, now=now, sentence="")
            if is_sqlite:
                assert waits() == light
            else:  # the statement is a transaction by itself, which is over
                assert said[-1] >= {"synchronous_commit", light}
            db.session.commit()
        begin_read()
        throttles.take_each({"minute:x": LIMIT}, now=now, sentence="", is_apart=True)
        begin_write()
        assert waits() == usual
        db.session.rollback()
    finally:
        event.remove(db.engine, "connect", wait)
        event.remove(db.engine, "before_cursor_execute", note)
        db.session.remove()
        db.engine.dispose()


def test_what_is_refused_counts_for_no_other_limit_and_is_not_on_record(rules: Flask, now: datetime) -> None:
    limits = {"hour:x": Limit("hour", 1, timedelta(hours=1)), "day:x": Limit("day", 10, timedelta(days=1))}
    refused = 0
    for _ in range(4):
        begin_on_record()
        (row,) = audit.sealed("talent.view", [{}], actor=CLOCK, now=now)
        try:
            throttles.take_each_on_record(limits, row, now=now, sentence="")
            db.session.commit()
        except Throttled:
            refused += 1
            db.session.rollback()

    assert refused == 3
    assert dict(db.session.execute(select(Throttle.key, Throttle.count)).all()) == {"hour:x": 1, "day:x": 1}
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == 1


def waits() -> str:
    """How the end of this session's transaction waits for the disk, in the words of its database."""
    is_sqlite = db.engine.dialect.name == "sqlite"
    return str(db.session.scalar(text("PRAGMA synchronous" if is_sqlite else "SHOW synchronous_commit")))


def test_a_connection_that_the_server_closed_is_not_used_again(rules: Flask) -> None:
    """On PostgreSQL; a file closes nothing."""
    if db.engine.dialect.name == "sqlite":
        return
    for begin in (begin_read, begin_write):
        begin()
        resting = db.session.scalar(BACKEND)
        db.session.remove()
        with psycopg.connect(databases.server(), autocommit=True) as administrator:
            administrator.execute("SELECT pg_terminate_backend(%s, 5000)", [resting])
        begin()
        assert db.session.scalar(BACKEND) != resting
        db.session.remove()


@pytest.mark.parametrize("written", ['{"a": [1, "あ"]}', ' {"a": 1} ', '"x"', "12", "null", b"[1, 2]"])
def test_json_reads_as_ever(written: str | bytes) -> None:
    assert read_json(written) == json.loads(written)


def test_no_json_is_an_error() -> None:
    for wrong in ("{", "1 2", ""):
        with pytest.raises(json.JSONDecodeError):
            read_json(wrong)
    with pytest.raises(TypeError):
        read_json(12)  # type: ignore[arg-type]  # SQLAlchemy hands such a value on as it is
