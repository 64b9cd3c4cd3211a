"""Rows of lists of applicants: patterns that a template draws once for all pages, filled in for each person."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from html import escape
from typing import Any

from markupsafe import Markup
from sqlalchemy import Row

from models.states import ApplicationState, DocumentState, Kind
from portal.dates import moment_short
from portal.recruiting.applicants import Line
from portal.recruiting.grid import Grid, is_none
from portal.recruiting.stages import STAGES
from portal.wording import APPLICATION_LOOK, DOCUMENT_LOOK
from views.templating import joined, literal, macros, mark, pattern

TEMPLATE = "organization/applicants_row.html"
CHECKED = " checked"
FLAGS = {
    (False, False): "",
    (True, False): " data-missing",
    (False, True): " data-defective",
    (True, True): " data-missing data-defective",
}


@lru_cache(maxsize=2048)
def drawn(macro: str, *words: Any) -> str:
    """A pattern of the template. Only names of documents make more of them than a few."""
    return pattern(getattr(macros(TEMPLATE), macro)(*words))


@cache
def states() -> Mapping[ApplicationState, str]:
    return {state: str(mark("st", look)) for state, look in APPLICATION_LOOK.items()}


@cache
def kinds() -> Mapping[Kind, str]:
    return {kind: drawn("kind", kind) % () for kind in STAGES}


@cache
def lamps() -> Mapping[tuple[bool, bool], str]:
    """By whether something is missing and something defective."""
    missing, defective = (
        f" {mark('lamp', DOCUMENT_LOOK[state])}" for state in (DocumentState.missing, DocumentState.defective)
    )
    return {(one, other): missing * one + defective * other for one in (False, True) for other in (False, True)}


class Rows:
    """What both lists show of a person. `words` fill what is the same in all rows of a page."""

    def __init__(self, *, detail: str, talents: str, now: datetime, **words: str) -> None:
        self.words, self.now = {"detail": detail, "talents": talents} | words, now
        self.states, self.unread = states(), drawn("unread") % ()

    def values(self, line: Line) -> dict[str, Any]:
        row = line.row
        return self.words | {
            "id": row.id,
            "name": escape(row.name),
            "note": drawn("late") % {"days": line.days} if line.days else "" if row.read_at else self.unread,
            "applied": moment_short(row.applied_at, self.now),
            "state": self.states[row.state],
            "talent": drawn("talent") % (self.words | {"code": escape(row.code)}) if row.is_published else "",
        }


class Everything(Rows):
    """Rows of 「応募一覧」; `postings` is where the list of each posting stands."""

    def __init__(self, *, postings: str, **common: Any) -> None:
        super().__init__(postings=postings, **common)
        self.row, self.kinds, self.lamps = drawn("listed"), kinds(), lamps()

    def written(self, lines: Sequence[Line]) -> Markup:
        return joined([self._row(line) for line in lines])

    def _row(self, line: Line) -> str:
        row, values = line.row, self.values(line)
        values["entry"], values["title"], values["kind"] = row.entry_id, escape(row.title), self.kinds[row.kind]
        values["lamps"] = self.lamps[line.is_missing, line.is_defective]
        return self.row % values


class Table(Rows):
    """Applicants × documents; `items` and `documents` are the values of boxes that are checked."""

    def __init__(
        self,
        grid: Grid,
        *,
        asked: str,
        may_decide: bool,
        items: Collection[str],
        documents: Collection[str],
        **common: Any,
    ) -> None:
        super().__init__(asked=escape(asked), **common)
        self.labels = [literal(column.name) for column in grid.columns]
        self.needed = grid.needed if may_decide else ()
        self.items, self.documents = items, documents
        self.row = drawn("row", may_decide)
        # For each document: of who was not asked for it, and of others by what is the same in cells that look alike.
        self.nones = [drawn("document", label, "", "", "") % () for label in self.labels]
        self.shapes: list[dict[tuple[DocumentState, bool, bool], str]] = [{} for _ in self.labels]

    def written(self, lines: Sequence[Line]) -> Markup:
        has_resume = any(line.resume for line in lines)
        return joined([self._row(line, has_resume=has_resume) for line in lines])

    def _row(self, line: Line, *, has_resume: bool) -> str:
        values, item = self.values(line), f"{line.row.id}:{line.row.revision}"
        cells = [_resume(line.resume) % values] if has_resume else []
        for place, cell in enumerate(line.cells):
            cells.append(self.nones[place] if cell is None or is_none(cell) else self._cell(place, cell, values))
        values["item"], values["checked"] = item, CHECKED if item in self.items else ""
        values["flags"], values["cells"] = FLAGS[line.is_missing, line.is_defective], "".join(cells)
        return self.row % values

    def _cell(self, place: int, cell: Row, values: dict[str, Any]) -> str:
        _application_id, _name, number, _required, state, file_id = cell
        key = state, number in self.needed, file_id is not None
        shape = self.shapes[place].get(key)
        if shape is None:
            shape = drawn("document", self.labels[place], *key, mark("lamp", DOCUMENT_LOOK[state]))
            self.shapes[place][key] = shape
        values["number"] = number
        values["checked"] = CHECKED if self.documents and str(number) in self.documents else ""
        return shape % values


def _resume(state: DocumentState | None) -> str:
    return drawn("resume", mark("lamp", DOCUMENT_LOOK[state]) if state else "")
