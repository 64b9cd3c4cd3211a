"""The audit trail: rows that are only ever added, in the transaction of what they tell.

Each is sealed as it is written (`portal.trail.seal`); the clock binds them into a chain (`portal.trail.sealing`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import update

from models.base import db
from models.records import AuditEvent
from portal.actors import Actor
from portal.database import insert_rows
from portal.trail import seal


def record(action: str, *, actor: Actor, now: datetime, **columns: Any) -> None:
    """One event. `columns` are those of AuditEvent; never a password, code, token or résumé text."""
    record_each(action, [columns], actor=actor, now=now)


def record_each(action: str, events: Iterable[dict[str, Any]], *, actor: Actor, now: datetime) -> None:
    """The same action on many subjects, in one statement."""
    insert_rows(AuditEvent, sealed(action, events, actor=actor, now=now))


def sealed(action: str, events: Iterable[dict[str, Any]], *, actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """The rows, for whoever writes them beside something else."""
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
    seal.sign(rows, secret=seal.key())
    return rows


def forget_origins(account_id: int) -> None:
    """The one change ever made: of a person who was erased, the trail does not keep the addresses they came from.

    The salt goes with the address, so that nobody can find it by trying; the seals of the rows hold without both.
    """
    here = update(AuditEvent).where(AuditEvent.actor_id == account_id, AuditEvent.ip != "")
    db.session.execute(here.values(ip="", salt="").execution_options(synchronize_session=False))
