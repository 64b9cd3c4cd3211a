"""May this actor do that, and which rows does this actor see: two answers that must agree, side by side."""

from typing import Any

from sqlalchemy import ColumnElement, false, true

from models.entries import Entry, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.records import AuditEvent, ClosedDay, JobStatus, Phrase
from models.states import MEMBER_ROLES, SECRETARIAT_ROLES, Action, Role, State
from portal.actors import Actor

EDITORS = frozenset({Role.editor, Role.owner})
MEMBERS = frozenset(MEMBER_ROLES)
SECRETARIAT = frozenset(SECRETARIAT_ROLES)
CLOCK_ONLY = frozenset({Role.system})

# What the secretariat keeps for itself; which of its roles may change a row is the view's and the service's business.
OFFICE_RECORDS = (Phrase, ClosedDay, OutboxMail, AuditEvent, JobStatus)

# Who may at all; whether they may on this row is `visible`, and whether it is in the right state is the workflow.
MAY: dict[str, frozenset[Role]] = {
    "entry.list": MEMBERS,
    "entry.write": EDITORS,
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
    "desk.read": SECRETARIAT,
    "desk.administer": frozenset({Role.administrator}),
}


def may(actor: Actor, action: str) -> bool:
    return actor.role in MAY[action]


def visible(actor: Actor, model: Any) -> ColumnElement[bool]:
    """The rows of `model` that exist for this actor. Whatever is not named here, nobody sees."""
    if actor.role is Role.system:
        return true()
    if actor.is_member and model in (Entry, Version):
        return model.organization_id == actor.organization_id
    if actor.is_member and model is Organization:
        return Organization.id == actor.organization_id
    if actor.is_secretariat and model is Version:
        return Version.state != State.draft  # what was not handed in is the organization's own
    if actor.is_secretariat and model in (Entry, Organization, *OFFICE_RECORDS):
        return true()
    return false()
