"""What the tests of mail do again and again: queue, commit, deliver, look."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.states import Lane, MailState
from portal.database import begin_write
from portal.mail import delivery, outbox
from portal.mail.outbox import Letter

NORMAL = (Lane.normal, Lane.bulk)
LOGIN = (Lane.login,)
PARAMS = {
    "organization": "特定非営利活動法人 みずの会",
    "title": "給水施設維持管理専門家",
    "kind": "job",
    "entry_id": 1,
    "number": "J-2026-0001",
    "publish_at": None,
    "comment": "よろしくお願いします。",
    "when": "2026-11-24T05:32:00+00:00",
    "by": "佐藤 美咲",
}


def post(*letters: Letter, now: datetime, **how: Any) -> None:
    begin_write()
    outbox.queue(letters, now=now, **how)
    db.session.commit()


def queue(count: int, *, now: datetime, lane: Lane = Lane.normal) -> None:
    post(*(Letter("entry_submitted", f"p{number}@example.jp", PARAMS) for number in range(count)), now=now, lane=lane)


def code(recipient: str, *, now: datetime, minutes: int = 10, **how: Any) -> None:
    """A one-time password in its lane."""
    ends = now + timedelta(minutes=minutes)
    params = {
        "name": "佐藤 美咲",
        "code": "123456",
        "expires_at": ends.isoformat(),
        "when": now.isoformat(),
        "ip": "192.0.2.1",
        "browser": "Chrome（Windows）",
    }
    letter = Letter("one_time_password", recipient, params)
    post(letter, now=now, lane=Lane.login, expires_at=ends, **how)


def deliver(now: datetime, lanes: Sequence[Lane] = NORMAL) -> int:
    """Batch after batch until nothing is due."""
    total = 0
    while sent := delivery.deliver(lanes, now=now):
        total += sent
    return total


def states() -> dict[MailState, int]:
    rows = db.session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state)).all()
    db.session.rollback()
    return dict(rows)


def rows() -> Sequence[OutboxMail]:
    """All of the outbox as it is now, cut off from the session."""
    found = db.session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()
    db.session.expunge_all()
    db.session.rollback()
    return found
