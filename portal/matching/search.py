"""The search for talents: who is found, in which order, and how many each choice would find."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import fields as fields_of
from datetime import date, datetime, time, timedelta
from functools import cache, partial, reduce
from operator import and_, or_
from typing import Any

from sqlalchemy import Select, exists, select

from models.favorites import Favorite, OfferStop
from models.states import Role
from models.talents import Talent
from portal.accounts import throttles
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.clock import TOKYO, local
from portal.database import given, rows_of
from portal.errors import Forbidden
from portal.matching import bitmaps, facet_sets, highlights, search_fields, search_index, tokens
from portal.matching.facet_sets import Facets
from portal.matching.search_fields import CONDITIONS
from portal.matching.search_index import Asked
from portal.matching.standpoint import standpoint
from portal.matching.talent_query import LAST_PAGE, SIZES, SORTS, TalentQuery, read_query
from portal.permissions import asking, may, visible, whoever
from portal.settings import Settings

__all__ = [
    "LAST_PAGE",
    "SIZES",
    "SORTS",
    "Found",
    "FoundTalent",
    "TalentQuery",
    "count_newer",
    "count_one",
    "read_query",
    "search",
]

# What they go by, the weightiest first; the one registered later stands before an equal one.
ORDERS: Mapping[str, tuple[str, ...]] = {
    "updated": ("updated",),
    "oldest": ("updated",),
    "years": ("years", "updated"),
    "available": ("available", "updated"),
    "newest": (),
}
SUMMARY = 80  # characters
QUALIFICATION = "qualification"
FIELD, FIELD_YEARS = "field", "field_years"
TOGETHER: Mapping[str, str] = {FIELD: FIELD_YEARS, FIELD_YEARS: FIELD}
Choices = Mapping[str, Sequence[str]]
DECIDED_HERE = frozenset({"updated", "available", "favorites"})  # by the day and by who asks, not by the profile alone
TOO_MANY = "短い時間に多く検索したため、検索を止めています。"


@dataclass(frozen=True)
class FoundTalent:
    """A row of the list; codes as stored, `summary` is the beginning of what the talent says of themselves."""

    id: int
    code: str
    updated_at: datetime
    accepts_offers: bool
    level: str
    degree: str
    major: str
    years_total: int | None
    fields: list[str]
    job_categories: list[str]
    languages: list[dict[str, Any]]
    experiences: list[dict[str, Any]]
    qualifications: str
    summary: str
    wish_kinds: list[str]
    wish_countries: list[str]
    available_from: date | None
    is_favorite: bool = False  # of the organization that asks
    is_stopping: bool = False  # its offers


WORKED_OUT = ("summary", "is_favorite", "is_stopping")
ROW = tuple(
    getattr(Talent, name) for name in ("pr", *(one.name for one in fields_of(FoundTalent))) if name not in WORKED_OUT
)


@dataclass(frozen=True)
class Found:
    """One page of what matches. `counts` tells for every choice how many would be found with it chosen.

    Inside a condition choices are OR, so its counts leave its own choices aside: they tell what each would bring alone.
    """

    query: TalentQuery
    rows: list[FoundTalent]
    total: int
    counts: Mapping[str, Mapping[str, int]]
    is_capped: bool = False

    @property
    def last(self) -> int:
        """The last page that can be turned to."""
        return max(1, min(LAST_PAGE, -(-self.total // self.query.size)))


def limits(settings: Settings) -> tuple[Limit, ...]:
    """Of one member."""
    return (
        Limit("search-minute", settings.searches_per_minute, timedelta(minutes=1)),
        Limit("search-hour", settings.searches_per_hour, timedelta(hours=1)),
    )


def count_one(*, actor: Actor, now: datetime, settings: Settings) -> None:
    """Takes one search of what a member may do, in a transaction of its own. Raises Throttled beyond it."""
    kept = {throttles.key(limit, settings.secret_key, "account", actor.account_id): limit for limit in limits(settings)}
    throttles.take_each(kept, now=now, sentence=TOO_MANY, is_apart=True)


def search(query: TalentQuery, *, actor: Actor, now: datetime) -> Found:
    """One page of the published talents that this organization may see, with the counts of all choices.

    Raises Forbidden for organizations without legal personality, and for whoever is no member of one.
    """
    if not may(actor, "talent.search"):
        raise Forbidden("人材の検索は、登録団体の担当者だけが利用できます。")
    stand = standpoint(actor)
    facets = facet_sets.facets(stand.stamps)
    scope = facets.published & ~stand.hidden
    asked = _Asked(facets, scope, stand.marked, today=local(now).date())
    hits, counts = facets.remembered(
        (query.keyword, tuple(query.choices.items()), scope, stand.marked, asked.today),
        partial(_matching, asked, query),
    )
    page = _page(query, hits, facets)
    return Found(query, _rows(page, query, actor=actor), hits.bit_count(), counts)


def _matching(asked: "_Asked", query: TalentQuery) -> tuple[int, Mapping[str, Mapping[str, int]]]:
    """Who meets it all, and the counts: the same for each page and each order."""
    met = {name: asked.any_of(name, query.choices) for name in query.choices if name != QUALIFICATION}
    (found,) = _with_words([query], asked.scope, asked.facets)
    return reduce(and_, met.values(), found), _counts(asked, query, found, met)


def count_newer(wanted: Sequence[tuple[TalentQuery, datetime]], *, actor: Actor, now: datetime) -> list[int]:
    """For each search how many of its talents were registered or changed after its moment. Constant in statements."""
    stand = standpoint(actor)
    facets = facet_sets.facets(stand.stamps)
    scope = facets.published & ~stand.hidden
    asked, slices = _Asked(facets, scope, stand.marked, today=local(now).date()), facets.slices("updated")
    found = _with_words([query for query, _since in wanted], scope, facets)
    for place, (query, since) in enumerate(wanted):
        chosen = (asked.any_of(name, query.choices) for name in query.choices if name != QUALIFICATION)
        newer = bitmaps.at_least(scope, slices, search_index.seconds(since) + 1)
        found[place] = reduce(and_, chosen, found[place] & newer)
    return [hits.bit_count() for hits in found]


def _with_words(queries: Sequence[TalentQuery], scope: int, facets: Facets) -> list[int]:
    """For each those in scope whose texts have what was written; a keyword of nothing but signs is found nowhere."""
    asked = [_words_of(query) for query in queries]
    found = iter(facets.having_each([each for each in asked if each and any(each)]))
    return [0 if each is None else scope & next(found) if any(each) else scope for each in asked]


def _words_of(query: TalentQuery) -> Asked | None:
    qualification = " ".join(query.choices.get(QUALIFICATION, ()))
    words, more = tokens.words(query.keyword), tokens.words(qualification)
    is_nothing = (query.keyword and not words) or (qualification and not more)
    return None if is_nothing else (tuple(words), tuple(more))


@dataclass(frozen=True)
class _Asked:
    """Who meets a choice, be they in scope or not."""

    facets: Facets
    scope: int
    marked: int
    today: date

    def any_of(self, name: str, choices: Choices) -> int:
        return reduce(or_, (self.meeting(name, value, choices) for value in choices[name]), 0)

    def meeting(self, name: str, value: str, choices: Choices) -> int:
        """Fields and their years are asked for together: so many years in one of these fields."""
        if name == FIELD and FIELD_YEARS in choices:
            return self._years_in([value], min(choices[FIELD_YEARS], key=int))
        if name == FIELD_YEARS and FIELD in choices:
            return self._years_in(choices[FIELD], value)
        if name == "updated":
            return self.facets.reaching(name, self._since(value))
        if name == "available":
            until = search_fields.available_until(value, today=self.today)
            return self.facets.reaching(name, search_index.sooner(until))
        if name == "favorites":
            return self.scope & ~self.marked
        return self.facets.meeting(name, value)

    def _years_in(self, fields: Sequence[str], least: str) -> int:
        steps = search_fields.YEARS[search_fields.YEARS.index(least) :]
        each = (search_fields.years_of(field, step) for field in fields for step in steps)
        return reduce(or_, (self.facets.meeting(FIELD_YEARS, one) for one in each), 0)

    def _since(self, value: str) -> int:
        begins = datetime.combine(search_fields.updated_since(value, today=self.today), time(), tzinfo=TOKYO)
        return search_index.seconds(begins)


def _counts(asked: _Asked, query: TalentQuery, found: int, met: Mapping[str, int]) -> dict[str, dict[str, int]]:
    hits = reduce(and_, met.values(), found)
    whole = asked.facets.counts(hits)
    counts = {}
    for name, condition in CONDITIONS.items():
        aside = (name, TOGETHER.get(name))
        rest = (bits for other, bits in met.items() if other not in aside)
        others = reduce(and_, rest, found) if name in met else hits
        if name in DECIDED_HERE or name in TOGETHER:
            counts[name] = {
                value: (others & asked.meeting(name, value, query.choices)).bit_count() for value in condition.values
            }
        else:
            known = asked.facets.count(others, name) if name in met else whole.get(name, {})
            counts[name] = {**dict.fromkeys(condition.values, 0), **known}
    return counts


def _page(query: TalentQuery, hits: int, facets: Facets) -> int:
    """The set of those on the page: the first ones up to its end, without those before it."""
    slices = [slice_ for name in ORDERS[query.sort] for slice_ in facets.slices(name)]
    begin, lowest = (query.page - 1) * query.size, query.sort == "oldest"
    before = bitmaps.first(hits, slices, begin, lowest=lowest)
    return before ^ bitmaps.first(hits, slices, begin + query.size, lowest=lowest)


def _rows(page: int, query: TalentQuery, *, actor: Actor) -> list[FoundTalent]:
    """The rows in their order. Who is no longer to be seen at this moment is left out."""
    rows = rows_of(_shown(actor.role), {"ids": list(bitmaps.ids(page)), **asking(actor)})
    ordered = sorted(rows, key=_standing(query.sort), reverse=True)
    return [_talent(row, query.keyword) for row in ordered]


@cache
def _shown(role: Role) -> Select:
    reader = whoever(role)
    mine = exists().where(Favorite.talent_id == Talent.id, visible(reader, Favorite))
    stops = exists().where(OfferStop.talent_id == Talent.id, OfferStop.organization_id == reader.organization_id)
    columns = (*ROW, mine.label("is_favorite"), stops.label("is_stopping"))
    return select(*columns).where(given(Talent.id), visible(reader, Talent))


def _standing(sort: str) -> Callable[[Any], tuple[int, ...]]:
    sign = -1 if sort == "oldest" else 1

    def standing(row: Any) -> tuple[int, ...]:
        numbers = search_index.numbers(row)
        return (*(sign * numbers[name] for name in ORDERS[sort]), row.id)

    return standing


def _talent(row: Any, keyword: str) -> FoundTalent:
    values = row._asdict()
    return FoundTalent(summary=highlights.excerpt(values.pop("pr"), keyword, length=SUMMARY), **values)
