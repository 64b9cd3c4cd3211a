"""`portal reindex`: the index of the search for talents, made anew in small steps while the site runs."""

from collections.abc import Callable

from sqlalchemy import create_engine, func, select
from sqlalchemy.pool import NullPool

from models.base import db
from models.talents import Talent
from portal.database import begin_write, prepare
from portal.matching import search_index
from portal.settings import Settings

STEP = 100  # profiles; other writers wait for so many
SAID_EVERY = 10_000


def reindex(*, after: int, say: Callable[[str], None]) -> int:
    """Returns how many profiles were looked at. Each step is committed: whatever stops it, what is done stays done."""
    count = said = 0
    while ids := _next(after):
        begin_write()
        search_index.refresh(ids)
        db.session.commit()
        count, after = count + len(ids), ids[-1]
        if count - said >= SAID_EVERY:
            said = count
            say(f"{count:,}人まで済みました（--after {after} で続けられます）。")
    return count


def _next(after: int) -> list[int]:
    ids = list(db.session.scalars(select(Talent.id).where(Talent.id > after).order_by(Talent.id).limit(STEP)))
    db.session.rollback()
    return ids


def missing(chosen: Settings) -> int:
    """How many profiles the index does not know as they stand; for `portal doctor`, which has no application."""
    engine = create_engine(chosen.sqlalchemy_url, poolclass=NullPool)
    prepare(engine)
    try:
        with engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(search_index.missing().subquery())) or 0
    finally:
        engine.dispose()
