"""公開しない団体: organizations that do not see a talent's published profile, such as the present employer."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, delete, exists, func, select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.organizations import Organization
from models.talents import Talent, TalentBlock
from portal import audit
from portal.actors import Actor
from portal.database import write
from portal.errors import Conflict, NotFound, Refused
from portal.matching.profiles import own

MOST = 50
FOUND = 20
LONGEST_SEARCH = 100


def hidden_from(talent: Talent) -> Sequence[Row]:
    """(id, name) of each, in the order in which they were named."""
    return db.session.execute(
        select(Organization.id, Organization.name)
        .join(TalentBlock, TalentBlock.organization_id == Organization.id)
        .where(TalentBlock.talent_id == talent.id)
        .order_by(TalentBlock.created_at, Organization.id)
    ).all()


def search(text: str, *, talent: Talent) -> Sequence[Row]:
    """(id, name) of organizations of this name that still see the talent; few, for a person to pick from."""
    wanted = text.strip()[:LONGEST_SEARCH]
    if not wanted:
        return []
    named = (Organization.name, Organization.name_kana, Organization.name_en, Organization.short_name)
    hidden = exists().where(TalentBlock.talent_id == talent.id, TalentBlock.organization_id == Organization.id)
    match = named[0].contains(wanted, autoescape=True)
    for column in named[1:]:
        match |= column.contains(wanted, autoescape=True)
    return db.session.execute(
        select(Organization.id, Organization.name)
        .where(match, ~hidden, Organization.suspended_at.is_(None))
        .order_by(Organization.name, Organization.id)
        .limit(FOUND)
    ).all()


def hide(organization_id: int, *, actor: Actor, now: datetime) -> None:
    """From this moment the organization finds the talent neither in the search nor by the code."""
    talent = own(actor)
    if db.session.get(Organization, organization_id) is None:
        raise NotFound
    count = select(func.count()).select_from(TalentBlock).where(TalentBlock.talent_id == talent.id)
    if (db.session.scalar(count) or 0) >= MOST:
        raise Refused(f"公開しない団体は{MOST}団体までです。不要なものを解除してから追加してください。")
    db.session.add(TalentBlock(talent_id=talent.id, organization_id=organization_id, created_at=now))
    try:
        db.session.flush()
    except IntegrityError as error:  # pressed twice
        raise Conflict("この団体には、すでに公開していません。") from error
    _record("talent.hide", talent, organization_id, actor=actor, now=now)


def show(organization_id: int, *, actor: Actor, now: datetime) -> None:
    talent = own(actor)
    shown = write(
        delete(TalentBlock).where(TalentBlock.talent_id == talent.id, TalentBlock.organization_id == organization_id)
    )
    if not shown:
        raise NotFound
    _record("talent.show", talent, organization_id, actor=actor, now=now)


def _record(action: str, talent: Talent, organization_id: int, *, actor: Actor, now: datetime) -> None:
    details = {"organization": organization_id}
    audit.record(action, subject="talent", subject_id=talent.id, details=details, actor=actor, now=now)
