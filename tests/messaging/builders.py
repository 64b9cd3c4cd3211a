"""Messages for tests: written as their services write them, delivered by `threads.deliver`."""

import io
from collections.abc import Sequence
from datetime import datetime, timedelta

from models.applications import Application
from models.base import db
from models.messages import Message, Thread
from models.states import MailClass, Side
from portal.actors import Actor
from portal.database import begin_write
from portal.messaging import attachments, replying, threads
from tests.recruiting.builders import profile_of
from tests.recruiting.pages import pdf

SUBJECT = "ラオス給水事業へのお誘い"
BODY = "現地での給水施設の維持管理をお願いできないでしょうか。"
HOLD = timedelta(minutes=2)


def held(
    owner: Actor,
    talent: Actor,
    *,
    now: datetime,
    application: Application | None = None,
    entry_id: int | None = None,
    subject: str = SUBJECT,
    body: str = BODY,
    files: Sequence[int] = (),
) -> Message:
    """A first mail of an organization: an offer, or one about an application. It waits to be delivered."""
    begin_write()
    thread = threads.open_thread(
        owner.organization_id or 0,
        profile_of(talent).id,
        application_id=application.id if application else None,
        entry_id=entry_id,
        subject=subject,
        now=now,
    )
    message = Message(
        thread_id=thread.id,
        organization_id=thread.organization_id,
        talent_id=thread.talent_id,
        side=Side.organization,
        account_id=owner.account_id,
        mail_class=MailClass.contact if application else MailClass.offer,
        subject=subject,
        body=body,
        created_at=now,
        release_at=now + HOLD,
    )
    db.session.add(message)
    db.session.flush()
    attachments.attach([message.id], list(files))
    threads.note_sent([thread.id], now=now)
    db.session.commit()
    return message


def deliver(*messages: Message, now: datetime) -> int:
    begin_write()
    count = threads.deliver(messages, now=now)
    db.session.commit()
    return count


def sent(owner: Actor, talent: Actor, *, now: datetime, **words: object) -> Message:
    message = held(owner, talent, now=now, **words)  # type: ignore[arg-type]
    deliver(message, now=now)
    return message


def answer(
    thread: Thread | int, actor: Actor, *, now: datetime, body: str = "ご連絡ありがとうございます。", **more: object
) -> Message:
    thread_id = thread if isinstance(thread, int) else thread.id
    side = Side.organization if actor.is_member else Side.talent
    begin_write()
    message = replying.reply(thread_id, body, side=side, actor=actor, now=now, **more)  # type: ignore[arg-type]
    db.session.commit()
    return message


def open_as(actor: Actor, thread_id: int, *, now: datetime) -> int:
    """Reads it; returns how much was new."""
    begin_write()
    side = Side.organization if actor.is_member else Side.talent
    opened = threads.mark_read(db.session.get_one(Thread, thread_id), side=side, now=now)
    db.session.commit()
    return opened


def file(actor: Actor, title: str = "業務経歴", *, now: datetime) -> int:
    begin_write()
    stored = attachments.take_in(io.BytesIO(pdf(title)), f"{title}.pdf", actor=actor, now=now)
    db.session.commit()
    return stored.id
