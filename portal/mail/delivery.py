"""The outbox's worker: claims rows that are due, sends each, records what became of it.

A row is leased before it is sent and closed only by the lease's owner; a killed worker's rows come back when the
lease ends, so nothing is lost and at most one message per kill is sent twice, under the same Message-ID.
"""

import logging
import smtplib
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, cast
from uuid import uuid4

from flask import current_app
from jinja2 import TemplateError, TemplateNotFound
from sqlalchemy import Row, Select, Table, bindparam, func, select, update

from models.base import db
from models.mail import OutboxMail
from models.states import Lane, MailState
from portal.administration import memory
from portal.database import begin_write, claim, finds, given, write_alone
from portal.mail import transport

log = logging.getLogger(__name__)

BATCH = 50
LONGEST = timedelta(seconds=10)  # of a batch; then the rest is handed back, so that a slow server holds nobody up
LEASE = timedelta(minutes=5)  # longer than that and one letter more, each of its commands at the transport's timeout
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30, 60))
LATER = timedelta(hours=2)
GIVE_UP = timedelta(hours=72)
# Once for each letter: put together anew and run by the unit of work, it would take longer than the sending.
CLOSE = update(cast("Table", OutboxMail.__table__)).where(
    OutboxMail.id == bindparam("mail"), OutboxMail.owner == bindparam("holder"), OutboxMail.state == MailState.sending
)
LAST_LETTERS = ("account_erased",)  # to people whom the portal does not know any more afterwards


def deliver(lanes: Sequence[Lane], *, now: datetime) -> int:
    """Sends one batch of what is due in these lanes; returns how many the server took. Commits as it goes."""
    if not finds(_waiting(), {"lanes": lanes, "now": now}):
        return 0
    owner = uuid4().hex
    _expire(lanes, now=now)
    claimed = _claim(lanes, owner=owner, now=now)
    if not claimed:
        return 0
    try:
        with transport.connect() as post:
            return _send_each(post, claimed, owner=owner, now=now)
    except (smtplib.SMTPException, OSError) as error:
        log.warning("the mail server is away: %s", type(error).__name__)
        for row in claimed:
            _postpone(row, error, owner=owner, now=now)
        return 0


@cache
def _waiting() -> Select:
    """What is due, or over."""
    now = bindparam("now", type_=OutboxMail.next_at.type)
    return select(OutboxMail.id).where(
        OutboxMail.state.in_((MailState.queued, MailState.sending)),
        given(OutboxMail.lane, "lanes"),
        (OutboxMail.next_at <= now) | (OutboxMail.expires_at <= now),
    )


def _expire(lanes: Sequence[Lane], *, now: datetime) -> None:
    """A code that could not be sent within its life is never sent, also when its worker was killed."""
    is_free = (OutboxMail.state == MailState.queued) | (
        (OutboxMail.state == MailState.sending) & (OutboxMail.next_at <= now)
    )
    begin_write()
    db.session.execute(
        update(OutboxMail)
        .where(is_free, OutboxMail.lane.in_(lanes), OutboxMail.expires_at <= now)
        .values(state=MailState.expired, owner="", params={})
    )
    db.session.commit()


def _claim(lanes: Sequence[Lane], *, owner: str, now: datetime) -> Sequence[Row]:
    begin_write()
    due = (
        select(OutboxMail.id)
        .where(
            OutboxMail.state.in_((MailState.queued, MailState.sending)),
            OutboxMail.lane.in_(lanes),
            OutboxMail.next_at <= now,
        )
        .order_by(OutboxMail.next_at, OutboxMail.id)
        .limit(BATCH)
    )
    ids = list(db.session.scalars(claim(due)))
    if not ids:
        db.session.rollback()
        return []
    rows = db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id.in_(ids))
        .values(state=MailState.sending, owner=owner, next_at=now + LEASE, attempts=OutboxMail.attempts + 1)
        .returning(
            OutboxMail.id,
            OutboxMail.message_id,
            OutboxMail.lane,
            OutboxMail.letter,
            OutboxMail.params,
            OutboxMail.recipient,
            OutboxMail.attempts,
            func.coalesce(OutboxMail.resent_at, OutboxMail.created_at).label("since"),
            OutboxMail.expires_at,
        )
    ).all()
    db.session.commit()
    return sorted(rows, key=lambda row: row.id)


