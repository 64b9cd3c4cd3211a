"""Is the process alive, and can it serve: for load balancers and operators."""

from flask import Blueprint, Flask
from sqlalchemy import text

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
    """Database and schema answer; otherwise the 503 page comes from the database's own error."""
    db.session.execute(text("SELECT version_num FROM alembic_version")).one()
    return "ok\n", {"Content-Type": "text/plain; charset=utf-8"}
