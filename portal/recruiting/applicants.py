"""The applications an organization received: one page of a list by keyset, counts, one application, its neighbours."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, func, or_, select, update
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Version
from models.states import ApplicationState, DocumentState, Kind
from models.talents import Talent
from portal import audit
from portal.actors import Actor
from portal.errors import NotFound
from portal.permissions import visible
from portal.publishing.business_days import days_since
from portal.recruiting.grid import IS_INCOMPLETE, Cell, Grid, grid_of
from portal.recruiting.stages import POSITIONS, UNANSWERED

SIZES = (20, 50, 100)
LONGEST_SEARCH = 100
PATIENCE = 3  # business days
# What the trail calls each way of reading personal data.
READINGS = ("application.read", "application.file", "application.resume_pdf")
SORTS: Mapping[str, Any] = {
    "applied": Application.applied_at,
    "name": Application.name_kana,
    "state": case(POSITIONS, value=Application.state),
    "moved": Application.state_at,
}


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
    """One page of a posting, or of all an organization's, in two statements: rows, and their documents."""
    narrowed = _narrowed(entry_id, wanted, actor=actor)
    backwards = wanted.before is not None
    edge = wanted.before if backwards else wanted.after
    query = narrowed if edge is None else narrowed.where(_beyond(wanted, edge, backwards=backwards, actor=actor))
    found = list(db.session.execute(query.order_by(*_order(wanted, backwards=backwards)).limit(wanted.size + 1)))
    more, rows = len(found) > wanted.size, found[: wanted.size]
    if backwards:
        rows.reverse()
    has_earlier, has_later = (more, True) if backwards else (edge is not None, more)
    return Page(
        rows,
        grid_of([row.id for row in rows]),
        rows[0].id if rows and has_earlier else None,
        rows[-1].id if rows and has_later else None,
    )


@dataclass(frozen=True)
class Line:
    """One applicant of a page, as the table of documents shows them."""

    row: Row
    resume: DocumentState | None
    cells: Sequence[Cell | None]  # as the columns of the grid; None where it was not asked of this person
    days: int  # business days without an answer, once they are many
    is_missing: bool
    is_defective: bool


def lines_of(page: Page, *, now: datetime) -> list[Line]:
    return [_line(row, page.grid, now=now) for row in page.rows]


def _line(row: Row, grid: Grid, *, now: datetime) -> Line:
    faults = grid.faults.get(row.id, frozenset())
    # A résumé needs no judgement of its own: whoever opened the application has it before them.
    resume = (DocumentState.received if row.read_at else DocumentState.handed) if row.resume_type else None
    return Line(
        row,
        resume,
        [grid.cells.get((row.id, column.name)) for column in grid.columns],
        _days_unanswered(row, now=now),
        DocumentState.missing in faults,
        DocumentState.defective in faults,
    )


def _days_unanswered(row: Row, *, now: datetime) -> int:
    days = days_since(row.state_at, now) if row.state in UNANSWERED else 0
    return days if days >= PATIENCE else 0


def _narrowed(entry_id: int | None, wanted: Wanted, *, actor: Actor) -> Select:
    query = (
        select(
            Application.id,
            Application.number,
            Application.name,
            Application.revision,
            Application.state,
            Application.applied_at,
            Application.state_at,
            Application.read_at,
            Application.missing_count,
            Application.session_at,
            Application.resume_type,
            Talent.code,
            visible(actor, Talent).label("is_published"),  # whether 「人材詳細を見る」 leads anywhere
        )
        .join(Talent, Talent.id == Application.talent_id)
        .where(*_within(entry_id, wanted, actor=actor))
    )
    if entry_id is None:  # which posting it was, in the words that the applicant read
        query = query.join(Version, Version.id == Application.version_id)
        query = query.add_columns(Version.title, Application.entry_id, Application.kind)
    if wanted.states:
        query = query.where(Application.state.in_(wanted.states))
    if wanted.incomplete:
        query = query.where(IS_INCOMPLETE)
    if wanted.unread:
        query = query.where(Application.read_at.is_(None))
    return query


