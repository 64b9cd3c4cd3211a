"""Placeholders of mails: a fixed list of names that are replaced. Nothing in a text is ever evaluated."""

import re
from collections.abc import Iterator, Mapping

NAME, CODE, ORGANIZATION, TITLE, DEADLINE, MEETING = "氏名", "登録コード", "団体名", "求人タイトル", "締切", "開催日時"
PLACEHOLDERS: Mapping[str, str] = {
    NAME: "受け取る方の氏名",
    CODE: "受け取る方の登録コード",
    ORGANIZATION: "貴団体の名称",
    TITLE: "求人・催しのタイトル",
    DEADLINE: "応募や再提出の締切",
    MEETING: "参加する催しの日時",
}
# Before an answer or an application an organization knows nobody's name.
OF_OFFERS = (CODE, ORGANIZATION, TITLE, DEADLINE)
# One pair of braces or two, half or full width as an input method writes them.
_WRITTEN = re.compile(r"[{｛]{2}([^{}｛｝\n]{0,40})[}｝]{2}|[{｛]([^{}｛｝\n]{0,40})[}｝]")


def written(name: str) -> str:
    """As it stands in a text."""
    return f"{{{{{name}}}}}"


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with each placeholder that has a value replaced, in one pass: braces in a value stay as they are."""
    return _WRITTEN.sub(lambda found: values.get(_name(found)) or found[0], text)


def unfilled(text: str, values: Mapping[str, str]) -> list[str]:
    """As written, each once: placeholders that are unknown or have no value."""
    return list(dict.fromkeys(found[0] for found in _WRITTEN.finditer(text) if not values.get(_name(found))))


def used(text: str) -> Iterator[str]:
    """The names between braces, known or not."""
    return (_name(found) for found in _WRITTEN.finditer(text))


def _name(found: re.Match[str]) -> str:
    return (found[1] if found[1] is not None else found[2]).strip()


def marked(text: str, filled: str) -> list[tuple[str, str]]:
    """A filled text in pieces: each with "" for what stood there, "value" for what was put in, "blank" for a
    placeholder without a value. In one piece when it cannot be told apart."""
    found = list(_WRITTEN.finditer(text))
    ends = [0, *(mark.end() for mark in found)]
    between = [text[end:begin] for end, begin in zip(ends, [*(mark.start() for mark in found), len(text)], strict=True)]
    if not found or not filled.startswith(between[0]) or not filled.endswith(between[-1]):
        return [(filled, "")]
    pieces, place, last = [(between[0], "")], len(between[0]), len(filled) - len(between[-1])
    for mark, literal in zip(found, between[1:], strict=True):
        end = last if mark is found[-1] else filled.find(literal, place)
        if end < place:
            return [(filled, "")]
        value = filled[place:end]
        pieces += [(value, "blank" if value == mark[0] else "value"), (literal, "")]
        place = end + len(literal)
    return [piece for piece in pieces if piece[0]]
