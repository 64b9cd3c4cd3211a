"""An organization's own entries: what is public and what is open of each, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, select
from sqlalchemy.orm import joinedload

from models.base import db, shared_alias
from models.entries import Entry, Version
from models.states import OPEN_STATES, Kind, State
from portal.actors import Actor
from portal.errors import NotFound
from portal.permissions import visible

PAGE_SIZE = 20
LAST_PAGE = 1000
LONGEST_SEARCH = 100

Live = shared_alias(Version)
Open = shared_alias(Version)


@dataclass(frozen=True)
class Wanted:
    """What the member asked for in the list; `state` is as people outside the secretariat see it."""

    state: State | None = None
    text: str = ""
    sort: str = "newest"
    upward: bool = False
    page: int = 1


def shown_state(version: Any, *, now: datetime) -> ColumnElement[Any]:
    """The state column, with decisions on hold still shown as waiting."""
    held = (
        version.hold_until.is_not(None)
        & (version.hold_until > now)
        & version.state.in_((State.approved, State.returned))
    )
    return case((held, State.submitted), else_=version.state)


def rows_of(kind: Kind, wanted: Wanted, *, actor: Actor, now: datetime) -> tuple[Sequence[Row], int]:
    """One page of the list and the number of all that match, in two statements."""
    query = _query(kind, actor=actor, now=now)
    if wanted.state:
        query = query.where((shown_state(Open, now=now) == wanted.state) | (Live.state == wanted.state))
    if wanted.text:
        text = wanted.text[:LONGEST_SEARCH]
        query = query.where(
            Open.title.contains(text, autoescape=True)
            | Live.title.contains(text, autoescape=True)
            | Entry.number.contains(text, autoescape=True)
        )
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Entry.id).subquery())) or 0
    page = query.order_by(*_order(wanted)).limit(PAGE_SIZE).offset((wanted.page - 1) * PAGE_SIZE)
    return db.session.execute(page).all(), total


def counts(kind: Kind, *, actor: Actor, now: datetime) -> dict[State, int]:
    """How many entries each state filter would show, in one statement."""
    base = _query(kind, actor=actor, now=now).subquery()
    live = select(base.c.live_state.label("state"), base.c.id)
    opened = select(base.c.open_state.label("state"), base.c.id)
    both = live.union(opened).subquery()
    rows = db.session.execute(
        select(both.c.state, func.count()).where(both.c.state.is_not(None)).group_by(both.c.state)
    )
    return {State(state): count for state, count in rows}


def find(kind: Kind, entry_id: int, *, actor: Actor) -> Entry:
    """The entry with what is public of it; NotFound when it is another organization's or of another kind."""
    entry = db.session.scalars(
        select(Entry)
        .options(joinedload(Entry.live_version))
        .where(Entry.id == entry_id, Entry.kind == kind, visible(actor, Entry))
    ).one_or_none()
    if entry is None:
        raise NotFound
    return entry


def find_posting(entry_id: int, *, actor: Actor) -> Entry:
    """An entry that takes applications, a job or an event."""
    entry = db.session.scalars(
        select(Entry)
        .options(joinedload(Entry.live_version))
        .where(Entry.id == entry_id, Entry.kind != Kind.notice, visible(actor, Entry))
    ).one_or_none()
    if entry is None:
        raise NotFound
    return entry


def newest(*, actor: Actor, now: datetime, count: int) -> Sequence[Row]:
    """The entries begun last, whatever their kind."""
    return db.session.execute(_query(*Kind, actor=actor, now=now).order_by(Entry.id.desc()).limit(count)).all()


def _query(*kinds: Kind, actor: Actor, now: datetime) -> Select:
    return (
        select(
            Entry.id,
            Entry.number,
            Entry.kind,
            Entry.application_count,
            func.coalesce(Open.title, Live.title).label("title"),
            func.coalesce(Open.publish_at, Live.publish_at).label("publish_at"),
            func.coalesce(Live.open_at, Open.open_at).label("open_at"),
            func.coalesce(Live.close_at, Open.close_at).label("close_at"),
            func.coalesce(Live.unpublish_at, Open.unpublish_at).label("unpublish_at"),
            func.coalesce(Live.apply_via, Open.apply_via).label("apply_via"),
            Live.id.label("live_id"),
            Live.state.label("live_state"),
            Live.revision.label("live_revision"),
            Open.id.label("open_id"),
            shown_state(Open, now=now).label("open_state"),
            Open.revision.label("open_revision"),
            Open.submissions,
            Open.comment,
            Open.updated_at,
        )
        .outerjoin(Live, Live.id == Entry.live_version_id)
        .outerjoin(Open, (Open.entry_id == Entry.id) & Open.state.in_(OPEN_STATES))
        .where(Entry.kind.in_(kinds), visible(actor, Entry))
    )


def _order(wanted: Wanted) -> tuple[Any, ...]:
    """The latest first unless asked otherwise; what has no date comes last either way."""
    columns = {
        "publish": func.coalesce(Open.publish_at, Live.publish_at),
        "deadline": func.coalesce(Live.close_at, Open.close_at),
    }
    number = Entry.id.asc() if wanted.upward else Entry.id.desc()
    if wanted.sort not in columns:
        return (number,)
    column = columns[wanted.sort]
    return column.is_(None), column.asc() if wanted.upward else column.desc(), number
