"""A version's content as a plain dict, by the names of its fields: what forms fill, checks judge and pages show."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from models.entries import DocumentRequirement, EventSession, EventVersion, JobVersion, NoticeVersion, Version
from models.organizations import Organization
from models.states import ApplyVia, Kind
from portal.publishing.fields import Field, Type, applies, defaults, fields_of

LIFE = timedelta(days=90)  # of what has no deadline
CLASSES: Mapping[Kind, type[Version]] = {Kind.job: JobVersion, Kind.event: EventVersion, Kind.notice: NoticeVersion}


def read(version: Version) -> dict[str, Any]:
    """An end that was only set because none was named is read as none: it follows the deadline when that is moved."""
    values = {field.name: _read(field, getattr(version, field.name)) for field in fields_of(version.kind)}
    return values | ({"unpublish_at": None} if version.unpublish_at == natural_end(version) else {})


def natural_end(version: Version) -> datetime | None:
    """When a posting leaves the site if its owner names no time: at its deadline, a notice after 90 days."""
    if version.kind is not Kind.notice and version.close_at:
        return version.close_at
    return version.publish_at + LIFE if version.publish_at else None


def _read(field: Field, value: Any) -> Any:
    if field.type is Type.documents:
        return [{"name": row.name, "required": row.required, "note": row.note} for row in value]
    if field.type is Type.sessions:
        return [{"starts_at": row.starts_at, "ends_at": row.ends_at} for row in value]
    if field.name == "apply_via":
        return value or ""
    if field.type in (Type.choices, Type.languages):
        return list(value or [])
    return value


def write(version: Version, content: Mapping[str, Any]) -> None:
    """Sets every field of the kind; one that does not apply to what was chosen is emptied."""
    for field in fields_of(version.kind):
        value = content.get(field.name) if applies(field, content) else None
        setattr(version, field.name, _written(field, value))


def _written(field: Field, value: Any) -> Any:
    if field.type is Type.documents:
        return [
            DocumentRequirement(position=place, name=row["name"], required=row["required"], note=row.get("note", ""))
            for place, row in enumerate(value or [], start=1)
        ]
    if field.type is Type.sessions:
        rows = [row for row in value or [] if row["starts_at"] or row["ends_at"]]
        return [EventSession(starts_at=row["starts_at"], ends_at=row["ends_at"]) for row in rows]
    if field.name == "apply_via":
        return ApplyVia(value) if value else None
    if field.type in (Type.choices, Type.languages):
        return list(value or [])
    if field.type in (Type.moment, Type.number):
        return value
    if field.type is Type.flag:
        return bool(value)
    return value or ""


def blank(kind: Kind, organization: Organization) -> dict[str, Any]:
    """What a new form starts from: empty but for what the registration already says."""
    empty = {field.name: _read(field, _written(field, None)) for field in fields_of(kind)}
    return empty | defaults(kind, organization)


def copied(kind: Kind, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content for a copy: what is bound to a date is empty, and so is the promise that it is current."""
    dated = {field.name: _read(field, _written(field, None)) for field in fields_of(kind) if field.dated}
    return dict(content) | dated | {"attest": False}


def transient(kind: Kind, content: Mapping[str, Any], *, now: datetime) -> Version:
    """A version that no session knows, for showing input that is not saved."""
    version = CLASSES[kind](kind=kind, created_at=now, updated_at=now, published_at=None)
    write(version, content)
    return version
