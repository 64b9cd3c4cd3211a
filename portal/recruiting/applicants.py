"""The applications an organization received: one page of a list by keyset, and the neighbours of one of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    or_,
    select,
    tuple_,
)

from models.applications import Application
from models.entries import Version
from models.states import ApplicationState, DocumentState, Kind
from models.talents import Talent
from portal.actors import Actor
from portal.database import rows_of
from portal.errors import NotFound
from portal.permissions import visible
from portal.publishing.business_days import days_since
from portal.recruiting.grid import IS_INCOMPLETE, Grid, grid_of
from portal.recruiting.stages import POSITIONS, UNANSWERED

SIZES = (20, 50, 100)
LONGEST_SEARCH = 100
PATIENCE = 3  # business days
SORTS: Mapping[str, Any] = {
    "applied": Application.applied_at,
    "name": Application.name_kana,
    "state": case(POSITIONS, value=Application.state),
    "moved": Application.state_at,
}
# Given when a query runs, so that one that was put together serves every posting and page.
ENTRY, PLACE, EDGE = bindparam("entry", type_=Integer()), "place", bindparam("edge", type_=Integer())


@dataclass(frozen=True)
class Wanted:
    """What the member asked for. `after` and `before` name the application at the edge of the page that was seen."""

    kind: Kind | None = None
    states: tuple[ApplicationState, ...] = ()
    incomplete: bool = False
    unread: bool = False
    text: str = ""
    sort: str = "applied"
    upward: bool = False
    size: int = 20
    after: int | None = None
    before: int | None = None


@dataclass(frozen=True)
class Page:
    rows: Sequence[Row]
    grid: Grid
    earlier: int | None  # `before` of the page before this one
    later: int | None  # `after` of the page that follows


def page_of(entry_id: int | None, wanted: Wanted, *, actor: Actor) -> Page:
    """One page of a posting, or of all an organization's, in two statements however many there are: rows and their
    documents; in three beyond the first page."""
    backwards = wanted.before is not None
    edge = wanted.before if backwards else wanted.after
    values: dict[str, Any] = {"entry": entry_id}
    if edge is not None:
        values |= {"edge": edge, PLACE: _place_of(edge, wanted.sort, actor=actor)}
    query = _page(
        replace(wanted, after=None, before=None),
        actor=actor,
        in_posting=entry_id is not None,
        at_edge=edge is not None,
        backwards=backwards,
    )
    found = rows_of(query, values)
    more, rows = len(found) > wanted.size, found[: wanted.size]
    if backwards:
        rows = rows[::-1]
    has_earlier, has_later = (more, True) if backwards else (edge is not None, more)
    return Page(
        rows,
        grid_of({row.id: row.state for row in rows}),
        rows[0].id if rows and has_earlier else None,
        rows[-1].id if rows and has_later else None,
    )


@lru_cache(maxsize=256)
def _page(wanted: Wanted, *, actor: Actor, in_posting: bool, at_edge: bool, backwards: bool) -> Select:
    """Kept, for it holds no value that changes: putting it together costs more than running it."""
    query = (
        select(
            Application.id,
            Application.name,
            Application.revision,
            Application.state,
            Application.applied_at,
            Application.state_at,
            Application.read_at,
            Application.resume_type,
            Talent.code,
            visible(actor, Talent).label("is_published"),  # whether 「人材詳細を見る」 leads anywhere
        )
        .join(Talent, Talent.id == Application.talent_id)
        .where(*_conditions(wanted, actor=actor, in_posting=in_posting))
    )
    if not in_posting:  # which posting it was, in the words that the applicant read
        query = query.join(Version, Version.id == Application.version_id)
        query = query.add_columns(Version.title, Application.entry_id, Application.kind)
    if at_edge:
        query = query.where(_beyond(wanted, backwards=backwards))
    return query.order_by(*_order(wanted, backwards=backwards)).limit(wanted.size + 1)


class Line(NamedTuple):
    """One applicant of a page, as the table of documents shows them."""

    row: Row
    resume: DocumentState | None
    cells: Sequence[Row | None]  # as the columns of the grid; None where it was not asked of this person
    days: int  # business days without an answer, once they are many
    is_missing: bool
    is_defective: bool


def lines_of(page: Page, *, now: datetime) -> list[Line]:
    return [_line(row, page.grid, now=now) for row in page.rows]


def _line(row: Row, grid: Grid, *, now: datetime) -> Line:
    faults, cells = grid.faults.get(row.id, ()), grid.cells[row.id]
    # A résumé needs no judgement of its own: whoever opened the application has it before them.
    resume = (DocumentState.received if row.read_at else DocumentState.handed) if row.resume_type else None
    return Line(
        row,
        resume,
        [cells.get(column.name) for column in grid.columns],
        _days_unanswered(row, now=now),
        DocumentState.missing in faults,
        DocumentState.defective in faults,
    )


def _days_unanswered(row: Row, *, now: datetime) -> int:
    days = days_since(row.state_at, now) if row.state in UNANSWERED else 0
    return days if days >= PATIENCE else 0


def _conditions(wanted: Wanted, *, actor: Actor, in_posting: bool) -> list[ColumnElement[bool]]:
    conditions = within(wanted.kind, wanted.text, actor=actor, in_posting=in_posting)
    if wanted.states:
        conditions.append(Application.state.in_(wanted.states))
    if wanted.incomplete:
        conditions.append(IS_INCOMPLETE)
    if wanted.unread:
        conditions.append(Application.read_at.is_(None))
    return conditions


def within(kind: Kind | None, text: str, *, actor: Actor, in_posting: bool) -> list[ColumnElement[bool]]:
    """What a list is about before its chips narrow it: its posting or kind, and the search."""
    conditions = [Application.entry_id == ENTRY] if in_posting else []
    conditions.append(visible(actor, Application))
    if kind:
        conditions.append(Application.kind == kind)
    if text := text[:LONGEST_SEARCH]:
        columns = (Application.name, Application.name_kana, Application.number)
        conditions.append(or_(*(column.contains(text, autoescape=True) for column in columns)))
    return conditions


def _order(wanted: Wanted, *, backwards: bool) -> tuple[Any, ...]:
    column = SORTS[wanted.sort]
    upward = wanted.upward != backwards
    return (column.asc(), Application.id.asc()) if upward else (column.desc(), Application.id.desc())


def _beyond(wanted: Wanted, *, backwards: bool) -> ColumnElement[bool]:
    """Everything that comes after the application at the edge, in the order of the page; an index leads there."""
    column = SORTS[wanted.sort]
    here, edge = tuple_(column, Application.id), tuple_(bindparam(PLACE, type_=column.type), EDGE)
    return here > edge if wanted.upward != backwards else here < edge


def _place_of(application_id: int, sort: str, *, actor: Actor) -> Any:
    """Where an application stands in this order."""
    found = rows_of(_place(sort, actor=actor), {"edge": application_id})
    if not found:
        raise NotFound
    return found[0][0]


@lru_cache(maxsize=256)
def _place(sort: str, *, actor: Actor) -> Select:
    return select(SORTS[sort]).where(Application.id == EDGE, visible(actor, Application))


def neighbours(application: Application, wanted: Wanted, *, actor: Actor) -> tuple[int | None, int | None]:
    """The applications before and after this one in the list as filtered, in two statements."""
    place = _place_of(application.id, wanted.sort, actor=actor)
    ((before, after),) = rows_of(
        _neighbours(replace(wanted, after=None, before=None), actor=actor),
        {"entry": application.entry_id, "edge": application.id, PLACE: place},
    )
    return before, after


@lru_cache(maxsize=256)
def _neighbours(wanted: Wanted, *, actor: Actor) -> Select:
    ids = select(Application.id).where(*_conditions(wanted, actor=actor, in_posting=True))
    return select(
        *(
            ids.where(_beyond(wanted, backwards=backwards))
            .order_by(*_order(wanted, backwards=backwards))
            .limit(1)
            .scalar_subquery()
            for backwards in (True, False)
        )
    )
