"""A real web server on loopback for drills, and clients that keep a journal of what they were told."""

import http.client
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.people import Account
from models.states import Kind
from portal.accounts import sessions
from portal.accounts.origins import Origin
from portal.actors import Actor
from portal.database import begin_write
from portal.demo_mail import free_port
from portal.operation import server
from portal.settings import ROOT, Settings
from tests.make import Maker
from tests.views.posting import posted

SECRET = "a drill needs no secret, but 32 letters"
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')
PATIENCE = 10.0  # seconds of a client
START = 60.0
DONE = (302, 303)


@dataclass
class Served:
    """`master` is gunicorn's arbiter, which HUP and TERM go to."""

    master: "subprocess.Popen[bytes]"
    url: str


@contextmanager
def serving(settings: Settings, *, workers: int = 2) -> Iterator[Served]:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_STORAGE_URL": settings.storage_url,
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_PORT": str(port),
        "PORTAL_WEB_WORKERS": str(workers),
    }
    command = server.command("--log-level", "critical")
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL) as master:
        try:
            served = Served(master, f"http://127.0.0.1:{port}")
            _wait_until_ready(served)
            yield served
        finally:
            master.terminate()


def _wait_until_ready(served: Served) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(f"{served.url}/readyz", timeout=5).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError("the server does not come to life")


def cookies_of_members(app: Flask, count: int) -> list[str]:
    """Of members of as many organizations, each logged in. No connection is left open for the server's processes."""
    with app.app_context():
        make = Maker(datetime.now(UTC))
        cookies = [cookie_of(app, make.member()) for _ in range(count)]
        db.session.remove()
        db.engine.dispose()
    return cookies


def cookie_of(app: Flask, actor: Actor) -> str:
    """Of a login as it is left in the browser."""
    settings: Settings = app.config["PORTAL"]
    begin_write()
    account = db.session.scalars(select(Account).where(Account.id == actor.account_id)).one()
    opened = sessions.open_session(
        account, origin=Origin("127.0.0.1", "drill"), now=datetime.now(UTC), settings=settings
    )
    db.session.commit()
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]  # of the signed cookie, which Flask's type hides
    return f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'_user_id': opened.token, '_fresh': True})}"


@dataclass
class Journal:
    """What one client was told: statuses, titles that were acknowledged, refused, or neither (the line was cut)."""

    statuses: Counter[str] = field(default_factory=Counter)
    acknowledged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    slowest: float = 0.0
    well_at: list[float] = field(default_factory=list)  # moments of answers that were as they should be
    away: list[str] = field(default_factory=list)  # pages of answers 503


class Client:
    """Asks and writes with a new connection each time, as a proxy does."""

    def __init__(self, served: Served, cookie: str = "") -> None:
        self.url, self.journal = served.url, Journal()
        self._opener = urllib.request.build_opener(Still())
        self.cookie = cookie

    def get(self, path: str) -> str:
        """The page, or nothing when there was none."""
        return self._ask(urllib.request.Request(f"{self.url}{path}", headers={"Cookie": self.cookie}))[1]

    def save(self, title: str) -> None:
        """A draft of that title, by the form."""
        token = TOKEN.search(self.get("/mypage/notices/new/"))
        if token is None:
            return
        fields = posted(Kind.notice, now=datetime.now(UTC), title=title, step="save", csrf_token=token[1])
        body = urlencode(list(fields.items(multi=True))).encode()
        request = urllib.request.Request(f"{self.url}/mypage/notices/new/", data=body, headers={"Cookie": self.cookie})
        status, _page = self._ask(request)
        told = self.journal
        (told.acknowledged if status in DONE else told.unknown if status == 0 else told.refused).append(title)

    def _ask(self, request: urllib.request.Request) -> tuple[int, str]:
        begun = time.monotonic()
        try:
            with self._opener.open(request, timeout=PATIENCE) as answer:
                status, page = answer.status, answer.read().decode()
                self._keep(answer.headers)
        except urllib.error.HTTPError as answer:
            status, page = answer.code, answer.read().decode()
            self._keep(answer.headers)
        except (OSError, http.client.HTTPException):
            status, page = 0, ""
        ended = time.monotonic()
        self.journal.slowest = max(self.journal.slowest, ended - begun)
        self.journal.statuses[str(status) if status else "cut"] += 1
        if status == 503:
            self.journal.away.append(page)
        if status in (200, *DONE):
            self.journal.well_at.append(ended)
        return status, page

    def _keep(self, headers: Message) -> None:
        """The session's cookie, which holds the form's token."""
        name = self.cookie.partition("=")[0]
        for header in headers.get_all("Set-Cookie") or ():
            if header.startswith(f"{name}=") and not header.startswith(f"{name}=;"):
                self.cookie = header.partition(";")[0]


class Still(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer."""

    def redirect_request(self, *_: Any) -> None:
        return None


def judged(clients: Sequence[Client], app: Flask) -> dict[str, int]:
    """The journals against the drafts that are stored: what was acknowledged is, what was refused is not, what else is
    may only be what nobody heard the end of, and each is once."""
    acknowledged = {title for client in clients for title in client.journal.acknowledged}
    refused = {title for client in clients for title in client.journal.refused}
    unknown = {title for client in clients for title in client.journal.unknown}
    with app.app_context():
        titles = Counter(db.session.scalars(select(Version.title)))
        db.session.remove()
        db.engine.dispose()
    return {
        "saved": len(acknowledged),
        "unknown": len(unknown),
        "lost": len(acknowledged - titles.keys()),
        "unexplained": len(titles.keys() - acknowledged - refused - unknown),
        "refused_but_stored": len(refused & titles.keys()),
        "doubled": sum(number > 1 for number in titles.values()),
    }
