"""An answer in a thread, of either side: delivered at once, once per form, and never past a newer message unseen."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select

from models.base import db
from models.messages import Message, Thread
from models.states import MailClass, MessageState, Side
from models.talents import TalentBlock
from portal import audit
from portal.accounts.tokens import digest
from portal.actors import Actor
from portal.codes import NO_LEGAL_PERSONALITY
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Throttled
from portal.messaging import attachments, threads
from portal.permissions import may, visible
from portal.publishing.checks import ERROR, Finding

LONGEST = 5000
MOST_AN_HOUR = 60
HOUR = timedelta(hours=1)
TOKEN = re.compile(r"[0-9A-Za-z_-]{16,64}")
LONGEST_SUBJECT = 100


class Newer(Conflict):
    """Something arrived in the thread while the answer was being written."""


def reply(
    thread_id: int,
    body: str,
    files: Sequence[int] = (),
    *,
    side: Side,
    actor: Actor,
    now: datetime,
    token: str = "",
    seen: int | None = None,
) -> Message:
    """The answer, delivered. `files` are those of `attachments.take_in`, `seen` is the newest message that was shown.

    The same token again gives the first one's message. Raises Invalid, Newer, Throttled, or Refused with the reason.
    """
    if not may(actor, "message.write"):
        raise Forbidden("返信できるのは、担当者と管理者です。")
    thread = _take(thread_id, actor=actor)
    key = key_of(thread, token, actor=actor)
    if key and (sent := _sent(key)):
        return sent
    if reason := why_not(thread, side=side):
        raise Refused(reason)
    if wrong := check(body):
        raise Invalid(wrong)
    _refuse_newer(thread, seen)
    _refuse_too_many(actor, now=now)
    return _write(thread, body, files, key=key, side=side, actor=actor, now=now)


def _take(thread_id: int, *, actor: Actor) -> Thread:
    """Nobody else writes in it until the end of the transaction: two presses of one button come one after the other."""
    own = select(Thread).where(Thread.id == thread_id, visible(actor, Thread))
    thread = db.session.scalar(own.with_for_update())
    if thread is None:
        raise NotFound
    return thread


def key_of(thread: Thread, token: str, *, actor: Actor) -> str | None:
    """What makes the answer of one form unique; None for a form without a token."""
    if not TOKEN.fullmatch(token):
        return None
    return f"reply-{digest(thread.id, actor.account_id, token)[:40]}"


def _sent(key: str) -> Message | None:
    return db.session.scalar(select(Message).where(Message.notice_key == key))


def check(body: str) -> list[Finding]:
    length = len(body.replace("\r\n", "\n").strip())
    if not length:
        return [Finding("M-01", ERROR, "body", "本文を入力してください。")]
    if length > LONGEST:
        sentence = f"本文は{LONGEST:,}文字以内で入力してください（現在{length:,}文字）。"
        return [Finding("M-02", ERROR, "body", sentence)]
    return []


def why_not(thread: Thread, *, side: Side) -> str:
    """Why this side cannot write in the thread, in words; empty when it can."""
    if threads.is_gone(thread):
        return "退会した人材には返信できません。"
    return _why_not_organization(thread) if side is Side.organization else _why_not_talent(thread)


def _why_not_organization(thread: Thread) -> str:
    if thread.application is not None:
        if thread.application.erased_at is not None:
            return "保存期間が終わり、応募者の個人情報は消去されています。返信はできません。"
        return ""
    if thread.organization.org_type == NO_LEGAL_PERSONALITY:
        return "法人格のない団体は、この人材へ返信できません。"
    if thread.answered_at is None:
        return "人材から返信が届くと、ここから返信できます。"
    hidden = exists().where(
        TalentBlock.talent_id == thread.talent_id, TalentBlock.organization_id == thread.organization_id
    )
    return "この人材へは、現在返信できません。" if db.session.scalar(select(hidden)) else ""


def _why_not_talent(thread: Thread) -> str:
    if thread.organization.suspended_at is not None:
        return "この団体は、現在このサイトを利用していません。返信はできません。"
    return ""


def newest_id(thread_id: int) -> int:
    """Of all that both sides see; 0 when nothing was delivered yet."""
    newest = select(func.max(Message.id)).where(Message.thread_id == thread_id, Message.state == MessageState.delivered)
    return db.session.scalar(newest) or 0


def _refuse_newer(thread: Thread, seen: int | None) -> None:
    if seen is not None and newest_id(thread.id) > seen:
        raise Newer(
            "競合：入力している間に新しいメッセージが届きました。内容を確認してから、もう一度「送信」を押してください。"
        )


def _refuse_too_many(actor: Actor, *, now: datetime) -> None:
    own = select(func.count()).where(
        Message.account_id == actor.account_id,
        Message.mail_class == MailClass.reply,
        Message.created_at > now - HOUR,
    )
    if actor.is_member:  # an index leads to what the organization wrote lately
        own = own.where(Message.organization_id == actor.organization_id)
    if (db.session.scalar(own) or 0) >= MOST_AN_HOUR:
        raise Throttled(
            f"返信は1時間に{MOST_AN_HOUR}通までです。しばらくしてから、もう一度お試しください。",
            retry_after=int(HOUR.total_seconds()),
        )


def subject_of(thread: Thread) -> str:
    """As mail programs name an answer, and not longer by each one."""
    plain = thread.subject.removeprefix("Re: ")
    return f"Re: {plain}"[:LONGEST_SUBJECT]


def _write(
    thread: Thread, body: str, files: Sequence[int], *, key: str | None, side: Side, actor: Actor, now: datetime
) -> Message:
    kept = [stored.id for stored in attachments.kept(files, actor=actor)]
    if len(kept) > attachments.MOST:
        raise Refused(attachments.TOO_MANY)
    message = Message(
        thread_id=thread.id,
        organization_id=thread.organization_id,
        talent_id=thread.talent_id,
        side=side,
        account_id=actor.account_id,
        mail_class=MailClass.reply,
        subject=subject_of(thread),
        body=body.replace("\r\n", "\n").strip(),
        state=MessageState.held,
        created_at=now,
        release_at=now,
        notice_key=key,
    )
    db.session.add(message)
    db.session.flush()
    attachments.attach([message.id], kept)
    if side is Side.organization:
        threads.note_sent([thread.id], now=now)
    threads.deliver([message], now=now)
    audit.record("message.reply", subject="thread", subject_id=thread.id, actor=actor, now=now)
    return message
