"""May this actor do that, and which rows does this actor see: two answers that must agree, side by side."""

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, bindparam, exists, false, select, true

from models.applications import Application, Download, Tally
from models.base import shared_alias
from models.entries import Entry, Version
from models.favorites import Favorite, SavedSearch
from models.mail import OutboxMail
from models.messages import Dispatch, MailTemplate, Message, Thread
from models.office import News
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent, ClosedDay, JobStatus, Phrase
from models.registrations import RegistrationVersion
from models.states import (
    MEMBER_ROLES,
    SECRETARIAT_ROLES,
    Action,
    ApplicationState,
    MessageState,
    RegistrationState,
    Role,
    Side,
    State,
)
from models.talents import Talent, TalentBlock
from portal.actors import Actor
from portal.codes import NO_LEGAL_PERSONALITY

EDITORS = frozenset({Role.editor, Role.owner})
MEMBERS = frozenset(MEMBER_ROLES)
SECRETARIAT = frozenset(SECRETARIAT_ROLES)
CLOCK_ONLY = frozenset({Role.system})
TALENTS = frozenset({Role.talent})

Rows = Callable[[Actor], ColumnElement[bool]]
Owner = shared_alias(Account)  # of a talent, whatever else a query reads of accounts

# Who may at all; whether they may on this row is `visible`, and whether it is in the right state is the workflow.
MAY: dict[str, frozenset[Role]] = {
    "entry.list": MEMBERS,
    "entry.write": EDITORS,
    "entry.attend": EDITORS | SECRETARIAT,  # colleagues see that one has it open
    Action.submit: EDITORS,
    Action.withdraw: EDITORS,
    Action.close: EDITORS | SECRETARIAT | CLOCK_ONLY,
    Action.approve: SECRETARIAT,
    Action.return_: SECRETARIAT,
    Action.undo: SECRETARIAT,
    Action.unpublish: SECRETARIAT,
    Action.restore: SECRETARIAT,
    Action.publish: CLOCK_ONLY,
    Action.supersede: CLOCK_ONLY,
    "entry.extend": SECRETARIAT,
    "application.read": MEMBERS,
    "application.decide": EDITORS,
    "application.apply": TALENTS,
    "talent.search": MEMBERS,
    "talent.mark": EDITORS,  # favorites with their notes, saved searches
    "message.read": MEMBERS | TALENTS,
    "message.write": EDITORS | TALENTS,
    "template.write": EDITORS,
    "desk.read": SECRETARIAT,
    "outbox.handle": SECRETARIAT,
    "desk.administer": frozenset({Role.administrator}),
    "member.manage": frozenset({Role.owner}),
    "registration.write": EDITORS,
    "registration.decide": SECRETARIAT,
    "trail.export": frozenset({Role.administrator}),
}


def may(actor: Actor, action: str) -> bool:
    return actor.role in MAY[action]


def whoever(role: Role) -> Actor:
    """For statements that are kept: of a role, but who it is comes with the parameters, as `asking` names them."""
    account_id: Any = bindparam("account_id")
    organization_id: Any = bindparam("organization_id")
    return Actor(role, account_id, organization_id)


def asking(actor: Actor) -> dict[str, int | None]:
    return {"account_id": actor.account_id, "organization_id": actor.organization_id}


def visible(actor: Actor, model: Any) -> ColumnElement[bool]:
    """The rows of `model` that exist for this actor. Whatever is not named below, nobody sees."""
    if actor.role is Role.system:
        return true()
    if actor.account_id is not None and model is Download:
        return Download.account_id == actor.account_id
    rows = MEMBERS_SEE if actor.is_member else SECRETARIAT_SEES if actor.is_secretariat else TALENTS_SEE
    return rows[model](actor) if actor.account_id is not None and model in rows else false()


def _own(model: Any) -> Rows:
    return lambda actor: model.organization_id == actor.organization_id


def _all(_actor: Actor) -> ColumnElement[bool]:
    return true()


