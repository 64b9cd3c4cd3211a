"""All that a reviewer needs to judge one entry, gathered in a few statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, select, update

from models.base import db
from models.entries import Version
from models.people import Account
from models.records import AuditEvent, Phrase
from models.states import Action, State
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden
from portal.permissions import may, visible
from portal.publishing import content, letters
from portal.publishing.differences import Difference, differences
from portal.publishing.drafts import find
from portal.publishing.workflow import Seen

RECENT = 10
HISTORY = 30


@dataclass(frozen=True)
class Review:
    version: Version
    values: Mapping[str, Any]
    public: Version | None  # what it would replace
    changes: Sequence[Difference]
    recent: tuple[int, int]  # of the organization's last decisions: approved, returned
    members: int  # who would be told
    history: Sequence[Row]
    phrases: Sequence[Phrase]
    assignee: str


def review(version_id: int, *, actor: Actor) -> Review:
    """Raises NotFound for what is not there for the secretariat (drafts included)."""
    version = find(version_id, actor=actor)
    live = version.entry.live_version
    public = (
        live
        if live is not None and live.id != version.id and live.state in (State.published, State.suspended)
        else None
    )
    values = content.read(version)
    old = content.read(public) if public else None
    assignee = db.session.get(Account, version.assignee_id) if version.assignee_id else None
    return Review(
        version=version,
        values=values,
        public=public,
        changes=differences(version.kind, old, values),
        recent=recent_decisions(version.organization_id),
        members=len(letters.recipients({version.organization_id}).get(version.organization_id, ())),
        history=history(version.entry_id),
        phrases=db.session.scalars(select(Phrase).order_by(Phrase.position, Phrase.id)).all(),
        assignee=assignee.name if assignee else "",
    )


def recent_decisions(organization_id: int) -> tuple[int, int]:
    """Of the organization's last RECENT decisions, how many approved and how many returned."""
    last = (
        select(AuditEvent.action)
        .where(AuditEvent.organization_id == organization_id, AuditEvent.action.in_(("entry.approve", "entry.return")))
        .order_by(AuditEvent.id.desc())
        .limit(RECENT)
        .subquery()
    )
    counted = dict(db.session.execute(select(last.c.action, func.count()).group_by(last.c.action)))
    return counted.get("entry.approve", 0), counted.get("entry.return", 0)


def history(entry_id: int) -> Sequence[Row]:
    """Who did what to any version of the entry, newest first."""
    versions = select(Version.id).where(Version.entry_id == entry_id)
    return db.session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.details, AuditEvent.actor_role, Account.name)
        .outerjoin(Account, Account.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == "version", AuditEvent.subject_id.in_(versions))
        .order_by(AuditEvent.id.desc())
        .limit(HISTORY)
    ).all()


def assign(seen: Sequence[Seen], *, to: int | None, actor: Actor, now: datetime) -> int:
    """Puts the waiting entries into a colleague's hands, or into nobody's; returns how many."""
    if not may(actor, Action.approve):
        raise Forbidden("この操作を行う権限がありません。")
    ids = [item.version_id for item in seen]
    moved = db.session.scalars(
        update(Version)
        .where(Version.id.in_(ids), Version.state == State.submitted, visible(actor, Version))
        .values(assignee_id=to)
        .returning(Version.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not moved:
        raise Conflict("競合：すでに処理されているため、担当を変更できません。")
    events = [{"subject": "version", "subject_id": key, "details": {"assignee": to}} for key in moved]
    audit.record_each("entry.assign", events, actor=actor, now=now)
    return len(moved)
