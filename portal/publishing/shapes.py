"""The shapes that a content is declared in. Imports no declaration, so that declarations can import it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from portal.code_list import CodeList


class Type(StrEnum):
    """The shape of a value. Empty: "" for text and choice, [] for lists, None for moment and number, False for flag."""

    text = "text"
    prose = "prose"  # several lines
    email = "email"
    phone = "phone"
    url = "url"
    number = "number"
    flag = "flag"
    choice = "choice"  # one code
    choices = "choices"  # list of codes
    moment = "moment"  # aware datetime
    day = "day"  # date or None
    month = "month"  # "2019-04", or "" for none
    time = "time"  # "09:00", or "" for none
    languages = "languages"  # [{language, need, level, note}]
    documents = "documents"  # [{name, required, note}]
    sessions = "sessions"  # [{starts_at, ends_at}]
    rows = "rows"  # [{cell: value}], the cells as the field declares them
    files = "files"  # [{file_id, media_type, size, width, height, cell: value}], likewise


@dataclass(frozen=True)
class When:
    """Holds while another field has one of these values; for a list, while it holds one of them."""

    field: str
    values: frozenset[str]

    def holds(self, content: Mapping[str, Any]) -> bool:
        value = content.get(self.field)
        given = set(value) if isinstance(value, list | tuple) else {str(value or "")}
        return bool(given & self.values)


def when(field: str, *values: str) -> When:
    return When(field, frozenset(values))


@dataclass(frozen=True)
class Field:
    """`low` and `high` bound characters of text, the value of a number, the count of a list."""

    name: str  # of the column or relationship
    label: str
    type: Type
    required: bool = False
    when: tuple[When, ...] = ()  # all must hold; else the field is not there
    low: int | None = None
    high: int | None = None
    choices: CodeList | None = None
    hint: str = ""
    unit: str = ""  # of a number, behind it
    width: str = ""  # class of portal.css that tells the expected length
    public: bool = True
    dated: bool = False  # emptied in a copy
    group: str = ""  # fields of the same group stand on one line under this name
    cells: tuple[Field, ...] = ()  # of each row
    plain: bool = False  # an address may be of http, too


@dataclass(frozen=True)
class Section:
    key: str
    title: str
    fields: tuple[Field, ...]
    hint: str = ""


def is_empty(value: Any) -> bool:
    """0 is a value."""
    return value is None or value is False or value in ("", [])


def nothing(field: Field) -> Any:
    """What the field holds when it holds nothing."""
    if field.type in (Type.moment, Type.day, Type.number):
        return None
    if field.type is Type.flag:
        return False
    return [] if field.type in LISTS else ""


LISTS = (Type.choices, Type.languages, Type.documents, Type.sessions, Type.rows, Type.files)

# Hard limits of input, whatever a field allows at submission: a draft is checked for these alone.
LONGEST_TEXT = 200
LONGEST_PROSE = 10_000
MOST_ROWS = 20
