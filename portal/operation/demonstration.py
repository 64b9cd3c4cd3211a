"""The demo data, loaded once into a database without any account."""

from sqlalchemy import create_engine, pool, text

from models.base import db
from portal.operation import banner
from portal.settings import Settings


def load_if_empty(chosen: Settings) -> bool:
    """Looks by one bare statement: the second start must be quick."""
    engine = create_engine(chosen.sqlalchemy_url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        if connection.execute(text("SELECT 1 FROM account LIMIT 1")).first():
            return False
    banner.say("デモデータを登録しています（初回のみ、1分ほどかかることがあります）…")
    load(chosen)
    return True


def load(chosen: Settings) -> None:
    from portal.app import create_app  # noqa: PLC0415  # only what the command runs is imported
    from portal.demo import load as live  # noqa: PLC0415  # likewise

    with create_app(chosen, doors=False).app_context():
        live()
        db.engine.dispose()
