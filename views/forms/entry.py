"""The form of an entry, made from the declaration of its fields: the shape of input, no rule of posting."""

import re
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

from wtforms import Form

from models.organizations import Organization
from models.states import Kind
from portal.codes import LANGUAGE_LEVELS, LANGUAGE_NEEDS, LANGUAGES, CodeList
from portal.publishing.checks import Finding
from portal.publishing.fields import LONGEST_PROSE, LONGEST_TEXT, Field, Type, applies, choices_for, fields_of
from views.forms.inputs import (
    ChoiceInput,
    ChoicesInput,
    FlagInput,
    Input,
    MomentInput,
    NumberInput,
    RowsInput,
    TextInput,
    one_choice,
    read_moment,
    read_text,
    written_moment,
)

LONGEST_URL = 2000
PLACE = re.compile(r"[0-9]{1,4}")
SHAPE = "shape"


class EntryForm(Form):
    """One input per declared field, under its name; `kind` says which declaration."""

    kind: Kind

    class Meta:
        locales = ("ja",)


def form_for(kind: Kind, organization: Organization) -> type[EntryForm]:
    return _form_for(kind, organization.org_type)


@cache
def _form_for(kind: Kind, org_type: str) -> type[EntryForm]:
    """A handful of classes in all: the type of organization decides only which codes are offered."""
    someone = Organization(org_type=org_type)
    inputs = {field.name: _input(field, choices_for(field, someone)) for field in fields_of(kind)}
    return type(f"{kind.title()}Form", (EntryForm,), {"kind": kind, **inputs})


TEXTS = {
    Type.text: LONGEST_TEXT,
    Type.email: LONGEST_TEXT,
    Type.phone: LONGEST_TEXT,
    Type.url: LONGEST_URL,
    Type.prose: LONGEST_PROSE,
}
PLAIN: Mapping[Type, type[Input]] = {Type.number: NumberInput, Type.moment: MomentInput, Type.flag: FlagInput}
CHOOSING: Mapping[Type, Any] = {Type.choice: ChoiceInput, Type.choices: ChoicesInput}


def _input(field: Field, choices: CodeList | None) -> Any:
    if field.type in TEXTS:
        return TextInput(field.label, longest=TEXTS[field.type], lines=field.type is Type.prose)
    if field.type in PLAIN:
        return PLAIN[field.type](field.label)
    if field.type in CHOOSING:
        return CHOOSING[field.type](field.label, choices=_words(choices))
    return RowsInput(field.label, cells=CELLS[field.type])


def _words(choices: CodeList | None) -> dict[str, str]:
    return {code.value: code.ja for code in choices or ()}


def _text_cell(longest: int) -> tuple[Callable[[str], Any], Callable[[Any], str]]:
    return partial(read_text, longest=longest), lambda value: value or ""


def _choice_cell(choices: CodeList) -> tuple[Callable[[str], Any], Callable[[Any], str]]:
    return partial(one_choice, choices=_words(choices)), lambda value: value or ""


REQUIRED, OPTIONAL = "1", "0"
_MOMENT_CELL = (read_moment, written_moment)
_CONDITION_CELL = (
    lambda raw: one_choice(raw, {REQUIRED: "必須", OPTIONAL: "任意"}) != OPTIONAL,
    lambda value: OPTIONAL if value is False else REQUIRED,
)
# How each cell of a row is read and written.
CELLS: Mapping[Type, Mapping[str, tuple[Callable[[str], Any], Callable[[Any], str]]]] = {
    Type.documents: {"name": _text_cell(LONGEST_TEXT), "required": _CONDITION_CELL, "note": _text_cell(LONGEST_TEXT)},
    Type.sessions: {"starts_at": _MOMENT_CELL, "ends_at": _MOMENT_CELL},
    Type.languages: {
        "language": _choice_cell(LANGUAGES),
        "need": _choice_cell(LANGUAGE_NEEDS),
        "level": _choice_cell(LANGUAGE_LEVELS),
        "note": _text_cell(LONGEST_TEXT),
    },
}


def content_of(form: EntryForm) -> dict[str, Any]:
    """What was read, by field name. What could not be read is empty, so that the rest can still be shown."""
    return {field.name: _value(field, form[field.name]) for field in fields_of(form.kind)}


def _value(field: Field, given: Input) -> Any:
    if field.type in (Type.moment, Type.number):
        return given.data
    if field.type in (Type.documents, Type.sessions, Type.languages):
        moments = field.type is Type.sessions
        return [
            {cell: value if moments or value is not None else "" for cell, value in row.items()}
            for row in given.data or []
        ]
    if field.type is Type.choices:
        return list(given.data or [])
    return bool(given.data) if field.type is Type.flag else given.data or ""


def shape_findings(form: EntryForm) -> list[Finding]:
    """What cannot be read as the type of its field. A field that does not apply is not judged."""
    form.validate()
    content = content_of(form)
    return [
        Finding(SHAPE, "error", field.name, f"{field.label}：{message}")
        for field in fields_of(form.kind)
        if applies(field, content)
        for message in form[field.name].errors
    ]


def rearrange(form: EntryForm, step: str) -> bool:
    """Adds, moves or removes a row as a button of the form asks (`add:documents`, `up:documents:2`), for browsers
    without scripts. Answers whether the step was one of these."""
    act, _, target = step.partition(":")
    name, _, place = target.partition(":")
    given = form[name] if name in form else None  # noqa: SIM401  # a form is no mapping
    if not isinstance(given, RowsInput) or act not in ("add", "up", "down", "remove"):
        return False
    given.take(_rearranged(given, act, int(place) if PLACE.fullmatch(place) else len(given.typed)))
    return True


def _rearranged(given: RowsInput, act: str, place: int) -> list[dict[str, str]]:
    rows = list(given.typed)
    if act == "add":
        rows.append({name: write(None) for name, (_, write) in given.cells.items()})
    elif place < len(rows):
        row = rows.pop(place)
        if act != "remove":
            rows.insert(max(0, place + (1 if act == "down" else -1)), row)
    return rows
