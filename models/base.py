"""The declarative base, the session and the column types that all tables share."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import sqlalchemy
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, ColumnElement, DateTime, MetaData, Text, inspect, literal_column
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, aliased, registry
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UTCDateTime(TypeDecorator[datetime]):
    """An aware moment, in UTC on both sides. SQLite keeps no zone, so it is put back on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime reached the database")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


JSONValue = JSON().with_variant(JSONB(), "postgresql")


# For columns that a partial index speaks of, as `Enum` does it for its members.
NOTHING: ColumnElement[int] = literal_column("0")
EMPTY: ColumnElement[str] = literal_column("''")


class Enum(sqlalchemy.Enum):
    """Members that it is compared with stand in the statement itself, as they do in the condition of a partial index.

    With a parameter in their place SQLite would plan the statement anew each time it runs, to see whether such an index
    serves, which costs more than running it; and PostgreSQL's plan for all values would do without the index.
    """  # Flask-Admin finds its filters by the name of this class

    class Comparator(sqlalchemy.Enum.Comparator):
        def operate(self, op: Any, *other: Any, **kwargs: Any) -> Any:
            return super().operate(op, *(written_out(each) for each in other), **kwargs)

    comparator_factory = Comparator
    cache_ok = True


def written_out(value: Any) -> Any:
    if isinstance(value, StrEnum):
        return literal_column(f"'{value.value}'")
    if isinstance(value, list | tuple | set | frozenset) and value and all(isinstance(each, StrEnum) for each in value):
        return [written_out(each) for each in value]
    return value


def enum_column(enumeration: type) -> Enum:
    """A string column that accepts only the members; no native type, so that a member is added without DDL."""
    return Enum(
        enumeration,
        native_enum=False,
        create_constraint=False,
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


TYPES: dict[Any, Any] = {str: Text(), datetime: UTCDateTime(), dict[str, Any]: JSONValue, list[Any]: JSONValue}


class Base(DeclarativeBase):
    registry = registry(metadata=MetaData(naming_convention=NAMES), type_annotation_map=TYPES)


M = TypeVar("M", bound=Base)


def shared_alias(model: type[M]) -> type[M]:
    """An alias that many threads use. SQLAlchemy looks up its columns at their first use, which is not safe in threads:
    two first requests of a process would leave it broken until a restart. So every column is looked up here, at once.
    """
    alias = aliased(model, flat=True)
    for name in inspect(model).columns.keys():  # noqa: SIM118  # not a dict
        getattr(alias, name).expression  # noqa: B018  # reading it is the work
    return alias


# Models derive from Base; Flask-SQLAlchemy only lends the session and the engine.
db = SQLAlchemy(model_class=Base, disable_autonaming=True)
