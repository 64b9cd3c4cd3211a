"""The talents' door."""

from flask import Flask

from views.talent import home


def register(app: Flask) -> None:
    app.register_blueprint(home.room)
