"""Attachments and images of entries: taken in for one draft, and from then on rows of its content like any other.

A row names a stored file by its id, and ids come from forms: only what stands in a version of the same organization is
one of its files, whatever was posted.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import IO, Any

from sqlalchemy import select

from models.base import db
from models.entries import Version, VersionFile
from models.files import StoredFile
from models.states import Kind
from portal.actors import Actor
from portal.errors import Forbidden, NotFound, Refused
from portal.files import intake, names
from portal.files.kinds import BY_MEDIA_TYPE, IMAGE_KINDS, PAPER_KINDS, FileKind
from portal.permissions import may, visible
from portal.publishing.content import FACTS
from portal.publishing.fields import Field, Type, fields_of
from portal.publishing.file_fields import IMAGES

Facts = dict[str, Any]


def kinds_of(field: Field) -> Collection[FileKind]:
    return IMAGE_KINDS if field.name == IMAGES else PAPER_KINDS


def take_in(field: Field, source: IO[bytes], name: str, *, held: int, actor: Actor, now: datetime) -> VersionFile:
    """A file for a draft that holds so many of them already; `add` puts it there. Raises Refused with the reason.

    Takes a while: call it before the transaction writes anything.
    """
    if not may(actor, "entry.write"):
        raise Forbidden("この操作を行う権限がありません。")
    if field.high is not None and held >= field.high:
        raise Refused(f"{field.label}は{field.high}件までです。不要なものを削除してから、もう一度選んでください。")
    owner_id, kinds = actor.account_id, kinds_of(field)
    if field.name == IMAGES:
        stored, (width, height) = intake.take_in_picture(source, name, owner_id=owner_id, now=now, kinds=kinds)
        facts = _facts(stored) | {"width": width, "height": height}
        return VersionFile(field=field.name, words="", **facts)
    stored = intake.take_in(source, name, owner_id=owner_id, now=now, kinds=kinds)
    return VersionFile(field=field.name, words=_called(stored.name, field), **_facts(stored))


def _facts(stored: StoredFile) -> dict[str, Any]:
    return {"file_id": stored.id, "media_type": stored.media_type, "size": stored.size}


def _called(name: str, field: Field) -> str:
    """What an attachment is called until its owner says something better."""
    (words,) = (cell for cell in field.cells if cell.name == "words")
    return name.removesuffix(names.suffix_of(name))[: words.high]


def add(version: Version, row: VersionFile) -> None:
    """Behind those that the draft has. The caller has saved the draft in the same transaction."""
    row.position = 1 + sum(other.field == row.field for other in version.files)
    version.files.append(row)
    db.session.flush()


def of_organization(kind: Kind, values: Mapping[str, Any], organization_id: int) -> dict[str, Any]:
    """The content with those files alone that are the organization's, and with what is on record about them."""
    fields = [field for field in fields_of(kind) if field.type is Type.files]
    known = on_record({row["file_id"] for field in fields for row in values.get(field.name) or ()}, organization_id)
    rows = {
        field.name: [
            dict(row) | known[field.name, row["file_id"]]
            for row in values.get(field.name) or ()
            if (field.name, row["file_id"]) in known
        ]
        for field in fields
    }
    return {**values, **rows}


def on_record(file_ids: Collection[int], organization_id: int | None) -> dict[tuple[str, int], Facts]:
    """What is known of the organization's files, by field and id. An image was drawn anew, an attachment was not: the
    one is no file for the field of the other."""
    if not file_ids:
        return {}
    rows = db.session.execute(
        select(VersionFile.field, *(getattr(VersionFile, name) for name in FACTS))
        .join(Version, Version.id == VersionFile.version_id)
        .where(VersionFile.file_id.in_(file_ids), Version.organization_id == organization_id)
        .distinct()
    )
    return {(row.field, row.file_id): {name: getattr(row, name) for name in FACTS} for row in rows}


def find(file_id: int, *, actor: Actor) -> VersionFile:
    """A file of any version that exists for the actor."""
    return _one(VersionFile.file_id == file_id, visible(actor, Version))


def find_in(version: Version, file_id: int) -> VersionFile:
    """A file of this version, which the actor may read."""
    return _one(VersionFile.file_id == file_id, Version.id == version.id)


def _one(*conditions: Any) -> VersionFile:
    row = db.session.scalars(
        select(VersionFile)
        .join(Version, Version.id == VersionFile.version_id)
        .where(*conditions)
        .order_by(VersionFile.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


def saved_as(row: VersionFile) -> str:
    """The name under which readers save it."""
    return names.fit(names.of_words(row.words), BY_MEDIA_TYPE[row.media_type].suffixes)
