"""A version's content as a plain dict, by the names of its fields: what forms fill, checks judge and pages show."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from models.entries import (
    DocumentRequirement,
    EventSession,
    EventVersion,
    JobVersion,
    NoticeVersion,
    Version,
    VersionFile,
)
from models.organizations import Organization
from models.states import ApplyVia, Kind
from portal.codes import ANY_FORMAT
from portal.publishing.fields import Field, Type, applies, defaults, fields_of

LIFE = timedelta(days=90)  # of what has no deadline
FACTS = ("file_id", "media_type", "size", "width", "height")  # of a file, beside what its owner writes about it
TABLES = (Type.documents, Type.sessions, Type.files)  # whose rows stand in tables of their own
DOCUMENT = ("name", "required", "note", "format")
KEYS = ("id", "version_id")
JSON_LISTS = (Type.choices, Type.languages, Type.rows)
CLASSES: Mapping[Kind, type[Version]] = {Kind.job: JobVersion, Kind.event: EventVersion, Kind.notice: NoticeVersion}


def read(version: Version) -> dict[str, Any]:
    """An end that was only set because none was named is read as none: it follows the deadline when that is moved."""
    values = {field.name: _read(field, _held(version, field)) for field in fields_of(version.kind)}
    return values | ({"unpublish_at": None} if version.unpublish_at == natural_end(version) else {})


def _held(version: Version, field: Field) -> Any:
    if field.type is Type.files:
        return [row for row in version.files if row.field == field.name]
    return getattr(version, field.name)


def natural_end(version: Version) -> datetime | None:
    """When a posting leaves the site if its owner names no time: at its deadline, a notice after 90 days."""
    if version.kind is not Kind.notice and version.close_at:
        return version.close_at
    return version.publish_at + LIFE if version.publish_at else None


def _read(field: Field, value: Any) -> Any:
    if field.type is Type.documents:
        return [{name: getattr(row, name) for name in DOCUMENT} for row in value]
    if field.type is Type.sessions:
        return [{"starts_at": row.starts_at, "ends_at": row.ends_at} for row in value]
    if field.type is Type.files:
        names = (*FACTS, *(cell.name for cell in field.cells))
        return [{name: getattr(row, name) for name in names} for row in value or []]
    if field.name == "apply_via":
        return value or ""
    if field.type in JSON_LISTS:
        return list(value or [])
    return value


def write(version: Version, content: Mapping[str, Any]) -> None:
    """Sets every field of the kind; one that does not apply to what was chosen is emptied."""
    tables: dict[str, list[Any]] = {}
    for field in fields_of(version.kind):
        value = _written(field, content.get(field.name) if applies(field, content) else None)
        if field.type in TABLES:
            tables.setdefault("files" if field.type is Type.files else field.name, []).extend(value)
        else:
            setattr(version, field.name, value)
    for name, rows in tables.items():  # last, for to look at what is there writes the columns
        if list(map(_columns, getattr(version, name))) != list(map(_columns, rows)):
            setattr(version, name, rows)


def _columns(row: Any) -> dict[str, Any]:
    """What a row of a version says, whichever row it is."""
    return {column.key: getattr(row, column.key) for column in row.__table__.columns if column.key not in KEYS}


def _written(field: Field, value: Any) -> Any:
    if field.type is Type.documents:
        return [
            DocumentRequirement(
                position=place, **{"note": "", "format": ANY_FORMAT} | {name: row[name] for name in row}
            )
            for place, row in enumerate(value or [], start=1)
        ]
    if field.type is Type.sessions:
        rows = [row for row in value or [] if row["starts_at"] or row["ends_at"]]
        return [EventSession(starts_at=row["starts_at"], ends_at=row["ends_at"]) for row in rows]
    if field.type is Type.files:
        return [VersionFile(field=field.name, position=place, **row) for place, row in enumerate(value or [], start=1)]
    if field.name == "apply_via":
        return ApplyVia(value) if value else None
    if field.type in JSON_LISTS:
        return list(value or [])
    if field.type in (Type.moment, Type.day, Type.number):
        return value
    if field.type is Type.flag:
        return bool(value)
    return value or ""


def blank(kind: Kind, organization: Organization) -> dict[str, Any]:
    """What a new form starts from: empty but for what the registration already says."""
    empty = {field.name: _read(field, _written(field, None)) for field in fields_of(kind)}
    return empty | defaults(kind, organization)


def to_write(version: Version, values: Mapping[str, Any]) -> dict[str, Any]:
    """Its content for a form. What rests on a choice nobody has made yet still begins as a new form would."""
    begins = defaults(version.kind, version.organization)
    open_names = {
        field.name
        for field in fields_of(version.kind)
        if any(not values.get(condition.field) for condition in field.when)
    }
    return {**values, **{name: value for name, value in begins.items() if name in open_names}}


def copied(kind: Kind, content: Mapping[str, Any]) -> dict[str, Any]:
    """The content for a copy: what is bound to a date is empty, and so is the promise that it is current."""
    dated = {field.name: _read(field, _written(field, None)) for field in fields_of(kind) if field.dated}
    return dict(content) | dated | {"attest": False}


def stored(kind: Kind, content: Mapping[str, Any]) -> dict[str, Any]:
    """What would be read of it, were it written."""
    version = CLASSES[kind](kind=kind)
    write(version, content)
    return read(version)


def transient(kind: Kind, content: Mapping[str, Any], *, now: datetime) -> Version:
    """A version that no session knows, for showing input that is not saved."""
    version = CLASSES[kind](kind=kind, created_at=now, updated_at=now, published_at=None)
    write(version, content)
    return version
