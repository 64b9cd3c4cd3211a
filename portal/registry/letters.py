"""What members and applicants are told of their registration. Who applies gets the address to go on with, too."""

from datetime import datetime

from models.organizations import Organization
from models.registrations import RegistrationVersion
from models.states import Lane
from portal.actors import Actor
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.publishing.letters import recipients
from portal.registry.registration_fields import fields_of


def tell_members(
    letter: str, version: RegistrationVersion, organization: Organization, *, actor: Actor, now: datetime
) -> None:
    """One letter to each member who can log in. A member who acts is named; the secretariat writes as an office."""
    params = {
        "organization": organization.name,
        "number": version.number,
        "changed_fields": [field.label for field in fields_of() if field.name in version.content],
        "by": actor.name if actor.is_member else "",
        "when": now.isoformat(),
        "due_at": version.due_at.isoformat() if version.due_at else None,
        "comment": version.comment,
    }
    members = recipients({organization.id}).get(organization.id, ())
    outbox.queue([Letter(letter, email, params, organization.id) for email in members], now=now)


def tell_applicant(letter: str, version: RegistrationVersion, *, now: datetime, token: str = "") -> None:
    """With a token the letter leaves by the lane whose secrets are wiped once they are sent."""
    params = {
        "name": version.account_name,
        "organization": version.content.get("name", ""),
        "number": version.number,
        "when": now.isoformat(),
        "due_at": version.due_at.isoformat() if version.due_at else None,
        "expires_at": version.expires_at.isoformat() if version.expires_at else None,
        "comment": version.comment,
        "token": token,
    }
    lane = Lane.login if token else Lane.normal
    expires_at = version.expires_at if token else None
    outbox.queue([Letter(letter, version.account_email, params)], now=now, lane=lane, expires_at=expires_at)
