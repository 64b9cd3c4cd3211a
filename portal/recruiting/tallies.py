"""The numbers above a list of applicants. Triggers keep them (`models.applications.Tally`): no page counts the rows."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from sqlalchemy import Select, delete, func, insert, literal, select, union_all

from models.applications import Application, Tally
from models.base import db
from models.states import ApplicationState, Kind
from portal.actors import Actor
from portal.database import among, begin_write, claim, insert_rows, lock_table, rows_of
from portal.permissions import visible
from portal.recruiting.applicants import ENTRY, Wanted, within
from portal.recruiting.grid import is_incomplete

STEP = 200  # postings that are summed up at once
IS_LACKING, IS_UNREAD = Application.missing_count > 0, Application.read_at.is_(None)
PLACE = (Tally.entry_id, Tally.organization_id, Tally.kind, Tally.state, Tally.is_lacking, Tally.is_unread)
COUNTED = (
    Application.entry_id,
    Application.organization_id,
    Application.kind,
    Application.state,
    IS_LACKING,
    IS_UNREAD,
)
HANDED_IN = Application.state != ApplicationState.draft


@dataclass(frozen=True)
class Facets:
    """How many each filter would show when it is switched, the other filters being as they are."""

    everything: int  # without any filter but the search
    shown: int
    states: Mapping[ApplicationState, int]
    incomplete: int
    unread: int


def facets(entry_id: int | None, wanted: Wanted, *, actor: Actor) -> Facets:
    """All the numbers of the list in one statement. Only those of a search are counted."""
    query = _found if wanted.text else _kept
    groups = rows_of(query(wanted.kind, wanted.text, actor=actor, in_posting=entry_id is not None), {"entry": entry_id})
    everything = shown = incomplete = unread = 0
    states = dict.fromkeys(ApplicationState, 0)
    for state, is_lacking, is_unread, number in groups:
        everything += number
        lacks = is_incomplete(state, is_lacking)
        passes_lacking, passes_unread = lacks or not wanted.incomplete, is_unread or not wanted.unread
        if passes_lacking and passes_unread:
            states[state] += number
        if not wanted.states or state in wanted.states:
            shown += number if passes_lacking and passes_unread else 0
            incomplete += number if lacks and passes_unread else 0
            unread += number if passes_lacking and is_unread else 0
    return Facets(everything, shown, states, incomplete, unread)


@lru_cache(maxsize=256)
def _kept(kind: Kind | None, _text: str, *, actor: Actor, in_posting: bool) -> Select:
    traits = (Tally.state, Tally.is_lacking, Tally.is_unread)
    query = select(*traits, func.sum(Tally.number)).where(visible(actor, Tally)).group_by(*traits)
    if in_posting:
        query = query.where(Tally.entry_id == ENTRY)
    return query.where(Tally.kind == kind) if kind else query


@lru_cache(maxsize=256)
def _found(kind: Kind | None, text: str, *, actor: Actor, in_posting: bool) -> Select:
    traits = (Application.state, IS_LACKING, IS_UNREAD)
    conditions = within(kind, text, actor=actor, in_posting=in_posting)
    return select(*traits, func.count()).where(*conditions).group_by(*traits)


# ---- keeping them small and right


def sum_up(_now: datetime) -> int:
    """Puts one row in the place of all changes of a posting. Returns how many rows went, of at most STEP postings."""
    fresh = select(Tally.entry_id).where(Tally.is_fresh).distinct().limit(STEP)
    entries = db.session.scalars(fresh).all()
    db.session.rollback()
    if not entries:
        return 0
    begin_write()
    rows = db.session.execute(claim(select(Tally.id, Tally.number, *PLACE).where(among(Tally.entry_id, entries)))).all()
    sums: Counter[tuple[object, ...]] = Counter()
    for _id, number, *place in rows:
        sums[tuple(place)] += number
    db.session.execute(delete(Tally).where(among(Tally.id, [row.id for row in rows])))
    names = [column.key for column in PLACE]
    insert_rows(
        Tally,
        [
            dict(zip(names, place, strict=True)) | {"number": number, "is_fresh": False}
            for place, number in sums.items()
            if number
        ],
    )
    db.session.commit()
    return len(rows)


FORGET = delete(Tally)
COUNT = insert(Tally).from_select(
    [*(column.key for column in PLACE), "number", "is_fresh"],
    select(*COUNTED, func.count(), literal(False)).where(HANDED_IN).group_by(*COUNTED),  # noqa: FBT003  # a column's value
)


def rebuild() -> None:
    """Counts anew, from the applications themselves."""
    begin_write()
    lock_table(Application)
    db.session.execute(FORGET)
    db.session.execute(COUNT)
    db.session.commit()


def wrong() -> Select:
    """One row for each number that is not that of the applications."""
    kept = select(*PLACE, Tally.number.label("number"))
    counted = select(*COUNTED, -func.count()).where(HANDED_IN).group_by(*COUNTED)
    both = union_all(kept, counted).subquery()
    *place, number = both.c
    return select(literal(1)).select_from(both).group_by(*place).having(func.sum(number) != 0)
