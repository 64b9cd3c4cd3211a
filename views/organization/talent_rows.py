"""Rows of lists of talents as templates write them out: words are put together, nothing is called for a row."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from math import inf
from typing import Any, NamedTuple

from flask_babel import gettext as _
from markupsafe import Markup

from portal.clock import local
from portal.matching import outlines, viewing
from portal.matching.highlights import highlighted
from portal.matching.search import FoundTalent
from portal.messaging.reach import Turn, Written
from portal.wording import day_short
from views.templating import icon

NOTHING = Markup("")
SCORE, NO_BREAK = re.compile("（[^）]*）"), "\u00a0"


class DrawnTalent(NamedTuple):
    """What the template unpacks for a talent."""

    code: str
    accepts_offers: bool
    is_chosen: bool
    is_favorite: bool
    is_new: bool
    fields: Markup
    summary: Markup
    practice: str
    marks: Markup  # that mail was sent, that none is welcome, that nobody touched the profile for a year
    languages: Markup
    countries: Markup
    wishes: str
    updated: str


class Marks:
    """The marks of a page's rows, of which many are alike."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.declined = _lamp("muted", "ban", _("オファーメールを受け取らない設定です"))
        self.stale = _lamp("lamp-warn", "clock", _("1年以上更新されていません"))
        self.words = {
            Turn.unanswered: _("%(day)s に送信", day="%s"),
            Turn.talent: _("%(day)s に返信あり", day="%s"),
            Turn.organization: _("%(day)s に返信済み", day="%s"),
        }

    def of(self, talent: Any, written: Written | None, *, accepts: bool) -> Markup:
        found = []
        if written is not None:
            at = written.answered_at if written.turn is Turn.talent and written.answered_at else written.at
            words = self.words[written.turn] % day_short(at, self.now)
            found.append(_lamp("lamp-info", "mail", words, written.by))
        if not accepts:
            found.append(self.declined)
        if viewing.is_stale(talent, now=self.now):
            found.append(self.stale)
        return Markup(" ").join(found)


def drawn(
    found: Sequence[FoundTalent],
    *,
    keyword: str,
    chosen: Collection[str],
    favorites: Collection[int],
    written: Mapping[int, Written],
    stopping: Collection[int],
    newer_than: datetime | None,
    now: datetime,
) -> list[DrawnTalent]:
    marks = Marks(now=now)
    newest = newer_than.timestamp() + 1 if newer_than else inf  # whole seconds, as the address and the index count
    return [
        DrawnTalent(
            talent.code,
            accepts,
            talent.code in chosen,
            talent.id in favorites,
            talent.updated_at.timestamp() >= newest,
            highlighted(outlines.fields_of(talent.fields), keyword),
            highlighted(talent.summary, keyword),
            practice_of(talent.years_total),
            marks.of(talent, written.get(talent.id), accepts=accepts),
            highlighted(unbroken(outlines.languages_of(talent.languages)), keyword),
            highlighted(outlines.countries_of(talent.experiences), keyword),
            outlines.wishes_of(talent.wish_countries, talent.wish_kinds),
            updated_on(talent.updated_at, now),
        )
        for talent in found
        for accepts in [talent.accepts_offers and talent.id not in stopping]
    ]


def unbroken(languages: str) -> str:
    """A test and its score stay on one line: 英語 A, then （TOEIC 880）."""
    return SCORE.sub(lambda score: score[0].replace(" ", NO_BREAK), languages)


def practice_of(years: int | None) -> str:
    return _("実務%(years)s年", years=years) if years else ""


def updated_on(moment: datetime, now: datetime) -> str:
    """11/19, with the year when it is not this one."""
    here = local(moment)
    return f"{here.month}/{here.day}" if here.year == local(now).year else f"{here.year}/{here.month}/{here.day}"


def _lamp(css: str, name: str, words: str, who: str = "") -> Markup:
    hint = Markup(' title="{}"').format(who) if who else NOTHING
    return Markup('<span class="small lamp {}"{}>{}{}</span>').format(css, hint, icon(name), words)
