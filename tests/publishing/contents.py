"""Generated contents: any value that the form can read into a field, whether or not it would pass the checks.

Each starts from an empty or a right content, draws what other fields depend on, and a few fields of any sort.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from hypothesis import strategies as st

from models.states import Kind
from portal.clock import TOKYO
from portal.codes import DOCUMENT_FORMATS, LANGUAGE_LEVELS, LANGUAGE_NEEDS, LANGUAGES
from portal.files.kinds import KINDS
from portal.publishing.fields import Field, Type, applies, fields_of
from tests.publishing.samples import sample

LARGEST = 2**31 - 1
BASE = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)
signs = st.characters(exclude_categories=("Cs", "Cc"))
lines = st.text(signs, max_size=12)
prose = st.text(st.one_of(signs, st.just("\n"), st.sampled_from("「」。、水と衛生 ABC　１２")), max_size=40)
# Bounds without a zone, as hypothesis wants them.
FIRST, LAST = (datetime(year, 1, 1, tzinfo=UTC).replace(tzinfo=None) for year in (2000, 2101))
moments = st.datetimes(FIRST, LAST, timezones=st.sampled_from([UTC, TOKYO]))
EMPTY: dict[Type, Any] = {
    Type.number: None,
    Type.moment: None,
    Type.day: None,
    Type.rows: [],
    Type.flag: False,
    Type.choices: [],
    Type.languages: [],
    Type.documents: [],
    Type.sessions: [],
    Type.files: [],
}
NO_FILES: dict[str, Any] = {"attachments": [], "images": []}


def codes(values: tuple[str, ...]) -> st.SearchStrategy[str]:
    return st.sampled_from(("", *values))


def rows(most: int = 4, **cells: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries(cells), max_size=most)


@cache
def values_of(kind: Kind) -> dict[str, st.SearchStrategy[Any]]:
    """Built once: building a strategy takes longer than drawing from it."""
    return {field.name: value_of(field) for field in fields_of(kind)}


def value_of(field: Field) -> st.SearchStrategy[Any]:
    offered = field.choices.values if field.choices else ()
    strategies: dict[Type, st.SearchStrategy[Any]] = {
        Type.prose: prose,
        Type.number: st.none() | st.integers(0, LARGEST),
        Type.flag: st.booleans(),
        Type.choice: codes(offered),
        Type.choices: st.lists(codes(offered).filter(bool), max_size=4, unique=True),
        Type.moment: st.none() | moments,
        Type.day: st.none() | st.dates(FIRST.date(), LAST.date()),
        Type.time: st.just("") | st.times().map(lambda time: time.strftime("%H:%M")),
        Type.rows: rows(**{cell.name: lines for cell in field.cells}),
        Type.languages: rows(
            language=codes(LANGUAGES.values),
            need=codes(LANGUAGE_NEEDS.values),
            level=codes(LANGUAGE_LEVELS.values),
            note=lines,
        ),
        Type.files: rows(
            file_id=st.integers(1, LARGEST),
            media_type=st.sampled_from([kind.media_type for kind in KINDS]),
            size=st.integers(1, LARGEST),
            width=st.none() | st.integers(1, 1200),
            height=st.none() | st.integers(1, 1200),
            **{cell.name: lines for cell in field.cells},
        ),
        Type.documents: rows(
            name=lines, required=st.booleans(), note=lines, format=st.sampled_from(DOCUMENT_FORMATS.values)
        ),
        Type.sessions: rows(starts_at=st.none() | moments, ends_at=st.none() | moments),
    }
    return strategies.get(field.type, lines)


def controls(kind: Kind) -> set[str]:
    """The fields whose choice decides whether others are there."""
    return {condition.field for field in fields_of(kind) for condition in field.when}


@st.composite
def contents(draw: st.DrawFn, kind: Kind) -> dict[str, Any]:
    fields = {field.name: field for field in fields_of(kind)}
    empty = {name: EMPTY.get(field.type, "") for name, field in fields.items()}
    content = draw(st.sampled_from([empty, sample(kind, now=BASE)]))
    some = draw(st.lists(st.sampled_from(sorted(fields)), max_size=7, unique=True))
    return content | {name: draw(values_of(kind)[name]) for name in [*sorted(controls(kind)), *some]}


def as_saved(kind: Kind, content: dict[str, Any]) -> dict[str, Any]:
    """What the content should be once it was saved, said without the code that saves."""
    saved = {
        field.name: in_order(field, content[field.name]) if applies(field, content) else EMPTY.get(field.type, "")
        for field in fields_of(kind)
    }
    return saved | ({"unpublish_at": None} if saved["unpublish_at"] == end_without_wish(kind, saved) else {})


def end_without_wish(kind: Kind, saved: dict[str, Any]) -> datetime | None:
    """An end at the deadline, or 90 days after the publication of what has none, is the same as no end named."""
    after = saved["publish_at"] and saved["publish_at"] + timedelta(days=90)
    return after if kind is Kind.notice else saved["close_at"] or after


def in_order(field: Field, value: Any) -> Any:
    """Sessions stand in the order of time, those without a start last; a row without any time is no session."""
    if field.type is not Type.sessions:
        return value
    held = [row for row in value if row["starts_at"] or row["ends_at"]]
    return sorted(held, key=lambda row: row["starts_at"] or datetime.max.replace(tzinfo=UTC))
