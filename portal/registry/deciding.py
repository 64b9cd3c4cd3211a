"""The secretariat decides on what waits: new organizations and changes of registered ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, Select, func, select, update

from models.base import db
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent, Phrase
from models.registrations import RegistrationFile, RegistrationVersion
from models.states import RegistrationAction, RegistrationKind, RegistrationState, Role
from portal import audit
from portal.accounts import invitations
from portal.accounts.tokens import digest, new_token
from portal.actors import Actor
from portal.errors import Invalid, Refused
from portal.permissions import visible
from portal.registry import applying, changes, letters, workflow
from portal.registry.registration_fields import fields_of
from portal.registry.workflow import Seen

PAGE_SIZE = 50
LAST_PAGE = 1000
MOST_ALIKE = 10
HISTORY = 30
KEPT = timedelta(days=180)  # what was refused, for questions


@dataclass(frozen=True)
class Alike:
    """Something that may be the same organization."""

    name: str
    why: str
    organization_id: int | None = None
    version_id: int | None = None


@dataclass(frozen=True)
class Review:
    version: RegistrationVersion
    alike: Sequence[Alike]
    history: Sequence[Row]
    phrases: Sequence[Phrase]


def waiting(*, page: int, actor: Actor) -> Sequence[Row]:
    """One page of (version, name of the organization), oldest deadline first, in one statement."""
    query = _listed(actor).where(RegistrationVersion.state == RegistrationState.submitted)
    return _page(query.order_by(RegistrationVersion.due_at, RegistrationVersion.id), page)


def decided(*, page: int, actor: Actor) -> Sequence[Row]:
    """One page of what was handed in and does not wait any more, newest first."""
    query = _listed(actor).where(
        RegistrationVersion.decided_at.is_not(None),
        RegistrationVersion.state.in_(
            (RegistrationState.approved, RegistrationState.returned, RegistrationState.refused)
        ),
    )
    return _page(query.order_by(RegistrationVersion.decided_at.desc(), RegistrationVersion.id.desc()), page)


def _listed(actor: Actor) -> Select:
    return (
        select(RegistrationVersion, Organization.name)
        .outerjoin(Organization, Organization.id == RegistrationVersion.organization_id)
        .where(visible(actor, RegistrationVersion))
    )


def _page(query: Select, page: int) -> Sequence[Row]:
    return db.session.execute(query.limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)).all()


def waiting_count(*, actor: Actor) -> int:
    query = select(func.count()).where(
        RegistrationVersion.state == RegistrationState.submitted, visible(actor, RegistrationVersion)
    )
    return db.session.scalar(query) or 0


def review(version_id: int, *, actor: Actor) -> Review:
    """All that is needed to decide; NotFound for what was never handed in."""
    version = workflow.find(version_id, actor=actor)
    return Review(
        version,
        alike(version, actor=actor),
        _history(version_id),
        db.session.scalars(select(Phrase).order_by(Phrase.position, Phrase.id)).all(),
    )


def alike(version: RegistrationVersion, *, actor: Actor) -> list[Alike]:
    """Registered organizations and other applications with the same name or corporate number."""
    key, number = version.name_key, version.corporate_no
    if not key and not number:
        return []
    organizations = db.session.execute(
        select(Organization.id, Organization.name, Organization.name_key, Organization.corporate_no)
        .where(_same(Organization, key, number), Organization.id != (version.organization_id or 0))
        .order_by(Organization.id)
        .limit(MOST_ALIKE)
    )
    others = db.session.execute(
        select(
            RegistrationVersion.id,
            RegistrationVersion.content,
            RegistrationVersion.name_key,
            RegistrationVersion.corporate_no,
        )
        .where(
            _same(RegistrationVersion, key, number),
            RegistrationVersion.id != version.id,
            RegistrationVersion.state == RegistrationState.submitted,
            visible(actor, RegistrationVersion),
        )
        .order_by(RegistrationVersion.id)
        .limit(MOST_ALIKE)
    )
    return [
        *(Alike(row.name, _why(row, key, number), organization_id=row.id) for row in organizations),
        *(Alike(row.content.get("name", ""), _why(row, key, number), version_id=row.id) for row in others),
    ]


def _same(model: type[Organization] | type[RegistrationVersion], key: str, number: str) -> ColumnElement[bool]:
    by_name = (model.name_key == key) & (model.name_key != "")
    return by_name | ((model.corporate_no == number) & (model.corporate_no != ""))


def _why(row: Row, key: str, number: str) -> str:
    same = [("法人番号", bool(number) and row.corporate_no == number), ("団体名", bool(key) and row.name_key == key)]
    return "と".join(word for word, holds in same if holds) + "が同じです"


def _history(version_id: int) -> Sequence[Row]:
    return db.session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.details, AuditEvent.actor_role, Account.name)
        .outerjoin(Account, Account.id == AuditEvent.actor_id)
        .where(AuditEvent.subject == "registration", AuditEvent.subject_id == version_id)
        .order_by(AuditEvent.id.desc())
        .limit(HISTORY)
    ).all()


def approve(seen: Seen, *, actor: Actor, now: datetime, comment: str = "") -> None:
    """A change becomes what stands; a new one becomes an organization whose first member is invited.

    Raises Refused when the address of a new one belongs to an account meanwhile.
    """
    version = workflow.find(seen.version_id, actor=actor)
    workflow.move(RegistrationAction.approve, version, seen.revision, actor=actor, now=now, comment=comment)
    if version.organization_id is not None:
        organization = db.session.get_one(Organization, version.organization_id)
        changes.approve(version, organization, now=now)
        letters.tell_members("registration_change_approved", version, organization, actor=actor, now=now)
        return
    organization = _found(version, actor=actor, now=now)
    letters.tell_applicant("registration_approved", version, now=now)
    try:
        invitations.invite(
            version.account_email,
            version.account_name,
            organization_id=organization.id,
            role=Role.owner,
            actor=actor,
            now=now,
        )
    except Invalid as invalid:  # there is no form to tell it at
        raise Refused(invalid.findings[0].message) from None


def _found(version: RegistrationVersion, *, actor: Actor, now: datetime) -> Organization:
    """The organization as it was applied for; its 審査用資料 stay with it."""
    values = {field.name: version.content[field.name] for field in fields_of()}
    organization = Organization(**values, created_at=now)
    db.session.add(organization)
    db.session.flush()
    version.organization_id = organization.id
    version.expires_at = now + applying.LIFE  # of the address; what was applied for stays
    db.session.execute(
        update(RegistrationFile)
        .where(RegistrationFile.version_id == version.id)
        .values(organization_id=organization.id)
        .execution_options(synchronize_session=False)
    )
    audit.record(
        "organization.create",
        subject="organization",
        subject_id=organization.id,
        organization_id=organization.id,
        actor=actor,
        now=now,
    )
    return organization


def give_back(seen: Seen, comment: str, *, actor: Actor, now: datetime) -> None:
    """A new one gets a new address to be mended at; the one before is dead."""
    version = workflow.find(seen.version_id, actor=actor)
    token = new_token()
    is_new = version.kind is RegistrationKind.new
    values = {"token_hash": digest(token), "expires_at": now + applying.LIFE} if is_new else {}
    workflow.move(
        RegistrationAction.return_, version, seen.revision, actor=actor, now=now, comment=comment, values=values
    )
    if version.kind is RegistrationKind.new:
        letters.tell_applicant("registration_returned", version, now=now, token=token)
        return
    organization = db.session.get_one(Organization, version.organization_id)
    letters.tell_members("registration_change_returned", version, organization, actor=actor, now=now)


def refuse(seen: Seen, comment: str, *, actor: Actor, now: datetime) -> None:
    """A new one, for good; what was handed in is erased after a while."""
    version = workflow.find(seen.version_id, actor=actor)
    values = {"expires_at": now + KEPT}
    workflow.move(
        RegistrationAction.refuse, version, seen.revision, actor=actor, now=now, comment=comment, values=values
    )
    letters.tell_applicant("registration_refused", version, now=now)
