"""All that a reviewer needs to judge one entry, gathered in a few statements."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update

from models.base import db
from models.entries import Version
from models.office import InternalNote
from models.people import Account
from models.records import AuditEvent, Phrase
from models.states import Action, State
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, Refused
from portal.permissions import may, visible
from portal.publishing import content, field_notes, letters, likeness, presence, snapshots
from portal.publishing.bulk import MOST
from portal.publishing.business_days import closed_days
from portal.publishing.differences import Difference, differences, unchanged
from portal.publishing.drafts import find
from portal.publishing.field_notes import Noted
from portal.publishing.outcomes import Outcomes, last_outcomes
from portal.publishing.shapes import Field
from portal.publishing.workflow import Seen

HISTORY = 30
NOTES = 10
PUBLIC, RETURN, COPY = AGAINST = ("public", "return", "copy")  # what an entry may be compared with


@dataclass(frozen=True)
class Review:
    version: Version
    values: Mapping[str, Any]
    public: Version | None  # what it would replace
    against: str  # one of `sides`, or nothing when there is nothing to compare with
    sides: Sequence[str]
    changes: Sequence[Difference]
    unchanged: Sequence[tuple[Field, str]]
    outcomes: Outcomes  # of the organization's last decisions
    alike: Sequence[Row]
    notes: Sequence[Row]
    at_fields: Mapping[str, Noted]  # what was said at the last return, by field
    said_at_fields: Mapping[str, Sequence[Noted]]  # at every return, by its decision
    looking: Sequence[str]  # colleagues who have it open
    members: int  # who would be told
    history: Sequence[Row]
    phrases: Sequence[Phrase]
    assignee: str


def review(version_id: int, *, actor: Actor, now: datetime, against: str = "") -> Review:
    """Raises NotFound for what is not there for the secretariat (drafts included).

    `against` names what it is compared with; where that is not there, what is public, the last return, or the source
    of the copy.
    """
    version = find(version_id, actor=actor)
    values, public = content.read(version), public_of(version)
    sides = sides_of(version, public, actor=actor)
    side = against if against in sides else next(iter(sides), "")
    old = sides[side]() if side else None
    assignee = db.session.get(Account, version.assignee_id) if version.assignee_id else None
    told = history(version.entry_id)
    return Review(
        version=version,
        values=values,
        public=public,
        against=side if old is not None else "",
        sides=list(sides),
        changes=differences(version.kind, old, values),
        unchanged=unchanged(version.kind, old, values) if old is not None else [],
        outcomes=last_outcomes(version.organization_id, closed_days()),
        alike=likeness.alike(version_id, actor=actor),
        notes=notes_on(version),
        at_fields=_at_fields(version),
        said_at_fields=field_notes.of_entry(version.entry_id, version.kind) if _was_returned(told) else {},
        looking=presence.others(version_id, actor=actor, now=now) if version.state is State.submitted else [],
        members=len(letters.recipients({version.organization_id}).get(version.organization_id, ())),
        history=told,
        phrases=db.session.scalars(select(Phrase).order_by(Phrase.position, Phrase.id)).all(),
        assignee=assignee.name if assignee else "",
    )


def _at_fields(version: Version) -> dict[str, Noted]:
    """While it lies at the organization, what is answered and changed there is not handed in yet."""
    noted = {note.field.name: note for note in field_notes.standing(version)}
    if version.state is not State.returned:
        return noted
    return {name: replace(note, answer="", is_done=False, is_changed=False) for name, note in noted.items()}


def _was_returned(told: Sequence[Row]) -> bool:
    return any(event.action == "entry.return" for event in told)


def public_of(version: Version) -> Version | None:
    live = version.entry.live_version
    is_other = live is not None and live.id != version.id and live.state in (State.published, State.suspended)
    return live if is_other else None


def sides_of(
    version: Version, public: Version | None, *, actor: Actor
) -> dict[str, Callable[[], Mapping[str, Any] | None]]:
    """What there is to compare with, each read when it is asked for."""
    sides: dict[str, Callable[[], Mapping[str, Any] | None]] = {}
    if public is not None:
        sides[PUBLIC] = lambda: content.read(public)
    if version.submissions > 1 and (returned := snapshots.at_last_return(version)) is not None:
        sides[RETURN] = lambda: returned
    source = (
        version.copied_from_id
        and db.session.scalars(
            select(Version).where(Version.id == version.copied_from_id, visible(actor, Version))
        ).one_or_none()
    )
    if source:
        sides[COPY] = lambda: content.read(source)
    return sides


def notes_on(version: Version) -> Sequence[Row]:
    """What the secretariat told itself about the entry and its organization, newest first."""
    return db.session.execute(
        select(InternalNote.text, InternalNote.created_at, InternalNote.entry_id, Account.name)
        .join(Account, Account.id == InternalNote.author_id)
        .where(
            InternalNote.organization_id == version.organization_id,
            InternalNote.entry_id.is_(None) | (InternalNote.entry_id == version.entry_id),
        )
        .order_by(InternalNote.id.desc())
        .limit(NOTES)
    ).all()


def history(entry_id: int) -> Sequence[Row]:
    """Who did what to any version of the entry, newest first."""
    versions = select(Version.id).where(Version.entry_id == entry_id)
    return db.session.execute(
        select(
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.details,
            AuditEvent.batch,
            AuditEvent.actor_role,
            Account.name,
        )
        .outerjoin(Account, Account.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == "version", AuditEvent.subject_id.in_(versions))
        .order_by(AuditEvent.id.desc())
        .limit(HISTORY)
    ).all()


def assign(seen: Sequence[Seen], *, to: int | None, actor: Actor, now: datetime) -> int:
    """Puts the waiting entries into a colleague's hands, or into nobody's; returns how many."""
    if not may(actor, Action.approve):
        raise Forbidden("この操作を行う権限がありません。")
    if len(seen) > MOST:
        raise Refused(f"一度に処理できるのは{MOST}件までです（選択は{len(seen):,}件）。")
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
