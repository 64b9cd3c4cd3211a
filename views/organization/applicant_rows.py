"""Rows of the list of applicants as its template writes them out: marks are drawn, nothing is called for a row."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.recruiting.applicants import Line
from portal.recruiting.grid import Cell, Column, is_none
from portal.wording import APPLICATION_LOOK, DOCUMENT_LOOK, moment_short
from views.templating import icon, mark


class DrawnCell(NamedTuple):
    """One document of a row. Without a number there is nothing to ask for and nothing to open."""

    label: Markup  # the name of the document
    css: str
    mark: Markup
    number: int = 0
    is_needed: bool = False
    has_file: bool = False


class DrawnRow(NamedTuple):
    """What the template unpacks for an applicant."""

    id: int
    item: str  # what a check box carries: id and revision seen
    name: str
    is_missing: bool
    is_defective: bool
    days: int  # business days without an answer, once they are many
    is_unread: bool
    applied: str
    state: Markup
    resume: Markup | None
    cells: Sequence[DrawnCell]
    code: str  # of the published profile, or empty


def drawn(lines: Sequence[Line], columns: Sequence[Column], *, now: datetime) -> list[DrawnRow]:
    none = Markup('<span class="lamp lamp-none">{}{}</span>').format(icon("dash"), _("なし"))
    labels = [escape(column.name) for column in columns]
    states = {state: mark("st", look) for state, look in APPLICATION_LOOK.items()}
    documents: dict[Any, tuple[str, Markup]] = {
        state: (f"dm dm-{state.value}", mark("lamp", look)) for state, look in DOCUMENT_LOOK.items()
    }

    def cell_of(label: Markup, cell: Cell | None) -> DrawnCell:
        if cell is None or is_none(cell):
            return DrawnCell(label, "dm", none)
        return DrawnCell(label, *documents[cell.state], cell.document_id, cell.is_needed, bool(cell.file_id))

    rows = []
    for row, resume, cells, days, is_missing, is_defective in lines:
        rows.append(
            DrawnRow(
                row.id,
                f"{row.id}:{row.revision}",
                row.name,
                is_missing,
                is_defective,
                days,
                not row.read_at,
                moment_short(row.applied_at, now),
                states[row.state],
                documents[resume][1] if resume else None,
                [cell_of(label, cell) for label, cell in zip(labels, cells, strict=True)],
                row.code if row.is_published else "",
            )
        )
    return rows