def _within(entry_id: int | None, wanted: Wanted, *, actor: Actor) -> list[ColumnElement[bool]]:
    """What a list is about before its chips narrow it: its posting or kind, and the search."""
    place = [] if entry_id is None else [Application.entry_id == entry_id]
    kind = [Application.kind == wanted.kind] if wanted.kind else []
    return [*place, *kind, visible(actor, Application), *_matching(wanted.text)]


def _matching(text: str) -> list[ColumnElement[bool]]:
    text = text[:LONGEST_SEARCH]
    columns = (Application.name, Application.name_kana, Application.number)
    return [or_(*(column.contains(text, autoescape=True) for column in columns))] if text else []


def _order(wanted: Wanted, *, backwards: bool) -> tuple[Any, ...]:
    column = SORTS[wanted.sort]
    upward = wanted.upward != backwards
    return (column.asc(), Application.id.asc()) if upward else (column.desc(), Application.id.desc())


def _beyond(wanted: Wanted, edge: int, *, backwards: bool, actor: Actor) -> ColumnElement[bool]:
    """Everything that comes after the application at the edge, in the order of the page."""
    column = SORTS[wanted.sort]
    value = db.session.scalar(select(column).where(Application.id == edge, visible(actor, Application)))
    if value is None:
        raise NotFound
    if wanted.upward != backwards:
        return (column > value) | ((column == value) & (Application.id > edge))
    return (column < value) | ((column == value) & (Application.id < edge))


@dataclass(frozen=True)
class Facets:
    """How many each filter would show when it is switched, the other filters being as they are."""

    everything: int  # without any filter but the search
    shown: int
    states: Mapping[ApplicationState, int]
    incomplete: int
    unread: int


def facets(entry_id: int | None, wanted: Wanted, *, actor: Actor) -> Facets:
    """All the numbers of the list in one statement."""
    traits = (
        select(
            Application.state,
            IS_INCOMPLETE.label("incomplete"),
            Application.read_at.is_(None).label("unread"),
        )
        .where(*_within(entry_id, wanted, actor=actor))
        .subquery()
    )
    groups = db.session.execute(select(*traits.c, func.count().label("number")).group_by(*traits.c)).all()

    def number(*, states: Collection[ApplicationState] = (), incomplete: bool = False, unread: bool = False) -> int:
        return sum(
            group.number
            for group in groups
            if (not states or group.state in states)
            and (group.incomplete or not incomplete)
            and (group.unread or not unread)
        )

    states, incomplete, unread = wanted.states, wanted.incomplete, wanted.unread
    return Facets(
        number(),
        number(states=states, incomplete=incomplete, unread=unread),
        {state: number(states=(state,), incomplete=incomplete, unread=unread) for state in ApplicationState},
        number(states=states, incomplete=True, unread=unread),
        number(states=states, incomplete=incomplete, unread=True),
    )


def neighbours(application: Application, wanted: Wanted, *, actor: Actor) -> tuple[int | None, int | None]:
    """The applications before and after this one in the list as filtered."""
    ids = _narrowed(application.entry_id, wanted, actor=actor).with_only_columns(Application.id)
    found = [
        db.session.scalar(
            ids.where(_beyond(wanted, application.id, backwards=backwards, actor=actor))
            .order_by(*_order(wanted, backwards=backwards))
            .limit(1)
        )
        for backwards in (True, False)
    ]
    return found[0], found[1]


def published_code(talent_id: int, *, actor: Actor) -> str | None:
    """登録コード of a talent whose profile this organization may open."""
    return db.session.scalar(select(Talent.code).where(Talent.id == talent_id, visible(actor, Talent)))


def find(application_id: int, *, actor: Actor) -> Application:
    application = db.session.scalars(
        select(Application)
        .options(
            selectinload(Application.documents).joinedload(ApplicationDocument.file),
            joinedload(Application.version),
            joinedload(Application.entry),
        )
        .where(Application.id == application_id, visible(actor, Application))
    ).one_or_none()
    if application is None:
        raise NotFound
    return application


def record_reading(application: Application, what: str, *, actor: Actor, now: datetime, **details: Any) -> None:
    """That a member reads personal data: written before it is shown. The first time marks the application read."""
    audit.record(
        f"application.{what}",
        subject="application",
        subject_id=application.id,
        organization_id=application.organization_id,
        details=details,
        actor=actor,
        now=now,
    )
    db.session.execute(
        update(Application)
        .where(Application.id == application.id, Application.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
