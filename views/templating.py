"""What pages call beside words and dates: icons, static files by content, and the path of the right home."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from flask_babel import get_domain, get_locale
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from models.states import Role
from portal.actors import Actor
from portal.code_list import Code, CodeList
from portal.publishing.wording import file_facts
from portal.registry import changes
from portal.wording import Look

NAME = re.compile(r"\{(\w+)\}")  # in a pattern
MARKED, CHECKED = ("<option ", "selected"), ("", "checked")  # how an option and a box begin, and what chooses them


def register(app: Flask) -> None:
    app.jinja_env.filters["file_facts"] = file_facts
    app.jinja_env.globals.update(
        _=translate,
        icon=icon,
        asset=asset,
        mark=mark,
        options=options,
        constant=constant,
        home_of=home_of,
        account_of=account_of,
        registration_words=registration_words,
    )


@pass_eval_context
def translate(context: EvalContext, text: str, **words: object) -> str:
    """Flask-Babel's gettext with the catalogue looked up once a request: a page says some hundred words with it."""
    try:
        catalogue = g.catalogue
    except AttributeError:
        catalogue = g.catalogue = get_domain().get_translations()
    said = _said(catalogue, text) if context.autoescape else catalogue.ugettext(text)
    return said % words if words else said


@lru_cache(maxsize=8192)
def _said(catalogue: Any, text: str) -> Markup:
    return Markup(catalogue.ugettext(text))  # noqa: S704  # our own texts; what is put into them is escaped


@lru_cache(maxsize=256)
def icon(name: str, css: str = "i") -> Markup:
    """A stroke icon of the sprite; words beside it tell what it means."""
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(css, asset("icons.svg"), name)


@lru_cache(maxsize=256)
def mark(base: str, look: Look, title: str = "") -> Markup:
    """A state, a clock or a lamp: a word and an icon, drawn once for all places that show the same."""
    hint = Markup(' title="{}"').format(title) if title else ""
    css = f"{base} {look.css}".rstrip()
    return Markup('<span class="{}"{}>{}{}</span>').format(css, hint, icon(look.icon), look.label)


def options(choices: Mapping[str, str] | Iterable[Code], chosen: str | Collection[str]) -> Markup:
    """Those of a select. A form has some thousand, the same each time but for what is chosen in them."""
    if isinstance(choices, CodeList):
        pairs = choices.pairs
    else:
        pairs = tuple(choices.items() if isinstance(choices, Mapping) else ((code.value, code.ja) for code in choices))
    return Markup(choose(_options(pairs), {chosen} if isinstance(chosen, str) else set(chosen)))  # noqa: S704  # escaped below


def choose(drawn: str, chosen: Iterable[str], how: tuple[str, str] = MARKED) -> str:
    """Options or boxes that were drawn, with these of them chosen."""
    start, mark = how
    for value in filter(None, chosen):  # without a choice nothing is marked
        plain = f'{start}value="{escape(value)}"'
        drawn = drawn.replace(f"{plain}>", f"{plain} {mark}>", 1)
    return drawn


@lru_cache(maxsize=512)
def _options(pairs: tuple[tuple[str, str], ...]) -> str:
    return "".join(f'<option value="{escape(value)}">{escape(word)}</option>' for value, word in pairs)


def macros(template: str) -> Any:
    """The macros of a template, to be called from a view."""
    return current_app.jinja_env.get_template(template).module


def constant(template: str, macro: str) -> Markup:
    """A piece of a page that depends on nothing but the language: drawn once."""
    return _constant(template, macro, str(get_locale()))


@lru_cache(maxsize=64)
def _constant(template: str, macro: str, _locale: str) -> Markup:
    drawn: Markup = getattr(macros(template), macro)()
    return drawn


def pattern(drawn: str) -> str:
    """A piece of a page, drawn once with {names} where its copies differ: a long list fills it in with `%` and a dict
    for each row. What it is filled with is escaped where it enters the row; `joined` makes the rows a piece of a page.
    """
    return NAME.sub(r"%(\1)s", str(drawn).replace("%", "%%"))


def literal(text: str) -> Markup:
    """Foreign text that is part of a pattern itself."""
    return Markup(str(escape(text)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704  # escaped


def joined(rows: Iterable[str]) -> Markup:
    return Markup("".join(rows))  # noqa: S704  # of patterns, filled with what was escaped


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a file in static/, which changes with its content. Files change with a new start only."""
    path = Path(current_app.static_folder or "") / name
    version = sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "missing"
    return f"/static/{name}?v={version}"


def registration_words(names: Iterable[str]) -> str:
    """Fields of a registration, as the form calls them."""
    return "、".join(changes.labels(list(names)))


def home_of(actor: Actor) -> str:
    """Where a login leads: every role has one door."""
    if actor.is_secretariat:
        return "/desk/"
    return {Role.anonymous: "/", Role.talent: "/talent/"}.get(actor.role, "/mypage/")


def account_of(actor: Actor) -> str:
    """「アカウント情報」 behind the person's own door, where it has one there."""
    return "/mypage/account/" if home_of(actor) == "/mypage/" else "/account/"
