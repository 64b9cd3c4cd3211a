"""What differs between SQLite and PostgreSQL sits here, one function each."""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    CursorResult,
    Insert,
    Row,
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
    true,
)
from sqlalchemy import cast as cast_as
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.sql.dml import UpdateBase

from models.base import Base, db
from portal.connections import changes

LAST_CHARACTER = "\U0010ffff"  # sorts behind whatever a text goes on with


def begin_write(*, is_durable: bool = True) -> None:
    """Starts the session's transaction as a writer. Call it before the first statement; later it is an error.

    One that is not durable does not wait for the disk when it ends: where the machine itself fails, its last moments
    may be lost, as a whole. On PostgreSQL the statement says so that `not_durable` is part of.
    """
    if db.session().in_transaction():
        db.session.rollback()
    db.session().info.pop("reading", None)
    db.session.connection(execution_options={"write": True, "durable": is_durable})


def begin_read() -> None:
    """From the next statement until `begin_write` the session reads and may not write.

    On PostgreSQL each statement sees what is committed when it starts, as within a transaction, without the two round
    trips that begin and end one; on SQLite all see one moment.
    """
    db.session().info["reading"] = True


def begin_on_record() -> None:
    """For pages whose reading goes on record with them, and waits for no disk: on SQLite their statements are one
    transaction, on PostgreSQL the only one that writes is one by itself."""
    if dialect() == "sqlite":
        begin_write(is_durable=False)
    else:
        begin_read()


@event.listens_for(db.session, "after_begin")
def _read(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    """Before the first statement; `connections` takes it back when the connection is laid down."""
    if session.info.get("reading"):
        connection.info["reading"] = True
        if connection.dialect.name == "postgresql":
            cast("Any", connection.connection.driver_connection).autocommit = True


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


def finds(query: Select, values: Mapping[str, Any] | None = None) -> bool:
    """Whether there is anything, looked at without a lock: work that comes round every second and mostly finds nothing
    to do takes the place of no writer. Like `begin_write` it ends what the session was at, which saw an older moment.
    """
    if db.session().in_transaction():
        db.session.rollback()
    begin_read()
    found = bool(rows_of(query.limit(1), values))
    db.session.rollback()
    db.session().info.pop("reading", None)
    return found


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
    if "reading" in db.session.connection().info:  # no transaction that LOCAL could end with
        db.session.execute(text("SET enable_seqscan = off"))
        try:
            yield
        finally:
            db.session.execute(text("RESET enable_seqscan"))
    else:
        db.session.execute(text("SET LOCAL enable_seqscan = off"))
        yield
        db.session.execute(text("SET LOCAL enable_seqscan TO DEFAULT"))


def dialect() -> str:
    return db.session.get_bind().dialect.name


def insert_or_update(model: type | Table) -> Any:
    """An INSERT that takes ON CONFLICT, in the dialect at hand."""
    return (sqlite if dialect() == "sqlite" else postgresql).insert(model)


def insert_rows(model: type[Base], rows: Sequence[Mapping[str, Any]]) -> None:
    """Many rows with the same columns in one statement, past the unit of work, which would build an object for each.

    PostgreSQL gets them as one JSON text: a statement a row costs it five times as much.
    """
    if not rows:
        return
    if len(rows) == 1 or dialect() == "sqlite":
        db.session.execute(_insert(model), rows)
    else:
        written = json.dumps(list(rows), ensure_ascii=False, default=_as_json)
        db.session.execute(_insert_from_json(model, tuple(rows[0])), {"rows": written})


@cache
def _insert(model: type[Base]) -> Insert:
    return insert(cast("Table", model.__table__))


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


def rows_of(statement: Select | CompoundSelect, values: Mapping[str, Any] | None = None) -> Sequence[Row]:
    """Reads plain columns past the unit of work, which would cost as much again and flushes nothing here: for pages."""
    return _connection().execute(statement, values or {}).all()


def _connection() -> Connection:
    """The session's own, which it looks for at length each time: a page asks for it some ten times."""
    session = db.session()
    kept: Connection | None = session.info.get("connection")
    if kept is None or kept.closed:  # as at the end of each transaction
        kept = session.info["connection"] = session.connection()
    return kept


def begins_with(column: Any, start: str) -> ColumnElement[bool]:
    """By the column's index; on PostgreSQL the column sorts by code point (revision 0010 names those that do)."""
    return cast("ColumnElement[bool]", (column >= start) & (column < start + LAST_CHARACTER))


def count_up(statement: UpdateBase, values: Mapping[str, Any]) -> Sequence[Row]:
    """One statement in a transaction of its own, in the midst of reading; afterwards reading goes on.

    For what is counted and not kept: on PostgreSQL nobody waits for the disk, and a crash may take the last moment's.
    """
    if dialect() == "sqlite":
        begin_write()
        rows = db.session.execute(statement, values).all()
        db.session.commit()
        begin_read()
        return rows
    return _connection().execute(statement, values, execution_options={"alone": True}).all()


def write_alone(statement: UpdateBase, values: Mapping[str, Any]) -> None:
    """One statement that is a transaction by itself, when no other is open; durable. Afterwards the session reads.

    For what is written a thousand times in a row: PostgreSQL is spared the two round trips that begin and end one.
    """
    if dialect() == "sqlite":
        begin_write()
        _connection().execute(statement, values)
        db.session.commit()
    begin_read()
    if dialect() != "sqlite":
        _connection().execute(statement, values, execution_options={"alone": True})


def not_durable(dialect: str) -> ColumnElement[bool]:
    """True, and on PostgreSQL the end of this transaction does not wait for the disk (`begin_write`)."""
    if dialect == "sqlite":
        return true()
    return func.set_config("synchronous_commit", "off", True).is_not(None)  # noqa: FBT003  # SQL has no names: until the transaction ends


def given(column: Any, name: str = "ids") -> ColumnElement[bool]:
    """`column IN` what comes as the parameter `name`: for statements that are kept."""
    return cast("ColumnElement[bool]", column.in_(bindparam(name, type_=column.type, expanding=True)))


def write(statement: UpdateBase, values: Mapping[str, Any] | None = None) -> int:
    """Executes an INSERT, UPDATE or DELETE; returns how many rows it touched. With `values` it is one that is kept, and
    goes past the unit of work."""
    run = db.session.execute(statement) if values is None else _connection().execute(statement, values)
    return cast("CursorResult[Any]", run).rowcount
