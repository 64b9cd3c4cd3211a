"""「人材詳細を見る」: an organization reads a published profile, on record, and not so many that it copies them all."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, exists, select

from models.base import db
from models.favorites import Favorite
from models.messages import Message
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Role
from models.talents import Talent
from portal import audit
from portal.accounts import throttles
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.codes import may_search_talents
from portal.database import rows_of
from portal.errors import Forbidden, NotFound, Throttled
from portal.matching.profile_fields import SECTIONS
from portal.permissions import asking, visible, whoever
from portal.publishing import wording
from portal.publishing.shapes import Section
from portal.settings import Settings

TOLD_AGAIN = timedelta(hours=1)
NOT_FOR_GROUPS = "法人格のない団体は、登録人材の検索と閲覧を利用できません。"
TOO_MANY = "人材詳細を短い時間に多く開いたため、表示を止めています。"
STALE = timedelta(days=365)
# Name, contact, birthday and portrait are never shown here; the switches are the talent's own.
SHOWN: tuple[Section, ...] = tuple(section for section in SECTIONS if section.key in ("career", "wishes"))
READ = ("id", "code", "updated_at", *(field.name for section in SHOWN for field in section.fields))


def limits(settings: Settings) -> tuple[Limit, ...]:
    """Of one member; what the office is told once a window."""
    return (
        Limit("talent-hour", settings.views_per_hour, timedelta(hours=1)),
        Limit("talent-day", settings.views_per_day, timedelta(days=1)),
    )


LIMITS = limits(Settings())


def require_search(actor: Actor) -> None:
    """Raises Forbidden for organizations without legal personality; chapter 3 of the manual is not theirs."""
    org_type = db.session.scalar(_org_type(), asking(actor))
    refuse_groups(may_search=org_type is not None and may_search_talents(org_type))


def refuse_groups(*, may_search: bool) -> None:
    """What `require_search` does, for whoever knows already."""
    if not may_search:
        raise Forbidden(NOT_FOR_GROUPS)


@cache
def _org_type() -> Select:
    return select(Organization.org_type).where(Organization.id == bindparam("organization_id"))


def open_profile(
    code: str,
    *,
    actor: Actor,
    now: datetime,
    settings: Settings,
    beside: Callable[[Select, Role], Select] | None = None,
    values: Mapping[str, Any] | None = None,
) -> Row:
    """The columns READ of the profile as published at this moment; the view is counted and on record.

    Beside them what the organization noted: `marked_at` and, if there is such a moment, `note`, `label`, `next_on`; and
    whether they wrote to each other; `beside` adds columns of its own, with `values` for what it asks for.
    Raises what `require_search` does, NotFound alike for what is private, hidden from this organization or not there,
    Throttled beyond a limit. After `begin_on_record`: the page does not wait for the disk.
    """
    rows = rows_of(_profile(actor.role, beside), {"code": code, **asking(actor), **(values or {})})
    refuse_groups(may_search=any(may_search_talents(row.org_type) for row in rows))
    talent = rows[0]
    if talent.id is None:
        raise NotFound
    kept = {throttles.key(limit, settings.secret_key, "account", actor.account_id): limit for limit in limits(settings)}
    (event,) = audit.sealed("talent.view", [{"subject": "talent", "subject_id": talent.id}], actor=actor, now=now)
    throttles.take_each_on_record(kept, event, now=now, sentence=TOO_MANY)
    return talent


@cache
def _profile(role: Role, beside: Callable[[Select, Role], Select] | None) -> Select:
    """The kind of an organization, and beside it the profile that it sees behind a code. Kept, for putting it together
    costs more than running it."""
    reader = whoever(role)
    noted = (Favorite.created_at.label("marked_at"), Favorite.note, Favorite.label, Favorite.next_on)
    is_written = exists().where(visible(reader, Message), Message.talent_id == Talent.id).label("is_written")
    query = (
        _org_type()
        .select_from(Organization)
        .outerjoin(Talent, (Talent.code == bindparam("code")) & visible(reader, Talent))
        .outerjoin(Favorite, (Favorite.talent_id == Talent.id) & visible(reader, Favorite))
        .add_columns(*(getattr(Talent, name) for name in READ), *noted, is_written)
    )
    return beside(query, role) if beside else query


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


def texts_of(talent: Talent | Row) -> list[tuple[str, list[tuple[str, str]]]]:
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


def is_stale(talent: Any, *, now: datetime) -> bool:
    """Nobody has touched the profile for a year: what it says may no longer hold."""
    return now - talent.updated_at > STALE
