"""Rows of the table of applicants: patterns that its template draws once, filled in for each person."""

from collections.abc import Collection, Sequence
from datetime import datetime

from markupsafe import Markup, escape

from models.states import DocumentState
from portal.recruiting.applicants import Line
from portal.recruiting.grid import Cell, Column, is_none
from portal.wording import APPLICATION_LOOK, DOCUMENT_LOOK, moment_short
from views.templating import Pattern, joined, literal, macros, mark

TEMPLATE = "organization/applicants_row.html"
NOTHING, CHECKED = Markup(), Markup(" checked")
FLAGS = {
    (False, False): NOTHING,
    (True, False): Markup(" data-missing"),
    (False, True): Markup(" data-defective"),
    (True, True): Markup(" data-missing data-defective"),
}


class Table:
    """What all rows of one page have in common; `items` and `documents` are the values of boxes that are checked."""

    def __init__(
        self,
        columns: Sequence[Column],
        *,
        base: str,
        asked: str,
        talents: str,
        may_decide: bool,
        items: Collection[str],
        documents: Collection[str],
        now: datetime,
    ) -> None:
        self.labels = [literal(column.name) for column in columns]
        self.base, self.asked, self.may_decide = base, asked, may_decide
        self.items, self.documents, self.now = items, documents, now
        self.states = {state: mark("st", look) for state, look in APPLICATION_LOOK.items()}
        self.draw = macros(TEMPLATE)
        self.row = Pattern(self.draw.row(base, asked, may_decide))
        self.talent = Pattern(self.draw.talent(talents))
        self.late, self.unread = Pattern(self.draw.late()), self.draw.unread()
        self.nones = [self.draw.document(base, label, "", "") for label in self.labels]
        self.shapes: dict[tuple[Markup, DocumentState, bool, bool], Pattern] = {}
        self.resumes: dict[DocumentState | None, Pattern] = {}

    def written(self, lines: Sequence[Line]) -> Markup:
        has_resume = any(line.resume for line in lines)
        return joined([self._row(line, has_resume=has_resume) for line in lines])

    def _row(self, line: Line, *, has_resume: bool) -> Markup:
        row, name, item = line.row, escape(line.row.name), f"{line.row.id}:{line.row.revision}"
        cells = [self._resume(line)] if has_resume else []
        for label, none, cell in zip(self.labels, self.nones, line.cells, strict=True):
            cells.append(none if cell is None or is_none(cell) else self._cell(label, cell, name, row.id))
        return self.row(
            flags=FLAGS[line.is_missing, line.is_defective],
            id=row.id,
            item=escape(item),
            checked=CHECKED if item in self.items else NOTHING,
            name=name,
            note=self.late(days=line.days) if line.days else NOTHING if row.read_at else self.unread,
            applied=escape(moment_short(row.applied_at, self.now)),
            state=self.states[row.state],
            cells=joined(cells),
            talent=self.talent(code=escape(row.code)) if row.is_published else NOTHING,
        )

    def _resume(self, line: Line) -> Markup:
        shape = self.resumes.get(line.resume)
        if shape is None:
            lamp = mark("lamp", DOCUMENT_LOOK[line.resume]) if line.resume else NOTHING
            shape = self.resumes[line.resume] = Pattern(self.draw.resume(self.base, self.asked, lamp))
        return shape(id=line.row.id)

    def _cell(self, label: Markup, cell: Cell, name: Markup, application_id: int) -> Markup:
        key = label, cell.state, cell.is_needed and self.may_decide, cell.file_id is not None
        shape = self.shapes.get(key)
        if shape is None:
            look = DOCUMENT_LOOK[cell.state]
            shape = Pattern(self.draw.document(self.base, *key, lamp=mark("lamp", look)))
            self.shapes[key] = shape
        is_checked = self.documents and str(cell.document_id) in self.documents
        checked = CHECKED if is_checked else NOTHING
        return shape(number=cell.document_id, checked=checked, name=name, id=application_id)
