"""The form of an entry or a résumé, made from the declaration of its fields: the shape of input, no rule of theirs."""

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache, partial
from typing import Any

from wtforms import Form

from models.organizations import Organization
from models.states import Kind
from portal.code_list import CodeList
from portal.codes import ANY_FORMAT, DOCUMENT_FORMATS, LANGUAGE_LEVELS, LANGUAGE_NEEDS, LANGUAGES
from portal.files import intake
from portal.files.kinds import accept
from portal.publishing.checks import Finding
from portal.publishing.fields import LONGEST_PROSE, LONGEST_TEXT, Field, Section, Type, applies, choices_for, fields_of
from portal.publishing.version_files import kinds_of
from views.forms.inputs import (
    ChoiceInput,
    ChoicesInput,
    DayInput,
    FilesInput,
    FlagInput,
    Input,
    MomentInput,
    MonthInput,
    NumberInput,
    RowsInput,
    TextInput,
    TimeInput,
    one_choice,
    read_day,
    read_moment,
    read_month,
    read_number,
    read_text,
    written_day,
    written_moment,
)

LONGEST_URL = 2000
PLACE = re.compile(r"[0-9]{1,4}")
SHAPE = "shape"
LONGEST: Mapping[Type, int] = {
    Type.text: LONGEST_TEXT,
    Type.email: LONGEST_TEXT,
    Type.phone: LONGEST_TEXT,
    Type.url: LONGEST_URL,
    Type.prose: LONGEST_PROSE,
}
INPUTS: Mapping[Type, type[Input]] = {
    Type.number: NumberInput,
    Type.moment: MomentInput,
    Type.day: DayInput,
    Type.month: MonthInput,
    Type.time: TimeInput,
    Type.flag: FlagInput,
}


class DeclaredForm(Form):
    """One input per declared field, under its name."""

    declared: tuple[Field, ...] = ()
    drawn: dict[Any, str]  # of each class its own: see `drawing`

    class Meta:
        locales = ("ja",)


class EntryForm(DeclaredForm):
    kind: Kind


def form_for(kind: Kind, organization: Organization) -> type[EntryForm]:
    return _form_for(kind, organization.org_type, CodeList.rewordings)


@lru_cache(maxsize=64)
def _form_for(kind: Kind, org_type: str, _rewordings: int) -> type[EntryForm]:
    """A handful of classes in all: the type of organization decides only which codes are offered."""
    someone = Organization(org_type=org_type)
    fields = tuple(fields_of(kind))
    inputs = {field.name: _input(field, choices_for(field, someone)) for field in fields}
    return type(f"{kind.title()}Form", (EntryForm,), {"kind": kind, "declared": fields, "drawn": {}, **inputs})


def form_of(sections: tuple[Section, ...]) -> type[DeclaredForm]:
    """A form of sections that offer everybody the same, as those of a résumé or a profile."""
    return _form_of(sections, CodeList.rewordings)


@lru_cache(maxsize=64)
def _form_of(sections: tuple[Section, ...], _rewordings: int) -> type[DeclaredForm]:
    fields = tuple(field for section in sections for field in section.fields)
    inputs = {field.name: _input(field, field.choices) for field in fields}
    return type("SectionsForm", (DeclaredForm,), {"declared": fields, "drawn": {}, **inputs})


def _input(field: Field, choices: CodeList | None) -> Any:
    """WTForms counts inputs in the order in which they are made, which is that of the form."""
    if field.type in LONGEST:
        return TextInput(field.label, longest=LONGEST[field.type])
    if field.type in INPUTS:
        return INPUTS[field.type](field.label)
    if field.type is Type.choice:
        return ChoiceInput(field.label, choices=_words(choices))
    if field.type is Type.choices:
        return ChoicesInput(field.label, choices=_words(choices))
    if field.type is Type.rows:
        return RowsInput(field.label, cells={cell.name: _cell(cell) for cell in field.cells})
    if field.type is Type.files:
        cells = {cell.name: _cell(cell) for cell in field.cells}
        return FilesInput(field.label, cells=cells, accept=accept(kinds_of(field)), largest=intake.LARGEST)
    return RowsInput(field.label, cells=CELLS[field.type])


def _words(choices: CodeList | None) -> dict[str, str]:
    return {code.value: code.ja for code in choices or ()}


Cell = tuple[Callable[[str], Any], Callable[[Any], str]]


