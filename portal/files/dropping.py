"""Files go: a tombstone first, the bytes some days later, and never while anything refers to them."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy import ColumnElement, delete, select, update

from models.base import Base, db
from models.files import StoredFile
from portal import storage
from portal.database import begin_write
from portal.storage import Store

log = logging.getLogger(__name__)

KEPT = timedelta(days=7)  # a dropped file, for a mistake to be noticed
GRACE = timedelta(hours=24)  # bytes without a row: their transaction may still be on its way
BATCH = 500
# More strangers than this, and more than files we know: then the store or the database is not the one that was meant.
MOST_STRANGERS = 100


def drop(ids: Iterable[int], *, now: datetime) -> None:
    """Marks files that are no longer needed here. What refers to one from elsewhere keeps it, and may still read it."""
    marked = list(ids)
    if marked:
        tombstone = update(StoredFile).where(StoredFile.id.in_(marked), StoredFile.dropped_at.is_(None))
        db.session.execute(tombstone.values(dropped_at=now))


def drop_at_once(ids: Iterable[int], *, now: datetime) -> None:
    """Without the week for a mistake, and without their names: the next sweep removes them. Whoever promised that they
    are gone calls `sweep_dropped` right after the commit."""
    marked = list(ids)
    if marked:
        over = update(StoredFile).where(StoredFile.id.in_(marked))
        over = over.values(dropped_at=now - KEPT, name="", owner_id=None)
        db.session.execute(over.execution_options(synchronize_session=False))


def sweep(now: datetime) -> int:
    """Removes what was dropped, what no row knows and what killed writers left; returns how many. Commits."""
    store = storage.current()
    return sweep_dropped(now) + _sweep_strangers(store, now) + store.leftovers(now - GRACE)


def sweep_dropped(now: datetime) -> int:
    """Removes what was dropped long enough ago; returns how many. Commits."""
    store, swept = storage.current(), 0
    while keys := _forget_dropped(now):
        _remove(store, keys)
        swept += len(keys)
    return swept


def _forget_dropped(now: datetime) -> Sequence[str]:
    """Rows first: bytes that outlive a crash in between are strangers to the next sweep."""
    begin_write()
    over = select(StoredFile.id).where(StoredFile.dropped_at <= now - KEPT, *_unreferenced()).limit(BATCH)
    keys = db.session.scalars(
        delete(StoredFile)
        .where(StoredFile.id.in_(over))
        .returning(StoredFile.key)
        .execution_options(synchronize_session=False)
    ).all()
    db.session.commit()
    return keys


def _unreferenced() -> list[ColumnElement[bool]]:
    """Every foreign key to the table counts, also those of tables that are still to come."""
    columns = [
        key.parent
        for table in Base.metadata.sorted_tables
        for key in table.foreign_keys
        if key.column.table is StoredFile.__table__
    ]
    return [~select(column).where(column == StoredFile.id).exists() for column in columns]


def _sweep_strangers(store: Store, now: datetime) -> int:
    known, strangers = 0, list[str]()
    old = (found.key for found in store.found() if found.modified_at < now - GRACE)
    while batch := list(islice(old, BATCH)):
        ours = set(db.session.scalars(select(StoredFile.key).where(StoredFile.key.in_(batch))))
        db.session.rollback()
        known += len(ours)
        strangers += [key for key in batch if key not in ours]
    if len(strangers) > max(MOST_STRANGERS, known):
        log.error("%s files without a row beside %s with one: nothing is removed", len(strangers), known)
        return 0
    _remove(store, strangers)
    return len(strangers)


def _remove(store: Store, keys: Iterable[str]) -> None:
    for key in keys:
        store.delete(key)
