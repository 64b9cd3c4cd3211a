"""A23, G26: while the heaviest résumés that are taken burn in the press, every page answers, and no web process prints.

What is heavier is refused before it reaches the press, and what breaks the press all the same ends within its limits:
tests/recruiting/test_resume_pdf.py and tests/recruiting/test_press.py.
"""

import sqlite3
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from models.applications import Application
from models.base import db
from models.states import ResumeType
from portal import settings
from portal.app import create_app
from portal.database import begin_write
from portal.recruiting import resume_pdf, resumes
from portal.recruiting.snapshot import LONGEST_FIELD
from tests import databases
from tests.access.world import AGO
from tests.client import Browser
from tests.conftest import hang_up
from tests.make import Maker
from tests.recruiting.builders import applied, profile_of, talent
from tests.test_run import Running, children, environment, running, words_of
from tests.views.login import log_in

PEOPLE = 3  # two are printed at once, one waits
HEAVY = {"education": [{"at": "2010-03", "text": "国際協力" * (LONGEST_FIELD // 4)}] * 29}
PROMISED = 1.0  # second
LONGEST = 40.0


@pytest.fixture
def cookie(tmp_path: Path) -> tuple[str, list[str]]:
    """A portal without the demo whose organization asked for the résumés; its cookie, and the pages it may open."""
    chosen = settings.load(environment(tmp_path))
    databases.migrate(chosen.database_url)
    app = create_app(chosen)
    with app.app_context():
        make = Maker(datetime.now(UTC))
        ago = Maker(make.now - AGO)
        ago._count = 10_000
        owner = make.member()
        version = ago.published(actor=owner, documents=[], resume_type="general", resume_items=["education"])
        applications = []
        for number in range(PEOPLE):
            someone = talent(make, f"重田 {number}")
            begin_write()
            resumes.save(profile_of(someone), ResumeType.general, HEAVY, revision=1, actor=someone, now=make.now)
            db.session.commit()
            applications.append(applied(version, someone, now=make.now).id)
        begin_write()
        for key in applications:
            resume_pdf.request(db.session.get_one(Application, key), actor=owner, now=make.now)
        db.session.commit()
        client = Browser(app, use_cookies=True)
        log_in(client, owner)
        session = client.get_cookie("sid")
        assert session
        pages = [
            "/",
            f"/jobs/{version.entry.number}",
            f"/mypage/applications/{version.entry_id}/",
            *(f"/mypage/applications/detail/{key}/" for key in applications),
        ]
    hang_up(app)
    return f"sid={session.value}", pages


def test_every_page_answers_while_the_press_is_at_work(tmp_path: Path, cookie: tuple[str, list[str]]) -> None:
    said, pages = cookie
    with running(tmp_path, PORTAL_DEMO="0") as portal:
        slowest, asked, busy = "", 0, 0
        longest = 0.0
        end = time.monotonic() + LONGEST
        while time.monotonic() < end and made(tmp_path) < PEOPLE:
            for page in pages:
                at_work = printers(portal)
                seconds = answered(portal, page, said)
                asked, busy = asked + 1, busy + bool(at_work)
                if at_work and seconds > longest:
                    slowest, longest = page, seconds
        print(f"\n{asked} pages, {busy} of them beside a printer; the slowest {slowest} in {longest:.3f} s")
        assert made(tmp_path) == PEOPLE
        assert busy >= len(pages), "nothing burned meanwhile"
        assert longest < PROMISED, slowest
        # Who sets pages has Pango in its memory; no web process ever had, nor the clock.
        assert {name for name, process in named(portal) if has_pango(process)} == {"portal.press"}
        assert [name for name, _process in named(portal)].count("gunicorn") >= 2


def answered(portal: Running, path: str, cookie: str) -> float:
    request = urllib.request.Request(portal.url + path, headers={"Cookie": cookie})
    begun = time.monotonic()
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert (answer.status, answer.url) == (200, portal.url + path)
        answer.read()
    return time.monotonic() - begun


def made(home: Path) -> int:
    """How many résumés there are; any that failed ends the test."""
    with sqlite3.connect(f"file:{home}/portal.sqlite?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT error, file_id FROM rendered_resume").fetchall()
    connection.close()
    assert [error for error, _file in rows] == [""] * PEOPLE
    return sum(file is not None for _error, file in rows)


def named(portal: Running) -> Iterator[tuple[str, psutil.Process]]:
    for process in children(portal):
        words = words_of(process)
        yield next((word for word in ("gunicorn", "scheduler", "portal.press") if word in words), "other"), process


def printers(portal: Running) -> list[psutil.Process]:
    """Those that the press has forked."""
    presses = [process for name, process in named(portal) if name == "portal.press"]
    return [process for process in presses if any(process.ppid() == press.pid for press in presses)]


def has_pango(process: psutil.Process) -> bool:
    try:
        return "libpango" in Path(f"/proc/{process.pid}/maps").read_text()
    except OSError:
        return False
