"""Is the process alive, and can it serve: for load balancers and operators."""

from flask import Blueprint, Flask, abort
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from portal.extensions import csrf

room = Blueprint("health", __name__)


def register(app: Flask) -> None:
    csrf.exempt(room)
    app.register_blueprint(room)


@room.get("/healthz")
def alive() -> tuple[str, dict[str, str]]:
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}


@room.get("/readyz")
def ready() -> tuple[str, dict[str, str]]:
    """Database and schema answer. Which revision is not asked: old processes serve on while a new one migrates."""
    try:
        db.session.execute(text("SELECT version_num FROM alembic_version")).one()
    except SQLAlchemyError:
        abort(503)
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
