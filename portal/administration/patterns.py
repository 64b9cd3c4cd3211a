"""Whether a pattern that somebody wrote can be run on every text without holding the portal up."""

import re
from collections.abc import Iterator
from re import _constants as signs  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

MANY = 20  # repetitions; more inside more take time without end
REPEATS = (signs.MAX_REPEAT, signs.MIN_REPEAT, signs.POSSESSIVE_REPEAT)
MOST_REPEATS = 12  # unbounded ones; each beside another multiplies the work


def problem_of(pattern: str) -> str:
    """What is wrong with it, as a sentence; empty when it can be used."""
    try:
        found, parsed = re.compile(pattern), parser.parse(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        return f"パターンを読み取れません（{error}）。書きかたを確認してください。"
    if found.search("") is not None:
        return "何も書かれていない文にも当てはまるパターンは使えません。"
    repeats = list(_repeats(parsed, inside=False))
    if any(repeats) or len(repeats) > MOST_REPEATS:
        return "くり返しの中のくり返しなど、点検に時間がかかるパターンは使えません。"
    return ""


def _repeats(parsed: Any, *, inside: bool) -> Iterator[bool]:
    """For each long repetition, whether it lies inside another."""
    for sign, given in parsed:
        long = sign in REPEATS and given[1] > MANY
        if long:
            yield inside
        for part in _parts(given):
            yield from _repeats(part, inside=inside or long)


def _parts(given: Any) -> Iterator[Any]:
    if isinstance(given, parser.SubPattern):
        yield given
    elif isinstance(given, list | tuple):
        for part in given:
            yield from _parts(part)
