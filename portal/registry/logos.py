"""The logo of an organization: a picture with the words for those who do not see it, public at once."""

from datetime import datetime
from typing import IO

from sqlalchemy import select

from models.base import db
from models.files import StoredFile
from models.organizations import Organization
from models.registrations import RegistrationFile
from models.states import RegistrationFileKind
from portal import audit
from portal.actors import Actor
from portal.errors import Forbidden, NotFound, Refused
from portal.files import dropping, intake
from portal.files.kinds import PHOTO_KINDS
from portal.permissions import may
from portal.publishing.checks import is_one_line

LARGEST = 1024 * 1024
LONGEST_WORDS = 100


def logo_of(organization_id: int) -> RegistrationFile | None:
    return db.session.scalars(
        select(RegistrationFile)
        .where(RegistrationFile.organization_id == organization_id, RegistrationFile.kind == RegistrationFileKind.logo)
        .order_by(RegistrationFile.id.desc())
        .limit(1)
    ).one_or_none()


def picture(organization_id: int) -> StoredFile:
    """For everybody; raises NotFound where there is none, or while the organization is suspended."""
    logo = logo_of(organization_id)
    organization = db.session.get(Organization, organization_id)
    if logo is None or organization is None or organization.suspended_at is not None:
        raise NotFound
    return logo.file


def put(source: IO[bytes], name: str, words: str, *, actor: Actor, now: datetime) -> None:
    """In place of the one before. Raises Refused for a kind, a size or words that are not taken.

    Judging the picture takes a while: call it before the transaction writes anything.
    """
    if not may(actor, "registration.write") or actor.organization_id is None:
        raise Forbidden("この操作を行う権限がありません。")
    words = words.strip()
    if not words or len(words) > LONGEST_WORDS or not is_one_line(words):
        raise Refused(f"ロゴの説明を、1行で{LONGEST_WORDS}文字以内で入力してください。")
    stored = intake.take_in(source, name, owner_id=actor.account_id, now=now, kinds=PHOTO_KINDS, largest=LARGEST)
    _drop(actor.organization_id, now=now)
    logo = RegistrationFile(
        kind=RegistrationFileKind.logo,
        organization_id=actor.organization_id,
        file_id=stored.id,
        words=words,
        created_at=now,
    )
    db.session.add(logo)
    _record(actor, now=now)


def remove(*, actor: Actor, now: datetime) -> None:
    if not may(actor, "registration.write") or actor.organization_id is None:
        raise Forbidden("この操作を行う権限がありません。")
    _drop(actor.organization_id, now=now)
    _record(actor, now=now)


def _drop(organization_id: int, *, now: datetime) -> None:
    logo = logo_of(organization_id)
    if logo is not None:
        dropping.drop([logo.file_id], now=now)
        db.session.delete(logo)
    db.session.flush()


def _record(actor: Actor, *, now: datetime) -> None:
    organization_id = actor.organization_id
    audit.record("registration.logo", subject="organization", subject_id=organization_id, actor=actor, now=now)
