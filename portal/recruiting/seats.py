"""Places of an event: who gets one, who waits, who moves up. Call with the entry's row locked (`applying.lock`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from models.applications import Application
from models.base import db
from models.entries import EventVersion, Version
from models.states import ApplicationState
from portal.actors import CLOCK
from portal.errors import Refused
from portal.recruiting import letters
from portal.recruiting.moves import move
from portal.recruiting.stages import SEATED

LIMITED = ("first", "waiting")  # of what comes beyond the capacity, these two depend on a free place
FULL = "定員に達したため、申込みを受け付けていません。"


def needs_session(version: Version) -> bool:
    """Several dates of one event are a choice; a series is attended as a whole."""
    return isinstance(version, EventVersion) and version.schedule_kind == "dated" and len(version.sessions) > 1


def open_sessions(version: Version, *, now: datetime) -> list[datetime]:
    sessions = version.sessions if isinstance(version, EventVersion) else []
    return [start for session in sessions if (start := session.starts_at) and start > now]


def state_for(version: Version, *, session_at: datetime | None) -> ApplicationState:
    """Where a new application starts: with a place, or on the waiting list. Raises Refused when there is neither."""
    if not isinstance(version, EventVersion) or version.overflow not in LIMITED:
        return ApplicationState.applied  # a lottery or a selection takes all and decides later
    if has_place(version, session_at=session_at):
        return ApplicationState.applied
    if version.overflow == "first":
        raise Refused(FULL)
    return ApplicationState.waitlisted


def full_sessions(version: Version) -> frozenset[datetime | None]:
    """Sessions without a free place, in one statement; None stands for an event that is attended as a whole."""
    if not isinstance(version, EventVersion) or version.capacity is None or version.overflow not in LIMITED:
        return frozenset()
    rows = db.session.execute(
        select(Application.session_at, func.count())
        .where(Application.entry_id == version.entry_id, Application.state.in_(SEATED))
        .group_by(Application.session_at)
    )
    return frozenset(session_at for session_at, taken in rows if taken >= version.capacity)


@dataclass(frozen=True)
class Shortage:
    """Where an event has no free place: in these sessions, or nowhere when none is named."""

    sessions: Sequence[datetime]
    takes_waiting: bool  # whether who comes now is put on the waiting list


def shortage_of(version: Version, *, now: datetime) -> Shortage | None:
    """What a reader should know before applying; one statement for an event that can be full, none for all else."""
    full = full_sessions(version)
    if not full or not isinstance(version, EventVersion):
        return None
    takes_waiting = version.overflow == "waiting"
    if not needs_session(version):
        return Shortage((), takes_waiting) if None in full else None
    offered = open_sessions(version, now=now)
    taken = [start for start in offered if start in full]
    return Shortage(() if taken == offered else taken, takes_waiting) if taken else None


def has_place(version: EventVersion, *, session_at: datetime | None) -> bool:
    return version.capacity is None or _taken(version.entry_id, session_at=session_at) < version.capacity


def _taken(entry_id: int, *, session_at: datetime | None) -> int:
    query = select(func.count()).where(Application.state.in_(SEATED), *_session(entry_id, session_at))
    return db.session.scalar(query.select_from(Application)) or 0


def _session(entry_id: int, session_at: datetime | None) -> tuple[ColumnElement[bool], ...]:
    """Each session that can be chosen has the capacity for itself."""
    chosen = Application.session_at.is_(None) if session_at is None else Application.session_at == session_at
    return Application.entry_id == entry_id, chosen


def move_up(version: Version, *, session_at: datetime | None, now: datetime) -> int:
    """Gives places that became free to those who have waited longest, with a letter each; returns how many."""
    if not isinstance(version, EventVersion) or version.capacity is None:
        return 0
    free = version.capacity - _taken(version.entry_id, session_at=session_at)
    if free <= 0:
        return 0
    waiting = (
        select(Application.id)
        .where(Application.state == ApplicationState.waitlisted, *_session(version.entry_id, session_at))
        .order_by(Application.applied_at, Application.id)
        .limit(free)
    )
    moved = move(
        [Application.id.in_(list(db.session.scalars(waiting)))],
        sources=[ApplicationState.waitlisted],
        to=ApplicationState.accepted,
        actor=CLOCK,
        now=now,
        mailed=True,
    )
    letters.tell_talents("seat_free", [row.id for row in moved], now=now)
    return len(moved)
