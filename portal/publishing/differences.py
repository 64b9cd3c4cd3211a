"""What changed between two contents of a kind, field by field; prose at the level of characters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from models.states import Kind
from portal.publishing.comparing import Part, compare
from portal.publishing.fields import applies, sections_of
from portal.publishing.shapes import LISTS, Field, Section, Type
from portal.publishing.wording import EMPTY, show

DAY = 24 * 60 * 60
# Read as one value, never by its characters.
WHOLE = (Type.moment, Type.day, Type.month, Type.number, Type.choice, Type.flag)


@dataclass(frozen=True)
class Difference:
    """`old_parts` and `new_parts` are the two sides as (op, text); joined, each side is the whole text."""

    field: Field
    section: Section
    word: str  # 追加, 削除, 変更
    note: str
    old_parts: Sequence[Part]
    new_parts: Sequence[Part]


def differences(kind: Kind, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Difference]:
    """The changed fields in the order of the form; nothing when there is no earlier content."""
    return [] if old is None else differences_of(sections_of(kind), old, new)


def differences_of(sections: Sequence[Section], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """The changed fields of any declared sections; a field that does not apply is as one without a value."""
    found = []
    for section in sections:
        for field in section.fields:
            before = old.get(field.name) if applies(field, old) else None
            after = new.get(field.name) if applies(field, new) else None
            if _says(field, before) != _says(field, after):
                found.append(_difference(section, field, before, after))
    return found


def _says(field: Field, value: Any) -> Any:
    """Another file under the same words is a change, too."""
    return (value or []) if field.type is Type.files else show(field, value)


def changed_names(kind: Kind, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> set[str]:
    return {difference.field.name for difference in differences(kind, old, new)}


def unchanged(kind: Kind, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[tuple[Field, str]]:
    """The fields that say the same in both, with what they say; those that say nothing are left out."""
    changed = changed_names(kind, old, new)
    return [
        (field, show(field, new[field.name]))
        for section in sections_of(kind)
        for field in section.fields
        if field.name not in changed and applies(field, new) and show(field, new[field.name]) != EMPTY
    ]


def _difference(section: Section, field: Field, before: Any, after: Any) -> Difference:
    old_text, new_text = show(field, before), show(field, after)
    if EMPTY in (old_text, new_text) or field.type in WHOLE:
        parts = _whole("old", old_text), _whole("new", new_text)
    elif field.type is Type.files:
        parts = _files("old", field, before, after), _files("new", field, after, before)
    elif field.type is Type.choices:
        parts = _items("old", old_text, new_text), _items("new", new_text, old_text)
    else:
        parts = compare(old_text, new_text)
    word = "追加" if old_text == EMPTY else "削除" if new_text == EMPTY else "変更"
    return Difference(field, section, word, _note(field, before, after, parts), *parts)


def _whole(op: str, text: str) -> list[Part]:
    return [("same" if text == EMPTY else op, text)]


def _items(op: str, text: str, other: str) -> list[Part]:
    """Choices, each as one; what stayed did so in whatever place."""
    theirs = set(other.split("、"))
    parts: list[Part] = []
    for item in text.split("、"):
        parts += [("same", "、")] if parts else []
        parts.append(("same" if item in theirs else op, item))
    return parts


def _files(op: str, field: Field, rows: Sequence[Any], others: Sequence[Any]) -> list[Part]:
    """A line each; one that the other side has word for word is the same, in whatever place."""
    parts: list[Part] = []
    for row in rows:
        parts += [("same", "\n")] if parts else []
        parts.append(("same" if row in others else op, show(field, [row])))
    return parts


def _note(field: Field, before: Any, after: Any, parts: tuple[Sequence[Part], Sequence[Part]]) -> str:
    if before in (None, "", []) or after in (None, "", []):
        return _rows(field, before or [], after or []) if field.type in LISTS else ""
    if field.type in LISTS:
        return _rows(field, before, after)
    if isinstance(before, datetime) and isinstance(after, datetime):
        return _moved((after - before).total_seconds())
    if isinstance(before, date) and isinstance(after, date):
        return _moved((after - before).days * DAY)
    if field.type is Type.number:
        return f"{'＋' if after > before else '−'}{abs(after - before):,}{field.unit}"
    return _characters(*parts) if field.type not in WHOLE else ""


def _rows(field: Field, before: Sequence[Any], after: Sequence[Any]) -> str:
    """How many came and went; rows that say the same are the same."""
    if field.type is Type.files:
        return _moves_of_files(before, after)
    old, new = ([show(field, [row]) for row in rows] for rows in (before, after))
    added, removed = len([row for row in new if row not in old]), len([row for row in old if row not in new])
    words = [f"{added}件追加" if added else "", f"{removed}件削除" if removed else ""]
    return "・".join(word for word in words if word) or ("順序の変更" if sorted(old) == sorted(new) else "")


def _moves_of_files(before: Sequence[Any], after: Sequence[Any]) -> str:
    """By the file, so that one that only got other words is neither new nor gone."""
    old, new = ({row["file_id"]: row for row in rows} for rows in (before, after))
    added, removed = len(new.keys() - old.keys()), len(old.keys() - new.keys())
    renamed = sum(old[key] != new[key] for key in old.keys() & new.keys())
    words = [
        f"{added}件追加" if added else "",
        f"{removed}件削除" if removed else "",
        f"{renamed}件の説明の変更" if renamed else "",
    ]
    return "・".join(word for word in words if word) or "順序の変更"


def _moved(seconds: float) -> str:
    days, rest = divmod(int(abs(seconds)), DAY)
    hours, rest = divmod(rest, 3600)
    parts = [f"{days}日" if days else "", f"{hours}時間" if hours else "", f"{rest // 60}分" if rest >= 60 else ""]
    return f"{'＋' if seconds > 0 else '−'}{''.join(parts)}"


def _characters(old_parts: Sequence[Part], new_parts: Sequence[Part]) -> str:
    removed = sum(len(text) for op, text in old_parts if op == "old")
    added = sum(len(text) for op, text in new_parts if op == "new")
    return f"{max(removed, added):,}文字の変更"
