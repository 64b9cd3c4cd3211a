"""「条件で絞り込み」: what talents are searched by, declared once, in the four groups of the screen.

Inside a condition choices are OR, between conditions AND; each language is a condition of its own. Not here on purpose:
age, sex, nationality, family, name, address, contact and résumé.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from functools import cached_property, partial
from typing import Any

from portal import codes
from portal.code_list import CodeList
from portal.matching import language_scores
from portal.matching.profile_fields import DEGREES
from portal.regions import COUNTRIES_OF, REGION_OF, REGIONS


class Shape(StrEnum):
    choices = "choices"  # some of them
    text = "text"  # words to be found in one part of the profile
    flag = "flag"  # its one choice, or nothing


@dataclass(frozen=True)
class Choice:
    value: str
    words: str
    parent: str = ""  # a region offers its countries below itself
    listed: CodeList | None = field(default=None, compare=False)  # tells the words, as the desk has them today

    @property
    def label(self) -> str:
        return self.listed.label(self.value) if self.listed else self.words


@dataclass(frozen=True)
class Condition:
    """`met_by` tells of a profile which choices it meets. Without it the day or the asker decides; see `search`."""

    name: str  # in the address of a search, too
    label: str
    choices: tuple[Choice, ...] = ()
    met_by: Callable[[Any], Iterable[str | None]] | None = None
    shape: Shape = Shape.choices
    heading: str = ""  # conditions with the same heading stand under it together

    @cached_property
    def values(self) -> tuple[str, ...]:
        return tuple(choice.value for choice in self.choices)

    def label_of(self, value: str) -> str:
        return next((choice.label for choice in self.choices if choice.value == value), value)


@dataclass(frozen=True)
class Group:
    key: str
    label: str
    conditions: tuple[Condition, ...]


LEVELS = codes.LANGUAGE_LEVELS.values  # best first
LADDER = ("high", "college", "bachelor", "master", "doctor")
BANDS = tuple(code for code in codes.EXPERIENCES if code.value != "any")
# Days from today, and how many of them the choice stands for.
YEARS = ("1", "3", "5", "10")
PERIODS: Mapping[str, int] = {"1m": 31, "3m": 92, "6m": 183, "12m": 365}


def _choices(listed: CodeList) -> tuple[Choice, ...]:
    return tuple(Choice(code.value, code.ja, listed=listed) for code in listed)


def _places() -> Iterator[Choice]:
    """Each region, then its countries in the order of their names."""
    for region in REGIONS:
        yield Choice(region.value, region.ja)
        countries = COUNTRIES_OF[region.value]
        for country in codes.COUNTRIES:
            if country.value in countries and region.value != "japan":
                yield Choice(country.value, country.ja, parent=region.value, listed=codes.COUNTRIES)


def _with_regions(countries: Iterable[str | None]) -> set[str]:
    known = {country for country in countries if country and country in REGION_OF}
    return known | {REGION_OF[country] for country in known}


def _levels(language: str, profile: Any) -> Iterator[str]:
    """Whoever writes at level S meets A, B and C, too."""
    for row in profile.languages:
        if row.get("language") == language and row.get("level") in LEVELS:
            yield from LEVELS[LEVELS.index(row["level"]) :]


def _degrees(profile: Any) -> tuple[str, ...]:
    return LADDER[: LADDER.index(profile.degree) + 1] if profile.degree in LADDER else ()


def _band(profile: Any) -> Iterator[str]:
    if profile.years_total is not None:
        yield max((code.value for code in BANDS if int(code.value) <= profile.years_total), key=int)


def _years_of_fields(profile: Any) -> Iterator[str]:
    """What any field reaches, and the highest step of each: asked for together, the years are those of the field."""
    for row in profile.field_years:
        reached = [step for step in YEARS if int(step) <= (row.get("years") or 0)]
        if reached and row.get("field") in profile.fields:
            yield from reached
            yield years_of(row["field"], reached[-1])


def years_of(field: str, step: str) -> str:
    return f"{field}.{step}"


def _language(code: codes.Code) -> Condition:
    levels = tuple(
        Choice(level.value, level.ja if level.value == "N" else level.ja.replace("（", "以上（", 1))
        for level in codes.LANGUAGE_LEVELS
    )
    return Condition(f"language_{code.value}", code.ja, levels, partial(_levels, code.value), heading="語学")


PLACES = tuple(_places())
GROUPS = (
    Group(
        "specialty",
        "専門分野・職種",
        (
            Condition("field", "分野課題", _choices(codes.FIELDS), lambda profile: profile.fields),
            Condition(
                "field_years",
                "分野経験年数",
                tuple(Choice(step, f"{step}年以上") for step in YEARS),
                _years_of_fields,
            ),
            Condition("category", "職種", _choices(codes.JOB_CATEGORIES), lambda profile: profile.job_categories),
        ),
    ),
    Group(
        "skills",
        "語学・資格",
        (
            *(_language(code) for code in codes.LANGUAGES),
            Condition(
                "test",
                "語学試験",
                _choices(language_scores.STEPS),
                lambda profile: language_scores.met(profile.languages),
            ),
            Condition("qualification", "資格・免許", shape=Shape.text),
        ),
    ),
    Group(
        "experience",
        "経験・経歴",
        (
            Condition(
                "place",
                "海外業務経験の国・地域",
                PLACES,
                lambda profile: _with_regions(row.get("country") for row in profile.experiences),
            ),
            Condition(
                "kind",
                "海外業務経験の立場",
                _choices(codes.EXPERIENCE_KINDS),
                lambda profile: {row.get("kind") for row in profile.experiences},
            ),
            Condition("years", "実務経験年数", _choices(CodeList(BANDS)), _band),
            Condition(
                "degree",
                "最終学歴",
                tuple(Choice(value, f"{DEGREES.label(value)}以上") for value in LADDER),
                _degrees,
            ),
        ),
    ),
    Group(
        "wishes",
        "希望条件・その他",
        (
            Condition("wish", "希望勤務地域", PLACES, lambda profile: _with_regions(profile.wish_countries)),
            Condition(
                "employment", "希望雇用形態", _choices(codes.EMPLOYMENT_KINDS), lambda profile: profile.wish_kinds
            ),
            Condition(
                "available",
                "着任可能時期",
                (
                    Choice("now", "すぐに着任できる"),
                    Choice("1m", "1か月以内"),
                    Choice("3m", "3か月以内"),
                    Choice("6m", "6か月以内"),
                    Choice("12m", "1年以内"),
                ),
            ),
            Condition("level", "登録レベル", _choices(codes.TALENT_LEVELS), lambda profile: (profile.level,)),
            Condition(
                "updated",
                "更新日",
                (
                    Choice("1m", "1か月以内"),
                    Choice("3m", "3か月以内"),
                    Choice("6m", "6か月以内"),
                    Choice("12m", "1年以内"),
                ),
            ),
            Condition(
                "offers",
                "オファーメール",
                (Choice("yes", "受け取る人だけ"),),
                lambda profile: ("yes",) if profile.accepts_offers else (),
                shape=Shape.flag,
            ),
            Condition("favorites", "気になる", (Choice("without", "気になる済みを除く"),), shape=Shape.flag),
        ),
    ),
)
CONDITIONS: Mapping[str, Condition] = {condition.name: condition for group in GROUPS for condition in group.conditions}
OFFERED = frozenset(f"{name}:{value}" for name, condition in CONDITIONS.items() for value in condition.values)
KNOWN = OFFERED | {f"field_years:{years_of(field, step)}" for field in codes.FIELDS.values for step in YEARS}


def available_until(value: str, *, today: date) -> date:
    """The last day on which one is still available "by then"."""
    return today + timedelta(days=PERIODS.get(value, 0))


def updated_since(value: str, *, today: date) -> date:
    """The first day (in Tokyo) of the period."""
    return today - timedelta(days=PERIODS[value])


def facets(profile: Any) -> set[str]:
    """Which choices a profile meets, as "condition:choice". Codes that are no longer offered are left out."""
    met = {
        f"{condition.name}:{value}"
        for condition in CONDITIONS.values()
        if condition.met_by is not None
        for value in condition.met_by(profile)
    }
    return met & KNOWN
