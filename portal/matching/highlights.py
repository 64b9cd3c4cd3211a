"""Where a keyword stands in a text that is shown: marked in HTML, or the part of a long text that has it."""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from itertools import accumulate

from markupsafe import Markup, escape

from portal.matching import tokens
from portal.matching.tokens import Word

BEFORE = 20  # characters that an excerpt shows before the first hit
VOICED = frozenset("ﾞﾟ\u3099\u309a")  # half-width marks join with the letter before them
JOINT = "\0"  # nothing folds to it
Span = tuple[int, int]


def highlighted(text: str, keyword: str) -> Markup:
    """The text as HTML, escaped, each hit in <mark>."""
    found = spans(text, keyword)
    if not found:
        return escape(text)
    pieces, end = [], 0
    for begin, finish in found:
        pieces += [escape(text[end:begin]), "<mark>", escape(text[begin:finish]), "</mark>"]
        end = finish
    return Markup("".join([*pieces, escape(text[end:])]))  # noqa: S704  # each piece is escaped or ours


def excerpt(text: str, keyword: str, *, length: int) -> str:
    """So many characters around the first hit, or from the beginning; in one line."""
    found = next(_hits(text, keyword), None)
    begin = max(0, found[0] - BEFORE) if found and found[1] > length else 0
    part = " ".join(text[begin : begin + length].split())
    return f"{'…' if begin else ''}{part}{'…' if begin + length < len(text) else ''}"


def spans(text: str, keyword: str) -> list[Span]:
    """Begin and end of each hit in the text as written, in order and apart."""
    joined: list[Span] = []
    for begin, end in _hits(text, keyword):
        is_one = bool(joined) and begin < joined[-1][1]
        joined.append((joined.pop()[0] if is_one else begin, end))
    return joined


def _hits(text: str, keyword: str) -> Iterator[Span]:
    """Two may share a cluster of letters."""
    pattern = _pattern(keyword)
    if pattern is None or not text:
        return iter(())
    folded, place = _folded(text)
    hits = map(re.Match.span, pattern.finditer(folded))
    return hits if place is None else ((place(begin)[0], place(end - 1)[1]) for begin, end in hits)


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


class _Folds(dict[int, str]):
    """Single characters, for str.translate; a mark that joins the one before it is a JOINT. Grows with what is met."""

    def __missing__(self, point: int) -> str:
        self[point] = folded = JOINT if _joins(chr(point)) else tokens.fold(chr(point))
        return folded


_FOLDS = _Folds()


def _folded(text: str) -> tuple[str, Callable[[int], Span] | None]:
    """The text as it is searched, and where each of its characters comes from; None where all stand in their own
    places.
    """
    folded = text.translate(_FOLDS)
    if JOINT not in folded:
        if len(folded) == len(text):  # nothing folds to nothing
            return folded, None
        ends = list(accumulate(map(len, map(_FOLDS.__getitem__, map(ord, text)))))
        return folded, partial(_behind, ends)
    parts, places = [], list[Span]()
    for begin, end in _clusters(text):
        part = tokens.fold(text[begin:end])
        parts.append(part)
        places += [(begin, end)] * len(part)
    return "".join(parts), places.__getitem__


def _behind(ends: Sequence[int], place: int) -> Span:
    """The character whose folded form ends first behind a place."""
    origin = bisect_right(ends, place)
    return origin, origin + 1


def _clusters(text: str) -> Iterator[Span]:
    """Letters with the marks that follow them, which fold together."""
    begin = 0
    for place in range(1, len(text) + 1):
        if place == len(text) or not _joins(text[place]):
            yield begin, place
            begin = place


def _joins(sign: str) -> bool:
    return bool(unicodedata.combining(sign)) or sign in VOICED
