"""What talents and organizations are told when an application moves. One letter for each recipient."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, select

from models.applications import Application
from models.base import db
from models.entries import Version
from models.organizations import Organization
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.publishing.letters import also_told, recipients


def tell_talents(letter: str, application_ids: Sequence[int], *, now: datetime, **params: Any) -> int:
    """Queues the letter for the talent of each application; returns how many."""
    letters = [Letter(letter, row.email, _params(row) | params, row.organization_id) for row in _rows(application_ids)]
    return outbox.queue(letters, now=now)


def tell_organization(letter: str, application_id: int, *, now: datetime, **params: Any) -> int:
    """Queues the letter for every member of the organization; of a new application the registered addresses are told,
    too. It never names the talent: mail is read by many."""
    (row,) = _rows([application_id])
    members = recipients({row.organization_id}).get(row.organization_id, [])
    if letter == "application_arrived":
        members = [*members, *also_told(row.notify_emails, members)]
    return outbox.queue(
        [Letter(letter, email, _params(row) | params, row.organization_id) for email in members], now=now
    )


def _rows(application_ids: Sequence[int]) -> Sequence[Row]:
    return db.session.execute(
        select(
            Application.id,
            Application.number,
            Application.kind,
            Application.entry_id,
            Application.email,
            Application.organization_id,
            Application.reopened_until,
            Version.title,
            Organization.name.label("organization"),
            Organization.notify_emails,
        )
        .join(Version, Version.id == Application.version_id)
        .join(Organization, Organization.id == Application.organization_id)
        .where(Application.id.in_(application_ids))
    ).all()


def _params(row: Row) -> dict[str, Any]:
    return {
        "application_id": row.id,
        "number": row.number,
        "kind": row.kind,
        "entry_id": row.entry_id,
        "title": row.title,
        "organization": row.organization,
        "until": row.reopened_until.isoformat() if row.reopened_until else None,
    }
