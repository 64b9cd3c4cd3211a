"""The secretariat's queue: everything that waits, first what would miss its time, with what a row shows."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    case,
    func,
    literal_column,
    or_,
    select,
    union_all,
)

from models.base import db, shared_alias
from models.entries import Version
from models.organizations import Organization, name_key
from models.people import Account
from models.presence import Presence
from models.records import AuditEvent
from models.registrations import RegistrationVersion
from models.states import Kind, RegistrationState, State
from portal.actors import Actor
from portal.clock import local
from portal.permissions import visible
from portal.publishing.queue_filter import (
    AGAIN,
    ASKED,
    DUES,
    LATE,
    LONGEST_SEARCH,
    MISSED,
    NEXT,
    OVERDUE,
    REST,
    TODAY,
    USUAL,
    Bounds,
    Filter,
    bounds_of,
    conditions,
    due_of,
    misses,
    rank,
    rank_of,
)
from portal.publishing.workflow import Seen

__all__ = ["DUES", "LATE", "MISSED", "NEXT", "REST", "TODAY", "Bounds", "Filter", "bounds_of", "due_of", "misses"]

PAGE_SIZE = 50
LAST_PAGE = 1000

Assignee, Looker = shared_alias(Account), shared_alias(Account)
ENTRY, REGISTRATION = 0, 1  # what a row of the queue is


def waiting(wanted: Filter, *, actor: Actor) -> Sequence[Row]:
    """One page of the queue in one statement: entries and registrations, told apart by `source`."""
    place = {"most": PAGE_SIZE, "skip": (wanted.page - 1) * PAGE_SIZE}
    return db.session.execute(_narrowed(_lasting(wanted), actor=actor), wanted.values | place).all()


def counts(*, actor: Actor) -> dict[Kind, int]:
    """How many entries wait of each kind, in one statement on the queue's own index."""
    return dict(db.session.execute(_counted(actor)).all())


@lru_cache(maxsize=64)
def _counted(actor: Actor) -> Select:
    waits = Version.state == State.submitted, visible(actor, Version)
    return select(Version.kind, func.count()).where(*waits).group_by(Version.kind)


def total(wanted: Filter, *, actor: Actor) -> int:
    keys = _keys(_lasting(wanted), actor=actor)
    return db.session.scalar(select(func.count()).select_from(keys), wanted.values) or 0


def neighbours(version: Version, wanted: Filter, *, actor: Actor) -> tuple[int | None, int | None]:
    """The entries before and after a version in the queue as filtered, in one statement."""
    place = (rank_of(version, wanted.values["now"]), version.due_at, version.id)
    keys = _entries(_lasting(replace(wanted, registrations=False)), actor=actor).subquery()
    columns = (keys.c.rank, keys.c.due_at, keys.c.id)
    following = select(keys.c.id).where(_beyond(columns, place)).order_by(*columns).limit(1).scalar_subquery()
    backwards = [column.desc() for column in columns]
    previous = select(keys.c.id).where(_beyond(place, columns)).order_by(*backwards).limit(1).scalar_subquery()
    row = db.session.execute(select(previous, following), wanted.values).one()
    return row[0], row[1]


def _beyond(here: Sequence[Any], there: Sequence[Any]) -> ColumnElement[bool]:
    """Whether one place of three numbers comes after another."""
    (a, b, c), (x, y, z) = here, there
    return or_(a > x, and_(a == x, b > y), and_(a == x, b == y, c > z))


def _lasting(wanted: Filter) -> Filter:
    """Without what depends on the page and the time of asking: what is put together for it can be kept."""
    return replace(wanted, page=1, bounds=None)


