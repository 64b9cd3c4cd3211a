"""Very many rows at once: SQLite takes tuples, PostgreSQL a COPY. Values go past the types of the columns."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import Any

from sqlalchemy import Connection, Table

CHUNK = 20_000


def load(connection: Connection, model: Any, values: Iterable[Mapping[str, Any]]) -> None:
    """All of `values` name the same columns, JSON as text; what they leave out gets the default of its column."""
    remaining = iter(values)
    first = next(remaining, None)
    if first is None:
        return
    table: Table = model.__table__
    rest = _defaults(table, first)
    columns = [*first, *rest]
    load_rows(connection, table.name, columns, _plain(connection, chain([first], remaining), tuple(rest.values())))


def load_rows(connection: Connection, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    """Values as the database keeps them."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, columns, rows)
        return
    marks = ",".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({','.join(columns)}) VALUES ({marks})"
    while chunk := list(islice(rows, CHUNK)):
        connection.exec_driver_sql(statement, chunk)


def _copy(connection: Connection, table: str, columns: list[str], rows: Iterator[tuple[Any, ...]]) -> None:
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({','.join(columns)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


def _defaults(table: Table, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of the columns that are not given."""
    return {
        column.name: _value(column.default.arg)
        for column in table.columns
        if column.name not in given and column.default is not None
    }


def _value(default: Any) -> Any:
    """Of a column; the only ones that are made anew for each row are empty lists and objects."""
    return json.dumps(default(None)) if callable(default) else getattr(default, "value", default)


def _plain(
    connection: Connection, values: Iterable[Mapping[str, Any]], rest: tuple[Any, ...]
) -> Iterator[tuple[Any, ...]]:
    """PostgreSQL takes moments as they are; SQLite gets them as the portal keeps them."""
    if connection.dialect.name == "postgresql":
        return ((*row.values(), *rest) for row in values)
    return (
        (*(stamp(connection, value) if type(value) is datetime else value for value in row.values()), *rest)
        for row in values
    )


def stamp(connection: Connection, moment: datetime) -> Any:
    """SQLite keeps moments as naive text."""
    if connection.dialect.name == "postgresql":
        return moment
    return moment.replace(tzinfo=None).isoformat(" ", "microseconds")
