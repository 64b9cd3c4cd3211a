"""Scores of language tests, written freely in profiles, as steps that can be asked for (thresholds: MEXT's table)."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.code_list import Code, CodeList


@dataclass(frozen=True)
class Test:
    """`steps` are scores, worst first; grades in words stand for their place in `grades`."""

    key: str
    label: str
    name: re.Pattern[str]  # found in the name as written, folded
    steps: tuple[float, ...]
    grades: tuple[str, ...] = ()
    is_other: re.Pattern[str] | None = None  # a test of like name that this is not


EIKEN = ("準2級", "2級", "準1級", "1級")
TESTS = (
    Test("toeic", "TOEIC L&R", re.compile("toeic"), (550, 640, 730, 785, 860, 945), is_other=re.compile(r"s\s*&\s*w")),
    Test("toefl", "TOEFL iBT", re.compile("toefl|ibt"), (42, 61, 72, 79, 95)),
    Test("ielts", "IELTS", re.compile("ielts"), (4.0, 5.5, 6.0, 6.5, 7.0)),
    Test("eiken", "英検", re.compile("英検|英語検定|実用英語技能検定"), (0, 1, 2, 3), EIKEN, re.compile("国連")),
)
NUMBER = re.compile(r"\d+(?:\.\d+)?")


def _steps() -> Iterator[Code]:
    for test in TESTS:
        for step in test.steps:
            text = test.grades[int(step)] if test.grades else f"{step:.1f}" if test.key == "ielts" else f"{step:.0f}"
            yield Code(f"{test.key}_{text if not test.grades else int(step)}", f"{test.label} {text}以上")


STEPS = CodeList(tuple(_steps()))
VALUES: Mapping[str, tuple[str, ...]] = {
    test.key: tuple(value for value in STEPS.values if value.startswith(f"{test.key}_")) for test in TESTS
}


def met(languages: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Of the rows of a profile, the steps that their scores reach. What cannot be read reaches none."""
    for row in languages:
        name, score = _fold(row.get("test") or ""), _fold(row.get("score") or "")
        for test in TESTS:
            if test.name.search(name) and not (test.is_other and test.is_other.search(name)):
                reached = _read(test, score)
                count = sum(reached is not None and reached >= step for step in test.steps)
                yield from VALUES[test.key][:count]


def _read(test: Test, score: str) -> float | None:
    if test.grades:
        found = [place for place, grade in enumerate(test.grades) if grade in score]
        return max(found, key=lambda place: len(test.grades[place]), default=None)
    number = NUMBER.search(score)
    return float(number[0]) if number else None


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).lower()