def _send_each(post: transport.Post, rows: Sequence[Row], *, owner: str, now: datetime) -> int:
    begun, sent = time.monotonic(), 0
    for number, row in enumerate(rows):
        passed = timedelta(seconds=time.monotonic() - begun)
        if passed >= LONGEST or not post.is_open:
            _hand_back(rows[number:], owner=owner, now=now)
            break
        sent += _send(post, row, owner=owner, now=now + passed)
    return sent


def _hand_back(rows: Sequence[Row], *, owner: str, now: datetime) -> None:
    """Nothing was tried with these: they are due as before."""
    begin_write()
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.id.in_([row.id for row in rows]), OutboxMail.owner == owner)
        .values(state=MailState.queued, owner="", next_at=now, attempts=OutboxMail.attempts - 1)
    )
    db.session.commit()


def _send(post: transport.Post, row: Row, *, owner: str, now: datetime) -> bool:
    if row.expires_at and row.expires_at <= now:
        _close(row, owner=owner, state=MailState.expired)
        return False
    try:
        subject, body = render(row.letter, row.params)
        transport.send(
            post,
            recipient=row.recipient,
            subject=subject,
            body=body,
            message_id=row.message_id,
            headers=headers_of(row.letter, row.params),
        )
    except Exception as error:  # noqa: BLE001  # whatever is wrong with one letter must not hold up those behind it
        log.warning("letter not sent", extra={"mail": row.id, "error": type(error).__name__})
        _postpone(row, error, owner=owner, now=now)
        return False
    _close(row, owner=owner, state=MailState.sent, sent_at=now, last_error="")
    return True


def render(letter: str, params: dict[str, Any]) -> tuple[str, str]:
    """Subject (one line) and body of a letter."""
    return " ".join(_fill(letter, "subject", params).split()), _fill(letter, "body", params)


def headers_of(letter: str, params: dict[str, Any]) -> dict[str, str]:
    """A letter that can be stopped says where, so that mail programs offer a button for it (RFC 2369)."""
    try:
        address = _fill(letter, "unsubscribe", params).strip()
    except TemplateNotFound:
        return {}
    return {"List-Unsubscribe": f"<{address}>"}


def _fill(letter: str, part: str, params: dict[str, Any]) -> str:
    environment, settings = current_app.jinja_env, memory.effective(current_app.config["PORTAL"])
    values = {"base_url": settings.base_url.rstrip("/"), "approval_days": settings.approval_days, **params}
    return environment.get_template(f"letters/{letter}/{part}.txt").render(values)


def _postpone(row: Row, error: Exception, *, owner: str, now: datetime) -> None:
    if _is_final(error):
        _close(row, owner=owner, state=MailState.bounced, last_error=_reason(error))
    elif now - row.since >= GIVE_UP:
        _close(row, owner=owner, state=MailState.failed, last_error=_reason(error))
    else:
        wait = BACK_OFF[row.attempts - 1] if row.attempts <= len(BACK_OFF) else LATER
        _close(row, owner=owner, state=MailState.queued, next_at=now + wait, last_error=_reason(error))


def _is_final(error: Exception) -> bool:
    """The server said for good (5xx) that it does not take this recipient or message.

    A refused sender is not final: it is our own setting, and letters must outlive its repair.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"宛先を受け付けません（{'、'.join(str(code) for code, _ in error.recipients.values())}）"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"メールサーバーの応答 {error.smtp_code}"
    if isinstance(error, smtplib.SMTPException | OSError) and not isinstance(error, TemplateError):
        return f"メールサーバーに接続できません（{type(error).__name__}）"
    return f"メールを作成できません（{type(error).__name__}）"


def _close(row: Row, *, owner: str, state: MailState, **values: Any) -> None:
    """Only the lease's owner may say what became of the row. A code does not outlive its mail."""
    if row.lane is Lane.login and state is not MailState.queued:
        values["params"] = {}
    if row.letter in LAST_LETTERS and state is not MailState.queued:
        values["recipient"] = ""
    write_alone(CLOSE, {"mail": row.id, "holder": owner, "state": state, "owner": "", **values})
