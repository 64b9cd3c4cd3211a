"""What the public sees: the live version of an entry inside its period, and how it is found.

Every public page goes through `is_public(now)`, so the end of a posting is exact to the second without any job.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, literal, select, update
from sqlalchemy.orm import joinedload

from models.base import db
from models.entries import Entry, EventVersion, JobVersion, NoticeVersion, Version
from models.organizations import Organization
from models.states import Kind, State
from portal.errors import NotFound

PAGE_SIZE = 20
LAST_PAGE = 500
COUNT_CAP = 1000  # beyond it the page says "1,000件以上"
LONGEST_KEYWORD = 100
MOST_WORDS = 5

# Columns of each kind that the card in a list shows.
CARD: Mapping[Kind, tuple[Any, ...]] = {
    Kind.job: (
        JobVersion.employment_kind,
        JobVersion.job_category,
        JobVersion.place_kind,
        JobVersion.countries,
        JobVersion.prefecture,
        JobVersion.languages,
        JobVersion.fields,
    ),
    Kind.event: (
        EventVersion.category,
        EventVersion.formats,
        EventVersion.venue,
        EventVersion.fee_kind,
        EventVersion.fields,
    ),
    Kind.notice: (NoticeVersion.category,),
}
TABLES: Mapping[Kind, Any] = {Kind.job: JobVersion, Kind.event: EventVersion, Kind.notice: NoticeVersion}
# A facet's prefix and the content field it comes from.
FACETS: Mapping[Kind, Mapping[str, str]] = {
    Kind.job: {
        "employment": "employment_kind",
        "category": "job_category",
        "field": "fields",
        "country": "countries",
        "place": "place_kind",
    },
    Kind.event: {"category": "category", "field": "fields", "format": "formats", "fee": "fee_kind"},
    Kind.notice: {"category": "category"},
}
TEXTS = (
    "title",
    "employer_name",
    "duties",
    "background",
    "must_have",
    "nice_to_have",
    "body",
    "audience",
    "organizer",
    "venue",
    "city",
    "city_abroad",
)


@dataclass(frozen=True)
class Search:
    """What a visitor asked for; `facets` maps a facet's name to the codes of which one must match."""

    keyword: str = ""
    facets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    by_deadline: bool = False
    page: int = 1


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    total: int  # counted up to COUNT_CAP + 1
    page: int
    size: int = PAGE_SIZE

    @property
    def last(self) -> int:
        return max(1, -(-min(self.total, COUNT_CAP) // self.size))

    @property
    def is_capped(self) -> bool:
        return self.total > COUNT_CAP


def fold(text: str) -> str:
    """Text as it is searched: full and half width, upper and lower case are the same."""
    return unicodedata.normalize("NFKC", text).lower()


def index(kind: Kind, values: Mapping[str, Any], organization: Organization) -> tuple[str, str]:
    """The search text and the facet tokens that are stored beside a version's content."""
    words = [*_called(organization.name, organization.short_name), *(str(values.get(name) or "") for name in TEXTS)]
    tokens = []
    for facet, name in FACETS[kind].items():
        value = values.get(name) or []
        tokens += [f"{facet}:{code}" for code in ([value] if isinstance(value, str) else value)]
    return fold("\n".join(word for word in words if word)), f" {' '.join(tokens)} "


def _called(name: str, short_name: str) -> list[str]:
    """The words under which an organization's postings are found, first of all others."""
    return [name, short_name]


def rename(organization: Organization, name: str, short_name: str) -> None:
    """What was found under the organization's old names is found under its new ones, in one statement."""
    old, new = (
        fold("\n".join(word for word in words if word))
        for words in (_called(name, short_name), _called(organization.name, organization.short_name))
    )
    text = Version.search_text
    db.session.execute(
        update(Version)
        .where(Version.organization_id == organization.id, func.substr(text, 1, len(old)) == old)
        .values(search_text=literal(new).concat(func.substr(text, len(old) + 1)))
        .execution_options(synchronize_session=False)
    )


def is_public(now: datetime) -> ColumnElement[bool]:
    """Holds for a version that anyone may read at `now`; join Entry and Organization."""
    return (
        (Entry.live_version_id == Version.id)
        & (Version.state == State.published)
        & (Version.publish_at <= now)
        & (Version.unpublish_at.is_(None) | (Version.unpublish_at > now))
        & Organization.suspended_at.is_(None)
    )


def search(kind: Kind, wanted: Search, *, now: datetime) -> Page:
    """One page of a kind's public list: two statements whatever its length."""
    query = _matching(kind, wanted, now=now)
    total = db.session.scalar(
        select(func.count()).select_from(query.with_only_columns(Version.id).limit(COUNT_CAP + 1).subquery())
    )
    order = (
        (Version.close_at.is_(None), Version.close_at, Version.id)
        if wanted.by_deadline
        else (Version.published_at.desc(), Version.id.desc())
    )
    rows = db.session.execute(query.order_by(*order).limit(PAGE_SIZE).offset((wanted.page - 1) * PAGE_SIZE)).all()
    return Page(rows, total or 0, wanted.page)


def _matching(kind: Kind, wanted: Search, *, now: datetime) -> Select:
    query = _cards(kind, now=now)
    for word in fold(wanted.keyword[:LONGEST_KEYWORD]).split()[:MOST_WORDS]:
        query = query.where(Version.search_text.contains(word, autoescape=True))
    for facet, codes in wanted.facets.items():
        if codes:
            query = query.where(
                _any_of([Version.facets.contains(f" {facet}:{code} ", autoescape=True) for code in codes])
            )
    return query


def _any_of(criteria: Sequence[ColumnElement[bool]]) -> ColumnElement[bool]:
    condition = criteria[0]
    for criterion in criteria[1:]:
        condition = condition | criterion
    return condition


def _cards(kind: Kind, *, now: datetime) -> Select:
    table, version = TABLES[kind].__table__, Version.__table__
    return (
        select(
            Entry.number,
            Entry.organization_id,
            Entry.first_published_at,
            Version.id,
            Version.title,
            Version.published_at,
            Version.open_at,
            Version.close_at,
            Organization.name.label("organization"),
            *(table.c[column.key] for column in CARD[kind]),
        )
        .select_from(version.join(table, table.c.id == version.c.id))
        .join(Entry, Entry.live_version_id == Version.id)
        .join(Organization, Organization.id == Version.organization_id)
        .where(Version.kind == kind, is_public(now))
    )


def newest(kind: Kind, *, now: datetime, count: int, organization_id: int | None = None) -> Sequence[Row]:
    query = _cards(kind, now=now)
    if organization_id is not None:
        query = query.where(Version.organization_id == organization_id)
    return db.session.execute(query.order_by(Version.published_at.desc(), Version.id.desc()).limit(count)).all()


def find(kind: Kind, number: str, *, now: datetime) -> Version:
    """The version that visitors read under this number; NotFound before its time, after its end or when taken down."""
    table = TABLES[kind]
    version = db.session.scalars(
        select(table)
        .join(Entry, Entry.live_version_id == table.id)
        .join(Organization, Organization.id == table.organization_id)
        .options(joinedload(table.entry), joinedload(table.organization))
        .where(Entry.number == number, Entry.kind == kind, is_public(now))
    ).one_or_none()
    if version is None:
        raise NotFound
    return version


def organization(organization_id: int) -> Organization:
    found = db.session.scalars(
        select(Organization).where(Organization.id == organization_id, Organization.suspended_at.is_(None))
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def addresses(*, now: datetime) -> Sequence[Row]:
    """(kind, number, published_at) of all that is public, for the sitemap."""
    return db.session.execute(
        select(Entry.kind, Entry.number, Version.published_at)
        .join(Version, Version.id == Entry.live_version_id)
        .join(Organization, Organization.id == Version.organization_id)
        .where(is_public(now))
        .order_by(Version.published_at.desc())
        .limit(50_000)
    ).all()
