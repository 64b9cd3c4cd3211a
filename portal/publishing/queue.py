"""The secretariat's queue: everything that waits, in the order of its deadline, with what a row shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Row, Select, func, select

from models.base import db, shared_alias
from models.entries import Version
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import Kind, State
from portal.actors import Actor
from portal.clock import local
from portal.permissions import visible
from portal.publishing.workflow import Seen

PAGE_SIZE = 50
LAST_PAGE = 1000
LONGEST_SEARCH = 100

Assignee = shared_alias(Account)


@dataclass(frozen=True)
class Filter:
    """What the reviewer narrowed the queue to."""

    kind: Kind | None = None
    lamp: str = ""  # clean, warning
    mine: bool = False
    text: str = ""
    page: int = 1


def waiting(wanted: Filter, *, actor: Actor) -> Sequence[Row]:
    """One page of the queue, oldest deadline first, in one statement."""
    query = _narrowed(wanted, actor=actor).order_by(Version.due_at, Version.id)
    return db.session.execute(query.limit(PAGE_SIZE).offset((wanted.page - 1) * PAGE_SIZE)).all()


def counts(*, actor: Actor) -> dict[Kind, int]:
    """How many wait of each kind, in one statement on the queue's own index."""
    return dict(db.session.execute(_counted(actor)).all())


@lru_cache(maxsize=64)
def _counted(actor: Actor) -> Select:
    waits = Version.state == State.submitted, visible(actor, Version)
    return select(Version.kind, func.count()).where(*waits).group_by(Version.kind)


def total(wanted: Filter, *, actor: Actor) -> int:
    query = _narrowed(wanted, actor=actor).with_only_columns(Version.id)
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def neighbours(version: Version, wanted: Filter, *, actor: Actor) -> tuple[int | None, int | None]:
    """The ids before and after a version in the queue as filtered, in one statement."""
    place = (Version.due_at, Version.id)
    ids = _narrowed(wanted, actor=actor).with_only_columns(Version.id)
    later = (Version.due_at > version.due_at) | ((Version.due_at == version.due_at) & (Version.id > version.id))
    earlier = (Version.due_at < version.due_at) | ((Version.due_at == version.due_at) & (Version.id < version.id))
    following = ids.where(later).order_by(*place).limit(1).scalar_subquery()
    previous = ids.where(earlier).order_by(Version.due_at.desc(), Version.id.desc()).limit(1).scalar_subquery()
    row = db.session.execute(select(previous, following)).one()
    return row[0], row[1]


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
    query = _narrowed(wanted, actor=actor).with_only_columns(Version.id, Version.revision)
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
