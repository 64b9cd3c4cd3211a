"""Two people in one draft: what only one of them changed stays, field by field; what both changed is asked about.

What a form was filled from comes back with it as a print of each field. To see who changed what that is enough: nobody
has to keep what a draft once said.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import blake2b
from typing import Any

from models.states import Kind
from portal.errors import Conflict
from portal.publishing import content
from portal.publishing.fields import Field, fields_of
from portal.publishing.shapes import Type

MARK = "1"  # of the way in which prints are made: others are not read
Prints = Mapping[str, str]  # by the names of fields; what is empty has none


@dataclass(frozen=True)
class Merged:
    values: Mapping[str, Any]  # at a clash the actor's own
    taken: Sequence[Field]  # changed by somebody else, as it is saved now
    clashes: Sequence[Field]
    unsaved: Sequence[Field]  # the actor's own that are not there yet
    base: Prints  # what `values` rests on


class Clash(Conflict):
    """Somebody else changed the same fields to something else."""

    def __init__(self, message: str, merged: Merged) -> None:
        super().__init__(message)
        self.merged = merged


def merge(kind: Kind, base: Prints, theirs: Mapping[str, Any], mine: Mapping[str, Any]) -> Merged:
    """`theirs` is what is saved now, `mine` what was typed over `base`."""
    saved, typed = prints(kind, theirs), prints(kind, content.stored(kind, mine))
    fields = list(fields_of(kind))
    differing = [field for field in fields if typed.get(field.name) != saved.get(field.name)]
    taken = [field for field in differing if typed.get(field.name) == base.get(field.name)]
    clashes = {field.name for field in changed(kind, base, saved) if field in differing and field not in taken}
    values = dict(theirs) | {field.name: mine.get(field.name) for field in differing if field not in taken}
    names = {field.name for field in taken}
    # A choice of the one may leave no room for what the other wrote: that is a clash as well.
    stored = prints(kind, content.stored(kind, values))
    for field in fields:
        wanted = saved if field.name in names else typed
        if stored.get(field.name) != wanted.get(field.name):
            clashes.add(field.name)
    rests_on = {field.name: (saved if field.name in names else base).get(field.name, "") for field in fields}
    return Merged(
        values,
        [field for field in taken if field.name not in clashes],
        [field for field in fields if field.name in clashes],
        [field for field in differing if field not in taken],
        {name: found for name, found in rests_on.items() if found},
    )


def changed(kind: Kind, base: Prints, saved: Prints) -> list[Field]:
    return [field for field in fields_of(kind) if base.get(field.name) != saved.get(field.name)]


def prints(kind: Kind, values: Mapping[str, Any]) -> Prints:
    given = ((field, values.get(field.name)) for field in fields_of(kind))
    return {field.name: _print(field, value) for field, value in given if value or (value == 0 and value is not False)}


def _print(field: Field, value: Any) -> str:
    # Sessions are read in the order of time, in whatever order they were typed.
    rows = sorted(map(_as_text, value)) if field.type is Type.sessions else value
    return urlsafe_b64encode(blake2b(_as_text(rows).encode(), digest_size=6).digest()).decode()


def _as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=_moment)


def _moment(value: date) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value.isoformat()


def written(found: Prints) -> str:
    """For a hidden field of the form."""
    return " ".join([MARK, *(f"{name}.{value}" for name, value in found.items())])


def read(text: str) -> Prints | None:
    """None for what is no such text: then nothing is known, and nothing is merged."""
    mark, *parts = text.split(" ")
    return dict(part.partition(".")[::2] for part in parts) if mark == MARK else None
