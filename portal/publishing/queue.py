"""The secretariat's queue: everything that waits, in the order of its deadline, with what a row shows."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, case, func, select

from models.base import db, shared_alias
from models.entries import Version
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import Kind, State
from portal.actors import Actor
from portal.clock import TOKYO, local
from portal.permissions import visible
from portal.publishing.business_days import add_business_days
from portal.publishing.workflow import Seen

PAGE_SIZE = 50
LAST_PAGE = 1000
LONGEST_SEARCH = 100

Assignee = shared_alias(Account)


LATE, TODAY, NEXT, REST = DUES = ("late", "today", "next", "rest")
MISSED = "missed"  # will not be public when it was asked to be


class Bounds(NamedTuple):
    """Where the parts of the queue begin: overdue before `now`, then today, the next business day, later."""

    now: datetime
    next: datetime
    later: datetime


@dataclass(frozen=True)
class Filter:
    """What the reviewer narrowed the queue to."""

    kind: Kind | None = None
    lamp: str = ""  # clean, warning
    mine: bool = False
    text: str = ""
    page: int = 1
    due: str = ""  # one of DUES, or MISSED
    bounds: Bounds | None = None  # given with `due`


def bounds_of(now: datetime, closed: Collection[date]) -> Bounds:
    """As the clock of a row counts: what is due before the next business day begins is today's."""
    today = local(now).date()
    starts = (datetime.combine(add_business_days(today, count, closed), time(0), TOKYO) for count in (1, 2))
    return Bounds(now, *starts)


def due_of(bounds: Bounds) -> Any:
    """One of DUES for each version that waits."""
    return case(
        (Version.due_at < bounds.now, LATE),
        (Version.due_at < bounds.next, TODAY),
        (Version.due_at < bounds.later, NEXT),
        else_=REST,
    )


def misses(bounds: Bounds) -> ColumnElement[bool]:
    """Of a time that could still be kept when it was asked for: it passes before the deadline, or has passed."""
    wished = Version.publish_at
    return (wished > Version.submitted_at) & ((wished <= Version.due_at) | (wished <= bounds.now))


def waiting(wanted: Filter, *, actor: Actor) -> Sequence[Row]:
    """One page of the queue, oldest deadline first, in one statement."""
    query = _asked(wanted, actor=actor).order_by(Version.due_at, Version.id)
    return db.session.execute(query.limit(PAGE_SIZE).offset((wanted.page - 1) * PAGE_SIZE)).all()


def counts(*, actor: Actor) -> dict[Kind, int]:
    """How many wait of each kind, in one statement on the queue's own index."""
    return dict(db.session.execute(_counted(actor)).all())


@lru_cache(maxsize=64)
def _counted(actor: Actor) -> Select:
    waits = Version.state == State.submitted, visible(actor, Version)
    return select(Version.kind, func.count()).where(*waits).group_by(Version.kind)


def total(wanted: Filter, *, actor: Actor) -> int:
    query = _asked(wanted, actor=actor).with_only_columns(Version.id)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def neighbours(version: Version, wanted: Filter, *, actor: Actor) -> tuple[int | None, int | None]:
    """The ids before and after a version in the queue as filtered, in one statement."""
    place = (Version.due_at, Version.id)
    ids = _asked(wanted, actor=actor).with_only_columns(Version.id)
    later = (Version.due_at > version.due_at) | ((Version.due_at == version.due_at) & (Version.id > version.id))
    earlier = (Version.due_at < version.due_at) | ((Version.due_at == version.due_at) & (Version.id < version.id))
    following = ids.where(later).order_by(*place).limit(1).scalar_subquery()
    previous = ids.where(earlier).order_by(Version.due_at.desc(), Version.id.desc()).limit(1).scalar_subquery()
    row = db.session.execute(select(previous, following)).one()
    return row[0], row[1]


def _asked(wanted: Filter, *, actor: Actor) -> Select:
    """With what depends on the time of asking, which is not kept."""
    query = _narrowed(replace(wanted, page=1, due="", bounds=None), actor=actor)
    if not wanted.due or wanted.bounds is None:
        return query
    is_due = misses(wanted.bounds) if wanted.due == MISSED else due_of(wanted.bounds) == wanted.due
    return query.where(is_due)


@lru_cache(maxsize=256)
def _narrowed(wanted: Filter, *, actor: Actor) -> Select:
    """Kept, for it holds no value that changes: putting it together costs as much as running it."""
    query = (
        select(
            Version.id,
            Version.revision,
            Version.kind,
            Version.title,
            Version.due_at,
            Version.publish_at,
            Version.submitted_at,
            Version.submissions,
            Version.base_version_id,
            Version.error_count,
            Version.warning_count,
            Organization.name.label("organization"),
            Assignee.id.label("assignee_id"),
            Assignee.name.label("assignee"),
        )
        .join(Organization, Organization.id == Version.organization_id)
        .outerjoin(Assignee, Assignee.id == Version.assignee_id)
        .where(Version.state == State.submitted, visible(actor, Version))
    )
    if wanted.kind:
        query = query.where(Version.kind == wanted.kind)
    if wanted.lamp == "clean":
        query = query.where(Version.error_count == 0, Version.warning_count == 0)
    if wanted.lamp == "warning":
        query = query.where((Version.error_count > 0) | (Version.warning_count > 0))
    if wanted.mine:
        query = query.where(Version.assignee_id == actor.account_id)
    if wanted.text:
        text = wanted.text[:LONGEST_SEARCH]
        query = query.where(
            Version.title.contains(text, autoescape=True) | Organization.name.contains(text, autoescape=True)
        )
    return query


def all_seen(wanted: Filter, *, actor: Actor, most: int) -> list[Seen]:
    """What the filter matches, oldest deadline first, as it stands now."""
    query = _asked(wanted, actor=actor).with_only_columns(Version.id, Version.revision)
    return [Seen(*row) for row in db.session.execute(query.order_by(Version.due_at, Version.id).limit(most))]


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
