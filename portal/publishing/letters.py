"""What an organization is told when one of its entries moves, and whom: its members, one letter each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models.base import db
from models.people import Account
from portal.mail import outbox
from portal.mail.outbox import Letter


def tell(
    letter: str,
    moved: Sequence[Row],
    *,
    comment: str,
    now: datetime,
    not_before: datetime | None,
    batch: str | None,
) -> int:
    """Queues the letter for every member of each version's organization; returns how many."""
    if not letter:
        return 0
    members = recipients({row.organization_id for row in moved})
    letters = [
        Letter(letter, email, _params(row, comment), row.organization_id, row.id)
        for row in moved
        for email in members.get(row.organization_id, ())
    ]
    return outbox.queue(letters, now=now, not_before=not_before, batch=batch)


def _params(row: Row, comment: str) -> dict[str, Any]:
    publish_at = row.publish_at.isoformat() if row.publish_at else None
    return {
        "title": row.title,
        "kind": row.kind,
        "entry_id": row.entry_id,
        "publish_at": publish_at,
        "comment": comment,
    }


def recipients(organization_ids: set[int]) -> dict[int, list[str]]:
    """Addresses of the members who can log in, by organization, in one statement."""
    rows = db.session.execute(
        select(Account.organization_id, Account.email)
        .where(Account.organization_id.in_(organization_ids), Account.suspended_at.is_(None))
        .order_by(Account.id)
    )
    members: dict[int, list[str]] = {}
    for organization_id, email in rows:
        members.setdefault(organization_id or 0, []).append(email)  # never 0: the rows were asked for by it
    return members
