"""Rows of the list of favorites as its template writes them out. Of who went private the notes alone are there."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup, escape

from portal.clock import local
from portal.dates import WEEKDAYS, day_short
from portal.matching import outlines
from portal.matching.favorite_list import Kept
from portal.messaging.reach import Written
from views.organization.talent_rows import NOTHING, Marks, unbroken
from views.templating import icon

SUMMARY = 80
NONE = ("", "", "", NOTHING, "", "")


class DrawnFavorite(NamedTuple):
    """What the template unpacks for a favorite."""

    code: str
    is_published: bool
    may_write: bool
    fields: str
    summary: str
    practice: str
    marks: Markup
    languages: str
    countries: str
    note: str
    label: str
    next_on: Markup
    marked: str  # when and by whom


def drawn(
    rows: Sequence[Kept], *, written: Mapping[int, Written], stopping: Collection[int], now: datetime
) -> list[DrawnFavorite]:
    marks, today = Marks(now=now), local(now).date()
    return [
        _drawn(row, marks, written.get(row.id), has_stopped=row.id in stopping, today=today, now=now) for row in rows
    ]


def _drawn(
    row: Kept, marks: Marks, written: Written | None, *, has_stopped: bool, today: date, now: datetime
) -> DrawnFavorite:
    profile = row.profile
    accepts = profile is not None and profile.accepts_offers and not has_stopped
    return DrawnFavorite(
        row.code,
        profile is not None,
        accepts,
        *(_outline(profile, marks, written, accepts=accepts) if profile is not None else NONE),
        row.note,
        row.label,
        _next(row.next_on, today),
        f"{day_short(row.created_at, now)} {row.by}",
    )


def _outline(
    profile: Any, marks: Marks, written: Written | None, *, accepts: bool
) -> tuple[str, str, str, Markup, str, str]:
    return (
        outlines.fields_of(profile.fields),
        short(profile.pr),
        marks.practice(profile.years_total),
        marks.of(profile, written, accepts=accepts),
        unbroken(outlines.languages_of(profile.languages)),
        outlines.countries_of(profile.experiences),
    )


def short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SUMMARY else f"{line[:SUMMARY]}…"


def _next(day: date | None, today: date) -> Markup:
    """The day on which to look at it again; one that has come is marked."""
    if day is None:
        return NOTHING
    year = "" if day.year == today.year else f"{day.year}/"
    words = f"{year}{day.month}/{day.day}({WEEKDAYS[day.weekday()]})"
    if day > today:
        return escape(words)
    return Markup('<span class="lamp lamp-warn">{}{}</span>').format(
        icon("clock"), _("%(day)s 本日", day=words) if day == today else _("%(day)s 過ぎています", day=words)
    )
