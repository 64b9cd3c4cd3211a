"""「応募一覧」 by posting: what was public once, with how many applied and how many of these nobody has read yet."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.states import Kind
from portal.actors import Actor
from portal.permissions import visible

PAGE_SIZE = 20
LAST_PAGE = 1000


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    total: int

    @property
    def last(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def page_of(kind: Kind, number: int, *, actor: Actor) -> Page:
    """In two statements; the newest posting first."""
    unread = (
        select(func.count())
        .select_from(Application)
        .where(Application.entry_id == Entry.id, visible(actor, Application), Application.read_at.is_(None))
        .correlate(Entry)
        .scalar_subquery()
    )
    mine = (Entry.kind == kind, Entry.live_version_id.is_not(None), visible(actor, Entry))
    rows = db.session.execute(
        select(
            Entry.id,
            Entry.number,
            Entry.application_count,
            Version.title,
            Version.state,
            Version.close_at,
            unread.label("unread"),
        )
        .join(Version, Version.id == Entry.live_version_id)
        .where(*mine)
        .order_by(Entry.id.desc())
        .limit(PAGE_SIZE)
        .offset((number - 1) * PAGE_SIZE)
    ).all()
    return Page(rows, db.session.scalar(select(func.count()).select_from(Entry).where(*mine)) or 0)
