"""What the clock does to entries: publish what is approved and due, close what has ended.

Truth is the rows: the condition is tested in the statement that acts, so any number of processes may run and
a killed one leaves every entry wholly published or untouched.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, func, insert, literal, select, update
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from models.entries import Entry, Publication, Version
from models.states import Action, State
from portal.database import among, begin_write, claim
from portal.publishing.workflow import move_due

log = logging.getLogger(__name__)

CHUNK = 2500  # in one transaction: half a second of the single writer on SQLite


def due_for_publication(now: datetime) -> ColumnElement[bool]:
    return (
        (Version.state == State.approved)
        & (Version.publish_at <= now)
        & (Version.hold_until.is_(None) | (Version.hold_until <= now))
    )


def due_for_closing(now: datetime) -> ColumnElement[bool]:
    return (Version.state == State.published) & (Version.unpublish_at <= now)


def publish_due(now: datetime) -> int:
    """Publishes all that is due; returns how many. Commits by chunk; an item that fails does not stop the others."""
    return _in_chunks(due_for_publication(now), Version.publish_at, publish, now=now)


def close_due(now: datetime) -> int:
    return _in_chunks(due_for_closing(now), Version.unpublish_at, close, now=now)


def _in_chunks(
    due: ColumnElement[bool],
    order: SQLColumnExpression[datetime | None],
    act: Callable[[Sequence[int], datetime], int],
    *,
    now: datetime,
) -> int:
    done, failed = 0, set[int]()
    while True:
        begin_write()
        query = select(Version.id).where(due, Version.id.not_in(failed)).order_by(order, Version.id).limit(CHUNK)
        ids = list(db.session.scalars(claim(query)))
        if not ids:
            db.session.rollback()
            return done
        moved, broken = _act(ids, act, now=now)
        done += moved
        failed |= broken
        if not moved and not broken:
            return done  # another process has them


def _act(ids: Sequence[int], act: Callable[[Sequence[int], datetime], int], *, now: datetime) -> tuple[int, set[int]]:
    """One transaction for the chunk; if anything in it fails, one for each half, until only the bad item is left."""
    try:
        moved = act(ids, now)
        db.session.commit()
        return moved, set()
    except SQLAlchemyError:
        db.session.rollback()
        log.exception("a chunk failed", extra={"versions": len(ids)})
    if len(ids) == 1:
        return 0, set(ids)
    moved, broken = 0, set[int]()
    for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
        begin_write()
        some, bad = _act(half, act, now=now)
        moved += some
        broken |= bad
    return moved, broken


def publish(ids: Sequence[int], now: datetime) -> int:
    """Those of the versions that are due. Flushes; the caller commits."""
    moved = move_due(Action.publish, ids, due_for_publication(now), now=now)
    published = [row.id for row in moved]
    if not published:
        return 0
    # After it: what was withdrawn meanwhile takes the place of nothing.
    entries = select(Version.entry_id).where(among(Version.id, published))
    before = db.session.scalars(select(Entry.live_version_id).where(Entry.id.in_(entries)))
    if replaced := [version_id for version_id in before if version_id is not None]:
        move_due(Action.supersede, replaced, now=now)
    db.session.execute(
        update(Entry)
        .where(Entry.id == Version.entry_id, among(Version.id, published))
        .values(live_version_id=Version.id, first_published_at=func.coalesce(Entry.first_published_at, now))
        .execution_options(synchronize_session=False)
    )
    db.session.execute(
        insert(Publication).from_select(
            ["version_id", "entry_id", "due_at", "published_at"],
            select(Version.id, Version.entry_id, Version.publish_at, literal(now, Version.updated_at.type)).where(
                among(Version.id, published)
            ),
        )
    )
    return len(published)


def close(ids: Sequence[int], now: datetime) -> int:
    return len(move_due(Action.close, ids, due_for_closing(now), now=now))
