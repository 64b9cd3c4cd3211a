"""The same applications inside this process: logins for the servers, and the statements that one request issues."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, event, func, select

from bench import stock
from bench.rows import BUSY_ORGANIZATION
from models.base import db
from models.people import Account
from models.states import Role
from portal import clock
from portal.accounts import sessions
from portal.accounts.origins import Origin
from portal.app import create_app
from portal.database import begin_write
from portal.settings import Settings

PEOPLE = {
    "reviewer": Account.role == Role.reviewer,
    "member": Account.organization_id == BUSY_ORGANIZATION,
    "talent": Account.id == select(func.max(Account.id)).where(Account.role == Role.talent).scalar_subquery(),
}
CREATE = {"ours": create_app, "stock": stock.create_app}


def log_in(settings: Settings) -> dict[str, dict[str, str]]:
    """Cookies for each person; their sessions are rows as a login leaves them."""
    app = create_app(settings, doors=False)
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of the signed cookie, which Flask's type hides
    cookies: dict[str, dict[str, str]] = {"": {}}
    with app.app_context():
        begin_write()
        for name, condition in PEOPLE.items():
            account = db.session.scalars(select(Account).where(condition)).one_or_none()
            if account is None:  # no talents without applications
                continue
            opened = sessions.open_session(
                account, origin=Origin("127.0.0.1", "bench"), now=clock.now(), settings=settings
            )
            value = serializer.dumps({"_user_id": opened.token, "_fresh": True})
            cookies[name] = {app.config["SESSION_COOKIE_NAME"]: value}
        db.session.commit()
        db.engine.dispose()
    return cookies


@contextmanager
def application(name: str, settings: Settings) -> Iterator[Flask]:
    app = CREATE[name](settings)
    yield app
    with app.app_context():
        db.engine.dispose()


def browser(app: Flask, cookies: dict[str, str]) -> FlaskClient:
    client = app.test_client()
    for name, value in cookies.items():
        client.set_cookie(name, value)
    return client


def statements_of(app: Flask, call: Callable[[], Any]) -> int:
    """SQL statements of one call, without BEGIN and COMMIT."""
    with app.app_context():
        return count(db.engine, call)


def count(engine: Engine, call: Callable[[], Any]) -> int:
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        call()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(seen)
