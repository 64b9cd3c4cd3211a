"""Declared fields as a form draws them: each with its input, its errors and whether it is there at all."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from types import MappingProxyType
from typing import Any

from portal.publishing.checks import Finding
from portal.publishing.fields import applies
from portal.publishing.shapes import Field, Section, Type, is_empty
from portal.publishing.wording import show
from views.forms.entry import DeclaredForm
from views.forms.inputs import Input

ROWS = (Type.documents, Type.sessions, Type.languages, Type.rows, Type.files)
MOST_BOXES = 40
SUMMARY_FIELDS = 3
LONGEST_SUMMARY = 40
NO_NOTES: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Box:
    """One field as it is drawn."""

    field: Field
    input: Input
    errors: Sequence[str]
    there: bool
    filled: bool
    asks_date: bool  # of a copy, whose dates were emptied
    note: Any = None  # of whoever gave it back
    drawn: dict[Any, str] = dataclasses.field(default_factory=dict)  # what forms of this kind share: see `drawing`

    @property
    def when(self) -> str:
        return json.dumps([[condition.field, sorted(condition.values)] for condition in self.field.when])

    @property
    def is_long(self) -> bool:
        """A list to search in instead of boxes to tick."""
        return len(self.input.choices) > MOST_BOXES

    @property
    def length(self) -> str:
        """Of what is typed, in signs."""
        return f"{len(self.input.typed):,}"


@dataclass(frozen=True)
class Part:
    """One section as it is drawn."""

    section: Section
    boxes: Sequence[Box]
    summary: str

    @cached_property
    def asked(self) -> int:
        return sum(box.there and box.field.required for box in self.boxes)

    @cached_property
    def given(self) -> int:
        return sum(box.there and box.field.required and box.filled for box in self.boxes)

    @cached_property
    def errors(self) -> int:
        return sum(len(box.errors) for box in self.boxes)

    @property
    def is_done(self) -> bool:
        return self.given == self.asked and not self.errors

    @property
    def is_folded(self) -> bool:
        return self.is_done and bool(self.summary) and not any(box.asks_date or box.note for box in self.boxes)

    @property
    def lines(self) -> list[tuple[str, list[Box]]]:
        """Fields of one group stand on one line under its name; any other has a line of its own."""
        grouped = groupby(self.boxes, key=lambda box: box.field.group or box.field.name)
        return [(boxes[0].field.group, boxes) for boxes in (list(group) for _key, group in grouped)]


def by_field(findings: Sequence[Finding]) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for finding in findings:
        errors.setdefault(finding.field, []).append(finding.message)
    return errors


def part_of(
    section: Section,
    form: DeclaredForm,
    values: Mapping[str, Any],
    errors: Mapping[str, Sequence[str]],
    *,
    copied: bool = False,
    notes: Mapping[str, Any] = NO_NOTES,
) -> Part:
    boxes = [_box(field, form, values, errors.get(field.name, ()), copied=copied) for field in section.fields]
    boxes = [replace(box, note=notes[box.field.name]) if box.field.name in notes else box for box in boxes]
    return Part(section, boxes, _summary(boxes, values))


def _box(field: Field, form: DeclaredForm, values: Mapping[str, Any], errors: Sequence[str], *, copied: bool) -> Box:
    value = values[field.name]
    there, filled = applies(field, values), not is_empty(value)
    asks_date = copied and field.dated and there and not filled
    return Box(field, form[field.name], errors, there, filled, asks_date, drawn=form.drawn)


def _summary(boxes: Sequence[Box], values: Mapping[str, Any]) -> str:
    """One line of what a folded section holds."""
    told = [box for box in boxes if box.there and box.filled and box.field.type is not Type.flag and box.field.required]
    line = "、".join(_short(box.field, values[box.field.name]) for box in told[:SUMMARY_FIELDS])
    return line if len(line) <= LONGEST_SUMMARY else f"{line[:LONGEST_SUMMARY]}…"


def _short(field: Field, value: Any) -> str:
    if field.type is Type.prose and len(value) > LONGEST_SUMMARY:
        return f"{field.label} {len(value):,}文字"
    return f"{field.label} {len(value)}件" if field.type in ROWS else show(field, value)
