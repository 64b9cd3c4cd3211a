"""What an organization is told when one of its entries moves, and whom: its members, one letter each."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models.base import db
from models.entries import Entry
from models.organizations import Organization
from models.people import Account
from portal.actors import Actor
from portal.database import among
from portal.mail import outbox
from portal.mail.outbox import Letter

DECIDED = ("entry_approved", "entry_returned")


def tell(
    letter: str,
    moved: Sequence[Row],
    *,
    comment: str,
    actor: Actor,
    now: datetime,
    not_before: datetime | None = None,
    batch: str | None = None,
    **more: Any,
) -> int:
    """Queues the letter for every member of each version's organization; returns how many. `more` are words of its own.

    A member who acts is named to the colleagues; the secretariat writes as an office.
    """
    if not letter:
        return 0
    said = {"comment": comment, "when": now.isoformat(), "by": actor.name if actor.is_member else "", **more}
    members = _members_by_entry([row.entry_id for row in moved])
    letters = [
        Letter(letter, address, said | _about(row, member), row.organization_id, row.id)
        for row in moved
        for member, address in _addressed(letter, members.get(row.entry_id, ()))
    ]
    return outbox.queue(letters, now=now, not_before=not_before, batch=batch)


def _addressed(letter: str, members: Sequence[Row]) -> Iterator[tuple[Row, str]]:
    """Members, and for what is decided also the addresses that the organization registered (通知先メール)."""
    yield from ((member, member.email) for member in members)
    if letter in DECIDED and members:
        for address in also_told(members[0].notify_emails, [member.email for member in members]):
            yield members[0], address


def also_told(registered: Sequence[Mapping[str, str]], members: Collection[str]) -> list[str]:
    """Of the registered addresses those that no member has."""
    return [row["email"] for row in registered if row["email"].lower() not in members]


def _about(row: Row, member: Row) -> dict[str, Any]:
    return {
        "organization": member.organization,
        "title": row.title,
        "kind": row.kind,
        "entry_id": row.entry_id,
        "number": member.number,
        "publish_at": row.publish_at.isoformat() if row.publish_at else None,
    }


def _members_by_entry(entry_ids: Collection[int]) -> Mapping[int, Sequence[Row]]:
    """Who can log in of each entry's organization, with what letters say of both, in one statement."""
    rows = db.session.execute(
        select(
            Entry.id, Entry.number, Organization.name.label("organization"), Organization.notify_emails, Account.email
        )
        .join(Organization, Organization.id == Entry.organization_id)
        .join(Account, Account.organization_id == Organization.id)
        .where(among(Entry.id, entry_ids), Account.suspended_at.is_(None))
        .order_by(Account.id)
    )
    members: dict[int, list[Row]] = {}
    for row in rows:
        members.setdefault(row.id, []).append(row)
    return members


def recipients(organization_ids: set[int]) -> dict[int, list[str]]:
    """Addresses of the members who can log in, by organization, in one statement."""
    rows = db.session.execute(
        select(Account.organization_id, Account.email)
        .where(among(Account.organization_id, organization_ids), Account.suspended_at.is_(None))
        .order_by(Account.id)
    )
    members: dict[int, list[str]] = {}
    for organization_id, email in rows:
        members.setdefault(organization_id or 0, []).append(email)  # never 0: the rows were asked for by it
    return members
