"""Single fields of a form: drawn once each, and filled in with what is typed. A posting has ninety, always the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import Flask
from flask_babel import get_locale
from markupsafe import Markup, escape

from portal.publishing.shapes import Field, Type
from views.forms.boxes import Box
from views.templating import choose, macros

INPUTS = "organization/inputs.html"
TYPED, LENGTH = "\x02", "\x03"


@dataclass(frozen=True)
class Blank:
    """Stands where the input of a field would, to be filled in."""

    choices: Mapping[str, str]
    typed: str = TYPED


class BlankBox(Box):
    length = LENGTH


def register(app: Flask) -> None:
    app.jinja_env.globals["single"] = single


def single(box: Box) -> Markup:
    """What is said at this field alone is drawn for it alone."""
    if box.errors or box.asks_date or box.note:
        return macros(INPUTS).draw_single(box)
    choices = tuple(box.input.choices.items()) if box.field.type is Type.choice else ()
    drawn, typed = _drawn(box.field, choices, str(get_locale())), box.input.typed
    if box.field.type is Type.choice:
        return Markup(choose(drawn, (typed,)))  # noqa: S704  # of the template
    filled = drawn.replace(LENGTH, box.length).replace(TYPED, escape(typed))  # what is typed is not looked into
    return Markup(filled)  # noqa: S704  # of the template, and escaped


@lru_cache(maxsize=2048)
def _drawn(field: Field, choices: tuple[tuple[str, str], ...], _locale: str) -> str:
    blank: Any = Blank(dict(choices))
    box = BlankBox(field, blank, (), there=True, filled=False, asks_date=False)
    return str(macros(INPUTS).draw_single(box))
