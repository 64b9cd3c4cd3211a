"""Who has what open, for their colleagues: those of an organization, or those of the desk.

It binds nobody and ends by itself. Scripts alone tell it, so that nothing that is only fetched claims anything.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, delete, select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.entries import Version
from models.people import Account
from models.presence import Presence
from models.states import Role
from portal.actors import Actor
from portal.database import insert_or_update, rows_of
from portal.errors import Forbidden, NotFound
from portal.permissions import EDITORS, asking, may, whoever

READING = timedelta(minutes=5)  # at the desk, where it is told anew every two
WRITING = timedelta(seconds=90)  # in a form, where it is told anew every thirty seconds


@dataclass(frozen=True)
class Company:
    """Whoever else writes for the organization: who of them has the draft open, and who saved it last."""

    is_alone: bool
    here: Sequence[str]
    saver: str  # "" where it was the actor, or somebody who writes no more


def come(version: Version, *, actor: Actor, now: datetime) -> None:
    """Notes that the actor has it open, and nothing else."""
    if not may(actor, "entry.attend"):
        raise Forbidden("この操作を行う権限がありません。")
    until = now + (READING if actor.is_secretariat else WRITING)
    values = {"version_id": version.id, "since": now, "until": until}
    insert = insert_or_update(Presence).values(account_id=actor.account_id, **values)
    try:
        db.session.execute(insert.on_conflict_do_update(index_elements=["account_id"], set_=values))
    except IntegrityError as error:  # a draft that was discarded in this very moment
        raise NotFound from error


def leave(version_id: int | None = None, *, actor: Actor) -> None:
    """Of this version, or of whatever it was."""
    gone = delete(Presence).where(Presence.account_id == actor.account_id)
    db.session.execute(gone if version_id is None else gone.where(Presence.version_id == version_id))


def others(version_id: int, *, actor: Actor, now: datetime) -> list[str]:
    """Colleagues who have it open, who began first at the front."""
    return list(
        db.session.scalars(
            select(Account.name)
            .join(Presence, Presence.account_id == Account.id)
            .where(Presence.version_id == version_id, Presence.until > now, are_colleagues(Account, actor))
            .order_by(Presence.since)
        )
    )


def company(version: Version, *, actor: Actor, now: datetime) -> Company:
    """Of a draft, for somebody of its organization."""
    rows = rows_of(_company(actor.role), {"version_id": version.id, "now": now, **asking(actor)})
    savers = [row.name for row in rows if row.id == version.updated_by_id]
    return Company(not rows, [row.name for row in rows if row.until], "".join(savers))


@cache
def _company(role: Role) -> Select:
    """Kept, for each saving asks for it."""
    is_here = (Presence.version_id == bindparam("version_id")) & (Presence.until > bindparam("now"))
    return (
        select(Account.id, Account.name, Presence.until)
        .outerjoin(Presence, (Presence.account_id == Account.id) & is_here)
        .where(are_colleagues(Account, whoever(role)), Account.role.in_(EDITORS), Account.suspended_at.is_(None))
        .order_by(Presence.since, Account.id)
    )


def are_colleagues(account: Any, actor: Actor) -> ColumnElement[bool]:
    """Of the same organization, or of none, where only the secretariat tells; never oneself."""
    mine: ColumnElement[bool] = account.organization_id == actor.organization_id  # IS NULL for the secretariat
    return mine & (account.id != actor.account_id)
