"""Runs migrations in one transaction, on SQLite as on PostgreSQL; the address comes from the settings or the caller."""

from typing import Any

from alembic import context
from sqlalchemy import JSON, Enum, create_engine, event, pool, text
from sqlalchemy.engine import Connection, Engine

from models import Base
from models.base import UTCDateTime
from portal import settings
from portal.settings import Settings

ADVISORY_LOCK = 7_420_319  # any number, the same for everyone: two operators never migrate at once


def address() -> str:
    """`config.attributes["url"]` for commands and tests; PORTAL_DATABASE_URL for Alembic's own command."""
    given = context.config.attributes.get("url")
    return Settings(database_url=given).sqlalchemy_url if given else settings.load().sqlalchemy_url


def engine() -> Engine:
    made = create_engine(address(), poolclass=pool.NullPool)
    if made.dialect.name == "sqlite":
        # The driver's own BEGIN leaves DDL outside the transaction. Foreign keys stay off: batch mode rebuilds tables.
        event.listen(made, "connect", lambda connection, _: setattr(connection, "isolation_level", None))
        event.listen(made, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return made


def lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})


def plain_type(kind: str, item: Any, render: Any) -> str | bool:
    """Migrations are history: they name plain SQL types, not classes of the application that move on."""
    if kind == "type" and isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, Enum):
        return f"sa.String(length={item.length})"
    if kind == "type" and isinstance(item, JSON):
        render.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run() -> None:
    with engine().connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=plain_type,
            transactional_ddl=True,
        )
        with context.begin_transaction():
            lock(connection)
            context.run_migrations()


run()
