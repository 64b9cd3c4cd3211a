"""「人材お気に入り一覧」: one page of an organization's favorites, newest first, and what its filters would show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, Select, func, select

from models.base import db
from models.favorites import Favorite
from models.people import Account
from models.talents import Talent
from portal.actors import Actor
from portal.clock import local
from portal.permissions import visible

SIZES = (20, 50, 100)
LAST_PAGE = 10_000
WEEK = timedelta(days=7)
PROFILE = (
    Talent.updated_at,
    Talent.accepts_offers,
    Talent.fields,
    Talent.pr,
    Talent.years_total,
    Talent.languages,
    Talent.experiences,
    Talent.wish_countries,
    Talent.wish_kinds,
)


class Due(StrEnum):
    """What the next date says today."""

    now = "now"  # today or earlier
    week = "week"  # within seven days
    none = "none"


@dataclass(frozen=True)
class Wanted:
    label: str = ""
    due: Due | None = None
    page: int = 1
    size: int = SIZES[0]


class Kept(NamedTuple):
    """One favorite. `profile` has the columns of PROFILE, or is None when the talent does not publish it any more."""

    id: int
    code: str
    note: str
    label: str
    next_on: date | None
    created_at: datetime
    by: str
    profile: Row[Any] | None


@dataclass(frozen=True)
class Page:
    rows: Sequence[Kept]
    total: int  # that the filters leave
    labels: Mapping[str, int]  # by label in use, the other filter being as it is
    dues: Mapping[Due, int]
    everything: int


def page_of(wanted: Wanted, *, actor: Actor, now: datetime) -> Page:
    """In two statements, however many there are."""
    counts = _counts(wanted, actor=actor, now=now)
    query = _newest_first(*_conditions(wanted, actor=actor, now=now), actor=actor)
    rows = db.session.execute(query.offset((wanted.page - 1) * wanted.size).limit(wanted.size))
    return Page([_kept(row) for row in rows], *counts)


def every(*, actor: Actor) -> Sequence[Kept]:
    """All of them, as a sheet holds them; an organization keeps some thousand at most."""
    return [_kept(row) for row in db.session.execute(_newest_first(visible(actor, Favorite), actor=actor))]


def labels(*, actor: Actor) -> Sequence[str]:
    """Those in use, to be offered where one is typed."""
    used = select(Favorite.label).where(visible(actor, Favorite), Favorite.label != "")
    return db.session.scalars(used.distinct().order_by(Favorite.label)).all()


def _newest_first(*criteria: ColumnElement[bool], actor: Actor) -> Select[Any]:
    return (
        select(
            Favorite.talent_id,
            Talent.code,
            Favorite.note,
            Favorite.label,
            Favorite.next_on,
            Favorite.created_at,
            Account.name.label("by"),
            visible(actor, Talent).label("is_published"),
            *PROFILE,
        )
        .join(Talent, Talent.id == Favorite.talent_id)
        .join(Account, Account.id == Favorite.account_id)
        .where(*criteria)
        .order_by(Favorite.created_at.desc(), Favorite.talent_id.desc())
    )


def _kept(row: Row[Any]) -> Kept:
    note = (row.note, row.label, row.next_on, row.created_at, row.by)
    return Kept(row.talent_id, row.code, *note, row if row.is_published else None)


def _conditions(wanted: Wanted, *, actor: Actor, now: datetime) -> list[ColumnElement[bool]]:
    conditions = [visible(actor, Favorite)]
    if wanted.label:
        conditions.append(Favorite.label == wanted.label)
    if wanted.due:
        conditions.append(_is_due(wanted.due, local(now).date()))
    return conditions


def _is_due(due: Due, today: date) -> ColumnElement[bool]:
    return {
        Due.now: Favorite.next_on <= today,
        Due.week: Favorite.next_on.between(today, today + WEEK),
        Due.none: Favorite.next_on.is_(None),
    }[due]


def _counts(wanted: Wanted, *, actor: Actor, now: datetime) -> tuple[int, Mapping[str, int], Mapping[Due, int], int]:
    """Each number is what its click shows; one statement over the organization's own rows."""
    today = local(now).date()
    numbers = [func.count().filter(_is_due(due, today)) for due in Due]
    rows = db.session.execute(
        select(Favorite.label, func.count(), *numbers).where(visible(actor, Favorite)).group_by(Favorite.label)
    )
    groups: dict[str, list[int]] = {row[0]: list(row[1:]) for row in rows}  # all, then each of Due
    place = list(Due).index(wanted.due) + 1 if wanted.due else 0
    chosen = [group for label, group in groups.items() if wanted.label in ("", label)]
    return (
        sum(group[place] for group in chosen),
        {label: groups[label][place] for label in sorted(groups) if label},
        {due: sum(group[number] for group in chosen) for number, due in enumerate(Due, start=1)},
        sum(group[0] for group in groups.values()),
    )
