"""What happened to an entry: the audit rows of its versions, in words its organization may read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, select

from models.base import db
from models.entries import Version
from models.people import Account
from models.records import AuditEvent
from models.states import MEMBER_ROLES, Action, Role
from portal.actors import Actor
from portal.event_words import ACTION_LABEL
from portal.permissions import visible
from portal.publishing import field_notes
from portal.publishing.field_notes import Noted
from portal.publishing.workflow import HOLD

LONGEST = 200
# What an organization is told of; the rest is the desk's own (who took it on, which version gave way).
TOLD = (
    "create",
    "revise",
    "copy",
    Action.submit,
    Action.withdraw,
    Action.return_,
    Action.approve,
    Action.undo,
    Action.publish,
    Action.close,
    Action.unpublish,
    Action.restore,
    "extend",
)
RETURN = "entry.return"
HELD = ("entry.approve", RETURN)


@dataclass(frozen=True)
class Event:
    at: datetime
    who: str
    act: str
    comment: str = ""
    notes: Sequence[Noted] = ()  # at fields, of a return


def history_of(entry_id: int, *, actor: Actor, now: datetime, hold: timedelta = HOLD) -> list[Event]:
    """Newest first. An organization reads neither a decision on hold nor one that was taken back within the hold."""
    rows = db.session.execute(
        select(
            AuditEvent.at,
            AuditEvent.action,
            AuditEvent.subject_id,
            AuditEvent.actor_role,
            AuditEvent.details,
            AuditEvent.batch,
            Version.kind,
            Account.name,
        )
        .join(Version, Version.id == AuditEvent.subject_id)
        .outerjoin(Account, Account.id == AuditEvent.actor_id)
        .where(
            AuditEvent.subject == "version",
            Version.entry_id == entry_id,
            visible(actor, Version),
            AuditEvent.action.in_([f"entry.{action}" for action in TOLD]),
        )
        .order_by(AuditEvent.id.desc())
        .limit(LONGEST)
    ).all()
    told = rows if actor.is_secretariat else _told(rows, now=now, hold=hold)
    was_returned = any(row.action == RETURN for row in told)
    notes = field_notes.of_entry(entry_id, told[0].kind) if was_returned else {}
    return [_event(row, actor, notes.get(row.batch, ()) if row.action == RETURN else ()) for row in told]


def _event(row: Row, actor: Actor, notes: Sequence[Noted]) -> Event:
    act = ACTION_LABEL[row.action.removeprefix("entry.")]
    return Event(row.at, _who(row, actor), act, row.details.get("comment", ""), notes)


def _told(rows: Sequence[Row], *, now: datetime, hold: timedelta) -> list[Row]:
    """Leaves out decisions that had no effect outside, and the undo of each."""
    told: list[Row] = []
    undone: dict[int, Row] = {}
    for row in rows:
        if row.action == "entry.undo":
            undone[row.subject_id] = row
        elif row.action in HELD and (undo := undone.pop(row.subject_id, None)):
            if undo.at >= row.at + hold:
                told += [undo, row]
        elif row.action not in HELD or row.at + hold <= now:
            told.append(row)
    return sorted(told, key=lambda row: row.at, reverse=True)


def _who(row: Row, actor: Actor) -> str:
    """Colleagues by name; for an organization the secretariat is one office."""
    if row.actor_role is Role.system:
        return "自動"
    if actor.is_member and row.actor_role not in MEMBER_ROLES:
        return "PARTNER事務局"
    return row.name or ""
