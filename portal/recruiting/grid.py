"""Applicants × documents: who handed in what, and which of it is to be asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import bindparam, func, select, update

from models.applications import Application, ApplicationDocument
from models.base import db
from models.states import ApplicationState, DocumentState
from portal.actors import Actor
from portal.permissions import visible
from portal.recruiting.stages import ENDED

# Of an application whose selection goes on: what is required and was never there, and what was found wanting.
IS_NEEDED = (ApplicationDocument.required & (ApplicationDocument.state == DocumentState.missing)) | (
    ApplicationDocument.state == DocumentState.defective
)
IS_INCOMPLETE = (Application.missing_count > 0) & Application.state.not_in(ENDED)


def is_incomplete(state: ApplicationState, missing_count: int) -> bool:
    """What IS_INCOMPLETE says, of numbers that were counted already."""
    return missing_count > 0 and state not in ENDED


@dataclass(frozen=True)
class Column:
    name: str
    required: bool  # of anybody on the page: a posting may have changed between two applications


class Cell(NamedTuple):
    document_id: int
    state: DocumentState
    file_id: int | None
    is_needed: bool
    required: bool


def is_none(document: Cell | ApplicationDocument) -> bool:
    """Nothing is there and nothing is missed: an optional document, or one whose file was erased."""
    if document.state is DocumentState.missing:
        return not document.required
    return document.file_id is None and document.state is not DocumentState.reopened


@dataclass(frozen=True)
class Grid:
    columns: Sequence[Column]
    cells: Mapping[tuple[int, str], Cell]  # by application and name of the document
    faults: Mapping[int, frozenset[DocumentState]]  # by application: the states of what is needed


# Of a page of applicants; put together once.
DOCUMENTS = (
    select(
        ApplicationDocument.id,
        ApplicationDocument.application_id,
        ApplicationDocument.name,
        ApplicationDocument.required,
        ApplicationDocument.state,
        ApplicationDocument.file_id,
        (IS_NEEDED & Application.state.not_in(ENDED)).label("is_needed"),
    )
    .join(Application, Application.id == ApplicationDocument.application_id)
    .where(ApplicationDocument.application_id.in_(bindparam("ids", expanding=True)))
    .order_by(ApplicationDocument.position, ApplicationDocument.id)
)


def grid_of(application_ids: Collection[int]) -> Grid:
    """The documents of a page of applicants in one statement; the actor has been shown these applications already."""
    columns: dict[str, bool] = {}
    cells: dict[tuple[int, str], Cell] = {}
    faults: dict[int, frozenset[DocumentState]] = {}
    rows = db.session.execute(DOCUMENTS, {"ids": list(application_ids)}).all()
    for key, application_id, name, required, state, file_id, is_needed in rows:
        columns[name] = columns.get(name, False) or required
        cells[application_id, name] = Cell(key, state, file_id, is_needed, required)
        if is_needed:
            faults[application_id] = faults.get(application_id, frozenset()) | {state}
    return Grid([Column(name, required) for name, required in columns.items()], cells, faults)


@dataclass(frozen=True)
class Needed:
    """One person's documents that can be asked for, by id and name."""

    application_id: int
    name: str
    documents: Mapping[int, str]


def needed_of(
    application_ids: Collection[int], document_ids: Collection[int], *, entry_id: int, actor: Actor
) -> list[Needed]:
    """All that is needed of the applications named, and of others just the documents named; in one statement."""
    rows = db.session.execute(
        select(Application.id, Application.name, ApplicationDocument.id, ApplicationDocument.name)
        .join(ApplicationDocument, ApplicationDocument.application_id == Application.id)
        .where(
            Application.entry_id == entry_id,
            visible(actor, Application),
            Application.id.in_(application_ids) | ApplicationDocument.id.in_(document_ids),
            IS_NEEDED,
            Application.state.not_in(ENDED),
        )
        .order_by(Application.id, ApplicationDocument.position)
    ).all()
    return [
        Needed(*person, {document_id: document for _id, _name, document_id, document in documents})
        for person, documents in groupby(rows, key=lambda row: (row[0], row[1]))
    ]


def close_requests(application_ids: Collection[int]) -> None:
    """Nothing is waited for any more: what was asked for again and did not come counts as it did before."""
    waiting = (
        ApplicationDocument.application_id.in_(application_ids),
        ApplicationDocument.state == DocumentState.reopened,
    )
    closed: set[int] = set()
    for state, is_there in ((DocumentState.handed, True), (DocumentState.missing, False)):
        closed.update(
            db.session.scalars(
                update(ApplicationDocument)
                .where(*waiting, ApplicationDocument.file_id.is_not(None) == is_there)
                .values(state=state)
                .returning(ApplicationDocument.application_id)
                .execution_options(synchronize_session=False)
            )
        )
    recount(*closed)
    db.session.execute(
        update(Application)
        .where(Application.id.in_(application_ids), Application.reopened_until.is_not(None))
        .values(reopened_until=None)
        .execution_options(synchronize_session=False)
    )


def recount(*application_ids: int) -> None:
    """Brings each application's number of needed documents up to date; the list filters by it."""
    db.session.flush()
    number = (
        select(func.count())
        .select_from(ApplicationDocument)
        .where(ApplicationDocument.application_id == Application.id, IS_NEEDED)
        .correlate(Application)
        .scalar_subquery()
    )
    db.session.execute(
        update(Application)
        .where(Application.id.in_(application_ids))
        .values(missing_count=number)
        .execution_options(synchronize_session=False)
    )
