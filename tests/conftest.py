"""Fixtures: both databases, an application without doors for rules and one with doors for pages."""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from playwright.sync_api import Browser as Chromium
from sqlalchemy import event
from xdist.scheduler import LoadFileScheduling

from models.base import Base, db
from portal.accounts import passwords
from portal.administration import memory
from portal.app import create_app
from portal.settings import Settings
from tests import chromium, databases, turns
from tests.client import Browser
from tests.make import Maker, password_hash

# Tuesday 24 November 2026, 14:32 in Tokyo: an ordinary working day after a holiday.
NOW = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)

# Files are handed to the workers whole, in this order: begun last, these would run on when all others are done.
# First of all come those that wait for their turn to be alone: later they would hold up more.
ALONE = ("test_run.py", "views/test_login_uniform.py", "abuse/test_a23_bombs.py")
# One worker does these in that order: what the first begins, the last sees at its minute.
TOGETHER = (
    "browser/test_manual.py",
    "browser/test_desk_keys.py",
    "browser/test_pages.py",
    "browser/test_registration.py",
    "browser/test_autosave.py",
    "browser/test_entry_files.py",
    "browser/test_minute.py",
)
# One portal is started for these two.
ABOUT_TALENTS = ("browser/test_recruiting.py", "browser/test_matching.py")
# Two workers do these side by side, one on each database.
BY_DATABASE = ("views/test_bad_input.py",)
LONG = (*ALONE, *TOGETHER, *BY_DATABASE, *ABOUT_TALENTS, "access/")


# The tables that hold something: to ask costs a tenth of emptying them all, which thousands of tests do twice.
FILLED = " UNION ALL ".join(
    f"SELECT * FROM (SELECT '{table.name}' FROM {table.name} LIMIT 1) AS one" for table in Base.metadata.sorted_tables
)


class Scheduling(LoadFileScheduling):
    def _split_scope(self, nodeid: str) -> str:
        file = super()._split_scope(nodeid)
        if file.endswith(ABOUT_TALENTS):
            return "the browser's portal of talents"
        if file.endswith(BY_DATABASE):
            return next((f"{file} on {kind}" for kind in databases.KINDS if f"[{kind}" in nodeid), file)
        return "the browser's portal" if file.endswith(TOGETHER) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadFileScheduling | None:
    return Scheduling(config, log) if config.getvalue("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        path = item.path.relative_to(databases.ROOT / "tests").as_posix()
        return next((place for place, name in enumerate(LONG) if path.startswith(name)), len(LONG))

    items.sort(key=place)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with turns.turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)


def pytest_collection_finish() -> None:
    """Thousands of tests stay until the end: looking through them for garbage again and again took a tenth of a run."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def hasty_passwords() -> Iterator[PasswordHasher]:
    """A hash costs next to nothing, but for the tests that are about its cost: those ask for `true_passwords`."""
    real = passwords.HASHER
    passwords.HASHER = PasswordHasher(memory_cost=8, time_cost=1, parallelism=1)
    yield real
    passwords.HASHER = real


@pytest.fixture
def true_passwords(hasty_passwords: PasswordHasher, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(passwords, "HASHER", hasty_passwords)
    made = (passwords.dummy_hash, password_hash)
    for once in made:
        once.cache_clear()
    yield
    for once in made:
        once.cache_clear()


@pytest.fixture(scope="session")
def worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker: str) -> Path:
    """A folder of all workers of a run."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker == "main" else base.parent) / "shared"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def made_once() -> Iterator[dict[Any, Any]]:
    """What a worker makes once a database. Each file goes from one to the other and the next file back again; what
    depends on `database_url` would be made anew each time."""
    made: dict[Any, Any] = {}
    yield made
    for app in made.values():
        if isinstance(app, Flask):
            hang_up(app)


@pytest.fixture(scope="session", params=databases.KINDS)
def database_url(
    request: pytest.FixtureRequest, made_once: dict[Any, Any], tmp_path_factory: pytest.TempPathFactory, worker: str
) -> str:
    if request.param not in made_once:
        url = databases.fresh_url(request.param, tmp_path_factory.mktemp("database"), f"portal_test_{worker}")
        databases.migrate(url)
        made_once[request.param] = url
    return made_once[request.param]


@pytest.fixture(scope="session")
def settings(database_url: str, made_once: dict[Any, Any], tmp_path_factory: pytest.TempPathFactory) -> Settings:
    if ("settings", database_url) not in made_once:
        folder = tmp_path_factory.mktemp("portal")
        made_once["settings", database_url] = Settings(
            database_url=database_url,
            secret_key="a secret for tests that is long enough",
            base_url="http://localhost",
            storage_url=f"file://{folder}/files",
            mail_folder=str(folder / "mail"),
            searches_per_minute=100_000,  # one member asks for all; tests/matching counts
            sessions_at_once=1000,  # one person has many browsers here; tests/accounts/test_sessions.py counts
            look_seconds=3600,  # a test whose statements are counted has no other one among them
        )
    return made_once["settings", database_url]


@pytest.fixture(scope="session")
def house(settings: Settings, made_once: dict[Any, Any]) -> Flask:
    if ("house", settings) not in made_once:
        made_once["house", settings] = hurried(create_app(settings, doors=False))
    return made_once["house", settings]


@pytest.fixture(scope="session")
def site(settings: Settings, made_once: dict[Any, Any]) -> Flask:
    if ("site", settings) not in made_once:
        app = made_once["site", settings] = hurried(create_app(settings))
        app.test_client_class = Browser
        app.config["TESTING"] = True
        app.config["WTF_CSRF_ENABLED"] = False  # tests/views/test_csrf.py has it on
    return made_once["site", settings]


def hurried(app: Flask) -> Flask:
    """No test cuts the power: SQLite need not wait for the disk, as PostgreSQL does not (`databases`)."""
    with app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    return app


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
    memory.forget()
    db.session.rollback()
    db.session.remove()
    tables = reversed(Base.metadata.sorted_tables)
    with db.engine.begin() as connection:
        filled = set(connection.exec_driver_sql(FILLED).scalars())
        if filled and connection.dialect.name == "postgresql":  # thousands of profiles, on a busy machine
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        if "entry" in filled:
            connection.exec_driver_sql("UPDATE entry SET live_version_id = NULL")
        for table in tables:
            if table.name in filled:
                connection.exec_driver_sql(f"DELETE FROM {table.name}")


@pytest.fixture
def statements(request: pytest.FixtureRequest) -> Iterator["Statements"]:
    app = request.getfixturevalue("site" if "client" in request.fixturenames else "house")
    with app.app_context():
        engine = db.engine
    counter = Statements()
    event.listen(engine, "before_cursor_execute", counter.note)
    yield counter
    event.remove(engine, "before_cursor_execute", counter.note)


@pytest.fixture
def true_figures(request: pytest.FixtureRequest) -> Iterator[None]:
    """When a test of faults or races is over, all figures that are kept are compared with a count of everything."""
    has_doors = "client" in request.fixturenames
    request.getfixturevalue("client" if has_doors else "rules")  # which empties the database after this
    yield
    from tests.figures.truth import assert_figures_are_true

    if has_app_context():  # that of the test's own session, which may still hold what was refused
        assert_figures_are_true()
        return
    with request.getfixturevalue("site").app_context():
        assert_figures_are_true()


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
