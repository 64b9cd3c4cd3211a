"""Contents as the form of an entry posts them, written here without the form's own code."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from models.states import Kind
from portal.clock import local
from portal.publishing.fields import Type, fields_of
from tests.publishing import samples

ROWS = (Type.documents, Type.sessions, Type.languages, Type.rows, Type.files)


def posted(kind: Kind, *, now: datetime, **over: Any) -> MultiDict[str, str]:
    """The sample content as pairs; `over` changes it first. Names that are no field are added as they are."""
    content = samples.sample(kind, now=now)
    names = {field.name for field in fields_of(kind)}
    content |= {name: value for name, value in over.items() if name in names}
    extra = [(name, str(value)) for name, value in over.items() if name not in names]
    return MultiDict([*pairs_of(kind, content), *extra])


def pairs_of(kind: Kind, content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for field in fields_of(kind):
        value = content[field.name]
        if field.type in ROWS:
            yield from _cells(field.name, value)
        elif field.type is Type.choices:
            yield from ((field.name, code) for code in value)
        elif field.type is Type.flag:
            yield from [(field.name, "1")] if value else []
        else:
            yield field.name, _typed(value)


def _cells(name: str, rows: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for place, row in enumerate(rows):
        yield from ((f"{name}-{place}-{cell}", _typed(value)) for cell, value in row.items())


def _typed(value: Any) -> str:
    if isinstance(value, datetime):
        return local(value).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, bool):
        return "1" if value else "0"
    return "" if value is None else str(value)
