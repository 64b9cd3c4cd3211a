"""The talents' door."""

from flask import Flask

from views.talent import applications, applying, hiding, home, mailbox, offers, own_data, profile, registration
from views.talent.room import room

__all__ = ["applications", "applying", "hiding", "home", "mailbox", "offers", "own_data", "profile", "registration"]


def register(app: Flask) -> None:
    app.register_blueprint(room)
