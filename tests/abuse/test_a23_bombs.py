"""A23, G26: while the heaviest résumés that are taken burn in the press, every page answers, and no web process prints.

What is heavier is refused before it reaches the press, and what breaks the press all the same ends within its limits:
tests/recruiting/test_resume_pdf.py and tests/recruiting/test_press.py.
"""

import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles

import psutil
import pytest
from flask import Flask
from sqlalchemy import select

from models.applications import Application
from models.base import db
from portal import settings
from portal.actors import Actor
from portal.app import create_app
from portal.database import begin_write
from portal.press.client import AT_ONCE
from portal.recruiting import resume_pdf
from portal.recruiting.snapshot import LONGEST_FIELD
from tests import databases
from tests.access.world import AGO
from tests.client import Browser
from tests.conftest import hang_up
from tests.make import Maker
from tests.recruiting.builders import applied, talent
from tests.test_run import Running, children, environment, parent_of, running, words_of
from tests.views.login import log_in

HEAVY = [{"at": "2010-03", "text": "国際協力" * (LONGEST_FIELD // 4)}] * 29  # seconds of work, if not too much
PROMISED = 1.0  # second later than without
AS_SLOW = 2.0  # times as long as without, for 95 of 100 pages
NOTHING = 0.02  # second: below it a wait is not one
ROUNDS = 8
LONGEST = 60.0


@dataclass(frozen=True)
class Prepared:
    """A portal without the demo, before it starts: what its organization may open, and two heavy résumés."""

    app: Flask
    owner: Actor
    applications: Sequence[int]
    cookie: str
    pages: Sequence[str]

    def ask(self) -> None:
        """「履歴書PDF出力」 for both."""
        with self.app.app_context():
            begin_write()
            for key in self.applications:
                resume_pdf.request(db.session.get_one(Application, key), actor=self.owner, now=datetime.now(UTC))
            db.session.commit()


@pytest.fixture
def prepared(tmp_path: Path) -> Iterator[Prepared]:
    chosen = settings.load(environment(tmp_path))
    databases.migrate(chosen.database_url)
    app = create_app(chosen)
    with app.app_context():
        make = Maker(datetime.now(UTC))
        ago = Maker(make.now - AGO)
        ago._count = 10_000
        owner = make.member()
        version = ago.published(actor=owner, documents=[], resume_type="general", resume_items=["education"])
        number, entry_id = version.entry.number, version.entry_id
        people = [talent(make, f"重田 {place}") for place in range(AT_ONCE)]
        keys = [applied(version, someone, now=make.now).id for someone in people]
        begin_write()
        # As much as the press takes, straight into the rows: the forms take less.
        for application in db.session.scalars(select(Application)):
            application.resume = application.resume | {"items": {"education": {"education": HEAVY}}}
        db.session.commit()
        client = Browser(app, use_cookies=True)
        log_in(client, owner)
        session = client.get_cookie("sid")
        assert session
    pages = ["/", f"/jobs/{number}", f"/mypage/applications/{entry_id}/"]
    pages += [f"/mypage/applications/detail/{key}/" for key in keys]
    yield Prepared(app, owner, keys, f"sid={session.value}", pages)
    hang_up(app)


@pytest.mark.alone
def test_no_page_waits_for_the_press_and_no_web_process_prints(tmp_path: Path, prepared: Prepared) -> None:
    with running(tmp_path, PORTAL_DEMO="0") as portal:
        for page in prepared.pages * 2:  # each of the workers has seen each page
            answered(portal, page, prepared.cookie)
        quiet = [answered(portal, page, prepared.cookie) for page in prepared.pages * ROUNDS]
        prepared.ask()
        beside: list[float] = []
        end = time.monotonic() + LONGEST
        while len(beside) < ROUNDS * len(prepared.pages) and time.monotonic() < end:
            for page in prepared.pages:
                before = printers(portal)
                seconds = answered(portal, page, prepared.cookie)
                beside += [seconds] if before and printers(portal) else []
        assert len(beside) >= ROUNDS * len(prepared.pages), "nothing burned meanwhile"
        before_it, meanwhile = (quantiles(seconds, n=20)[-1] for seconds in (quiet, beside))
        print(f"\n{len(beside)} pages beside a printer: {max(beside):.3f} s at most, without one {max(quiet):.3f} s")
        print(f"95 of 100 within {meanwhile:.3f} s, without one within {before_it:.3f} s")
        assert max(beside) - max(quiet) < PROMISED
        assert meanwhile <= AS_SLOW * max(before_it, NOTHING)
        # Who sets pages has Pango in its memory: no web process has, nor the clock.
        family = list(named(portal))
        assert {name for name, process in family if has_pango(process)} == {"portal.press"}
        assert [name for name, _process in family].count("gunicorn") >= 2
        for printer in printers(portal):
            with suppress(psutil.NoSuchProcess):
                printer.kill()  # what was to be seen was seen


def answered(portal: Running, path: str, cookie: str) -> float:
    request = urllib.request.Request(portal.url + path, headers={"Cookie": cookie})
    begun = time.monotonic()
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert (answer.status, answer.url) == (200, portal.url + path)
        answer.read()
    return time.monotonic() - begun


def named(portal: Running) -> Iterator[tuple[str, psutil.Process]]:
    for process in children(portal):
        words = words_of(process)
        yield next((word for word in ("gunicorn", "scheduler", "portal.press") if word in words), "other"), process


def printers(portal: Running) -> list[psutil.Process]:
    """Those that the press has forked."""
    presses = {process.pid: process for name, process in named(portal) if name == "portal.press"}
    return [process for process in presses.values() if parent_of(process) in presses]


def has_pango(process: psutil.Process) -> bool:
    try:
        return "libpango" in Path(f"/proc/{process.pid}/maps").read_text()
    except OSError:
        return False
