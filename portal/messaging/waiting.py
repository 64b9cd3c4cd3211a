"""What in the mailbox waits for the organization: answers that nobody read, and letters that did not reach anybody."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import contains_eager, load_only

from models.base import NOTHING, db
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.states import MailState, Side
from portal.actors import Actor
from portal.database import write
from portal.messaging.boxes import with_people
from portal.permissions import visible

EXCERPT = 200  # characters
LOST = (MailState.bounced, MailState.failed)


def unread(actor: Actor, *, most: int) -> Sequence[Row]:
    """(thread, the beginning of its newest message) of threads with answers that nobody opened, the oldest first."""
    newest = (
        select(func.substr(Message.body, 1, EXCERPT))
        .where(Message.thread_id == Thread.id, Message.side == Side.talent)
        .order_by(Message.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    return db.session.execute(
        select(Thread, newest.label("excerpt"))
        .options(*with_people())
        .where(visible(actor, Thread), Thread.unread_organization > NOTHING)
        .order_by(Thread.inbox_at, Thread.id)
        .limit(most)
    ).all()


def lost(actor: Actor, *, most: int) -> Sequence[Message]:
    """Messages whose letter did not reach its address, until the talent or a member opens them, the oldest first."""
    return db.session.scalars(
        select(Message)
        .join(OutboxMail, OutboxMail.dedupe_key == Message.notice_key)
        .join(Thread, Thread.id == Message.thread_id)
        .options(
            load_only(Message.subject, Message.thread_id, Message.delivered_at),
            contains_eager(Message.thread).options(*with_people()),
        )
        .where(
            OutboxMail.state.in_(LOST),
            OutboxMail.organization_id == actor.organization_id,
            Message.side == Side.organization,
            Message.read_at.is_(None),
            Message.bounce_seen_at.is_(None),
            visible(actor, Message),
            visible(actor, Thread),
        )
        .order_by(Message.id)
        .limit(most)
    ).all()


def see_lost(thread: Thread, *, now: datetime) -> int:
    """The organization has the thread before it, where each message says whether it arrived."""
    keys = select(OutboxMail.dedupe_key).where(
        OutboxMail.state.in_(LOST), OutboxMail.organization_id == thread.organization_id
    )
    return write(
        update(Message)
        .where(
            Message.thread_id == thread.id,
            Message.side == Side.organization,
            Message.bounce_seen_at.is_(None),
            Message.notice_key.in_(keys),
        )
        .values(bounce_seen_at=now)
        .execution_options(synchronize_session=False)
    )
