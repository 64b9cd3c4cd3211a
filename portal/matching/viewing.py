"""「人材詳細を見る」: an organization reads a published profile, on record, and not so many that it copies them all."""

from datetime import datetime, timedelta

from sqlalchemy import select

from models.base import db
from models.organizations import Organization
from models.records import AuditEvent
from models.talents import Talent
from portal import audit
from portal.accounts import throttles
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.codes import may_search_talents
from portal.errors import Forbidden, NotFound, Throttled
from portal.matching.profile_fields import SECTIONS
from portal.permissions import visible
from portal.publishing import wording
from portal.publishing.shapes import Section
from portal.settings import Settings

TOLD_AGAIN = timedelta(hours=1)
NOT_FOR_GROUPS = "法人格のない団体は、登録人材の検索と閲覧を利用できません。"
TOO_MANY = "人材詳細を短い時間に多く開いたため、表示を止めています。"
STALE = timedelta(days=365)
# Name, contact, birthday and portrait are never shown here; the switches are the talent's own.
SHOWN: tuple[Section, ...] = tuple(section for section in SECTIONS if section.key in ("career", "wishes"))


def limits(settings: Settings) -> tuple[Limit, ...]:
    """Of one member; what the office is told once a window."""
    return (
        Limit("talent-hour", settings.views_per_hour, timedelta(hours=1)),
        Limit("talent-day", settings.views_per_day, timedelta(days=1)),
    )


LIMITS = limits(Settings())


def require_search(actor: Actor) -> None:
    """Raises Forbidden for organizations without legal personality; chapter 3 of the manual is not theirs."""
    organization = db.session.get(Organization, actor.organization_id)
    if organization is None or not may_search_talents(organization.org_type):
        raise Forbidden(NOT_FOR_GROUPS)


def open_profile(code: str, *, actor: Actor, now: datetime, settings: Settings) -> Talent:
    """The profile as published at this moment; the view is counted and on record.

    Raises NotFound alike for what is private, hidden from this organization or not there, Throttled beyond a limit.
    """
    require_search(actor)
    talent = db.session.scalars(select(Talent).where(Talent.code == code, visible(actor, Talent))).one_or_none()
    if talent is None:
        raise NotFound
    for limit in limits(settings):
        keys = [throttles.key(limit, settings.secret_key, "account", actor.account_id)]
        throttles.take(limit, keys, now=now, sentence=TOO_MANY)
    audit.record("talent.view", subject="talent", subject_id=talent.id, actor=actor, now=now)
    return talent


def note_limit(refusal: Throttled, *, actor: Actor, now: datetime) -> None:
    """For the office's record, once an hour: somebody opened more profiles than a person reads."""
    told = select(AuditEvent.id).where(
        AuditEvent.actor_id == actor.account_id,
        AuditEvent.at > now - TOLD_AGAIN,
        AuditEvent.action == "talent.view_limit",
    )
    if db.session.scalar(told.limit(1)) is None:
        details = {"retry_after": refusal.retry_after}
        audit.record(
            "talent.view_limit", subject="account", subject_id=actor.account_id, details=details, actor=actor, now=now
        )


def texts_of(talent: Talent) -> list[tuple[str, list[tuple[str, str]]]]:
    """By section the filled fields in words, as (label, text)."""
    return [
        (
            section.title,
            [
                (field.label, wording.show(field, value))
                for field in section.fields
                if (value := getattr(talent, field.name)) not in (None, "", [])
            ],
        )
        for section in SHOWN
    ]


def is_stale(talent: Talent, *, now: datetime) -> bool:
    """Nobody has touched the profile for a year: what it says may no longer hold."""
    return now - talent.updated_at > STALE
