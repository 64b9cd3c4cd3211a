"""An organization's own entries: what is public and what is open of each, side by side."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, Select, bindparam, case, func, select
from sqlalchemy.orm import joinedload

from models.base import UTCDateTime, db, shared_alias
from models.entries import Entry, Version
from models.states import OPEN_STATES, Kind, State
from portal.actors import Actor
from portal.database import among, rows_of
from portal.errors import NotFound
from portal.permissions import visible

PAGE_SIZE = 20
LAST_PAGE = 1000
LONGEST_SEARCH = 100

NOW = bindparam("now", type_=UTCDateTime())
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


@dataclass(frozen=True)
class Listed:
    """One page of the list, the number of all that match, and how many entries each state filter would show."""

    rows: Sequence[Row]
    total: int
    counts: Mapping[State, int]


def shown_state(version: Any, *, now: datetime | BindParameter[Any]) -> ColumnElement[Any]:
    """The state column, with decisions on hold still shown as waiting."""
    held = (
        version.hold_until.is_not(None)
        & (version.hold_until > now)
        & version.state.in_((State.approved, State.returned))
    )
    return case((held, State.submitted), else_=version.state)


def page_of(kind: Kind, wanted: Wanted, *, actor: Actor, now: datetime) -> Listed:
    """In two statements; in three when a search decides how many there are."""
    number, counts = _counts(kind, actor=actor, now=now)
    query = _narrowed(kind, wanted.state, wanted.text[:LONGEST_SEARCH], actor=actor)
    page = query.order_by(*_order(wanted)).limit(PAGE_SIZE).offset((wanted.page - 1) * PAGE_SIZE)
    rows = db.session.execute(page, {"now": now}).all()
    if not wanted.text:
        return Listed(rows, counts.get(wanted.state, 0) if wanted.state else number, counts)
    matching = select(func.count()).select_from(query.with_only_columns(Entry.id).subquery())
    return Listed(rows, db.session.scalar(matching, {"now": now}) or 0, counts)


def every(kind: Kind, wanted: Wanted, *, actor: Actor, now: datetime, most: int) -> Sequence[Row]:
    """All that match, of whatever page, in the order of the list."""
    query = _narrowed(kind, wanted.state, wanted.text[:LONGEST_SEARCH], actor=actor)
    return db.session.execute(query.order_by(*_order(wanted)).limit(most), {"now": now}).all()


def versions(ids: Sequence[int], kind: Kind, *, actor: Actor) -> Sequence[Row]:
    """Those of the kind that the actor may see, the latest entry first; `application_count` is their entry's."""
    return db.session.execute(
        select(
            Version.id,
            Version.revision,
            Version.state,
            Version.title,
            Version.close_at,
            Version.unpublish_at,
            Entry.number,
            Entry.application_count,
        )
        .join(Entry, Entry.id == Version.entry_id)
        .where(among(Version.id, ids), Entry.kind == kind, visible(actor, Version))
        .order_by(Entry.id.desc())
    ).all()


@lru_cache(maxsize=256)
def _narrowed(kind: Kind, state: State | None, text: str, *, actor: Actor) -> Select:
    query = _query(kind, actor=actor)
    if state:
        query = query.where((shown_state(Open, now=NOW) == state) | (Live.state == state))
    if text:
        query = query.where(
            Open.title.contains(text, autoescape=True)
            | Live.title.contains(text, autoescape=True)
            | Entry.number.contains(text, autoescape=True)
        )
    return query


def _counts(kind: Kind, *, actor: Actor, now: datetime) -> tuple[int, dict[State, int]]:
    """How many entries there are, and how many have something in each state, in one statement."""
    total, counts = 0, Counter[State]()
    for live, opened, number in db.session.execute(_by_state(kind, actor=actor), {"now": now}):
        total += number
        counts.update({state: number for state in {live, opened} if state is not None})
    return total, dict(counts)


@lru_cache(maxsize=256)
def _by_state(kind: Kind, *, actor: Actor) -> Select:
    states = (Live.state, shown_state(Open, now=NOW).label("open_state"))
    return _query(kind, actor=actor).with_only_columns(*states, func.count()).group_by(*states)


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


def find_posting(entry_id: int, *, actor: Actor) -> Row:
    """An entry that takes applications, a job or an event, with what is public of it: title, state and close_at are
    None before it was published."""
    found = rows_of(_posting(actor=actor), {"entry": entry_id})
    if not found:
        raise NotFound
    return found[0]


@lru_cache(maxsize=256)
def _posting(*, actor: Actor) -> Select:
    return (
        select(Entry.id, Entry.number, Entry.kind, Live.title, Live.state, Live.close_at)
        .join(Live, Live.id == Entry.live_version_id, isouter=True)
        .where(Entry.id == bindparam("entry"), Entry.kind != Kind.notice, visible(actor, Entry))
    )


def newest(*, actor: Actor, now: datetime, count: int) -> Sequence[Row]:
    """The entries begun last, whatever their kind."""
    query = _query(*Kind, actor=actor).order_by(Entry.id.desc()).limit(count)
    return db.session.execute(query, {"now": now}).all()


@lru_cache(maxsize=256)
def _query(*kinds: Kind, actor: Actor) -> Select:
    """Kept, for the only value in it that changes is given when it runs: putting it together costs more than that."""
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
            shown_state(Open, now=NOW).label("open_state"),
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
