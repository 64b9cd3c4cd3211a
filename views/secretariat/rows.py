"""Rows of the queue as its template draws them, with everything worked out, and addresses that keep the filter."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode

from sqlalchemy import Row

from portal.clock import local
from portal.publishing.business_days import days_left
from portal.publishing.queue import Filter
from portal.wording import KIND_WORDS, Look, lamp_look, moment_short, sla_look


class QueueRow(NamedTuple):
    id: int
    item: str  # what a check box carries: id and revision seen
    title: str
    organization: str
    icon: str
    word: str
    again: bool
    sla: Look
    lamp: Look
    is_clean: bool
    assignee: str
    missed: str  # a sentence when the time asked for passes before the deadline of the decision


def queue_rows(rows: Sequence[Row], *, now: datetime, closed: Collection[date]) -> list[QueueRow]:
    clocks: dict[tuple[date, bool], Look] = {}  # many rows share few deadlines
    return [_row(row, now=now, closed=closed, clocks=clocks) for row in rows]


def _row(row: Row, *, now: datetime, closed: Collection[date], clocks: dict[tuple[date, bool], Look]) -> QueueRow:
    words = KIND_WORDS[row.kind]
    key = (local(row.due_at).date(), now > row.due_at)
    if key not in clocks:
        clocks[key] = sla_look(days_left(now, row.due_at, closed))
    again = row.submissions > 1
    word = f"再提出 {row.submissions}回目" if again else "修正" if row.base_version_id else "新規"
    return QueueRow(
        row.id,
        f"{row.id}:{row.revision}",
        row.title,
        row.organization,
        words.icon,
        f"{words.short} {word}",
        again,
        clocks[key],
        lamp_look(row.error_count, row.warning_count),
        not row.error_count and not row.warning_count,
        row.assignee or "",
        _missed(row, now),
    )


def _missed(row: Row, now: datetime) -> str:
    """Of a time that could still be kept when it was asked for; a revision may keep one long past."""
    wished = row.publish_at
    if wished is None or wished <= row.submitted_at or wished > max(row.due_at, now):
        return ""
    return f"希望日時（{moment_short(wished, now)}）{'を過ぎました' if wished <= now else 'に遅れます'}"


def filter_address(path: str, wanted: Filter, **over: Any) -> str:
    """The path with the filter in its query; a changed filter starts at its first page."""
    values: Mapping[str, Any] = {
        "kind": wanted.kind,
        "lamp": wanted.lamp,
        "mine": "1" if wanted.mine else "",
        "q": wanted.text,
        "page": wanted.page if "done" in over or not over else 1,
    } | over
    pairs = [(name, str(value)) for name, value in values.items() if value and (name, value) != ("page", 1)]
    return f"{path}?{urlencode(pairs)}" if pairs else path
