"""`portal reindex`: what is kept of other rows is made anew from these, while the site runs.

That is the index of the search for talents, in small steps, and the numbers above lists of applicants, at once.
"""

from collections.abc import Callable

from sqlalchemy import Select, create_engine, func, select
from sqlalchemy.pool import NullPool

from models.base import db
from models.talents import Talent
from portal.connections import prepare
from portal.database import begin_write
from portal.matching import search_index
from portal.recruiting import tallies
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
    """How many profiles the index does not know as they stand."""
    return _count(search_index.missing(), chosen)


def wrong_numbers(chosen: Settings) -> int:
    """How many numbers above lists of applicants are not those of the applications."""
    return _count(tallies.wrong(), chosen)


def _count(query: Select, chosen: Settings) -> int:
    """For `portal doctor`, which has no application."""
    engine = create_engine(chosen.sqlalchemy_url, poolclass=NullPool)
    prepare(engine)
    try:
        with engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(query.subquery())) or 0
    finally:
        engine.dispose()
