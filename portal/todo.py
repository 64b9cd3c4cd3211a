"""What a member of an organization has to do next, and what its calendar holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, Row, func, select

from models.applications import Application
from models.base import db
from models.entries import Entry, EventSession, Version
from models.states import OPEN_STATES, ApplicationState, Kind, RegistrationState, State
from portal.actors import Actor
from portal.messaging import waiting
from portal.messaging.boxes import who
from portal.permissions import visible
from portal.publishing.listing import shown_state
from portal.registry import changes

NEAR = timedelta(days=7)
MOST = 200
FIRST_WORDS = 60


class Cause(StrEnum):
    """Why something stands on the list, most urgent first."""

    returned = "returned"
    registration = "registration"  # a change of the registration that came back
    suspended = "suspended"
    deadline = "deadline"
    bounced = "bounced"  # a message whose letter did not reach its address
    unread = "unread"
    message = "message"  # an answer in the mailbox
    draft = "draft"
    soon = "soon"
    waiting = "waiting"


ORDER = tuple(Cause)


@dataclass(frozen=True)
class Task:
    cause: Cause
    title: str
    at: datetime | None  # returned, deadline, oldest application, saved, publication, arrival, or the office's due time
    comment: str = ""


@dataclass(frozen=True)
class EntryTask(Task):
    """About an entry."""

    kind: Kind = Kind.job
    entry_id: int = 0
    version_id: int = 0
    applications: int = 0


@dataclass(frozen=True)
class ThreadTask(Task):
    """About a thread of the mailbox; its title is how the talent is called."""

    thread_id: int = 0


def todo(actor: Actor, now: datetime) -> list[Task]:
    """All that waits for the organization or that it waits for, in five statements."""
    return sorted([*_entries(actor, now), *_registration(actor), *_unread(actor), *_messages(actor)], key=_urgency)


def _registration(actor: Actor) -> list[Task]:
    if actor.organization_id is None:
        return []
    change = changes.open_change(actor.organization_id, actor=actor)
    if change is None or change.state is not RegistrationState.returned:
        return []
    title = "、".join(changes.labels(list(change.content)))
    return [Task(Cause.registration, title, change.decided_at, first_words(change.comment))]


def _messages(actor: Actor) -> list[Task]:
    tasks: list[Task] = [
        ThreadTask(Cause.message, who(thread), thread.inbox_at, first_words(excerpt or ""), thread.id)
        for thread, excerpt in waiting.unread(actor, most=MOST)
    ]
    return tasks + [
        ThreadTask(Cause.bounced, who(lost.thread), lost.delivered_at, first_words(lost.subject), lost.thread_id)
        for lost in waiting.lost(actor, most=MOST)
    ]


def _unread(actor: Actor) -> list[EntryTask]:
    """Postings with applications that nobody has opened yet; how many, and since when."""
    rows = db.session.execute(
        select(
            Version.kind,
            Version.entry_id,
            Version.id,
            Version.title,
            func.min(Application.applied_at),
            func.count(),
        )
        .join(Entry, Entry.id == Application.entry_id)
        .join(Version, Version.id == Entry.live_version_id)
        .where(
            visible(actor, Application),
            Application.read_at.is_(None),
            Application.state != ApplicationState.withdrawn,
        )
        .group_by(Version.kind, Version.entry_id, Version.id, Version.title)
        .order_by(func.min(Application.applied_at))
        .limit(MOST)
    ).all()
    return [
        EntryTask(Cause.unread, title, oldest, "", kind, entry_id, version_id, number)
        for kind, entry_id, version_id, title, oldest, number in rows
    ]


def _entries(actor: Actor, now: datetime) -> list[EntryTask]:
    rows = db.session.execute(
        select(
            Version.id,
            Version.entry_id,
            Version.kind,
            Version.title,
            shown_state(Version, now=now).label("state"),
            Version.comment,
            Version.decided_at,
            Version.updated_at,
            Version.publish_at,
            Version.close_at,
            Version.due_at,
            Entry.application_count,
        )
        .join(Entry, Entry.id == Version.entry_id)
        .where(visible(actor, Version), _concerns(now))
        .order_by(Version.updated_at.desc(), Version.id.desc())
        .limit(MOST)
    ).all()
    return [_task(row) for row in rows]


def _concerns(now: datetime) -> ColumnElement[bool]:
    live = Entry.live_version_id == Version.id
    ending = (Version.state == State.published) & live & Version.close_at.between(now, now + NEAR)
    return Version.state.in_(OPEN_STATES) | ending | ((Version.state == State.suspended) & live)


def _task(row: Row) -> EntryTask:
    cause, at = {
        State.returned: (Cause.returned, row.decided_at),
        State.suspended: (Cause.suspended, None),
        State.published: (Cause.deadline, row.close_at),
        State.draft: (Cause.draft, row.updated_at),
        State.approved: (Cause.soon, row.publish_at),
        State.submitted: (Cause.waiting, row.due_at),
    }[State(row.state)]
    comment = first_words(row.comment) if cause in (Cause.returned, Cause.suspended) else ""
    return EntryTask(cause, row.title, at, comment, row.kind, row.entry_id, row.id, row.application_count)


def _urgency(task: Task) -> tuple[int, float]:
    """By cause, then by time: what is due first, but the draft worked on last."""
    at = task.at.timestamp() if task.at else 0.0
    return ORDER.index(task.cause), -at if task.cause is Cause.draft else at


def first_words(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= FIRST_WORDS else f"{line[:FIRST_WORDS]}…"


class Mark(StrEnum):
    """What happens on a day of the calendar."""

    publication = "publication"
    deadline = "deadline"
    session = "session"


@dataclass(frozen=True)
class Date:
    at: datetime
    mark: Mark
    kind: Kind
    entry_id: int
    title: str


def agenda(actor: Actor, *, start: datetime, end: datetime, now: datetime) -> list[Date]:
    """Publications, deadlines and event dates of what is approved or public, from `start` until before `end`."""
    current = ((Version.state == State.approved) & (shown_state(Version, now=now) == State.approved)) | (
        (Version.state == State.published) & (Entry.live_version_id == Version.id)
    )
    columns = (Version.kind, Version.entry_id, Version.title, Version.state)
    versions = db.session.execute(
        select(*columns, Version.publish_at, Version.close_at)
        .join(Entry, Entry.id == Version.entry_id)
        .where(
            visible(actor, Version),
            current,
            Version.publish_at.between(start, end) | Version.close_at.between(start, end),
        )
        .limit(MOST)
    ).all()
    sessions = db.session.execute(
        select(*columns, EventSession.starts_at)
        .join(Entry, Entry.id == Version.entry_id)
        .join(EventSession, EventSession.version_id == Version.id)
        .where(visible(actor, Version), current, EventSession.starts_at.between(start, end))
        .limit(MOST)
    ).all()
    found = {date for date in [*_dates(versions), *_session_dates(sessions)] if start <= date.at < end}
    return sorted(found, key=lambda date: (date.at, date.title))


def _dates(rows: Sequence[Row]) -> list[Date]:
    dates = [
        Date(row.publish_at, Mark.publication, row.kind, row.entry_id, row.title) for row in rows if row.publish_at
    ]
    return dates + [
        Date(row.close_at, Mark.deadline, row.kind, row.entry_id, row.title) for row in rows if row.close_at
    ]


def _session_dates(rows: Sequence[Row]) -> list[Date]:
    return [Date(row.starts_at, Mark.session, row.kind, row.entry_id, row.title) for row in rows]
