"""What the secretariat does with single letters of the outbox: send again what failed, stop what waits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, String, cast, select, update

from models.base import db
from models.mail import OutboxMail
from models.states import Lane, MailState
from portal import audit
from portal.actors import Actor
from portal.administration.reasons import require
from portal.database import write
from portal.errors import NotFound, Refused

LOST = (MailState.failed, MailState.bounced)
MOST = 1000  # at one press
MOVED_ON = "このメールの状態が変わりました。一覧を確認してください。"


def can_be_resent() -> ColumnElement[bool]:
    """A code is asked for anew, and what a letter said may be gone."""
    return OutboxMail.state.in_(LOST) & (OutboxMail.lane != Lane.login) & (cast(OutboxMail.params, String) != "{}")


def resend(mail_id: int, *, actor: Actor, now: datetime) -> None:
    """To the same address under the same Message-ID, with the whole time of trying before it. Flushes."""
    _require_known(mail_id, actor=actor)
    if not _queue_again([mail_id], now=now):
        raise Refused(f"このメールは再送できません。{MOVED_ON}")
    audit.record("outbox.resend", subject="outbox", subject_id=mail_id, actor=actor, now=now)


def resend_all(state: MailState, *, actor: Actor, now: datetime) -> int:
    """All that failed in this way, the oldest first, MOST at once; returns how many. Flushes."""
    require(actor, "outbox.handle")
    failed = select(OutboxMail.id).where(OutboxMail.state == state, can_be_resent()).order_by(OutboxMail.id)
    ids = db.session.scalars(failed.limit(MOST)).all()
    count = _queue_again(ids, now=now)
    audit.record(
        "outbox.resend_all", subject="outbox", actor=actor, now=now, details={"mail_state": state, "count": count}
    )
    return count


def _queue_again(ids: Sequence[int], *, now: datetime) -> int:
    return write(
        update(OutboxMail)
        .where(OutboxMail.id.in_(ids), can_be_resent())
        .values(state=MailState.queued, next_at=now, attempts=0, owner="", resent_at=now)
    )


def stop(mail_id: int, *, actor: Actor, now: datetime) -> None:
    """A letter that waits to be sent; what it says is wiped. Flushes."""
    _require_known(mail_id, actor=actor)
    waits = OutboxMail.id == mail_id, OutboxMail.state == MailState.queued
    if not write(update(OutboxMail).where(*waits).values(state=MailState.cancelled, params={}, owner="")):
        raise Refused(f"このメールは止められません。{MOVED_ON}")
    audit.record("outbox.stop", subject="outbox", subject_id=mail_id, actor=actor, now=now)


def _require_known(mail_id: int, *, actor: Actor) -> None:
    require(actor, "outbox.handle")
    if db.session.scalar(select(OutboxMail.id).where(OutboxMail.id == mail_id)) is None:
        raise NotFound
