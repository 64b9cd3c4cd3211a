"""What happened to an application, in words its organization may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from models.base import db
from models.people import Account
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState, Role
from portal.actors import Actor
from portal.wording import APPLICATION_LOOK, DOCUMENT_LOOK

LONGEST = 50
TOLD = ("application.move", "application.document", "application.note")


@dataclass(frozen=True)
class Event:
    at: datetime
    who: str
    act: str
    mailed: bool = False


def history_of(application_id: int, *, actor: Actor) -> Sequence[Event]:
    """Newest first; the actor has been shown the application already."""
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.details, AuditEvent.actor_role, Account.name)
        .outerjoin(Account, Account.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id == application_id,
            AuditEvent.organization_id == actor.organization_id,
            AuditEvent.action.in_(TOLD),
        )
        .order_by(AuditEvent.id.desc())
        .limit(LONGEST)
    ).all()
    return [
        Event(
            row.at,
            {Role.talent: "応募者", Role.system: "自動"}.get(row.actor_role, row.name or ""),
            _act(row.action, row.details),
            bool(row.details.get("mailed")),
        )
        for row in rows
    ]


def _act(action: str, details: dict) -> str:
    if action == "application.note":
        return "メモを保存"
    if action == "application.document":
        look = DOCUMENT_LOOK[DocumentState(details["state"])]
        return f"{details['document']}を「{look.label}」に"
    return APPLICATION_LOOK[ApplicationState(details["to"])].label
