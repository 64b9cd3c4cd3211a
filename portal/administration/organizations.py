"""All that the desk looks at of one organization, gathered in a few statements, and what it writes down of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload

from models.base import db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.office import InternalNote, PostingStop, Suspension
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import SECRETARIAT_ROLES, Kind, MailState, State
from portal import audit
from portal.actors import Actor
from portal.administration import posting_rights, suspension
from portal.administration.reasons import require, require_short
from portal.errors import NotFound, Refused
from portal.permissions import visible

LONGEST_NOTE = 4000
SHOWN = 10  # of each of the lists
LOST = (MailState.bounced, MailState.failed)
DECISIONS = ("entry.approve", "entry.return", "entry.unpublish", "entry.restore", "entry.close")


@dataclass(frozen=True)
class Overview:
    organization: Organization
    members: Sequence[Account]
    counts: Mapping[tuple[Kind, State], int]  # drafts are the organization's own
    decisions: Sequence[Row]  # at, action, version_id, title, who
    lost: Sequence[Row]  # created_at, letter, recipient, state, last_error
    notes: Sequence[InternalNote]
    stops: Mapping[Kind, PostingStop]
    suspensions: Sequence[Suspension]


def overview(organization_id: int, *, actor: Actor) -> Overview:
    """Raises NotFound for what is not there for this actor."""
    return Overview(
        organization=_find(organization_id, actor=actor),
        members=db.session.scalars(
            select(Account)
            .where(Account.organization_id == organization_id, visible(actor, Account))
            .order_by(Account.id)
        ).all(),
        counts=_counts(organization_id, actor=actor),
        decisions=_decisions(organization_id, actor=actor),
        lost=lost_mails(OutboxMail.organization_id == organization_id),
        notes=db.session.scalars(
            select(InternalNote)
            .options(joinedload(InternalNote.author))
            .where(InternalNote.organization_id == organization_id)
            .order_by(InternalNote.id.desc())
            .limit(SHOWN)
        ).all(),
        stops=posting_rights.stops_of(organization_id),
        suspensions=suspension.history(organization_id=organization_id),
    )


def lost_mails(*criteria: object) -> Sequence[Row]:
    """Letters that did not arrive, the newest first; never what they say."""
    columns = (
        OutboxMail.id,
        OutboxMail.created_at,
        OutboxMail.letter,
        OutboxMail.recipient,
        OutboxMail.state,
        OutboxMail.last_error,
    )
    lost = select(*columns).where(*criteria, OutboxMail.state.in_(LOST))  # type: ignore[arg-type]  # columns' criteria
    return db.session.execute(lost.order_by(OutboxMail.id.desc()).limit(SHOWN)).all()


def add_note(
    organization_id: int, text: str, *, actor: Actor, now: datetime, entry_id: int | None = None
) -> InternalNote:
    """For the secretariat alone, of the organization or of one of its entries; nobody changes or removes it."""
    require(actor, "desk.read")
    organization = _find(organization_id, actor=actor)
    text = text.strip()
    if not text:
        raise Refused("メモを入力してください。")
    require_short(text, "メモ", LONGEST_NOTE)
    if actor.account_id is None:
        raise NotFound
    note = InternalNote(
        organization_id=organization.id, entry_id=entry_id, author_id=actor.account_id, text=text, created_at=now
    )
    db.session.add(note)
    db.session.flush()
    audit.record("organization.note", subject="organization", subject_id=organization.id, actor=actor, now=now)
    return note


def counts_by_state(organization_ids: Sequence[int], *, actor: Actor) -> dict[int, dict[State, int]]:
    """For a page of the list, in one statement."""
    found: dict[int, dict[State, int]] = {}
    rows = db.session.execute(
        select(Version.organization_id, Version.state, func.count())
        .where(Version.organization_id.in_(organization_ids), visible(actor, Version))
        .group_by(Version.organization_id, Version.state)
    )
    for organization_id, state, number in rows:
        found.setdefault(organization_id, {})[state] = number
    return found


def _find(organization_id: int, *, actor: Actor) -> Organization:
    found = db.session.scalars(
        select(Organization).where(Organization.id == organization_id, visible(actor, Organization))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def _counts(organization_id: int, *, actor: Actor) -> dict[tuple[Kind, State], int]:
    rows = db.session.execute(
        select(Version.kind, Version.state, func.count())
        .where(Version.organization_id == organization_id, visible(actor, Version))
        .group_by(Version.kind, Version.state)
    )
    return {(kind, state): number for kind, state, number in rows}


def _decisions(organization_id: int, *, actor: Actor) -> Sequence[Row]:
    return db.session.execute(
        select(AuditEvent.at, AuditEvent.action, Version.id, Version.title, Entry.number, Account.name.label("who"))
        .join(Version, (AuditEvent.subject == "version") & (Version.id == AuditEvent.subject_id))
        .join(Entry, Entry.id == Version.entry_id)
        .outerjoin(Account, Account.id == AuditEvent.actor_id)
        .where(
            AuditEvent.organization_id == organization_id,
            AuditEvent.action.in_(DECISIONS),
            AuditEvent.actor_role.in_(SECRETARIAT_ROLES),
            visible(actor, Version),
        )
        .order_by(AuditEvent.id.desc())
        .limit(SHOWN)
    ).all()
