"""Fields of a form: what is always the same of each is drawn once, and filled in with what is typed. A posting has over
a hundred fields. Drawn once are words of ours and places for what is typed, never that itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, ClassVar

from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup, escape

from portal.publishing.shapes import Type
from views.forms.boxes import ROWS, Box
from views.templating import CHECKED, MARKED, choose, macros

INPUTS = "organization/inputs.html"
TYPED, LENGTH, NEW_ROW = "\x02", "\x03", "\x04"
SPECIAL = ("apply_via",)  # has a look of its own


@dataclass(frozen=True)
class Blank:
    """Stands where the input of a field would, to be filled in."""

    choices: Mapping[str, str]
    typed: Any = TYPED
    cell_errors: ClassVar[Mapping[tuple[int, str], str]] = MappingProxyType({})


class BlankBox(Box):
    length = LENGTH


def register(app: Flask) -> None:
    app.jinja_env.globals.update(draw=draw, new_row=new_row, row_buttons=row_buttons)


def draw(box: Box, files_at: str = "") -> Markup:
    """What is said at this field alone is drawn for it alone."""
    if box.errors or box.asks_date or box.note or box.field.type in ROWS or box.field.name in SPECIAL:
        return macros(INPUTS).draw_anew(box, files_at)
    typed = box.input.typed
    if box.field.type is Type.flag:
        drawn = _once(box, bool(typed))
    elif box.field.type is Type.choice:
        drawn = choose(_once(box, TYPED), (typed,))
    elif box.field.type is Type.choices:
        drawn = choose(_once(box, ()), typed, MARKED if box.is_long else CHECKED)
    else:  # what is typed is not looked into
        drawn = _once(box, TYPED).replace(LENGTH, box.length).replace(TYPED, escape(typed))
    return Markup(drawn)  # noqa: S704  # of the template, and escaped


def new_row(box: Box) -> Markup:
    """The row that 「追加」 adds, and its button: the same whatever rows there are."""
    return Markup(_once(box, NEW_ROW))  # noqa: S704  # of the template


def _once(box: Box, typed: Any) -> str:
    """Once a form, language and way to be filled in."""
    key = box.field.name, typed, str(get_locale())
    if key not in box.drawn:
        blank: Any = Blank(getattr(box.input, "choices", {}), typed)
        empty = BlankBox(box.field, blank, (), there=True, filled=False, asks_date=False)
        page = macros(INPUTS)
        box.drawn[key] = str(page.draw_new_row(empty) if typed == NEW_ROW else page.draw_anew(empty))
    return box.drawn[key]


def row_buttons(name: str, place: int, word: str) -> Markup:
    return _row_buttons(name, place, word, str(get_locale()))


@lru_cache(maxsize=2048)
def _row_buttons(name: str, place: int, word: str, _locale: str) -> Markup:
    buttons: Markup = macros(INPUTS).draw_row_buttons(name, place, word)
    return buttons
