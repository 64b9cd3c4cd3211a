"""Connections to the database that are kept open: how each begins, and whether it still lives when it is used again."""

import json
import select
import sqlite3
import time
from typing import Any, cast

import psycopg
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.exc import DisconnectionError

from portal.settings import Settings

_DECODER = json.JSONDecoder()
ASKED_AFTER = 30.0  # seconds of rest, after which a connection may be gone without a word

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-65536",
    "secure_delete=ON",  # what was erased is not left in free pages, which a backup would copy
)


def read_json(written: str | bytes) -> Any:
    """What a column holds. `json.loads` looks at each value for its encoding and for spaces around it: a page has some
    hundred, and the databases hand out neither."""
    text = written.decode() if isinstance(written, bytes) else written  # SQLite hands numbers out as such
    try:
        value, end = _DECODER.raw_decode(text)
    except ValueError:
        return json.loads(text)
    return value if end == len(text) else json.loads(text)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Errors do not say the values of a statement: whatever logs one would log people's data."""
    if settings.is_sqlite:
        return {
            "hide_parameters": True,
            "json_deserializer": read_json,
            "connect_args": {"check_same_thread": False, "timeout": 5, "cached_statements": 512},
            "pool_size": 8,
            "max_overflow": 16,
        }
    return {
        "hide_parameters": True,
        "json_deserializer": read_json,
        "pool_size": 8,
        "max_overflow": 8,
        "connect_args": {
            "connect_timeout": 3,
            "options": "-c statement_timeout=10000 -c lock_timeout=3000 -c timezone=UTC -c jit=off",
        },
    }


def prepare(engine: Engine) -> None:
    """Every connection of a SQLite engine gets its pragmas and the transaction mode that its session asked for."""
    event.listen(engine, "handle_error", _shorten)
    event.listen(engine, "before_cursor_execute", _refuse_writing)
    event.listen(engine, "checkin", _lay_down)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _connect)
        event.listen(engine, "begin", _begin)
    else:
        event.listen(engine, "checkout", _take_up)


def _refuse_writing(connection: Connection, _cursor: Any, statement: str, _values: Any, context: Any, *_: Any) -> None:
    """Where reading is all that was asked for, a write would be by itself: half of it could stay."""
    is_write = context.isinsert or context.isupdate or context.isdelete
    if is_write and "reading" in connection.info and "alone" not in context.execution_options:
        raise RuntimeError(f"a write without begin_write: {statement.partition(' SET ')[0][:80]}")


def _lay_down(connection: Any, record: Any) -> None:
    """It may be taken up next by somebody who writes (`database.begin_read`)."""
    was_reading = record.info.pop("reading", False)
    if connection is not None:  # else it is broken and closed already
        record.info["rested_at"] = time.monotonic()
        if was_reading and not isinstance(connection, sqlite3.Connection):
            connection.autocommit = False


def _take_up(connection: Any, record: Any, _taken: Any) -> None:
    """A server that stops says so, and the word waits at the socket; one that vanished says nothing.

    To ask each time, as `pool_pre_ping` does, costs every page a round trip. Whoever raises here gets a new connection.
    """
    rested = time.monotonic() - record.info.get("rested_at", time.monotonic())
    if rested > ASKED_AFTER or _has_word(connection):
        try:
            connection.execute("SELECT 1")
            connection.rollback()
        except psycopg.Error as error:
            raise DisconnectionError from error


def _has_word(connection: Any) -> bool:
    waiting = select.poll()
    waiting.register(connection.fileno(), select.POLLIN)
    return bool(waiting.poll(0))


def _shorten(context: ExceptionContext) -> None:
    """Of PostgreSQL's messages the first line: those behind it quote the row (DETAIL, CONTEXT)."""
    for problem in (context.original_exception, context.sqlalchemy_exception):
        if problem is not None and problem.args and isinstance(problem.args[0], str):
            problem.args = (problem.args[0].partition("\n")[0], *problem.args[1:])


def _connect(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # BEGIN is ours: the driver's own way loses updates
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # A read that turns into a write fails at once under WAL, whatever the timeout: writers say so first.
    options = connection.get_execution_options()
    if options.get("write"):
        _wait_for_disk(connection, is_durable=options.get("durable", True))
    connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("write") else "BEGIN")
    connection.info["changes"] = changes(connection)


def _wait_for_disk(connection: Connection, *, is_durable: bool) -> None:
    """With NORMAL a commit does not wait for it: safe from crashes of the process, not from those of the machine."""
    if connection.info.get("durable", True) is not is_durable:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if is_durable else 'NORMAL'}")
        connection.info["durable"] = is_durable


def changes(connection: Connection) -> int:
    """Rows that this connection of SQLite ever changed."""
    return cast("sqlite3.Connection", connection.connection.driver_connection).total_changes
