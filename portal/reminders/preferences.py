"""Which kinds of reminders a person can have, and does not want."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from models.base import db
from models.reminders import ReminderOff
from models.states import ReminderKind, Role
from portal import audit
from portal.actors import Actor
from portal.permissions import EDITORS, SECRETARIAT

K = ReminderKind
OF_MEMBERS = (K.returned, K.deadline, K.unread, K.answer, K.draft, K.registration)
OF_TALENTS = (K.event, K.offer)
OF_SECRETARIAT = (K.approval,)


def kinds_for(role: Role) -> tuple[ReminderKind, ...]:
    """In the order in which they are shown; viewers of an organization are reminded of nothing."""
    if role in EDITORS:
        return OF_MEMBERS
    if role in SECRETARIAT:
        return OF_SECRETARIAT
    return OF_TALENTS if role is Role.talent else ()


def unwanted(actor: Actor) -> frozenset[ReminderKind]:
    query = select(ReminderOff.kind).where(ReminderOff.account_id == actor.account_id)
    return frozenset(db.session.scalars(query))


def choose(wanted: Collection[ReminderKind], *, actor: Actor, now: datetime) -> None:
    """Turns the person's other kinds off."""
    off = [kind for kind in kinds_for(actor.role) if kind not in wanted]
    db.session.execute(delete(ReminderOff).where(ReminderOff.account_id == actor.account_id))
    db.session.add_all(ReminderOff(account_id=actor.account_id, kind=kind) for kind in off)
    audit.record(
        "account.reminders", subject="account", subject_id=actor.account_id, actor=actor, now=now, details={"off": off}
    )
