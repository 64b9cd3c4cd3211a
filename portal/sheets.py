"""Tables for spreadsheet programs: XLSX, and CSV with the mark by which Excel reads UTF-8.

A text that begins like a formula is written with an apostrophe, so that opening a file runs nothing.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from portal.clock import local

Cell = str | int | datetime | date | None
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 32_000  # Excel's own limit is 32,767


def write(end: str, target: BinaryIO, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """By the end of the file's name, csv or xlsx. Returns the number of rows."""
    return write_csv(target, head, rows) if end == "csv" else write_xlsx(target, title, head, rows)


def write_xlsx(target: BinaryIO, title: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    """Row by row, so that memory does not grow with the table. Returns the number of rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title[:31])
    sheet.freeze_panes = "A2"
    sheet.append([safe(cell) for cell in head])
    count = 0
    for row in rows:
        sheet.append([safe(cell) for cell in row])
        count += 1
    book.save(target)
    return count


def write_csv(target: BinaryIO, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> int:
    text = io.TextIOWrapper(target, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([safe(cell) for cell in head])
    count = 0
    for row in rows:
        writer.writerow(["" if cell is None else safe(cell) for cell in row])
        count += 1
    text.detach()  # the target stays open
    return count


def safe(cell: Cell) -> str | int | None:
    """Moments in Tokyo's time, texts without control characters and never as a formula."""
    if isinstance(cell, datetime):
        return local(cell).strftime("%Y-%m-%d %H:%M")
    if isinstance(cell, date):
        return cell.isoformat()
    if not isinstance(cell, str):
        return cell
    text = ILLEGAL_CHARACTERS_RE.sub("", cell)[:LONGEST_CELL]
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
