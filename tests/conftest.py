"""Fixtures: both databases, an application without doors for rules and one with doors for pages."""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium
from sqlalchemy import event, text

from models.base import Base, db
from portal.app import create_app
from portal.settings import Settings
from tests import chromium, databases
from tests.client import Browser
from tests.make import Maker

# Tuesday 24 November 2026, 14:32 in Tokyo: an ordinary working day after a holiday.
NOW = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)

# Files are handed to the workers whole, in this order: begun last, these would run on when all others are done.
LONG = (
    "browser/test_manual.py",
    "views/test_bad_input.py",
    "browser/test_recruiting.py",
    "browser/test_pages.py",
    "test_run.py",
    "access/",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(databases.ROOT / "tests").as_posix()
        return next((place for place, name in enumerate(LONG) if path.startswith(name)), len(LONG))

    items.sort(key=place)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: looking through them for garbage again and again took a tenth of a run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session", params=databases.KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker: str) -> str:
    url = databases.fresh_url(request.param, tmp_path_factory.mktemp("database"), f"portal_test_{worker}")
    databases.migrate(url)
    return url


@pytest.fixture(scope="session")
def settings(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("portal")
    return Settings(
        database_url=database_url,
        secret_key="a secret for tests that is long enough",
        base_url="http://localhost",
        storage_url=f"file://{folder}/files",
        mail_folder=str(folder / "mail"),
    )


@pytest.fixture(scope="session")
def house(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings, doors=False)
    hurry(app)
    yield app
    hang_up(app)


@pytest.fixture(scope="session")
def site(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    hurry(app)
    app.test_client_class = Browser
    app.config["TESTING"] = True
    app.config["WTF_CSRF_ENABLED"] = False  # tests/views/test_csrf.py has it on
    yield app
    hang_up(app)


def hurry(app: Flask) -> None:
    """No test cuts the power: SQLite need not wait for the disk, as PostgreSQL does not (`databases`)."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))


def hang_up(app: Flask) -> None:
    """A pooled connection that is found by the garbage collector would be a warning, and so an error."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def rules(house: Flask) -> Iterator[Flask]:
    """An application context for services; the database is empty again afterwards."""
    with house.app_context():
        yield house
        empty()


@pytest.fixture
def make(rules: Flask, now: datetime) -> Maker:
    """Builds organizations, people and entries, through the services where there is one."""
    return Maker(now)


@pytest.fixture
def client(site: Flask) -> Iterator[FlaskClient]:
    """A browser without scripts. For data use `make_here`, which lives in the same application."""
    with site.app_context():
        empty()
    yield site.test_client()
    with site.app_context():
        empty()


@pytest.fixture
def make_here(site: Flask, client: FlaskClient) -> Iterator[Maker]:
    """Like `make`, beside a `client`; uses the real clock because the pages do."""
    with site.app_context():
        yield Maker(datetime.now(UTC))


def empty() -> None:
    db.session.rollback()
    db.session.remove()
    emptying = [f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)]
    with db.engine.begin() as connection:
        connection.execute(text("UPDATE entry SET live_version_id = NULL"))
        # PostgreSQL takes them all at once.
        for statement in emptying if connection.dialect.name == "sqlite" else ["; ".join(emptying)]:
            connection.exec_driver_sql(statement)


@pytest.fixture
def statements(request: pytest.FixtureRequest) -> Iterator["Statements"]:
    app = request.getfixturevalue("site" if "client" in request.fixturenames else "house")
    with app.app_context():
        engine = db.engine
    counter = Statements()
    event.listen(engine, "before_cursor_execute", counter.note)
    yield counter
    event.remove(engine, "before_cursor_execute", counter.note)


class Statements:
    """Counts SQL statements, without the BEGIN of a transaction."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    def note(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            self.seen.append(statement)

    def restart(self) -> None:
        self.seen.clear()

    @property
    def count(self) -> int:
        return len(self.seen)


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    """One for a worker: a second beside it cannot be started."""
    yield from chromium.launched()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def later(now: datetime) -> datetime:
    return now + timedelta(days=1)
