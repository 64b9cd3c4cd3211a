"""Rows of the queue as its template draws them, with everything worked out, and addresses that keep the filter."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import urlencode

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import Row

from models.states import Kind, RegistrationKind
from portal.clock import local
from portal.dates import moment_short
from portal.publishing.business_days import days_left
from portal.publishing.queue import REGISTRATION, Filter
from portal.publishing.triage import is_for_good
from portal.wording import KIND_WORDS, REGISTRATION_KIND, Look, lamp_look, sla_look
from views.templating import mark, registration_words

KIND_OF_REGISTRATIONS = "registration"  # in addresses, beside the kinds of entries


class QueueRow(NamedTuple):
    """What the template unpacks for a row; marks are drawn once and shared by all rows that look alike."""

    id: int  # of the entry's version, or of a registration
    item: str  # what a check box carries: id and revision seen; a registration has none
    title: str
    organization: str
    kind: Markup
    sla: Markup
    lamp: Markup | str
    is_clean: bool
    assignee: str = ""
    missed: str = ""  # a sentence when the time asked for passes before the deadline of the decision
    aside: str = ""  # until when, and why
    looker: str = ""  # a colleague who has it open


@dataclass(frozen=True)
class Queue:
    """One page of it, with how many of its rows are late, due today and without findings."""

    rows: Sequence[QueueRow]
    late: int
    today: int
    clean: int


def queue_page(rows: Sequence[Row], *, now: datetime, closed: Collection[date]) -> Queue:
    hint = _("営業日で数えています")
    left: dict[tuple[date, bool], int] = {}  # many rows share few deadlines
    drawn = []
    counted: Counter[str] = Counter()
    for row in rows:
        key = local(row.due_at).date(), now > row.due_at
        if key not in left:
            left[key] = days_left(now, row.due_at, closed)
        look = sla_look(left[key])
        counted[look.css] += 1
        draw = _registration if row.source == REGISTRATION else _row
        drawn.append(draw(row, now=now, sla=mark("sla", look, title=hint)))
    return Queue(drawn, late=counted["sla-late"], today=counted["sla-today"], clean=sum(row.is_clean for row in drawn))


def _row(row: Row, *, now: datetime, sla: Markup) -> QueueRow:
    return QueueRow(
        row.id,
        f"{row.id}:{row.revision}",
        row.title,
        row.organization,
        kind_mark(row.kind, row.submissions, is_revision=row.base_version_id is not None),
        sla,
        lamp_mark(row.error_count, row.warning_count),
        not row.error_count and not row.warning_count,
        row.assignee or "",
        _missed(row, now),
        _aside(row, now),
        row.looker or "",
    )


def _registration(row: Row, *, sla: Markup, **_unused: Any) -> QueueRow:
    """Opens its own page; it has no checks and nobody's hands."""
    is_new = row.registration_kind is RegistrationKind.new
    name = row.organization or row.registration_content.get("name", "") or _("（無題）")
    words = REGISTRATION_KIND[row.registration_kind]
    word = f"再提出 {row.submissions}回目" if row.submissions > 1 else words
    kind = mark("kind", Look(f"登録 {word}", "again" if row.submissions > 1 else "", "bld"))
    told = "" if is_new else registration_words(row.registration_content)
    return QueueRow(row.id, "", name, told, kind, sla, "", is_clean=False)


@lru_cache(maxsize=64)
def lamp_mark(errors: int, warnings: int) -> Markup:
    return mark("lamp", lamp_look(errors, warnings))


@lru_cache(maxsize=64)
def kind_mark(kind: Kind, submissions: int, *, is_revision: bool) -> Markup:
    words = KIND_WORDS[kind]
    word = f"再提出 {submissions}回目" if submissions > 1 else "修正" if is_revision else "新規"
    return mark("kind", Look(f"{words.short} {word}", "again" if submissions > 1 else "", words.icon))


def _aside(row: Row, now: datetime) -> str:
    if row.aside_until is None or row.aside_until <= now:
        return ""
    until = "" if is_for_good(row.aside_until, now) else f"（〜{moment_short(row.aside_until, now)}）"
    return f"保留{until} {row.aside_reason}".rstrip()


def _missed(row: Row, now: datetime) -> str:
    """Of a time that could still be kept when it was asked for; a revision may keep one long past."""
    wished = row.publish_at
    if wished is None or wished <= row.submitted_at or wished > max(row.due_at, now):
        return ""
    return f"希望日時（{moment_short(wished, now)}）{'を過ぎました' if wished <= now else 'に遅れます'}"


def filter_address(path: str, wanted: Filter, **over: Any) -> str:
    """The path with the filter in its query; a changed filter starts at its first page."""
    values: Mapping[str, Any] = {
        "kind": KIND_OF_REGISTRATIONS if wanted.registrations else wanted.kind,
        "lamp": wanted.lamp,
        "mine": "1" if wanted.mine else "",
        "who": wanted.who,
        "org": wanted.org_type,
        "aside": "1" if wanted.aside else "",
        "q": wanted.text,
        "due": wanted.due,
        "page": wanted.page if "done" in over or not over else 1,
    } | over
    pairs = [(name, str(value)) for name, value in values.items() if value and (name, value) != ("page", 1)]
    return f"{path}?{urlencode(pairs)}" if pairs else path
