"""Once a year a member says that what the organization registered is still true."""

from datetime import datetime, timedelta

from sqlalchemy import update

from models.organizations import Organization
from portal import audit
from portal.actors import Actor
from portal.database import write
from portal.errors import Forbidden, NotFound
from portal.permissions import may, visible

CONFIRMED_FOR = timedelta(days=365)
ASKED_BEFORE = timedelta(days=30)  # the page asks so early, that who looks in by chance can do it at once


def confirmed_at(organization: Organization) -> datetime:
    return organization.confirmed_at or organization.created_at


def is_asked(organization: Organization, *, now: datetime) -> bool:
    return now - confirmed_at(organization) >= CONFIRMED_FOR - ASKED_BEFORE


def confirm(organization_id: int, *, actor: Actor, now: datetime) -> None:
    if not may(actor, "registration.write"):
        raise Forbidden("この操作を行う権限がありません。")
    own = update(Organization).where(Organization.id == organization_id, visible(actor, Organization))
    if not write(own.values(confirmed_at=now)):
        raise NotFound
    audit.record("registration.confirm", subject="organization", subject_id=organization_id, actor=actor, now=now)
