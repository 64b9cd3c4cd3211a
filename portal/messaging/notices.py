"""Who is told by e-mail that a message arrived: who wrote and where to read it, never what it says."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, case, select

from models.base import db
from models.organizations import Organization
from models.people import Account
from models.states import Lane, MailClass, Side
from models.talents import Talent
from portal.database import among
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.publishing.letters import recipients

FEW = 10  # more letters than these let the others pass


def tell(delivered: Sequence[Row], *, now: datetime) -> int:
    """Queues the letters for messages that were delivered just now; returns how many.

    Rows have id, thread_id, side, organization_id, talent_id, mail_class and notice_key.
    """
    if not delivered:
        return 0
    organizations = _organizations({row.organization_id for row in delivered})
    letters = [
        *_to_talents([row for row in delivered if row.side is Side.organization], organizations),
        *_to_members([row for row in delivered if row.side is Side.talent], organizations),
    ]
    return outbox.queue(letters, now=now, lane=Lane.bulk if len(letters) > FEW else Lane.normal)


def _to_talents(rows: Sequence[Row], organizations: Mapping[int, Row]) -> Iterator[Letter]:
    people = _talents({row.talent_id for row in rows}) if rows else {}
    for row in rows:
        if row.talent_id not in people:
            continue
        organization = organizations[row.organization_id]
        params = {"organization": organization.name, "thread_id": row.thread_id}
        if row.mail_class is MailClass.offer:
            params |= {
                "organization_address": organization.address,
                "organization_contact": organization.contact,
                "organization_id": row.organization_id,
                "talent_id": row.talent_id,
            }
        yield _letter(row, people[row.talent_id], params)


def _letter(row: Row, email: str, params: dict[str, Any]) -> Letter:
    if row.mail_class is MailClass.offer:
        return Letter("offer_arrived", email, params, row.organization_id, dedupe_key=row.notice_key)
    return Letter("message_arrived", email, params, row.organization_id, dedupe_key=row.notice_key)


def _to_members(rows: Sequence[Row], organizations: Mapping[int, Row]) -> Iterator[Letter]:
    members = recipients({row.organization_id for row in rows}) if rows else {}
    for row in rows:
        params = {"organization": organizations[row.organization_id].name, "thread_id": row.thread_id}
        for place, email in enumerate(members.get(row.organization_id, [])):
            key = f"{row.notice_key}-{place}"
            yield Letter("answer_arrived", email, params, row.organization_id, dedupe_key=key)


def _organizations(ids: set[int]) -> Mapping[int, Row]:
    address = Organization.prefecture + Organization.city + Organization.street + " " + Organization.building
    rows = db.session.execute(
        select(
            Organization.id,
            Organization.name,
            address.label("address"),
            case((Organization.public_email != "", Organization.public_email), else_=Organization.phone).label(
                "contact"
            ),
        ).where(Organization.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _talents(ids: set[int]) -> Mapping[int, str]:
    """Addresses of those who can still log in."""
    rows = db.session.execute(
        select(Talent.id, Account.email)
        .join(Account, Account.id == Talent.account_id)
        .where(among(Talent.id, ids), Account.suspended_at.is_(None))
    )
    return {row.id: row.email for row in rows}
