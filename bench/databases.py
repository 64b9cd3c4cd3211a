"""Databases to measure on: filled once a day and size, kept, and copied for each run, so that every run starts equal.

SQLite is a file in var/bench. PostgreSQL is the tests' one: PORTAL_TEST_POSTGRESQL, or the wheel's in the temp folder.
"""

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Engine, create_engine, event

from bench.generate import Size, fill
from portal.database import prepare
from portal.operation import schema
from portal.settings import ROOT, Settings
from tests.databases import server

KINDS = ("sqlite", "postgresql")
FOLDER = ROOT / "var" / "bench"
Say = Callable[[str], None]


@contextmanager
def copy(kind: str, size: Size, *, say: Say) -> Iterator[str]:
    """The address of a new copy of the filled database, which is gone afterwards."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    name = f"portal_bench_{size.name}_{fingerprint()}_{today:%Y%m%d}"
    with (_sqlite if kind == "sqlite" else _postgresql)(name, size, now=today, say=say) as url:
        yield url


def fingerprint() -> str:
    """Changes with the schema and with the generator."""
    here = Path(__file__).parent
    sources = [here / "generate.py", here / "rows.py", *sorted((ROOT / "migrations" / "versions").glob("*.py"))]
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


def engine(url: str) -> Engine:
    """With the portal's own pragmas and transaction modes."""
    made = create_engine(Settings(database_url=url).sqlalchemy_url)
    prepare(made)
    return made


def _fill(url: str, size: Size, *, now: datetime) -> None:
    schema.upgrade(url)
    made = engine(url)
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
    with made.execution_options(write=True).connect() as connection:
        fill(connection, size, now=now)
    with made.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE" if made.dialect.name == "sqlite" else "VACUUM (ANALYZE, FREEZE)")
    made.dispose()


@contextmanager
def _sqlite(name: str, size: Size, *, now: datetime, say: Say) -> Iterator[str]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    kept = FOLDER / f"{name}.sqlite"
    with TemporaryDirectory(prefix="run_", dir=FOLDER) as folder:
        if not kept.exists():
            for old in FOLDER.glob(f"portal_bench_{size.name}_*"):
                old.unlink(missing_ok=True)
            say(f"filling {kept.relative_to(ROOT)} once ({size.entries:,} entries)")
            unfinished = Path(folder) / "filling.sqlite"
            _fill(f"sqlite:///{unfinished}", size, now=now)
            unfinished.rename(kept)
        run = Path(folder) / "run.sqlite"
        shutil.copyfile(kept, run)
        yield f"sqlite:///{run}"


@contextmanager
def _postgresql(name: str, size: Size, *, now: datetime, say: Say) -> Iterator[str]:
    run, unfinished = f"portal_bench_run_{os.getpid()}", f"portal_bench_filling_{os.getpid()}"
    kept = _query("SELECT datname FROM pg_database WHERE datname LIKE %s", f"portal\\_bench\\_{size.name}\\_%")
    if name not in kept:
        say(f"filling the PostgreSQL database {name} once ({size.entries:,} entries)")
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", *kept)
        _do("CREATE DATABASE {} TEMPLATE template0", unfinished)
        _fill(_address(unfinished), size, now=now)
        _do(f"ALTER DATABASE {{}} RENAME TO {name}", unfinished)
    try:
        _do(f"CREATE DATABASE {{}} TEMPLATE {name}", run)
        yield _address(run)
    finally:
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", run, unfinished)


def _do(statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _query(statement: LiteralString, *values: str) -> list[str]:
    with psycopg.connect(server()) as connection:
        return [row[0] for row in connection.execute(statement, values)]


def _address(name: str) -> str:
    return server().replace("/postgres?", f"/{name}?")