def _handed_in(actor: Actor) -> ColumnElement[bool]:
    """Applications to the organization; what a talent is still filling in is the talent's own."""
    return (Application.organization_id == actor.organization_id) & (Application.state != ApplicationState.draft)


def _published(actor: Actor) -> ColumnElement[bool]:
    """Profiles that talents show to organizations, without those that this one may not see.

    An organization without legal personality sees none, and nobody that of a talent who is shut out.
    """
    return published_to(actor.organization_id)


def published_to(organization_id: Any) -> ColumnElement[bool]:
    """Whether an organization sees the talent; `organization_id` may be a column of the query."""
    org_type = select(Organization.org_type).where(Organization.id == organization_id).correlate_except(Organization)
    blocked = exists().where(TalentBlock.talent_id == Talent.id, TalentBlock.organization_id == organization_id)
    is_out = exists().where(Owner.id == Talent.account_id, Owner.suspended_at.is_not(None)).correlate_except(Owner)
    return Talent.is_public & ~blocked & ~is_out & (org_type.scalar_subquery() != NO_LEGAL_PERSONALITY)


def _open_threads(actor: Actor) -> ColumnElement[bool]:
    """Without legal personality an organization has those with its applicants alone."""
    org_type = select(Organization.org_type).where(Organization.id == actor.organization_id).scalar_subquery()
    return _own(Thread)(actor) & (Thread.application_id.is_not(None) | (org_type != NO_LEGAL_PERSONALITY))


def _of_the_talent(model: Any) -> Rows:
    return lambda actor: (
        model.talent_id == select(Talent.id).where(Talent.account_id == actor.account_id).scalar_subquery()
    )


def _reached(actor: Actor) -> ColumnElement[bool]:
    """What a talent wrote, and of what was written to it only what has been delivered."""
    return _of_the_talent(Message)(actor) & ((Message.side == Side.talent) | (Message.state == MessageState.delivered))


def _begun(actor: Actor) -> ColumnElement[bool]:
    """Threads in which something reached the talent already."""
    arrived = exists().where(Message.thread_id == Thread.id, Message.state == MessageState.delivered)
    return _of_the_talent(Thread)(actor) & arrived


MEMBERS_SEE: Mapping[Any, Rows] = {
    Entry: _own(Entry),
    Version: _own(Version),
    Organization: lambda actor: Organization.id == actor.organization_id,
    Application: _handed_in,
    Tally: _own(Tally),
    Talent: _published,
    Favorite: _own(Favorite),
    SavedSearch: _own(SavedSearch),
    Thread: _open_threads,
    Message: _own(Message),
    Dispatch: _own(Dispatch),
    # One's own; those that belong to no organization are the secretariat's samples for all.
    MailTemplate: lambda actor: _own(MailTemplate)(actor) | MailTemplate.organization_id.is_(None),
    Account: lambda actor: _own(Account)(actor) & Account.removed_at.is_(None),  # colleagues
    RegistrationVersion: _own(RegistrationVersion),
}
TALENTS_SEE: Mapping[Any, Rows] = {
    Talent: lambda actor: Talent.account_id == actor.account_id,
    Application: _of_the_talent(Application),
    Thread: _begun,
    Message: _reached,
}
SECRETARIAT_SEES: Mapping[Any, Rows] = {
    Version: lambda _actor: Version.state != State.draft,  # what was not handed in is the organization's own
    Entry: _all,
    Organization: _all,
    # What the office keeps for itself; which of its roles may change a row is the view's and the service's business.
    Phrase: _all,
    ClosedDay: _all,
    OutboxMail: _all,
    AuditEvent: _all,
    JobStatus: _all,
    News: _all,
    # Colleagues and members of organizations. Their acts on them are administrators' alone.
    Account: lambda _actor: Account.removed_at.is_(None),
    Talent: _all,  # what support needs; opening a person is on record
    MailTemplate: lambda _actor: MailTemplate.organization_id.is_(None),
    # What was not handed in is the applicant's own.
    RegistrationVersion: lambda _actor: RegistrationVersion.state != RegistrationState.draft,
}
