"""When mail leaves. A mail is a row, added in the transaction of what it tells; the clock's worker sends it.

`queue` is all that other rooms call. Nothing is sent before the commit, nothing is lost after it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parseaddr
from typing import Any
from uuid import uuid4

from flask import current_app
from sqlalchemy import delete, update

from models.base import db
from models.mail import OutboxMail
from models.states import Lane, MailState
from portal.database import insert_rows, write


@dataclass(frozen=True)
class Letter:
    """One message to one recipient. `name` is a folder of templates/letters, `params` what its templates use."""

    name: str
    recipient: str
    params: dict[str, Any] = field(default_factory=dict)
    organization_id: int | None = None
    version_id: int | None = None
    dedupe_key: str | None = None


def queue(
    letters: Iterable[Letter],
    *,
    now: datetime,
    not_before: datetime | None = None,
    lane: Lane = Lane.normal,
    batch: str | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Adds the letters to the outbox in one statement; returns how many."""
    # Ids that follow each other: random ones touch every page of the index. Short: a folded one confuses clients.
    at = domain()
    call = f"{now:%Y%m%d%H%M%S}.{uuid4().hex[:16]}"
    rows = [
        {
            "message_id": f"<{call}.{number}@{at}>",
            "lane": lane,
            "letter": letter.name,
            "params": letter.params,
            "recipient": letter.recipient,
            "organization_id": letter.organization_id,
            "version_id": letter.version_id,
            "dedupe_key": letter.dedupe_key,
            "batch": batch,
            "state": MailState.queued,
            "next_at": not_before or now,
            "expires_at": expires_at,
            "created_at": now,
        }
        for number, letter in enumerate(letters)
    ]
    insert_rows(OutboxMail, rows)
    return len(rows)


def domain() -> str:
    """What stands behind the @ of a Message-ID: that of the sender's address."""
    return parseaddr(current_app.config["MAIL_DEFAULT_SENDER"])[1].rpartition("@")[2]


def take_back(batch: str, version_ids: list[int]) -> int:
    """Removes letters of a decision that did not leave yet; returns how many."""
    return write(
        delete(OutboxMail).where(
            OutboxMail.batch == batch, OutboxMail.version_id.in_(version_ids), OutboxMail.state == MailState.queued
        )
    )


def silence(letter: str, version_ids: list[int]) -> None:
    """Removes letters of that name about these versions that did not leave yet."""
    db.session.execute(
        delete(OutboxMail).where(
            OutboxMail.letter == letter, OutboxMail.version_id.in_(version_ids), OutboxMail.state == MailState.queued
        )
    )


def cancel(dedupe_key: str) -> None:
    """Stops a letter that has not left yet and wipes what it says."""
    db.session.execute(
        update(OutboxMail)
        .where(OutboxMail.dedupe_key == dedupe_key, OutboxMail.state == MailState.queued)
        .values(state=MailState.cancelled, params={})
    )
