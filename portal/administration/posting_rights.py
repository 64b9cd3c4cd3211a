"""Which kinds an organization may hand in. Drafts stay its own; what is public stays public."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, select

from models.base import db
from models.office import PostingStop
from models.organizations import Organization
from models.states import Kind
from portal import audit
from portal.actors import Actor
from portal.administration import memory
from portal.administration.reasons import reason_of, require
from portal.database import lock_table
from portal.errors import Conflict, NotFound
from portal.permissions import visible


def stops_of(organization_id: int) -> Mapping[Kind, PostingStop]:
    rows = db.session.scalars(select(PostingStop).where(PostingStop.organization_id == organization_id))
    return {row.kind: row for row in rows}


def stop(organization_id: int, kind: Kind, reason: str, *, actor: Actor, now: datetime) -> None:
    """The organization reads the reason when it wants to hand in."""
    reason = _begin(organization_id, reason, actor=actor)
    if kind in stops_of(organization_id):
        raise Conflict("競合：すでに停止しています。")
    db.session.add(PostingStop(organization_id=organization_id, kind=kind, reason=reason, created_at=now))
    memory.count_up()
    _record("organization.posting_stop", organization_id, kind, reason, actor=actor, now=now)


def allow(organization_id: int, kind: Kind, reason: str, *, actor: Actor, now: datetime) -> None:
    reason = _begin(organization_id, reason, actor=actor)
    if kind not in stops_of(organization_id):
        raise Conflict("競合：停止していません。")
    db.session.execute(
        delete(PostingStop).where(PostingStop.organization_id == organization_id, PostingStop.kind == kind)
    )
    memory.count_up()
    _record("organization.posting_allow", organization_id, kind, reason, actor=actor, now=now)


def _begin(organization_id: int, reason: str, *, actor: Actor) -> str:
    require(actor, "desk.read")
    here = select(Organization.id).where(Organization.id == organization_id, visible(actor, Organization))
    if db.session.scalar(here) is None:
        raise NotFound
    reason = reason_of(reason)
    lock_table(PostingStop)
    return reason


def _record(act: str, organization_id: int, kind: Kind, reason: str, *, actor: Actor, now: datetime) -> None:
    details = {"kind": kind.value, "reason": reason}
    audit.record(act, subject="organization", subject_id=organization_id, actor=actor, now=now, details=details)
