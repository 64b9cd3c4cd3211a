"""Mails that come back: a mail server says later that a letter did not reach its address (RFC 3464).

The letter is known by its Message-ID, which stands in the part of the letter that comes back with the report. Its
random half was seen by the recipient's servers alone, so that a stranger marks nobody's letters.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from typing import cast

from sqlalchemy import select, update

from models.base import db
from models.mail import OutboxMail
from models.states import MailState
from portal import audit
from portal.actors import CLOCK
from portal.database import begin_write, write

LARGEST = 1024 * 1024  # bytes; the rest of a report is the letter itself
MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}>")
STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


class Outcome(StrEnum):
    bounced = "bounced"
    not_final = "not_final"  # it is only late
    unknown = "unknown"  # no letter of ours, or its end is known already
    no_report = "no_report"  # something else, as an answer by a person


def take(raw: bytes, *, now: datetime) -> Outcome:
    """Puts down what the report says of our letter. Commits."""
    report = message_from_bytes(raw[:LARGEST])  # heads as they are: the newer policy fails on broken ones
    if report.get_content_type() != "multipart/report":
        return Outcome.no_report
    failed = [status for action, status in _fields(report) if action == "failed"]
    if not failed:
        return Outcome.not_final
    message_id = _of_letter(report)
    begin_write()
    here = OutboxMail.message_id == message_id, OutboxMail.state == MailState.sent
    mail_id = db.session.scalar(select(OutboxMail.id).where(*here)) if message_id else None
    if mail_id is None:
        db.session.rollback()
        return Outcome.unknown
    reason = f"配達できませんでした（{failed[0] or '理由は不明です'}）"
    write(update(OutboxMail).where(*here).values(state=MailState.bounced, last_error=reason))
    audit.record("outbox.returned", subject="outbox", subject_id=mail_id, actor=CLOCK, now=now)
    db.session.commit()
    return Outcome.bounced


def _fields(report: Message) -> Iterator[tuple[str, str]]:
    """Action and status of each recipient that the report speaks of."""
    for part in report.walk():
        if part.get_content_type() == "message/delivery-status":
            for block in cast("list[Message]", part.get_payload()):
                if action := str(block.get("Action", "")).strip().lower():
                    status = STATUS.search(str(block.get("Status", "")))
                    yield action, status[0] if status else ""


def _of_letter(report: Message) -> str:
    """Message-ID of the letter that came back whole or with its head alone; not that of the report."""
    for part in report.walk():
        kind = part.get_content_type()
        if kind == "message/rfc822":
            (letter,) = cast("list[Message]", part.get_payload())
            text = str(letter.get("Message-ID", ""))
        elif kind in ("text/rfc822-headers", "message/rfc822-headers"):
            head = part.get_payload(decode=True) or b""
            text = str(message_from_bytes(cast("bytes", head)).get("Message-ID", ""))
        else:
            continue
        found = MESSAGE_ID.search(text)
        return found[0] if found else ""
    return ""
