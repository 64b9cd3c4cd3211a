"""What an organization and a talent wrote to each other: whatever it was about, or about one application."""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import Row, Select, bindparam, select

from models.mail import OutboxMail
from models.messages import Message, Thread
from models.people import Account
from models.states import Role
from portal.actors import Actor
from portal.database import rows_of
from portal.messaging.boxes import Shown, shown_as
from portal.permissions import asking, visible, whoever

MOST = 50


Listed = tuple[Row, Shown]


def with_talent(talent_id: int, *, actor: Actor) -> Sequence[Listed]:
    """Newest first, without what was written in them; `by` is the member's name."""
    return _listed(_with_talent(actor.role), {"talent_id": talent_id, **asking(actor)})


def about_application(application_id: int, *, actor: Actor) -> Sequence[Listed]:
    """The same of one application alone, which an organization without legal personality sees too."""
    return _listed(_about_application(actor.role), {"application_id": application_id, **asking(actor)})


def _listed(query: Select, values: dict[str, int | None]) -> Sequence[Listed]:
    return [(message, shown_as(message, message.letter)) for message in rows_of(query, values)]


@cache
def _with_talent(role: Role) -> Select:
    return _newest(role).where(Message.talent_id == bindparam("talent_id"))


@cache
def _about_application(role: Role) -> Select:
    thread = select(Thread.id).where(Thread.application_id == bindparam("application_id")).scalar_subquery()
    return _newest(role).where(Message.thread_id == thread)


def _newest(role: Role) -> Select:
    columns = ("id", "thread_id", "subject", "side", "state", "created_at", "delivered_at", "read_at")
    return (
        select(
            *(getattr(Message, name) for name in columns), Account.name.label("by"), OutboxMail.state.label("letter")
        )
        .join(Account, Account.id == Message.account_id)
        .outerjoin(OutboxMail, OutboxMail.dedupe_key == Message.notice_key)
        .where(visible(whoever(role), Message))
        .order_by(Message.id.desc())
        .limit(MOST)
    )
