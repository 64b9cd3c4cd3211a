"""Database to file and back, with a digest of every table in the same snapshot; one function for each database."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from portal.errors import Refused
from portal.settings import Settings

Digests = Mapping[str, tuple[int, str]]  # rows and SHA-256 of each table, ordered by its key
FETCHED = 2000
STORED_FILES = "SELECT key, dropped_at IS NOT NULL FROM stored_file ORDER BY key"
PRIMARY_KEY = """
SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
WHERE i.indrelid = %s::regclass AND i.indisprimary ORDER BY array_position(i.indkey, a.attnum)
"""
NAMES = {True: "database.sqlite", False: "database.dump"}  # is it SQLite


def dump(settings: Settings, target: Path) -> tuple[Digests, list[tuple[str, bool]]]:
    """Writes the database as it stands at one moment, while others go on writing; returns what that moment held, and
    the key of each file with whether it must be there (`stored_files`)."""
    return (_dump_sqlite if settings.is_sqlite else _dump_postgresql)(settings, target)


def load(settings: Settings, source: Path) -> Digests:
    """Into an empty database; returns what it holds then. Raises Refused for one that is not empty."""
    return (_load_sqlite if settings.is_sqlite else _load_postgresql)(settings, source)


# ---- SQLite


def _path(settings: Settings) -> Path:
    return Path(str(make_url(settings.database_url).database))


def _dump_sqlite(settings: Settings, target: Path) -> tuple[Digests, list[tuple[str, bool]]]:
    with (
        closing(sqlite3.connect(f"file:{_path(settings)}?mode=ro", uri=True, isolation_level=None)) as source,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it sees this moment
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = dict(_sqlite_digests(source)), [(key, not dropped) for key, dropped in source.execute(STORED_FILES)]
        source.execute("ROLLBACK")
    target.chmod(0o600)
    return found


def _load_sqlite(settings: Settings, source: Path) -> Digests:
    target = _path(settings)
    if target.exists() and target.stat().st_size:
        raise Refused(f"{target} にはすでにデータベースがあります。空の場所を PORTAL_DATABASE_URL に指定してください。")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    target.chmod(0o600)
    with closing(sqlite3.connect(target, isolation_level=None)) as connection:
        (verdict,) = connection.execute("PRAGMA integrity_check").fetchone()
        if verdict != "ok":
            raise Refused(f"復元したデータベースが壊れています（{verdict}）。")
        return dict(_sqlite_digests(connection))


def _sqlite_digests(connection: sqlite3.Connection) -> Iterator[tuple[str, tuple[int, str]]]:
    tables = connection.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'"
    )
    for (name,) in sorted(tables.fetchall()):
        keys = "SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk"
        order = ", ".join(f'"{key}"' for (key,) in connection.execute(keys, [name])) or "1"
        rows, digest = connection.execute(f'SELECT * FROM "{name}" ORDER BY {order}'), hashlib.sha256()  # noqa: S608
        count = 0
        while some := rows.fetchmany(FETCHED):
            count += len(some)
            digest.update(repr(some).encode())
        yield name, (count, digest.hexdigest())


# ---- PostgreSQL


def _program(settings: Settings, name: str) -> str:
    """Of the client tools: `pg_dump` must not be older than the server."""
    folder = settings.postgresql_bin or None
    if (path := shutil.which(name, path=folder)) is None:
        where = f"{folder} に" if folder else ""
        raise Refused(
            f"{where}{name} がありません。PostgreSQLのクライアントを導入し、PORTAL_POSTGRESQL_BIN を確認してください。"
        )
    return path


def _run(arguments: list[str], settings: Settings) -> None:
    """The password goes by the environment: whoever lists the processes does not see it."""
    url = make_url(settings.database_url)
    here = url.set(drivername="postgresql", password=None).render_as_string()
    environment = dict(os.environ) | ({"PGPASSWORD": str(url.password)} if url.password else {})
    done = subprocess.run(  # a program of the operator's choice, with our own arguments
        [*arguments, "--dbname", here], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["理由は不明です"])[-1]
        raise Refused(f"{Path(arguments[0]).name} が失敗しました（{last}）。")


def _connect(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(settings.sqlalchemy_url.replace("postgresql+psycopg", "postgresql"))


def _dump_postgresql(settings: Settings, target: Path) -> tuple[Digests, list[tuple[str, bool]]]:
    program = _program(settings, "pg_dump")
    with _connect(settings) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        ((snapshot,),) = connection.execute("SELECT pg_export_snapshot()").fetchall()
        options = ["-Fc", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"]
        target.touch(mode=0o600)
        _run([program, *options], settings)
        files = connection.execute(STORED_FILES).fetchall()
        return dict(_postgresql_digests(connection)), [(key, not dropped) for key, dropped in files]


def _load_postgresql(settings: Settings, source: Path) -> Digests:
    program = _program(settings, "pg_restore")
    with _connect(settings) as connection:
        if _tables(connection):
            raise Refused(
                "データベースにはすでに表があります。空のデータベースを PORTAL_DATABASE_URL に指定してください。"
            )
    _run([program, "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(source)], settings)
    with _connect(settings) as connection:
        connection.execute("ANALYZE")
        return dict(_postgresql_digests(connection))


def _tables(connection: psycopg.Connection) -> list[str]:
    found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
    return [name for (name,) in found]


def _postgresql_digests(connection: psycopg.Connection) -> Iterator[tuple[str, tuple[int, str]]]:
    """COPY writes one line a row, whatever stands in it."""
    for name in _tables(connection):
        keys = connection.execute(PRIMARY_KEY, [f'public."{name}"']).fetchall()
        order: Any = sql.SQL(", ").join(sql.Identifier(key) for (key,) in keys) if keys else sql.SQL("1")
        rows = sql.SQL("COPY (SELECT * FROM {} ORDER BY {}) TO STDOUT").format(sql.Identifier(name), order)
        count, digest = 0, hashlib.sha256()
        with connection.cursor().copy(rows) as lines:
            for block in lines:
                digest.update(block)
                count += bytes(block).count(b"\n")
        yield name, (count, digest.hexdigest())
