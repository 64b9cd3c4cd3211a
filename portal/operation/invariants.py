"""What must hold whatever happened: for `portal doctor`, after a fault or a restored copy."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, create_engine, func, literal, or_, select, union_all
from sqlalchemy.pool import NullPool

from models.entries import Entry, Publication, Version
from models.files import StoredFile
from models.states import State
from portal.connections import prepare
from portal.settings import Settings
from portal.storage import store_at

WAS_PUBLIC = (State.published, State.superseded, State.closed, State.suspended)


def wrong_publications() -> Select:
    """One row for each version that is or was public without its publication, or before its time; for each publication
    of what was never public; and for each entry whose pointer and public version are not the same."""
    version, entry, publication = Version.__table__.c, Entry.__table__.c, Publication.__table__.c
    of_version = version.id == publication.version_id
    told = select(literal(1)).select_from(Version.__table__.outerjoin(Publication.__table__, of_version))
    unheard = told.where(version.state.in_(WAS_PUBLIC), publication.id.is_(None))
    untrue = told.where(
        publication.id.is_not(None),
        or_(version.state.not_in(WAS_PUBLIC), publication.published_at < publication.due_at),
    )
    pointed = select(literal(1)).select_from(Version.__table__.join(Entry.__table__, entry.id == version.entry_id))
    astray = pointed.where(
        or_(
            (version.state == State.published) & (func.coalesce(entry.live_version_id, 0) != version.id),
            (entry.live_version_id == version.id) & version.state.not_in(WAS_PUBLIC),
        )
    )
    return select(union_all(unheard, untrue, astray).subquery())


def count_wrong_publications(chosen: Settings) -> int:
    return _ask(select(func.count()).select_from(wrong_publications().subquery()), chosen)[0]


def lost_files(chosen: Settings) -> int:
    """How many files something may refer to whose bytes are not there."""
    known = set(_ask(select(StoredFile.key).where(StoredFile.dropped_at.is_(None)), chosen))
    return len(known - set(store_at(chosen.storage_url).keys())) if known else 0


def _ask(query: Select, chosen: Settings) -> Sequence[Any]:
    """The doctor has no application."""
    engine = create_engine(chosen.sqlalchemy_url, poolclass=NullPool)
    prepare(engine)
    try:
        with engine.connect() as connection:
            return connection.scalars(query).all()
    finally:
        engine.dispose()
