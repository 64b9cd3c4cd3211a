"""Who stands behind a request: from the session cookie to an Actor, and where a stranger is sent to log in."""

import logging
import re
from typing import cast
from urllib.parse import quote, urlsplit

from flask import Flask, Request, Response, current_app, g, redirect, request
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy import Row
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response as AnyResponse

from models.base import db
from models.states import Role
from portal import clock
from portal.accounts import sessions
from portal.accounts.browsers import KNOWN_FOR
from portal.accounts.origins import Origin, describe_browser
from portal.actors import Actor
from portal.administration import memory
from portal.database import begin_write
from portal.messaging import boxes
from portal.settings import Settings
from views.templating import home_of

log = logging.getLogger(__name__)

HOMES = ("/mypage/", "/desk/", "/talent/")
LONGEST_NEXT = 2000
UNSAFE = re.compile(r"[\\\s\x00-\x20\x7f-\x9f\u2028\u2029]")
login_manager = LoginManager()


class User(UserMixin):
    """Flask-Login's view of an open session. Its id is the session's token, so that ending the row ends the login."""

    def __init__(self, token: str, row: Row) -> None:
        self.token = token
        self.session_id: int = row.id
        self.session = row
        self.actor = Actor(row.role, row.account_id, row.organization_id, row.name, address())
        self.org_type: str = row.org_type or ""
        self.organization: str = row.organization or ""  # as menus call it
        self.unread: int = row.unread  # threads of a member's mailbox, when the request began

    def get_id(self) -> str:
        return self.token


def register(app: Flask) -> None:
    # Pages ask current_actor(): the library's own look-up for templates would fail once more on the page of a failure.
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None  # rows decide; an address may change on the way
    login_manager.unauthorized_handler(lambda: redirect(address_for(request)))
    login_manager.user_loader(load_user)
    app.after_request(touch_session)


def load_user(token: str) -> User | None:
    user = user_of(token)
    if user and sessions.is_due_for_touch(user.session.seen_at, now=clock.now()):
        g.session_to_touch = user.session_id
    return user


def user_of(token: str) -> User | None:
    row = sessions.find_session(token, now=clock.now(), settings=settings(), beside=(boxes.unread_beside(),))
    return User(token, row) if row else None


def load_actor() -> Actor:
    """One statement a request, at the first call; none for a stranger."""
    return current_user.actor if current_user.is_authenticated else nobody()


def nobody() -> Actor:
    return Actor(Role.anonymous, ip=address())


def touch_session(response: Response) -> Response:
    """In a transaction of its own after the page's: reading a page writes nothing else."""
    if session_id := g.pop("session_to_touch", None):
        try:
            begin_write()
            sessions.touch(session_id, now=clock.now())
            db.session.commit()
        except OperationalError as error:  # the page is made already, and the next one touches again
            db.session.rollback()
            log.warning("session not touched: %s", type(error).__name__)
    return response


def settings() -> Settings:
    """The environment's, with what the desk set in their place."""
    return memory.effective(cast("Settings", current_app.config["PORTAL"]))


def address() -> str:
    return request.remote_addr or ""


def origin() -> Origin:
    browser = describe_browser(request.user_agent.string)
    return Origin(address(), browser, request.cookies.get(browser_cookie(), "")[:100])


def browser_cookie() -> str:
    return "__Host-browser" if settings().secure else "browser"


def remember_browser(response: AnyResponse, token: str) -> None:
    response.set_cookie(
        browser_cookie(), token, max_age=KNOWN_FOR, secure=settings().secure, httponly=True, samesite="Strict"
    )


def address_for(request: Request) -> str:
    """The login that leads back to the page asked for."""
    door = "/talent/login" if request.path.startswith("/talent/") else "/login"
    wanted = request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else ""
    return f"{door}?next={quote(wanted)}" if safe_path(wanted) else door


def login_of(actor: Actor) -> str:
    return "/talent/login" if actor.role is Role.talent else "/login"


def safe_path(text: str | None) -> str:
    """A path on this site, or nothing. Browsers read backslashes as slashes and skip tabs and line ends."""
    if not text or len(text) > LONGEST_NEXT or not text.startswith("/") or text.startswith("//") or UNSAFE.search(text):
        return ""
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path.startswith(("/login", "/logout", "/talent/login")):
        return ""
    return text


def way_in(actor: Actor, wanted: str) -> str:
    """Where a login leads: to the page asked for, unless it lies behind another role's door."""
    home = home_of(actor)
    path = safe_path(wanted)
    is_foreign = path.startswith(tuple(door for door in HOMES if door != home))
    return home if is_foreign else path or home
