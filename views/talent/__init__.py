"""The talents' door."""

from flask import Flask

from views.talent import applying, home, profile, registration
from views.talent.room import room

__all__ = ["applying", "home", "profile", "registration"]


def register(app: Flask) -> None:
    app.register_blueprint(room)
