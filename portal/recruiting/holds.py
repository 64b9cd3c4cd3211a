"""Entries whose applications are not erased when their time is over, until an administrator lets them go.

A hold stops the clock alone: who leaves or asks to be erased is erased all the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, delete, exists, select

from models.applications import Application
from models.base import db
from models.entries import Entry
from models.office import RetentionHold
from models.people import Account
from portal import audit
from portal.actors import Actor
from portal.administration.reasons import reason_of, require
from portal.database import lock_table
from portal.errors import Conflict, NotFound


@dataclass(frozen=True)
class Hold:
    since: datetime
    by: str
    reason: str


def is_held() -> ColumnElement[bool]:
    """Of applications."""
    return exists().where(RetentionHold.entry_id == Application.entry_id)


def holds() -> Mapping[int, Hold]:
    """By entry."""
    rows = db.session.execute(
        select(RetentionHold.entry_id, RetentionHold.since, Account.name, RetentionHold.reason)
        .outerjoin(Account, Account.id == RetentionHold.by_id)
        .order_by(RetentionHold.since, RetentionHold.entry_id)
    )
    return {row.entry_id: Hold(row.since, row.name or "", row.reason) for row in rows}


def begin(entry_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    reason = _prepare(entry_id, reason, actor=actor)
    if db.session.get(RetentionHold, entry_id):
        raise Conflict("競合：すでに保留しています。")
    db.session.add(RetentionHold(entry_id=entry_id, reason=reason, since=now, by_id=actor.account_id))
    _record("retention.hold", entry_id, reason, actor=actor, now=now)


def end(entry_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """What is over its time goes with the next run."""
    reason = _prepare(entry_id, reason, actor=actor)
    if not db.session.get(RetentionHold, entry_id):
        raise Conflict("競合：保留していません。")
    db.session.execute(delete(RetentionHold).where(RetentionHold.entry_id == entry_id))
    _record("retention.release", entry_id, reason, actor=actor, now=now)


def _prepare(entry_id: int, reason: str, *, actor: Actor) -> str:
    require(actor, "desk.administer")
    if db.session.get(Entry, entry_id) is None:
        raise NotFound
    lock_table(RetentionHold)
    return reason_of(reason)


def _record(act: str, entry_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    details = {"reason": reason}
    audit.record(act, subject="entry", subject_id=entry_id, actor=actor, now=now, details=details)
