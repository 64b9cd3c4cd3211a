"""Where a keyword stands in a text that is shown: marked in HTML, or the part of a long text that has it."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from portal.matching import tokens
from portal.matching.tokens import Word

BEFORE = 20  # characters that an excerpt shows before the first hit
VOICED = "ﾞﾟ\u3099\u309a"  # half-width marks join with the letter before them


def highlighted(text: str, keyword: str) -> Markup:
    """The text as HTML, escaped, each hit in <mark>."""
    shown, end = Markup(), 0
    for begin, finish in spans(text, keyword):
        shown += escape(text[end:begin]) + Markup("<mark>") + escape(text[begin:finish]) + Markup("</mark>")
        end = finish
    return shown + escape(text[end:])


def excerpt(text: str, keyword: str, *, length: int) -> str:
    """So many characters around the first hit, or from the beginning; in one line."""
    found = next(iter(spans(text, keyword)), None)
    begin = max(0, found[0] - BEFORE) if found and found[1] > length else 0
    part = " ".join(text[begin : begin + length].split())
    return f"{'…' if begin else ''}{part}{'…' if begin + length < len(text) else ''}"


def spans(text: str, keyword: str) -> list[tuple[int, int]]:
    """Begin and end of each hit in the text as written, in order and apart."""
    pattern = _pattern(keyword)
    if pattern is None or not text:
        return []
    folded, places = _folded(text)
    joined: list[tuple[int, int]] = []
    for hit in pattern.finditer(folded):
        begin, end = places[hit.start()][0], places[hit.end() - 1][1]
        if joined and begin < joined[-1][1]:
            begin = joined.pop()[0]
        joined.append((begin, end))
    return joined


@lru_cache(maxsize=64)
def _pattern(keyword: str) -> re.Pattern[str] | None:
    """Longer words first: of two that begin alike the longer one is marked."""
    words = sorted(tokens.words(keyword), key=lambda word: -len(word.phrase))
    return re.compile("|".join(map(_of_word, words))) if words else None


def _of_word(word: Word) -> str:
    first, *others = word.runs
    parts = ["(?<![0-9a-z])" if first.isascii() else "", re.escape(first)]
    for before, run in zip(word.runs, others, strict=False):
        parts += [" +" if before.isascii() == run.isascii() else " *", re.escape(run)]
    return "".join(parts)


def _folded(text: str) -> tuple[str, list[tuple[int, int]]]:
    """The text as it is searched, and for each of its characters where it comes from."""
    folded, places = [], []
    for begin, end in _clusters(text):
        part = tokens.fold(text[begin:end])
        folded.append(part)
        places += [(begin, end)] * len(part)
    return "".join(folded), places


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Letters with the marks that follow them, which fold together."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not (unicodedata.combining(text[place]) or text[place] in VOICED):
            yield begin, place
            begin = place
