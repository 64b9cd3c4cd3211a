"""What a search must find, by looking at every profile: written apart from the index, from the description alone."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from itertools import chain, groupby
from typing import Any
from zoneinfo import ZoneInfo

from portal import codes
from portal.matching.search import TalentQuery
from portal.matching.search_fields import CONDITIONS, Shape
from portal.regions import REGION_OF
from tests.matching.population import SCORES

TOKYO = ZoneInfo("Asia/Tokyo")
LADDER = ["high", "college", "bachelor", "master", "doctor"]
LEVELS = "CBASN"  # worst first
DAYS = {"now": 0, "1m": 31, "3m": 92, "6m": 183, "12m": 365}
REACHED = {(test, score): steps for test, score, steps in SCORES}
JOINT = {"field", "field_years"}  # so many years in one of these fields
Profile = Mapping[str, Any]


class Scan:
    """All that one organization may see."""

    def __init__(self, profiles: Sequence[Profile], *, hidden: set[int], marked: set[int], now: datetime) -> None:
        self.today = now.astimezone(TOKYO).date()
        self.profiles = [one for one in profiles if one["is_public"] and one["id"] not in hidden]
        self.marked = marked
        self.met = {one["id"]: frozenset(self.meets(one)) for one in self.profiles}
        self.texts = {one["id"]: Texts(texts(one)) for one in self.profiles}
        self.qualifications = {one["id"]: Texts([one["qualifications"]]) for one in self.profiles}

    def search(self, query: TalentQuery) -> tuple[list[int], int, dict[str, dict[str, int]]]:
        """Ids of the page, the total, and the counts."""
        words, more = words_of(query.keyword), words_of("".join(query.choices.get("qualification", ())))
        worded = having(more, having(words, self.profiles, self.texts), self.qualifications)
        asked = {name: values for name, values in query.choices.items() if CONDITIONS[name].shape is not Shape.text}
        hits = self.fitting(worded, asked)
        page = sorted(hits, key=ORDERS[query.sort])[(query.page - 1) * query.size :][: query.size]
        return [one["id"] for one in page], len(hits), self.counts(worded, asked)

    def fitting(self, worded: Sequence[Profile], asked: Mapping[str, Sequence[str]]) -> list[Profile]:
        """Those who meet one of the values of each condition."""
        any_of = [{(name, value) for value in values} for name, values in asked.items()]
        found = [one for one in worded if not any(map(self.met[one["id"]].isdisjoint, any_of))]
        if asked.keys() >= JOINT:
            least = min(map(int, asked["field_years"]))
            found = [one for one in found if has_years(one, asked["field"], least)]
        return found

    def counts(self, worded: Sequence[Profile], asked: Mapping[str, Sequence[str]]) -> dict[str, dict[str, int]]:
        common = self.tally(worded, asked)
        counted = {}
        for name, condition in CONDITIONS.items():
            others = {other: values for other, values in asked.items() if other != name}
            tally = self.tally(worded, others) if name in asked else common
            counted[name] = {choice.value: tally[name, choice.value] for choice in condition.choices}
        return counted | self.counts_of_fields(worded, asked)

    def tally(self, worded: Sequence[Profile], asked: Mapping[str, Sequence[str]]) -> Counter[tuple[str, str]]:
        return Counter(chain.from_iterable(self.met[one["id"]] for one in self.fitting(worded, asked)))

    def counts_of_fields(
        self, worded: Sequence[Profile], asked: Mapping[str, Sequence[str]]
    ) -> dict[str, dict[str, int]]:
        """Of the two conditions that are asked together: each choice put in the place of what is chosen."""
        chosen = {name: asked[name] for name in JOINT & asked.keys()}
        left = self.fitting(worded, {name: values for name, values in asked.items() if name not in JOINT})
        return {
            name: {
                choice.value: len(self.fitting(left, chosen | {name: (choice.value,)}))
                for choice in CONDITIONS[name].choices
            }
            for name in JOINT
            if chosen
        }

    def meets(self, one: Profile) -> Iterator[tuple[str, str]]:
        yield from (("field", value) for value in one["fields"])
        yield from (("category", value) for value in one["job_categories"])
        yield from (("employment", value) for value in one["wish_kinds"])
        yield "level", one["level"]
        if one["accepts_offers"]:
            yield "offers", "yes"
        if one["id"] not in self.marked:
            yield "favorites", "without"
        for years in (1, 3, 5, 10):
            if has_years(one, one["fields"], years):
                yield "field_years", str(years)
        yield from self.meets_of_skill(one)
        yield from self.meets_of_places(one)
        yield from self.meets_of_time(one)

    def meets_of_skill(self, one: Profile) -> Iterator[tuple[str, str]]:
        for row in one["languages"]:
            for level in LEVELS[: LEVELS.index(row["level"]) + 1]:
                yield f"language_{row['language']}", level
            for step in REACHED[row["test"], row["score"]]:
                yield "test", step
        for degree in LADDER:
            if one["degree"] in LADDER[LADDER.index(degree) :]:
                yield "degree", degree

    def meets_of_places(self, one: Profile) -> Iterator[tuple[str, str]]:
        for row in one["experiences"]:
            yield "kind", row["kind"]
        lived = [row["country"] for row in one["experiences"]]
        for name, countries in (("place", lived), ("wish", one["wish_countries"])):
            for country in countries:
                yield name, country
                yield name, REGION_OF[country]

    def meets_of_time(self, one: Profile) -> Iterator[tuple[str, str]]:
        years = one["years_total"]
        if years is not None:
            yield "years", "0" if years < 3 else "3" if years < 5 else "5" if years < 10 else "10"
        for value, days in DAYS.items():
            if one["available_from"] and one["available_from"] <= self.today + timedelta(days=days):
                yield "available", value
            if one["updated_at"].astimezone(TOKYO).date() >= self.today - timedelta(days=days) and value != "now":
                yield "updated", value


def has_years(one: Profile, fields: Sequence[str], least: int) -> bool:
    return any(row["field"] in fields and row["years"] >= least for row in one["field_years"])


def second(one: Profile) -> float:
    return one["updated_at"].replace(microsecond=0).timestamp()


ORDERS: Mapping[str, Callable[[Profile], Any]] = {
    "updated": lambda one: (-second(one), -one["id"]),
    "oldest": lambda one: (second(one), -one["id"]),
    "years": lambda one: (1 if one["years_total"] is None else -one["years_total"], -second(one), -one["id"]),
    "available": lambda one: (one["available_from"] or date.max, -second(one), -one["id"]),
    "newest": lambda one: -one["id"],
}

# ---- words


def texts(one: Profile) -> Iterator[str]:
    """What may be searched; a hit lies within one of them."""
    yield from (one["code"], one["pr"], one["qualifications"], one["major"])
    yield from (codes.FIELDS.label(value) for value in one["fields"])
    yield from (codes.JOB_CATEGORIES.label(value) for value in one["job_categories"])
    for row in one["languages"]:
        yield f"{codes.LANGUAGES.label(row['language'])} {row['test']} {row['score']}"
    for row in one["experiences"]:
        yield f"{codes.COUNTRIES.label(row['country'])} {codes.EXPERIENCE_KINDS.label(row['kind'])}"


class Texts:
    """Each by itself, and all in one to see at once what is not there."""

    def __init__(self, given: Iterable[str]) -> None:
        self.each = [runs(text) for text in given]
        self.all = "\n".join("\n".join(text) for text in self.each)


def words_of(keyword: str) -> list[tuple[str, ...]] | None:
    """What is no letter asks for nothing; None where that is all there is, which is found nowhere."""
    words = [word for word in map(runs, unicodedata.normalize("NFKC", keyword).split()) if word]
    return words if words or not keyword else None


def having(
    words: Sequence[Sequence[str]] | None, people: Sequence[Profile], texts_: Mapping[int, Texts]
) -> Sequence[Profile]:
    """Those with every word in one of their texts."""
    if words is None:
        return []
    for run in chain.from_iterable(words):
        people = [one for one in people if run in texts_[one["id"]].all]
    for word in words:
        people = [one for one in people if any(stands(word, text) for text in texts_[one["id"]].each)]
    return people


def stands(word: Sequence[str], text: Sequence[str]) -> bool:
    first, last = word[0], word[-1]
    if len(word) == 1:
        return any(run.startswith(first) if first.isascii() else first in run for run in text)
    for begin in range(len(text) - len(word) + 1):
        head, *middle, tail = text[begin : begin + len(word)]
        if not (head == first if first.isascii() else head.endswith(first)):
            continue
        if tuple(middle) == tuple(word[1:-1]) and tail.startswith(last):
            return True
    return False


@cache
def runs(text: str) -> tuple[str, ...]:
    folded = unicodedata.normalize("NFKC", text).lower()
    return tuple("".join(group) for kind, group in groupby(folded, kind_of) if kind)


def kind_of(sign: str) -> str:
    if sign in "abcdefghijklmnopqrstuvwxyz0123456789":
        return "ascii"
    return "" if sign.isascii() or unicodedata.category(sign)[0] in "CPZ" else "other"
