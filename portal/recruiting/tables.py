"""The list of a posting's applicants as a table: what the sheet, the CSV and the index of a ZIP hold."""

from collections.abc import Iterable, Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from models.applications import Application
from models.base import db
from models.states import DocumentState
from portal.actors import Actor
from portal.permissions import visible
from portal.sheets import Cell
from portal.wording import APPLICATION_LOOK, DOCUMENT_LOOK

CHUNK = 500
HEAD = (
    "受付番号",
    "氏名",
    "ふりがな",
    "メールアドレス",
    "応募日時",
    "選考状態",
    "状態の変更日時",
    "参加日時",
    "不足書類",
    "メモ",
)


def head(documents: Sequence[str]) -> list[str]:
    return [*HEAD, *documents]


def document_names(applications: Iterable[Application]) -> list[str]:
    """Every name under which a document was asked of somebody, in the order first seen."""
    names: dict[str, None] = {}
    for application in applications:
        names.update(dict.fromkeys(document.name for document in application.documents))
    return list(names)


def row(application: Application, documents: Sequence[str]) -> list[Cell]:
    states = {document.name: document.state for document in application.documents}
    missing = [name for name, state in states.items() if state is DocumentState.missing]
    return [
        application.number,
        application.name,
        application.name_kana,
        application.email,
        application.applied_at,
        APPLICATION_LOOK[application.state].label,
        application.state_at,
        application.session_at,
        "、".join(missing),
        application.note,
        *(DOCUMENT_LOOK[states[name]].label if name in states else "" for name in documents),
    ]


def applications_of(entry_id: int, *, actor: Actor) -> Iterator[Application]:
    """All of a posting that the actor sees, in the order of application, some hundred at a time."""
    last: int = 0
    while True:
        found = db.session.scalars(
            select(Application)
            .options(selectinload(Application.documents))
            .where(Application.entry_id == entry_id, Application.id > last, visible(actor, Application))
            .order_by(Application.id)
            .limit(CHUNK)
        ).all()
        yield from found
        if len(found) < CHUNK:
            return
        last = found[-1].id
        for application in found:
            db.session.expunge(application)  # a long list must not stay in memory
