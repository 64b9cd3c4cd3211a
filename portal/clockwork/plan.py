"""What lies before the jobs of the clock: how much is due, since when, and what comes within a day.

Only jobs whose work stands as rows with a moment are here; the others look for it when they run.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, literal, select, type_coerce, union_all

from models.applications import Application
from models.base import UTCDateTime, db
from models.entries import Version
from models.mail import OutboxMail
from models.messages import Message
from models.organizations import Organization
from models.states import Lane, MailState, MessageState, State
from portal.clock import local
from portal.recruiting import holds

AHEAD = timedelta(hours=24)
SHOWN = 50  # of what comes


@dataclass(frozen=True)
class Work:
    """Rows that wait for a job: the column of their moments, and conditions that its index knows."""

    moment: Any
    waits: tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Standing:
    due: int = 0
    oldest: datetime | None = None  # of what is due
    coming: int = 0  # within AHEAD
    first: datetime | None = None  # of what comes


@dataclass(frozen=True)
class Coming:
    """One entry that the clock will move."""

    at: datetime
    version_id: int
    title: str
    organization: str


def _approved() -> Work:
    """What was asked for before the organization was shut out waits for it, and for no job."""
    held = case((Version.hold_until > Version.publish_at, Version.hold_until), else_=Version.publish_at)
    shut_out = select(Organization.id).where(Organization.suspended_at.is_not(None))
    return Work(held, (Version.state == State.approved, Version.organization_id.not_in(shut_out)))


def _letters(lane: Lane) -> Work:
    """A letter that a worker holds is not late: its lease says so."""
    return Work(
        OutboxMail.next_at,
        (OutboxMail.state == MailState.queued, OutboxMail.lane == lane),
    )


WORK: Mapping[str, Callable[[], Work]] = {
    "publish": _approved,
    "close": lambda: Work(Version.unpublish_at, (Version.state == State.published,)),
    "mail-login": lambda: _letters(Lane.login),
    "mail": lambda: _letters(Lane.normal),
    "mail-bulk": lambda: _letters(Lane.bulk),
    "release-mails": lambda: Work(Message.release_at, (Message.state == MessageState.held,)),
    "erase-applications": lambda: Work(Application.erase_at, (Application.erased_at.is_(None), ~holds.is_held())),
}


def standings(*, now: datetime, jobs: Collection[str] = tuple(WORK)) -> Mapping[str, Standing]:
    """By job, in one statement; nothing lies before a job that is not in WORK."""
    counted = [_counted(job, now=now) for job in jobs if job in WORK]
    rows = db.session.execute(union_all(*counted)).all() if counted else []
    found = {job: Standing(due, oldest, coming, first) for job, due, oldest, coming, first in rows}
    return {job: found.get(job, Standing()) for job in jobs}


def standing(job: str, *, now: datetime) -> Standing:
    return standings(now=now, jobs=[job])[job]


def _counted(job: str, *, now: datetime) -> Select:
    work = WORK[job]()
    is_due = work.moment <= now
    return select(
        literal(job),
        func.count().filter(is_due),
        type_coerce(func.min(work.moment).filter(is_due), UTCDateTime),
        func.count().filter(~is_due),
        type_coerce(func.min(work.moment).filter(~is_due), UTCDateTime),
    ).where(*work.waits, work.moment <= now + AHEAD)


def hours(job: str, *, now: datetime) -> Sequence[tuple[datetime, int]]:
    """How many rows come in each hour of the next day that has some; moments are the hours' beginnings, local."""
    if job not in WORK:
        return []
    work = WORK[job]()
    ahead = select(work.moment).where(*work.waits, work.moment > now, work.moment <= now + AHEAD)
    counted: dict[datetime, int] = {}
    for moment in db.session.scalars(ahead.order_by(work.moment)):
        hour = local(moment).replace(minute=0, second=0, microsecond=0)
        counted[hour] = counted.get(hour, 0) + 1
    return list(counted.items())


def coming(job: str, *, now: datetime) -> Sequence[Coming]:
    """The next entries that will be published or closed; of other jobs none is told by name."""
    if job not in ("publish", "close"):
        return []
    work = WORK[job]()
    columns: tuple[Any, ...] = (work.moment.label("at"), Version.id, Version.title, Organization.name)
    rows = db.session.execute(
        select(*columns)
        .join(Organization, Organization.id == Version.organization_id)
        .where(*work.waits, work.moment <= now + AHEAD)
        .order_by(work.moment, Version.id)
        .limit(SHOWN)
    )
    return [Coming(*row) for row in rows]
