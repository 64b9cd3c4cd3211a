"""What differs between SQLite and PostgreSQL sits here, one function each."""

import json
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Insert,
    Select,
    Table,
    Text,
    bindparam,
    column,
    event,
    func,
    insert,
    select,
    text,
)
from sqlalchemy import cast as cast_as
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.sql.dml import UpdateBase

from models.base import Base, db
from portal.settings import Settings

LAST_CHARACTER = "\U0010ffff"  # sorts behind whatever a text goes on with

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
    "cache_size=-65536",
    "secure_delete=ON",  # what was erased is not left in free pages, which a backup would copy
)


def engine_options(settings: Settings) -> dict[str, Any]:
    """Errors do not say the values of a statement: whatever logs one would log people's data."""
    if settings.is_sqlite:
        return {
            "hide_parameters": True,
            "connect_args": {"check_same_thread": False, "timeout": 5},
            "pool_size": 8,
            "max_overflow": 16,
        }
    return {
        "hide_parameters": True,
        "pool_pre_ping": True,
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
    if engine.dialect.name != "sqlite":
        return
    event.listen(engine, "connect", _connect)
    event.listen(engine, "begin", _begin)


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
    mode = "BEGIN IMMEDIATE" if connection.get_execution_options().get("write") else "BEGIN"
    connection.exec_driver_sql(mode)
    connection.info["changes"] = changes(connection)


def changes(connection: Connection) -> int:
    """Rows that this connection of SQLite ever changed."""
    return cast("sqlite3.Connection", connection.connection.driver_connection).total_changes


def begin_write() -> None:
    """Starts the session's transaction as a writer. Call it before the first statement; later it is an error."""
    if db.session().in_transaction():
        db.session.rollback()
    db.session.connection(execution_options={"write": True})


@contextmanager
def write_paused() -> Iterator[None]:
    """Lets other writers pass while something slow is done; afterwards a write transaction is open again.

    Only SQLite has a single writer, and only a transaction that wrote nothing yet can be let go; else nothing happens
    here. What was loaded before is read anew when it is used next.
    """
    if not _may_let_go():
        yield
        return
    db.session.rollback()
    try:
        yield
    finally:
        begin_write()


def _may_let_go() -> bool:
    session = db.session()
    if session.get_bind().dialect.name != "sqlite" or session.new or session.dirty or session.deleted:
        return False
    if not session.in_transaction():
        return True
    connection = session.connection()
    return changes(connection) == connection.info["changes"]


def claim(query: Select) -> Select:
    """Rows that other workers hold are passed over; on SQLite the single writer is the lock."""
    if db.session.get_bind().dialect.name == "sqlite":
        return query
    return query.with_for_update(skip_locked=True)


def lock_table(model: type) -> None:
    """Until the end of the transaction nobody else writes the table; on SQLite that is so already."""
    if db.session.get_bind().dialect.name != "sqlite":
        table = cast("Table", model.__table__)  # type: ignore[attr-defined]  # every mapped class has one
        db.session.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


@contextmanager
def by_index() -> Iterator[None]:
    """PostgreSQL thinks that reading every row is cheap and forgets what lies out of line; here it must not."""
    if db.session.get_bind().dialect.name == "sqlite":
        yield
        return
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    yield
    db.session.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))


def insert_or_update(model: type) -> Any:
    """An INSERT that takes ON CONFLICT, in the dialect at hand."""
    return (sqlite if db.session.get_bind().dialect.name == "sqlite" else postgresql).insert(model)


def insert_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows with the same columns in one statement, past the unit of work, which would build an object for each.

    PostgreSQL gets them as one JSON text: a statement a row costs it five times as much.
    """
    if not rows:
        return
    if db.session.get_bind().dialect.name == "sqlite" or len(rows) == 1:
        db.session.execute(insert(cast("Table", model.__table__)), rows)
    else:
        written = json.dumps(list(rows), ensure_ascii=False, default=_as_json)
        db.session.execute(_insert_from_json(model, tuple(rows[0])), {"rows": written})


@lru_cache
def _insert_from_json(model: type[Base], names: tuple[str, ...]) -> Insert:
    table = cast("Table", model.__table__)
    given = cast_as(bindparam("rows", type_=Text), postgresql.JSON)
    columns = [column(name, table.c[name].type) for name in names]
    rows = func.json_to_recordset(given).table_valued(*columns).render_derived(with_types=True)
    return insert(table).from_select(names, select(*rows.c))  # fills in the columns' defaults


def _as_json(value: Any) -> str:
    """What JSON has no word for: moments, of which a naive one must not reach the database."""
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.isoformat()
    raise TypeError(f"{value!r} cannot be written")


def among(column: Any, ids: Collection[Any]) -> ColumnElement[bool]:
    """`column IN ids` for many whole numbers or tuples of them, written out: as many parameters would cost more."""
    numbers = bindparam(None, list(ids), column.type, expanding=True, literal_execute=True)
    return cast("ColumnElement[bool]", column.in_(numbers))


def begins_with(column: Any, start: str) -> ColumnElement[bool]:
    """By the column's index; on PostgreSQL the column sorts by code point (revision 0009 names those that do)."""
    return cast("ColumnElement[bool]", (column >= start) & (column < start + LAST_CHARACTER))


def write(statement: UpdateBase) -> int:
    """Executes an INSERT, UPDATE or DELETE; returns how many rows it touched."""
    return cast("CursorResult[Any]", db.session.execute(statement)).rowcount
