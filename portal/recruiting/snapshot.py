"""The résumé as it is at the moment of application: exactly the items that the posting asks for, and the name."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from models.states import ResumeType
from models.talents import Resume, Talent
from portal.errors import Refused
from portal.publishing.shapes import Field, Type
from portal.recruiting.resume_fields import items_of, section_of

MOST_ROWS = 200
LONGEST_FIELD = 2000
LONGEST_DOCUMENT = 60_000

# What the profile holds; a photo goes along as a file.
PROFILE: Mapping[str, Callable[[Talent], dict[str, Any]]] = {
    "birthdate": lambda talent: {"birthdate": talent.birthdate.isoformat() if talent.birthdate else ""},
    "gender": lambda talent: {"gender_text": talent.gender_text},
    "contact": lambda talent: {
        "postal": talent.postal,
        "address": talent.address,
        "phone": talent.phone,
        "email": talent.account.email,
    },
}


class TooLarge(Refused):
    """Far beyond any résumé; the sentence tells its writer what to shorten."""


def freeze(
    talent: Talent,
    resume: Resume | None,
    *,
    type: ResumeType,  # noqa: A002  # the field's word, as the column has it
    items: Iterable[str],
) -> dict[str, Any]:
    """A plain JSON value. What is not chosen is not in it, so nothing that reads it later can show it."""
    content = resume.content if resume else {}
    frozen = {
        "type": type.value,
        "name": talent.account.name,
        "name_kana": talent.name_kana,
        "items": {item: _item(talent, content, type, item) for item in items_of(type, items)},
    }
    refuse_large(frozen)
    return frozen


def _item(talent: Talent, content: Mapping[str, Any], resume_type: ResumeType, item: str) -> dict[str, Any]:
    section = section_of(resume_type, item)
    from_profile = PROFILE[item](talent) if item in PROFILE else {}
    return from_profile | {
        field.name: plain(field, content.get(field.name)) for field in (section.fields if section else ())
    }


def plain(field: Field, value: Any) -> Any:
    """The value as JSON has it, with the cells that are declared and no others; rows without input are left out."""
    if field.type is Type.rows:
        rows = [{cell.name: plain(cell, row.get(cell.name)) for cell in field.cells} for row in value or []]
        return [row for row in rows if any(row.values())]
    if field.type is Type.choices:
        return list(value or [])
    return value if isinstance(value, str) else ""


def refuse_large(value: Any) -> None:
    """What is larger could not be printed within the limits of `portal.press`."""
    rows, texts = sum(_rows(value)), [len(text) for text in _texts(value)]
    if rows > MOST_ROWS:
        raise TooLarge(f"履歴書の行は全部で{MOST_ROWS}行までです（現在{rows:,}行）。行をまとめるか減らしてください。")
    if max(texts, default=0) > LONGEST_FIELD:
        raise TooLarge(
            f"履歴書の1つの欄は{LONGEST_FIELD:,}文字までです（現在{max(texts):,}文字の欄があります）。短くしてください。"
        )
    if sum(texts) > LONGEST_DOCUMENT:
        raise TooLarge(
            f"履歴書は全部で{LONGEST_DOCUMENT:,}文字までです（現在{sum(texts):,}文字）。内容を短くしてください。"
        )


def _rows(value: Any) -> Iterator[int]:
    if isinstance(value, Mapping):
        for inside in value.values():
            yield from _rows(inside)
    elif isinstance(value, list):
        yield len(value)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping | list):
        for inside in value.values() if isinstance(value, Mapping) else value:
            yield from _texts(inside)
