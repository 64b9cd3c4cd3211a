"""The applications an organization received: one page of a list by keyset, counts, one application, its neighbours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application, ApplicationDocument
from models.base import db
from models.states import ApplicationState
from models.talents import Talent
from portal import audit
from portal.actors import Actor
from portal.errors import NotFound
from portal.permissions import visible

SIZES = (20, 50, 100)
LONGEST_SEARCH = 100
# What the trail calls each way of reading personal data.
READINGS = ("application.read", "application.file", "application.resume_pdf")
SORTS: Mapping[str, Any] = {
    "applied": Application.applied_at,
    "name": Application.name_kana,
    "state": Application.state,
    "moved": Application.state_at,
}


@dataclass(frozen=True)
class Wanted:
    """What the member asked for. `after` and `before` name the application at the edge of the page that was seen."""

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
    documents: Mapping[int, Mapping[str, Row]]  # by application and name of the document
    total: int
    earlier: int | None  # `before` of the page before this one
    later: int | None  # `after` of the page that follows


def page_of(entry_id: int, wanted: Wanted, *, actor: Actor) -> Page:
    """One page in three statements however many there are: rows, their documents, and the total."""
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
        documents_of([row.id for row in rows]),
        db.session.scalar(select(func.count()).select_from(narrowed.with_only_columns(Application.id).subquery())) or 0,
        rows[0].id if rows and has_earlier else None,
        rows[-1].id if rows and has_later else None,
    )


def _narrowed(entry_id: int, wanted: Wanted, *, actor: Actor) -> Select:
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
            Application.email,
            _published(actor).label("is_published"),
        )
        .join(Talent, Talent.id == Application.talent_id)
        .where(Application.entry_id == entry_id, visible(actor, Application))
    )
    if wanted.states:
        query = query.where(Application.state.in_(wanted.states))
    if wanted.incomplete:
        query = query.where(Application.missing_count > 0)
    if wanted.unread:
        query = query.where(Application.read_at.is_(None))
    if text := wanted.text[:LONGEST_SEARCH]:
        query = query.where(
            Application.name.contains(text, autoescape=True)
            | Application.name_kana.contains(text, autoescape=True)
            | Application.number.contains(text, autoescape=True)
        )
    return query


def _published(actor: Actor) -> ColumnElement[bool]:
    """Whether 「人材詳細を見る」 leads anywhere for this organization."""
    return visible(actor, Talent)


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


def documents_of(application_ids: Sequence[int]) -> dict[int, dict[str, Row]]:
    rows = db.session.execute(
        select(
            ApplicationDocument.id,
            ApplicationDocument.application_id,
            ApplicationDocument.name,
            ApplicationDocument.required,
            ApplicationDocument.state,
            ApplicationDocument.file_id,
        )
        .where(ApplicationDocument.application_id.in_(application_ids))
        .order_by(ApplicationDocument.application_id, ApplicationDocument.position)
    )
    found: dict[int, dict[str, Row]] = {}
    for row in rows:
        found.setdefault(row.application_id, {})[row.name] = row
    return found


def counts(entry_id: int, *, actor: Actor) -> dict[ApplicationState, int]:
    """How many stand in each state, in one statement."""
    rows = db.session.execute(
        select(Application.state, func.count())
        .where(Application.entry_id == entry_id, visible(actor, Application))
        .group_by(Application.state)
    )
    return dict(rows.all())


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
