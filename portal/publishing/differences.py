"""What changed between two contents of a kind, field by field; prose at the level of characters."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from models.states import Kind
from portal.publishing.fields import applies, sections_of
from portal.publishing.shapes import Field, Section, Type
from portal.publishing.wording import EMPTY, show

# Runs that a reader takes in as one: digits, latin words, katakana words; everything else by the character.
TOKENS = re.compile(r"[0-9０-９.,:]+|[A-Za-z]+|[ァ-ヺー]+|\n|.")
SENTENCES = re.compile(r"[^。\n]*[。\n]|[^。\n]+")
MOST_WORK = 500_000  # pairs of equal tokens; beyond, larger pieces are compared, or the page would wait
DAY = 24 * 60 * 60
# Read as one value, never by its characters.
WHOLE = (Type.moment, Type.day, Type.month, Type.number, Type.choice, Type.flag)

Part = tuple[str, str]  # ("same" | "old" | "new", text)


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
            if show(field, before) != show(field, after):
                found.append(_difference(section, field, before, after))
    return found


def changed_names(kind: Kind, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> set[str]:
    return {difference.field.name for difference in differences(kind, old, new)}


def _difference(section: Section, field: Field, before: Any, after: Any) -> Difference:
    old_text, new_text = show(field, before), show(field, after)
    if EMPTY in (old_text, new_text) or field.type in WHOLE:
        parts = _whole("old", old_text), _whole("new", new_text)
    else:
        parts = compare(old_text, new_text)
    word = "追加" if old_text == EMPTY else "削除" if new_text == EMPTY else "変更"
    return Difference(field, section, word, _note(field, before, after, parts), *parts)


def _whole(op: str, text: str) -> list[Part]:
    return [("same" if text == EMPTY else op, text)]


def compare(old: str, new: str) -> tuple[list[Part], list[Part]]:
    """Both sides in runs of what stayed and what changed."""
    for pieces in (TOKENS, SENTENCES):
        one, other = pieces.findall(old), pieces.findall(new)
        if _work(one, other) <= MOST_WORK:
            return _runs(one, other)
    return _runs([old], [new])


def _work(one: Sequence[str], other: Sequence[str]) -> int:
    many = Counter(other)
    return sum(count * many[token] for token, count in Counter(one).items())


def _runs(one: Sequence[str], other: Sequence[str]) -> tuple[list[Part], list[Part]]:
    old_parts: list[Part] = []
    new_parts: list[Part] = []
    for op, a, b, c, d in SequenceMatcher(None, one, other, autojunk=False).get_opcodes():
        same = op == "equal"
        if a < b:
            old_parts.append(("same" if same else "old", "".join(one[a:b])))
        if c < d:
            new_parts.append(("same" if same else "new", "".join(other[c:d])))
    return old_parts, new_parts


def _note(field: Field, before: Any, after: Any, parts: tuple[Sequence[Part], Sequence[Part]]) -> str:
    if field.type is Type.moment and isinstance(before, datetime) and isinstance(after, datetime):
        return _moved(before, after)
    if field.type in (Type.documents, Type.sessions, Type.languages, Type.rows, Type.choices):
        more = len(after or []) - len(before or [])
        return f"{abs(more)}件{'追加' if more > 0 else '削除'}" if more else ""
    if field.type is Type.number and before is not None and after is not None:
        return f"{'＋' if after > before else '−'}{abs(after - before):,}"
    if field.type not in WHOLE and before and after:
        return _characters(*parts)
    return ""


def _moved(before: datetime, after: datetime) -> str:
    seconds = int((after - before).total_seconds())
    word = "後ろへ" if seconds > 0 else "前へ"
    days, rest = divmod(abs(seconds), DAY)
    hours, rest = divmod(rest, 3600)
    parts = [f"{days}日" if days else "", f"{hours}時間" if hours else "", f"{rest // 60}分" if rest >= 60 else ""]
    return f"{''.join(parts)}{word}"


def _characters(old_parts: Sequence[Part], new_parts: Sequence[Part]) -> str:
    removed = sum(len(text) for op, text in old_parts if op == "old")
    added = sum(len(text) for op, text in new_parts if op == "new")
    return f"{max(removed, added):,}文字の変更"