@lru_cache(maxsize=256)
def _narrowed(wanted: Filter, *, actor: Actor) -> Select:
    """Kept, for it holds no value that changes: putting it together costs as much as running it.

    The page is chosen among narrow keys; only its rows are read.
    """
    keys = _keys(wanted, actor=actor)
    order = ("rank", "due_at", "source", "id")
    page = select(keys).order_by(*(keys.c[name] for name in order))
    page_keys = page.limit(bindparam("most", type_=Integer)).offset(bindparam("skip", type_=Integer)).subquery()
    looked_at = _looked_at(actor)
    registration = RegistrationVersion
    return (
        select(
            *(page_keys.c[name] for name in ("source", "id", "rank", "due_at")),
            Version.revision,
            Version.kind,
            Version.title,
            Version.publish_at,
            Version.submitted_at,
            func.coalesce(Version.submissions, registration.submissions).label("submissions"),
            Version.base_version_id,
            Version.error_count,
            Version.warning_count,
            Version.aside_until,
            Version.aside_reason,
            Organization.name.label("organization"),
            Assignee.id.label("assignee_id"),
            Assignee.name.label("assignee"),
            Looker.name.label("looker"),
            registration.kind.label("registration_kind"),
            registration.content.label("registration_content"),
        )
        .select_from(page_keys)
        .outerjoin(Version, (page_keys.c.source == ENTRY) & (Version.id == page_keys.c.id))
        .outerjoin(registration, (page_keys.c.source == REGISTRATION) & (registration.id == page_keys.c.id))
        .outerjoin(
            Organization, Organization.id == func.coalesce(Version.organization_id, registration.organization_id)
        )
        .outerjoin(Assignee, Assignee.id == Version.assignee_id)
        .outerjoin(looked_at, looked_at.c.version_id == Version.id)
        .outerjoin(Looker, Looker.id == looked_at.c.account_id)
        .order_by(*(page_keys.c[name] for name in order))
    )


def _looked_at(actor: Actor) -> Any:
    """One of the colleagues at the desk who have it open."""
    return (
        select(Presence.version_id, func.min(Presence.account_id).label("account_id"))
        .join(Account, Account.id == Presence.account_id)
        .where(Presence.until > ASKED.now, Account.organization_id.is_(None), Account.id != actor.account_id)
        .group_by(Presence.version_id)
        .subquery()
    )


def _keys(wanted: Filter, *, actor: Actor) -> Any:
    parts = [] if wanted.registrations else [_entries(wanted, actor=actor)]
    if wanted.has_registrations:
        parts.append(_registrations(wanted, actor=actor))
    return (union_all(*parts) if len(parts) > 1 else parts[0]).subquery()


@lru_cache(maxsize=256)
def _entries(wanted: Filter, *, actor: Actor) -> Select:
    source = literal_column(str(ENTRY), Integer).label("source")
    query = select(source, Version.id, rank().label("rank"), Version.due_at).where(
        Version.state == State.submitted, visible(actor, Version)
    )
    if wanted.text or wanted.org_type:
        query = query.join(Organization, Organization.id == Version.organization_id)
    return query.where(*conditions(wanted, actor=actor))


def _registrations(wanted: Filter, *, actor: Actor) -> Select:
    waits = RegistrationVersion
    source = literal_column(str(REGISTRATION), Integer).label("source")
    part = case((waits.due_at < ASKED.now, OVERDUE), (waits.submissions > 1, AGAIN), else_=USUAL)
    query = (
        select(source, waits.id, part.label("rank"), waits.due_at)
        .outerjoin(Organization, Organization.id == waits.organization_id)
        .where(waits.state == RegistrationState.submitted, visible(actor, waits))
    )
    if wanted.due:
        query = query.where(due_of(ASKED, waits) == wanted.due)
    if wanted.org_type:
        query = query.where(Organization.org_type == wanted.org_type)
    if wanted.text:
        text = wanted.text[:LONGEST_SEARCH]
        of_new = waits.name_key.contains(name_key(text), autoescape=True)
        query = query.where(Organization.name.contains(text, autoescape=True) | of_new)
    return query


def all_seen(wanted: Filter, *, actor: Actor, most: int) -> list[Seen]:
    """The entries that the filter matches, in the queue's order, as they stand now."""
    query = _entries(_lasting(wanted), actor=actor).order_by(rank(), Version.due_at, Version.id).limit(most)
    rows = db.session.execute(query.with_only_columns(Version.id, Version.revision), wanted.values)
    return [] if wanted.registrations else [Seen(*row) for row in rows]


def decided_today(*, actor: Actor, now: datetime) -> tuple[int, int]:
    """How many the actor approved and returned since midnight in Tokyo, in one statement."""
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = db.session.execute(
        select(AuditEvent.action, func.count())
        .where(AuditEvent.actor_id == actor.account_id, AuditEvent.at >= midnight)
        .where(AuditEvent.action.in_(("entry.approve", "entry.return")))
        .group_by(AuditEvent.action)
    )
    counted = dict(rows.all())
    return counted.get("entry.approve", 0), counted.get("entry.return", 0)
