"""Rows of lists of talents as templates write them out: words are put together, nothing is called for a row."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from math import inf
from typing import Any

from flask_babel import gettext as _
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from portal.clock import local
from portal.dates import day_short
from portal.matching import outlines, viewing
from portal.matching.highlights import highlighted
from portal.matching.search import FoundTalent
from portal.messaging.reach import Turn, Written
from views.templating import icon, joined, macros, pattern

TEMPLATE = "organization/talents_row.html"
NOTHING = Markup("")
SCORE, NO_BREAK = re.compile("（[^）]*）"), "\u00a0"


@lru_cache(maxsize=64)
def pattern_of(macro: str, *words: Any) -> str:
    return pattern(getattr(macros(TEMPLATE), macro)(*words))


class Marks:
    """The marks of a page's rows, of which many are alike: their words are looked up once."""

    def __init__(self, *, now: datetime) -> None:
        self.now = now
        self.declined = _lamp("muted", "ban", _("オファーメールを受け取らない設定です"))
        self.stale = _lamp("lamp-warn", "clock", _("1年以上更新されていません"))
        self.years = _("実務%(years)s年", years="%s")
        self.words = {
            Turn.unanswered: _("%(day)s に送信", day="%s"),
            Turn.talent: _("%(day)s に返信あり", day="%s"),
            Turn.organization: _("%(day)s に返信済み", day="%s"),
        }

    def practice(self, years: int | None) -> str:
        return self.years % years if years else ""

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
    written: Mapping[int, Written],
    newer_than: datetime | None,
    asked: str,
    may_mark: bool,
    may_write: bool,
    now: datetime,
) -> Markup:
    """The rows of the table, a row a talent; `asked` is the address of the search without its path."""
    row = pattern_of("row", may_mark or may_write, may_mark)
    favorite = {is_on: pattern_of("favorite", is_on, may_mark) for is_on in (True, False)}
    same = {"asked": escape(f"?{asked}" if asked else ""), "token": generate_csrf()}
    marks, new = Marks(now=now), pattern_of("new") % ()
    newest = newer_than.timestamp() + 1 if newer_than else inf  # whole seconds, as the address and the index count

    def draw(talent: FoundTalent) -> str:
        code, accepts = talent.code, talent.accepts_offers and not talent.is_stopping
        fields = highlighted(outlines.fields_of(talent.fields), keyword)
        countries = highlighted(outlines.countries_of(talent.experiences), keyword)
        wishes = outlines.wishes_of(talent.wish_countries, talent.wish_kinds)
        lamps, practice = marks.of(talent, written.get(talent.id), accepts=accepts), marks.practice(talent.years_total)
        return row % {
            "code": code,
            "state": (" checked" if code in chosen else "") + ("" if accepts else " disabled"),
            "favorite": favorite[talent.is_favorite] % (same | {"code": code}),
            "new": new if talent.updated_at.timestamp() >= newest else "",
            "fields": f"<b>{fields}</b><br>" if fields else "",
            "summary": highlighted(talent.summary, keyword),
            "practice": f' <span class="nb">{practice}</span>' if practice else "",
            "marks": f"<br>{lamps}" if lamps else "",
            "languages": highlighted(unbroken(outlines.languages_of(talent.languages)), keyword),
            "countries": f"<span>{countries}</span>" if countries else "",
            "wishes": pattern_of("wishes") % {"wishes": escape(wishes)} if wishes else "",
            "updated": updated_on(talent.updated_at, now),
        }

    return joined(map(draw, found))


def unbroken(languages: str) -> str:
    """A test and its score stay on one line: 英語 A, then （TOEIC 880）."""
    return SCORE.sub(lambda score: score[0].replace(" ", NO_BREAK), languages)


def updated_on(moment: datetime, now: datetime) -> str:
    """11/19, with the year when it is not this one."""
    here = local(moment)
    return f"{here.month}/{here.day}" if here.year == local(now).year else f"{here.year}/{here.month}/{here.day}"


def _lamp(css: str, name: str, words: str, who: str = "") -> Markup:
    hint = Markup(' title="{}"').format(who) if who else NOTHING
    return Markup('<span class="small lamp {}"{}>{}{}</span>').format(css, hint, icon(name), words)
