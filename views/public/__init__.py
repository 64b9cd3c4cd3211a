"""The public site: lists, pages of entries and organizations, feeds and what machines read."""

from flask import Flask

from views.public import feeds, lists, pages, registration, texts
from views.public.room import room

__all__ = ["feeds", "lists", "pages", "registration", "texts"]


def register(app: Flask) -> None:
    app.register_blueprint(room)
    app.register_blueprint(registration.room)
