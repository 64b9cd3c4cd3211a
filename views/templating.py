"""What pages call beside words and dates: icons, static files by content, and the path of the right home."""

from collections.abc import Iterable
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g
from flask_babel import get_domain
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

from models.states import Role
from portal.actors import Actor
from portal.registry import changes
from portal.wording import Look


def register(app: Flask) -> None:
    app.jinja_env.globals.update(
        _=translate, icon=icon, asset=asset, mark=mark, home_of=home_of, registration_words=registration_words
    )


@pass_eval_context
def translate(context: EvalContext, text: str, **words: object) -> str:
    """Flask-Babel's gettext with the catalogue looked up once a request: a page says some hundred words with it."""
    try:
        catalogue = g.catalogue
    except AttributeError:
        catalogue = g.catalogue = get_domain().get_translations()
    said = catalogue.ugettext(text)
    if context.autoescape:
        said = Markup(said)  # noqa: S704  # our own texts; what is put into them is escaped
    return said % words if words else said


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


def macros(template: str) -> Any:
    """The macros of a template, to be called from a view."""
    return current_app.jinja_env.get_template(template).module


class Pattern:
    """A piece of a page, drawn once with {names} where its copies differ: a long list fills it in for each row."""

    def __init__(self, drawn: str) -> None:
        self._fill = str(drawn).format

    def __call__(self, **values: Markup | int) -> Markup:
        """Values are escaped where they enter a row, once for all its places."""
        return Markup(self._fill(**values))  # noqa: S704  # the pattern is a template's, the values' type says the rest


def literal(text: str) -> Markup:
    """Foreign text that is part of a pattern itself."""
    return Markup(str(escape(text)).replace("{", "&#123;").replace("}", "&#125;"))  # noqa: S704  # escaped


def joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704  # `Markup.join` would look at each of them again


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
