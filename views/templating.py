"""What pages call beside words and dates: icons, static files by content, and the path of the right home."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask, current_app
from markupsafe import Markup

from models.states import Role
from portal.actors import Actor


def register(app: Flask) -> None:
    app.jinja_env.globals.update(icon=icon, asset=asset, home_of=home_of)


@lru_cache(maxsize=256)
def icon(name: str, css: str = "i") -> Markup:
    """A stroke icon of the sprite; words beside it tell what it means."""
    return Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>').format(css, asset("icons.svg"), name)


@lru_cache(maxsize=64)
def asset(name: str) -> str:
    """The address of a file in static/, which changes with its content. Files change with a new start only."""
    path = Path(current_app.static_folder or "") / name
    version = sha256(path.read_bytes()).hexdigest()[:10] if path.exists() else "missing"
    return f"/static/{name}?v={version}"


def home_of(actor: Actor) -> str:
    """Where a login leads: every role has one door."""
    if actor.is_secretariat:
        return "/desk/"
    return {Role.anonymous: "/", Role.talent: "/talent/"}.get(actor.role, "/mypage/")
