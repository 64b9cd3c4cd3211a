"""An organization's own entries: what is public and what is open of each, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
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
COLUMNS: Sequence[Any] = (
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
    Open.revision.label("open_revision"),
    Open.submissions,
    Open.comment,
    Open.updated_at,
)


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


@dataclass(frozen=True)
class Listed:
    rows: Sequence[Row]
    total: int  # of all that match
    counts: Mapping[State, int]  # how many entries each state's filter would show


def listed(kind: Kind, wanted: Wanted, *, actor: Actor, now: datetime) -> Listed:
    """One page of the list. Two statements, a third for the number of hits when a text is searched."""
    query = _narrowed(_query(kind, columns=_columns(now), actor=actor), wanted, now=now)
    page = query.order_by(*_order(wanted)).limit(PAGE_SIZE).offset((wanted.page - 1) * PAGE_SIZE)
    rows = db.session.execute(page).all()
    pairs = _states(kind, actor=actor, now=now)
    if wanted.text:
        total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Entry.id).subquery())) or 0
    else:
        total = sum(count for states, count in pairs if not wanted.state or wanted.state in states)
    counts: Counter[State] = Counter()
    for states, count in pairs:
        counts.update(dict.fromkeys(states, count))
    return Listed(rows, total, counts)


def _states(kind: Kind, *, actor: Actor, now: datetime) -> list[tuple[frozenset[State], int]]:
    """What stands at once in an entry, what is public of it and what is open, and how many entries stand so."""
    columns = (Live.state.label("live"), shown_state(Open, now=now).label("open"))
    each = _query(kind, columns=columns, actor=actor).subquery()
    rows = db.session.execute(select(each.c.live, each.c.open, func.count()).group_by(each.c.live, each.c.open))
    return [(frozenset(State(state) for state in (live, opened) if state), count) for live, opened, count in rows]


def _narrowed(query: Select, wanted: Wanted, *, now: datetime) -> Select:
    if wanted.state:
        query = query.where((shown_state(Open, now=now) == wanted.state) | (Live.state == wanted.state))
    if wanted.text:
        text = wanted.text[:LONGEST_SEARCH]
        query = query.where(
            Open.title.contains(text, autoescape=True)
            | Live.title.contains(text, autoescape=True)
            | Entry.number.contains(text, autoescape=True)
        )
    return query


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


def newest(*, actor: Actor, now: datetime, count: int) -> Sequence[Row]:
    """The entries begun last, whatever their kind."""
    query = _query(*Kind, columns=_columns(now), actor=actor)
    return db.session.execute(query.order_by(Entry.id.desc()).limit(count)).all()


def _columns(now: datetime) -> Sequence[Any]:
    return (*COLUMNS, shown_state(Open, now=now).label("open_state"))


def _query(*kinds: Kind, columns: Sequence[Any], actor: Actor) -> Select:
    return (
        select(*columns)
        .select_from(Entry)
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
