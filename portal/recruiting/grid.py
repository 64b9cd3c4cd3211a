"""Applicants × documents: who handed in what, and which of it is to be asked for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Row, bindparam, func, select, update

from models.applications import Application, ApplicationDocument
from models.base import db
from models.states import ApplicationState, DocumentState
from portal.actors import Actor
from portal.database import rows_of
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


def is_needed(state: DocumentState, *, required: bool) -> bool:
    """What IS_NEEDED says, of a document that was read already."""
    return state is DocumentState.defective or (required and state is DocumentState.missing)


def is_none(document: Row | ApplicationDocument) -> bool:
    """Nothing is there and nothing is missed: an optional document, or one whose file was erased."""
    if document.state is DocumentState.missing:
        return not document.required
    return document.file_id is None and document.state is not DocumentState.reopened


@dataclass(frozen=True)
class Grid:
    columns: Sequence[Column]
    cells: Mapping[int, Mapping[str, Row]]  # by application and name: a row of DOCUMENTS
    faults: Mapping[int, Collection[DocumentState]]  # by application: the states of what is needed
    needed: Collection[int]  # ids of documents that can be asked for


# Of a page of applicants; put together once.
DOCUMENTS = (
    select(
        ApplicationDocument.application_id,
        ApplicationDocument.name,
        ApplicationDocument.id,
        ApplicationDocument.required,
        ApplicationDocument.state,
        ApplicationDocument.file_id,
    )
    .where(ApplicationDocument.application_id.in_(bindparam("ids", expanding=True)))
    .order_by(ApplicationDocument.position, ApplicationDocument.id)
)


def grid_of(applications: Mapping[int, ApplicationState]) -> Grid:
    """The documents of a page of applicants in one statement; the actor has been shown these applications already."""
    columns: dict[str, bool] = {}
    cells: dict[int, dict[str, Row]] = {key: {} for key in applications}
    faults: dict[int, set[DocumentState]] = {}
    needed: set[int] = set()
    for row in rows_of(DOCUMENTS, {"ids": list(applications)}):
        application_id, name, key, required, state, _file_id = row
        columns[name] = columns.get(name, False) or required
        cells[application_id][name] = row
        if is_needed(state, required=required) and applications[application_id] not in ENDED:
            faults.setdefault(application_id, set()).add(state)
            needed.add(key)
    return Grid([Column(name, required) for name, required in columns.items()], cells, faults, needed)


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
