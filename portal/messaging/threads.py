"""Threads: found or made once whoever asks at the same time, and what it means that a message reaches the other side.

Counts of unread messages are kept in the transaction of each message; nothing else writes them.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, String, cast, func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from models.base import db
from models.messages import Message, Thread
from models.states import MessageState, Side
from portal.database import among, insert_or_update, write
from portal.messaging import notices


@dataclass(frozen=True)
class Matter:
    """Whose thread, and what it is about: an application, else an entry, else nothing in particular."""

    organization_id: int
    talent_id: int
    application_id: int | None = None
    entry_id: int | None = None


def open_thread(
    organization_id: int,
    talent_id: int,
    *,
    application_id: int | None = None,
    entry_id: int | None = None,
    subject: str,
    now: datetime,
) -> Thread:
    """The thread of this matter, made if there is none."""
    matter = Matter(organization_id, talent_id, application_id, entry_id)
    return db.session.get_one(Thread, open_threads({matter: subject}, now=now)[matter])


def open_threads(subjects: Mapping[Matter, str], *, now: datetime) -> dict[Matter, int]:
    """The ids of the threads of these matters, in two statements. Whoever else makes the same ones: each is one row."""
    if not subjects:
        return {}
    rows = [
        {
            "organization_id": matter.organization_id,
            "talent_id": matter.talent_id,
            "application_id": matter.application_id,
            "entry_id": matter.entry_id,
            "subject": subject,
            "last_side": Side.organization,
            "last_at": now,
            "created_at": now,
        }
        for matter, subject in sorted(subjects.items(), key=lambda item: item[0].talent_id)  # one lock order
    ]
    db.session.execute(insert_or_update(Thread).values(rows).on_conflict_do_nothing())
    return _find(subjects)


def _find(matters: Collection[Matter]) -> dict[Matter, int]:
    found = db.session.execute(
        select(Thread.id, Thread.organization_id, Thread.talent_id, Thread.application_id, Thread.entry_id).where(
            among(Thread.organization_id, {matter.organization_id for matter in matters}),
            among(Thread.talent_id, {matter.talent_id for matter in matters}),
        )
    ).all()
    # An application is one matter, whichever entry it was for.
    ids = {_key(row): row.id for row in found}
    return {matter: ids[_key(matter)] for matter in matters}


def _key(matter: Any) -> tuple[int, int, int | None, int | None]:
    entry_id = None if matter.application_id else matter.entry_id
    return matter.organization_id, matter.talent_id, matter.application_id, entry_id


def is_gone(thread: Thread) -> bool:
    """Whether nobody reads the talent's side any more."""
    return thread.talent.account.suspended_at is not None


def note_sent(thread_ids: Collection[int], *, now: datetime) -> None:
    """The organization wrote in these: they stand first in its 「送信BOX」, also while the messages are held."""
    if thread_ids:
        db.session.execute(
            update(Thread)
            .where(among(Thread.id, sorted(thread_ids)))
            .values(outbox_at=now)
            .execution_options(synchronize_session=False)
        )


def deliver(messages: Sequence[Message], *, now: datetime) -> int:
    """Puts held messages into the other side's mailbox and tells of them by e-mail; returns how many.

    A message that is not held any more stays as it is. The number of statements does not grow with the messages.
    """
    if not messages:
        return 0
    db.session.flush()
    threads = {message.thread_id for message in messages}
    # In one order, so that two workers never wait for each other.
    db.session.execute(select(Thread.id).where(among(Thread.id, sorted(threads))).order_by(Thread.id).with_for_update())
    delivered = _deliver(among(Message.id, sorted(message.id for message in messages)), now=now)
    for side in Side:
        _count(side, [row for row in delivered if row.side is side], now=now)
    notices.tell(delivered, now=now)
    _refresh(messages, {row.id: row for row in delivered}, now=now)
    return len(delivered)


def _deliver(which: ColumnElement[bool], *, now: datetime) -> Sequence[Row]:
    key = func.coalesce(Message.notice_key, "message-" + cast(Message.id, String))
    return db.session.execute(
        update(Message)
        .where(which, Message.state == MessageState.held)
        .values(state=MessageState.delivered, delivered_at=now, notice_key=key)
        .returning(
            Message.id,
            Message.thread_id,
            Message.side,
            Message.organization_id,
            Message.talent_id,
            Message.mail_class,
            Message.notice_key,
        )
        .execution_options(synchronize_session=False)
    ).all()


def _count(side: Side, rows: Sequence[Row], *, now: datetime) -> None:
    """What arrived in each thread, from this side."""
    if not rows:
        return
    arrived = (Message.thread_id == Thread.id) & among(Message.id, [row.id for row in rows])
    number = select(func.count()).where(arrived).scalar_subquery()
    newest = select(Message.subject).where(arrived).order_by(Message.id.desc()).limit(1).scalar_subquery()
    values: dict[str, Any] = {"subject": newest, "last_side": side, "last_at": now}
    if side is Side.organization:
        values |= {"unread_talent": Thread.unread_talent + number, "outbox_at": func.coalesce(Thread.outbox_at, now)}
    else:
        values |= {
            "unread_organization": Thread.unread_organization + number,
            "inbox_at": now,
            "answered_at": func.coalesce(Thread.answered_at, now),
        }
    db.session.execute(
        update(Thread)
        .where(among(Thread.id, sorted({row.thread_id for row in rows})))
        .values(values)
        .execution_options(synchronize_session=False)
    )


def _refresh(messages: Sequence[Message], delivered: Mapping[int, Row], *, now: datetime) -> None:
    """What the caller holds says the same as the rows, without a statement each."""
    for message in messages:
        if message.id in delivered:
            set_committed_value(message, "state", MessageState.delivered)
            set_committed_value(message, "delivered_at", now)
            set_committed_value(message, "notice_key", delivered[message.id].notice_key)


def mark_read(thread: Thread, *, side: Side, now: datetime) -> int:
    """What the other side wrote is 「開封済み」 from now on; returns how much of it was new to this side."""
    other = Side.talent if side is Side.organization else Side.organization
    opened = write(
        update(Message)
        .where(
            Message.thread_id == thread.id,
            Message.side == other,
            Message.state == MessageState.delivered,
            Message.read_at.is_(None),
        )
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
    if opened:
        # Less what was opened, not nothing: another message may have arrived meanwhile.
        unread = Thread.unread_organization if side is Side.organization else Thread.unread_talent
        db.session.execute(
            update(Thread)
            .where(Thread.id == thread.id)
            .values({unread: unread - opened})
            .execution_options(synchronize_session=False)
        )
        db.session.expire(thread)
    return opened
