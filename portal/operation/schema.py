"""The database's schema: Alembic, called from the program."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, make_url, pool

from portal.settings import ROOT, SettingError, Settings


def configuration(database_url: str) -> Config:
    chosen = Config()
    chosen.set_main_option("script_location", str(ROOT / "migrations"))
    chosen.attributes["url"] = database_url
    return chosen


def upgrade(database_url: str, revision: str = "head") -> None:
    """Waits for another operator who migrates at the same time, then finds nothing left to do."""
    _make_folder(database_url)
    command.upgrade(configuration(database_url), revision)


def _make_folder(database_url: str) -> None:
    address = make_url(database_url)
    if address.get_backend_name() != "sqlite":
        return
    try:
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise SettingError(f"PORTAL_DATABASE_URL: フォルダーを作れません（{problem.strerror}）。") from None


def downgrade(database_url: str, revision: str) -> None:
    command.downgrade(configuration(database_url), revision)


def newest() -> str | None:
    return ScriptDirectory.from_config(configuration("")).get_current_head()


def present(settings: Settings) -> str | None:
    """The revision the database stands at; None when it was never migrated. Raises what the driver raises."""
    engine = create_engine(settings.sqlalchemy_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
