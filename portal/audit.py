"""The audit trail: rows that are only ever added, in the transaction of what they tell."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from models.base import db
from models.records import AuditEvent
from portal.actors import Actor


def record(action: str, *, actor: Actor, now: datetime, **columns: Any) -> None:
    """One event. `columns` are those of AuditEvent; never a password, code, token or résumé text."""
    record_each(action, [columns], actor=actor, now=now)


def record_each(action: str, events: Iterable[dict[str, Any]], *, actor: Actor, now: datetime) -> None:
    """The same action on many subjects, in one statement."""
    common = {
        "at": now,
        "action": action,
        "actor_id": actor.account_id,
        "actor_role": actor.role,
        "organization_id": actor.organization_id,
        "subject": "",
        "subject_id": None,
        "revision": None,
        "batch": None,
        "ip": actor.ip,
        "details": {},
    }
    rows = [common | columns for columns in events]
    if rows:
        db.session.execute(insert(AuditEvent.__table__), rows)
