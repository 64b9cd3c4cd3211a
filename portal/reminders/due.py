"""Who has to be reminded of what at a moment: one query for each kind, from the rows that are the truth.

Nothing is planned ahead. A date that moves takes its reminder along, and what is withdrawn, answered or taken down is
not found any more.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, literal, or_, select

from models.applications import Application
from models.base import NOTHING, UTCDateTime, db
from models.entries import Entry, EventSession, EventVersion, Version
from models.messages import Thread
from models.organizations import Organization
from models.people import Account
from models.reminders import Reminder, ReminderOff
from models.states import SECRETARIAT_ROLES, ApplicationState, ReminderKind, Side, State
from models.talents import Talent
from portal.clock import TOKYO, local
from portal.permissions import EDITORS
from portal.publishing.business_days import closed_days
from portal.publishing.queue import bounds_of, misses
from portal.registry.confirming import CONFIRMED_FOR

DRAFT_LIES = timedelta(days=7)
RETURN_LIES = timedelta(days=3)
DEADLINE_NEARS = timedelta(days=3)
UNREAD_LIES = timedelta(days=3)
ANSWER_LIES = timedelta(days=3)
OFFER_LIES = timedelta(days=7)
FORGOTTEN = timedelta(days=30)  # what lies longer than that is let lie
MORNING = time(8, 30)  # in Tokyo
EVENT_TOLD_AT = time(9, 0)  # of the day before
SEATED = (ApplicationState.received, ApplicationState.accepted)
# Of an event that takes whoever comes first, also who was not looked at yet has a place.
AT_ONCE = (ApplicationState.applied, ApplicationState.resubmitted)
OPEN_TO_ALL = ("", "first", "waiting")
CALLED_OFF = ("postponed", "cancelled")  # its dates still stand in it

CONFIRMED_AT = func.coalesce(Organization.confirmed_at, Organization.created_at)

Query = Callable[[datetime], Select]


def drafts(now: datetime) -> Select:
    """For whoever wrote on it last."""
    return _of_version(
        (Version.state == State.draft) & Version.updated_at.between(now - FORGOTTEN, now - DRAFT_LIES),
        Version.updated_at,
        subject=Version.id,
    ).where(Account.id == Version.updated_by_id)


def returned(now: datetime) -> Select:
    return _of_version(
        (Version.state == State.returned) & Version.decided_at.between(now - FORGOTTEN, now - RETURN_LIES),
        Version.decided_at,
        subject=Version.id,
    )


def deadlines(now: datetime) -> Select:
    return _of_version(_ends(now, now + DEADLINE_NEARS, State.published), Version.close_at, subject=Version.entry_id)


def passed_deadlines(now: datetime) -> Select:
    ends = _ends(now - DEADLINE_NEARS, now, State.published, State.closed)
    return _of_version(ends, Version.close_at, subject=Version.entry_id)


def unread(now: datetime) -> Select:
    """One for each posting; the occasion is the application that waits longest."""
    waits = (
        select(
            Application.entry_id,
            func.min(Application.applied_at).label("since"),
            func.count().label("number"),
        )
        .where(
            Application.read_at.is_(None),
            Application.state.not_in((ApplicationState.draft, ApplicationState.withdrawn)),
            Application.applied_at.between(now - FORGOTTEN, now - UNREAD_LIES),
        )
        .group_by(Application.entry_id)
        .subquery()
    )
    query = select(
        Account.id.label("account_id"),
        waits.c.entry_id.label("subject_id"),
        waits.c.since.label("occasion_at"),
        Version.title,
        Version.kind,
        waits.c.number,
    )
    joined = query.select_from(waits).join(Entry, Entry.id == waits.c.entry_id)
    return _to_editors(joined.join(Version, Version.id == Entry.live_version_id), Entry.organization_id)


def answers(now: datetime) -> Select:
    query = select(
        Account.id.label("account_id"),
        Thread.id.label("subject_id"),
        Thread.inbox_at.label("occasion_at"),
        Thread.subject.label("title"),
        literal("").label("kind"),
        Thread.unread_organization.label("number"),
    )
    waits = Thread.inbox_at.between(now - FORGOTTEN, now - ANSWER_LIES)
    return _to_editors(query.where(Thread.unread_organization > NOTHING, waits), Thread.organization_id)


def registrations(now: datetime) -> Select:
    query: Select = select(
        Account.id.label("account_id"),
        Organization.id.label("subject_id"),
        CONFIRMED_AT.label("occasion_at"),
        Organization.name.label("title"),
        literal("").label("kind"),
        literal(1).label("number"),
    )
    return _to_editors(query.where(now - CONFIRMED_FOR >= CONFIRMED_AT), Organization.id)


def offers(now: datetime) -> Select:
    """For talents who still welcome offers."""
    return (
        select(
            Account.id.label("account_id"),
            Thread.id.label("subject_id"),
            Thread.last_at.label("occasion_at"),
            Organization.name.label("title"),
            literal("").label("kind"),
            literal(1).label("number"),
        )
        .select_from(Thread)
        .join(Talent, Talent.id == Thread.talent_id)
        .join(Account, Account.id == Talent.account_id)
        .join(Organization, Organization.id == Thread.organization_id)
        .where(
            Thread.last_at.between(now - FORGOTTEN, now - OFFER_LIES),
            Thread.answered_at.is_(None),
            Thread.application_id.is_(None),
            Thread.last_side == Side.organization,
            Talent.accepts_offers,
            Account.suspended_at.is_(None),
            Organization.suspended_at.is_(None),
        )
    )


def events(now: datetime) -> Select:
    """Sessions of tomorrow from nine in the morning on, and of today until they begin."""
    tomorrow_too = local(now).time() >= EVENT_TOLD_AT
    day_after = local(now).date() + timedelta(days=2 if tomorrow_too else 1)
    return _of_events(now, datetime.combine(day_after, time(), TOKYO))


def begun_events(now: datetime) -> Select:
    return _of_events(now - timedelta(days=1), now)


def approvals(now: datetime) -> Select:
    """Every secretary, on mornings of business days when something is late, ends today or will be public too late."""
    bounds = bounds_of(now, closed_days())
    waits: Select = select(func.count()).select_from(Version).where(Version.state == State.submitted)
    due = waits.where(Version.due_at < bounds.next).scalar_subquery()
    query: Select = select(
        Account.id.label("account_id"),
        literal(0).label("subject_id"),
        literal(morning_of(now), UTCDateTime()).label("occasion_at"),
        literal("").label("title"),
        literal("").label("kind"),
        due.label("number"),
        waits.where(Version.due_at < now).scalar_subquery().label("late"),
        waits.where(misses(bounds)).scalar_subquery().label("missed"),
    ).where(
        Account.role.in_(SECRETARIAT_ROLES),
        Account.suspended_at.is_(None),
        due + waits.where(misses(bounds)).scalar_subquery() > 0,
    )
    return query


def _of_events(since: datetime, until: datetime) -> Select:
    events, others = EventVersion.__table__.c, EventSession.__table__.alias("others")
    count = select(func.count()).select_from(others).where(others.c.version_id == EventSession.version_id)
    is_theirs = or_(
        Application.session_at.is_(None),
        Application.session_at == EventSession.starts_at,
        count.scalar_subquery() == 1,  # an event that was moved
    )
    takes_part = Application.state.in_(SEATED) | (Application.state.in_(AT_ONCE) & events.overflow.in_(OPEN_TO_ALL))
    return (
        select(
            Account.id.label("account_id"),
            Application.id.label("subject_id"),
            EventSession.starts_at.label("occasion_at"),
            Version.title,
            Version.kind,
            literal(1).label("number"),
            Organization.name.label("organization"),
            events.venue,
        )
        .select_from(EventSession)
        .join(Version, Version.id == EventSession.version_id)
        .join(EventVersion.__table__, events.id == Version.id)
        .join(Entry, Entry.live_version_id == Version.id)
        .join(Application, Application.entry_id == Entry.id)
        .join(Talent, Talent.id == Application.talent_id)
        .join(Account, Account.id == Talent.account_id)
        .join(Organization, Organization.id == Entry.organization_id)
        .where(
            EventSession.starts_at > since,
            EventSession.starts_at <= until,
            Version.state.in_((State.published, State.closed)),
            is_theirs,
            takes_part,
            events.event_status.not_in(CALLED_OFF),
            Account.suspended_at.is_(None),
            Organization.suspended_at.is_(None),
        )
    )


def _ends(since: datetime, until: datetime, *states: State) -> ColumnElement[bool]:
    is_live = Version.state.in_(states) & (Entry.live_version_id == Version.id)
    return is_live & (Version.close_at > since) & (Version.close_at <= until)


def _of_version(condition: ColumnElement[bool], occasion: Any, *, subject: Any) -> Select:
    query = select(
        Account.id.label("account_id"),
        subject.label("subject_id"),
        occasion.label("occasion_at"),
        Version.title,
        Version.kind,
        literal(1).label("number"),
    )
    joined = query.select_from(Version).join(Entry, Entry.id == Version.entry_id)
    return _to_editors(joined.where(condition), Version.organization_id)


def _to_editors(query: Select, organization_id: Any) -> Select:
    """Those members of the organization who can do something about it."""
    here = Organization.__table__.alias("here")
    return (
        query.join(Account, and_(Account.organization_id == organization_id, Account.role.in_(tuple(EDITORS))))
        .where(Account.suspended_at.is_(None))
        .where(exists().where(here.c.id == organization_id, here.c.suspended_at.is_(None)))
    )


def morning_of(now: datetime) -> datetime:
    return datetime.combine(local(now).date(), MORNING, TOKYO)


DUE: Mapping[ReminderKind, Query] = {
    ReminderKind.draft: drafts,
    ReminderKind.returned: returned,
    ReminderKind.deadline: deadlines,
    ReminderKind.unread: unread,
    ReminderKind.answer: answers,
    ReminderKind.registration: registrations,
    ReminderKind.offer: offers,
    ReminderKind.event: events,
    ReminderKind.approval: approvals,
}
# What is over before anybody was told: it is put on record, and nobody is told any more.
OVER: Mapping[ReminderKind, Query] = {
    ReminderKind.deadline: passed_deadlines,
    ReminderKind.event: begun_events,
}


def outstanding(kind: ReminderKind, query: Select, *, most: int) -> Sequence[Row[Any]]:
    """Rows of the query for people who want to know and were not told yet, at most so many."""
    found = query.subquery()
    told = exists().where(
        Reminder.account_id == found.c.account_id,
        Reminder.kind == kind,
        Reminder.subject_id == found.c.subject_id,
        Reminder.occasion_at == found.c.occasion_at,
    )
    unwanted = exists().where(ReminderOff.account_id == found.c.account_id, ReminderOff.kind == kind)
    return db.session.execute(
        select(found).where(~told, ~unwanted).order_by(found.c.account_id, found.c.occasion_at).limit(most)
    ).all()
