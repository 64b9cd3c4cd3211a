"""What the clock does to entries: publish what is approved and due, close what has ended.

Truth is the rows: the condition is tested in the statement that acts, so any number of processes may run and
a killed one leaves every entry wholly published or untouched.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, insert, literal, select, update

from models.base import db
from models.entries import Entry, Publication, Version
from models.organizations import Organization
from models.states import Action, State
from portal import chunks
from portal.database import among
from portal.publishing.workflow import move_due

CHUNK = 2500  # in one transaction: half a second of the single writer on SQLite


def due_for_publication(now: datetime) -> ColumnElement[bool]:
    """What an organization asked for before it was suspended waits until it is let in again."""
    is_out = exists().where(Organization.id == Version.organization_id, Organization.suspended_at.is_not(None))
    return (
        (Version.state == State.approved)
        & (Version.publish_at <= now)
        & (Version.hold_until.is_(None) | (Version.hold_until <= now))
        & ~is_out
    )


def due_for_closing(now: datetime) -> ColumnElement[bool]:
    return (Version.state == State.published) & (Version.unpublish_at <= now)


def publish_due(now: datetime) -> int:
    """Publishes all that is due; returns how many. Commits by chunk; an item that fails does not stop the others."""
    due = select(Version.id).where(due_for_publication(now)).order_by(Version.publish_at, Version.id)
    return chunks.run(due, publish, now=now, size=CHUNK)


def close_due(now: datetime) -> int:
    due = select(Version.id).where(due_for_closing(now)).order_by(Version.unpublish_at, Version.id)
    return chunks.run(due, close, now=now, size=CHUNK)


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
