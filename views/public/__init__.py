"""The public site: lists, pages of entries and organizations, feeds and what machines read."""

from flask import Flask

from views.public import feeds, lists, pages, texts
from views.public.room import room

__all__ = ["feeds", "lists", "pages", "texts"]


def register(app: Flask) -> None:
    app.register_blueprint(room)