def _text_cell(longest: int) -> Cell:
    return partial(read_text, longest=longest), lambda value: value or ""


def _choice_cell(choices: CodeList) -> Cell:
    return partial(one_choice, choices=_words(choices)), lambda value: value or ""


REQUIRED, OPTIONAL = "1", "0"
_MOMENT_CELL = (read_moment, written_moment)
_CONDITION_CELL = (
    lambda raw: one_choice(raw, {REQUIRED: "必須", OPTIONAL: "任意"}) != OPTIONAL,
    lambda value: OPTIONAL if value is False else REQUIRED,
)
_FORMAT_CELL = (
    lambda raw: one_choice(raw, _words(DOCUMENT_FORMATS)) or ANY_FORMAT,
    lambda value: value or ANY_FORMAT,
)
PLAIN_CELLS: Mapping[Type, Cell] = {
    Type.number: (read_number, lambda value: "" if value is None else str(value)),
    Type.moment: _MOMENT_CELL,
    Type.day: (read_day, written_day),
    Type.month: (read_month, lambda value: value or ""),
}
# How each cell of a row is read and written.
CELLS: Mapping[Type, Mapping[str, Cell]] = {
    Type.documents: {
        "name": _text_cell(LONGEST_TEXT),
        "required": _CONDITION_CELL,
        "note": _text_cell(LONGEST_TEXT),
        "format": _FORMAT_CELL,
    },
    Type.sessions: {"starts_at": _MOMENT_CELL, "ends_at": _MOMENT_CELL},
    Type.languages: {
        "language": _choice_cell(LANGUAGES),
        "need": _choice_cell(LANGUAGE_NEEDS),
        "level": _choice_cell(LANGUAGE_LEVELS),
        "note": _text_cell(LONGEST_TEXT),
    },
}


def _cell(cell: Field) -> Cell:
    """How one cell of a declared row is read and written."""
    if cell.type is Type.choice:
        return _choice_cell(cell.choices or CodeList(()))
    return PLAIN_CELLS.get(cell.type) or _text_cell(LONGEST[cell.type])


def content_of(form: DeclaredForm) -> dict[str, Any]:
    """What was read, by field name. What could not be read is empty, so that the rest can still be shown."""
    return {field.name: _value(field, form[field.name].data) for field in form.declared}


def _value(field: Field, given: Any) -> Any:
    if field.type in (Type.moment, Type.day, Type.number):
        return given
    if field.type is Type.files:
        return [{**row, **{cell.name: row[cell.name] or "" for cell in field.cells}} for row in given or []]
    if field.type is Type.rows:
        return [{cell.name: _value(cell, row[cell.name]) for cell in field.cells} for row in given or []]
    if field.type in (Type.documents, Type.sessions, Type.languages):
        moments = field.type is Type.sessions
        return [
            {cell: value if moments or value is not None else "" for cell, value in row.items()} for row in given or []
        ]
    if field.type is Type.choices:
        return list(given or [])
    return bool(given) if field.type is Type.flag else given or ""


def shape_findings(form: DeclaredForm) -> list[Finding]:
    """What cannot be read as the type of its field. A field that does not apply is not judged."""
    form.validate()
    content = content_of(form)
    return [
        Finding(SHAPE, "error", field.name, f"{field.label}：{message}")
        for field in form.declared
        if applies(field, content)
        for message in form[field.name].errors
    ]


def rearrange(form: DeclaredForm, step: str) -> bool:
    """Adds, moves or removes a row as a button of the form asks (`add:documents`, `up:documents:2`), for browsers
    without scripts. Answers whether the step was one of these."""
    act, _, target = step.partition(":")
    name, _, place = target.partition(":")
    given = form[name] if name in form else None  # noqa: SIM401  # a form is no mapping
    if not isinstance(given, RowsInput) or act not in ("add", "up", "down", "remove"):
        return False
    if isinstance(given, FilesInput) and act == "add":  # only a file makes a row
        return False
    given.typed = list(_rearranged(given, act, int(place) if PLACE.fullmatch(place) else 0))
    return True


def _rearranged(given: RowsInput, act: str, place: int) -> Iterator[dict[str, str]]:
    rows = list(given.typed)
    if act == "add":
        rows.append({name: write(None) for name, (_, write) in given.cells.items()})
    elif place < len(rows):
        row = rows.pop(place)
        if act != "remove":
            rows.insert(max(0, place + (1 if act == "down" else -1)), row)
    yield from rows
