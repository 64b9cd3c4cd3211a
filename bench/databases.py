"""Databases to measure on: filled once a day and size, kept, and copied for each run, so that every run starts equal.

SQLite is a file in var/bench. PostgreSQL is the tests' one: PORTAL_TEST_POSTGRESQL, or the wheel's in the temp folder.
"""

import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import LiteralString

import psycopg
from psycopg import sql
from sqlalchemy import Engine, create_engine, event, make_url

from bench import applicants, generate, talents
from bench.generate import Size
from portal.connections import prepare
from portal.operation import schema
from portal.settings import ROOT, Settings
from tests.databases import server

KINDS = ("sqlite", "postgresql")
FOLDER = ROOT / "var" / "bench"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Layer:
    """Data that is filled on top of other data; whoever needs only what lies below does not wait for it."""

    name: str
    fill: Callable[..., None]
    sources: tuple[str, ...]
    under: "Layer | None" = None

    def kept_as(self, size: Size, today: datetime) -> str:
        return f"portal_bench_{size.name}_{self.name}_{self.fingerprint()}_{today:%Y%m%d}"

    def fingerprint(self) -> str:
        """Changes with the schema and with the generator."""
        here = Path(__file__).parent
        sources = [*(here / name for name in self.sources), *sorted((ROOT / "migrations" / "versions").glob("*.py"))]
        return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


ENTRIES = Layer("entries", generate.fill, ("generate.py", "rows.py"))
OF_PEOPLE = (*ENTRIES.sources, "applicants.py", "load.py", "weeks.py")
APPLICATIONS = Layer("applications", applicants.fill, OF_PEOPLE, under=ENTRIES)
TALENTS = Layer("talents", talents.fill, (*OF_PEOPLE, "talents.py"), under=ENTRIES)
LAYERS = (ENTRIES, APPLICATIONS, TALENTS)


@contextmanager
def copy(kind: str, size: Size, *, say: Say, layer: Layer = ENTRIES) -> Iterator[str]:
    """The address of a new copy of the filled database, which is gone afterwards."""
    today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    with (_sqlite if kind == "sqlite" else _postgresql)(layer, size, now=today, say=say) as url:
        yield url


def engine(url: str) -> Engine:
    """With the portal's own pragmas and transaction modes."""
    made = create_engine(Settings(database_url=url).sqlalchemy_url)
    prepare(made)
    return made


def _fill(url: str, layer: Layer, size: Size, *, now: datetime, say: Say) -> None:
    begun = time.perf_counter()
    say(f"filling {layer.name} of {size.name} once ({make_url(url).get_backend_name()})")
    if layer.under is None:
        schema.upgrade(url)
    made = engine(url)
    if made.dialect.name == "sqlite":
        event.listen(made, "connect", lambda connection, _record: connection.execute("PRAGMA synchronous=OFF"))
    with made.execution_options(write=True).connect() as connection:
        layer.fill(connection, size, now=now)
    with made.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("ANALYZE" if made.dialect.name == "sqlite" else "VACUUM (ANALYZE, FREEZE)")
    made.dispose()
    say(f"filled in {time.perf_counter() - begun:.0f} s")


def _current(size: Size, now: datetime) -> set[str]:
    return {layer.kept_as(size, now) for layer in LAYERS}


@contextmanager
def _sqlite(layer: Layer, size: Size, *, now: datetime, say: Say) -> Iterator[str]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for old in FOLDER.glob(f"portal_bench_{size.name}_*.sqlite"):
        if old.stem not in _current(size, now):
            old.unlink(missing_ok=True)
    with TemporaryDirectory(prefix="run_", dir=FOLDER) as folder:
        run = Path(folder) / "run.sqlite"
        shutil.copyfile(_kept_file(layer, size, Path(folder), now=now, say=say), run)
        yield f"sqlite:///{run}"


def _kept_file(layer: Layer, size: Size, folder: Path, *, now: datetime, say: Say) -> Path:
    kept = FOLDER / f"{layer.kept_as(size, now)}.sqlite"
    if not kept.exists():
        unfinished = folder / f"filling_{layer.name}.sqlite"
        if layer.under is not None:
            shutil.copyfile(_kept_file(layer.under, size, folder, now=now, say=say), unfinished)
        _fill(f"sqlite:///{unfinished}", layer, size, now=now, say=say)
        unfinished.rename(kept)
    return kept


@contextmanager
def _postgresql(layer: Layer, size: Size, *, now: datetime, say: Say) -> Iterator[str]:
    old = set(_kept(size)) - _current(size, now)
    _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", *old)
    run = f"portal_bench_run_{os.getpid()}"
    template = _kept_database(layer, size, now=now, say=say)
    try:
        _do(f"CREATE DATABASE {{}} TEMPLATE {template}", run)
        yield _address(run)
    finally:
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", run)


def _kept(size: Size) -> list[str]:
    return _query("SELECT datname FROM pg_database WHERE datname LIKE %s", f"portal\\_bench\\_{size.name}\\_%")


def _kept_database(layer: Layer, size: Size, *, now: datetime, say: Say) -> str:
    name, unfinished = layer.kept_as(size, now), f"portal_bench_filling_{layer.name}_{os.getpid()}"
    if name in _kept(size):
        return name
    below = _kept_database(layer.under, size, now=now, say=say) if layer.under else "template0"
    try:
        _do(f"CREATE DATABASE {{}} TEMPLATE {below}", unfinished)
        _fill(_address(unfinished), layer, size, now=now, say=say)
        _do(f"ALTER DATABASE {{}} RENAME TO {name}", unfinished)
    finally:
        _do("DROP DATABASE IF EXISTS {} WITH (FORCE)", unfinished)
    return name


def _do(statement: LiteralString, *names: str) -> None:
    with psycopg.connect(server(), autocommit=True) as connection:
        for name in names:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _query(statement: LiteralString, *values: str) -> list[str]:
    with psycopg.connect(server()) as connection:
        return [row[0] for row in connection.execute(statement, values)]


def _address(name: str) -> str:
    return server().replace("/postgres?", f"/{name}?")
