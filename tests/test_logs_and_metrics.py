"""What a monitor and a collector of logs get: figures for who has the token, one JSON object a line."""

import io
import json
import logging
import os
import re
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from models.states import Kind
from portal import clock
from portal.app import create_app
from portal.clockwork import beats
from portal.demo_mail import free_port
from portal.operation import logs, server
from portal.settings import SettingError, Settings, check
from scheduler.jobs import record
from scheduler.timetable import TIMETABLE
from tests.conftest import hang_up
from tests.databases import ROOT
from tests.make import Maker

PATIENCE = 60  # seconds; a slow machine is no fault
TOKEN = "a token for the monitor, long enough"
BEARER = {"Authorization": f"Bearer {TOKEN}"}


def figures(text: str) -> dict[tuple[str, ...], float]:
    """By name and the values of its labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def watched(settings: Settings) -> Iterator[Flask]:
    app = create_app(replace(settings, metrics_token=TOKEN, log="json"))
    yield app
    hang_up(app)


def test_figures_are_for_who_has_the_token(site: Flask, watched: Flask) -> None:
    assert site.test_client().get("/metrics", headers=BEARER).status_code == 404, "without a token there is no page"
    assert site.test_client().get("/metrics").status_code == 404, "nothing is not the token that nobody chose"
    client = watched.test_client()
    for given in ("", "Bearer ", f"Bearer {TOKEN}x", TOKEN[:-1]):
        assert client.get("/metrics", headers={"Authorization": given}).status_code == 404
    answer = client.get("/metrics", headers=BEARER)
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")


def test_figures_tell_of_entries_letters_jobs_and_answers(watched: Flask, make_here: Maker) -> None:
    make_here.submitted(Kind.job)
    make_here.published(Kind.notice)
    for number, job in enumerate(TIMETABLE):
        record(job, now=clock.now(), seconds=0.5, done=0, error="" if number else "ValueError")
    beats.beat(clock.now())
    client = watched.test_client()
    before = figures(client.get("/metrics", headers=BEARER).text)
    for path in ("/jobs/", "/jobs/", "/nowhere"):
        client.get(path)

    found = figures(client.get("/metrics", headers=BEARER).text)

    assert found["portal_schedulers",] == 1
    assert (found["portal_entries", "submitted"], found["portal_entries", "published"]) == (1, 1)
    assert found["portal_letters", "queued"] >= 2
    assert sum(value for key, value in found.items() if key[0] == "portal_job_failed") == 1
    assert found["portal_job_due", "mail"] >= 2
    assert found["portal_job_oldest_due_seconds", "mail"] > 0
    assert {key[1] for key in found if key[0] == "portal_job_age_seconds"} == {job.id for job in TIMETABLE}
    for key, count in (("public.listing", "GET", "200"), 2), (("none", "GET", "404"), 1):
        assert found["portal_requests_total", *key] - before.get(("portal_requests_total", *key), 0) == count
    assert not any(mark in str(found) for mark in ("@", "佐藤")), "nobody stands in a figure"


@contextmanager
def lines(settings: Settings) -> Iterator[list[dict[str, object]]]:
    """What is logged in here, as read from the stream."""
    stream, found = io.StringIO(), list[dict[str, object]]()
    root = logging.getLogger()
    level = root.level
    logs.configure(settings)
    handler = root.handlers[-1]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(stream)
    try:
        yield found
    finally:
        root.removeHandler(handler)
        root.setLevel(level)
        found += [json.loads(line) for line in stream.getvalue().splitlines()]


def test_each_answer_is_a_line_by_its_rule_alone(watched: Flask) -> None:
    with lines(watched.config["PORTAL"]) as found:
        watched.test_client().get(f"/password/{'t' * 43}?search=佐藤")
        watched.test_client().get("/nowhere/佐藤")
    told = [line for line in found if line["message"] == "answered"]
    assert [(line["rule"], line["status"]) for line in told] == [("/password/<token>", 410), ("", 404)]
    for line in told:
        assert re.fullmatch("[0-9a-f]{8}", str(line["request"]))
        assert line["account"] is None
    assert told[0]["request"] != told[1]["request"]
    assert "佐藤" not in str(found)
    assert "t" * 43 not in str(found)


def test_a_fault_carries_the_number_that_the_page_shows(watched: Flask) -> None:
    watched.config["PROPAGATE_EXCEPTIONS"] = False
    watched.add_url_rule("/breaks", view_func=lambda: 1 / 0)
    with lines(watched.config["PORTAL"]) as found:
        page = watched.test_client().get("/breaks").text
    shown = re.search("参照番号 ([0-9a-f]{8})", page)
    assert shown
    assert {line["request"] for line in found} == {shown[1]}
    assert any("ZeroDivisionError" in str(line.get("trace", "")) for line in found)


def test_lines_for_people_stay_lines(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    level = root.level
    try:
        for _ in range(2):
            logs.configure(settings)
        logging.getLogger("portal.test").warning("said once")
    finally:
        root.removeHandler(root.handlers[-1])
        root.setLevel(level)
    assert capsys.readouterr().err == "WARNING portal.test said once\n"


@pytest.mark.parametrize(("name", "value"), [("log", "xml"), ("metrics_token", "short")])
def test_settings_that_cannot_be_used_are_named(settings: Settings, name: str, value: str) -> None:
    with pytest.raises(SettingError, match=f"PORTAL_{name.upper()}"):
        check(replace(settings, **{name: value}))


def test_the_workers_of_a_server_count_together(rules: Flask, settings: Settings) -> None:
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_STORAGE_URL": settings.storage_url,
        "PORTAL_METRICS_TOKEN": TOKEN,
        "PORTAL_PORT": str(port),
        "PORTAL_WEB_WORKERS": "2",
    }
    command = server.command("--log-level", "warning")
    address, asked = f"http://127.0.0.1:{port}", 40
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        try:
            wait_for(f"{address}/healthz")
            for _ in range(asked):
                urllib.request.urlopen(f"{address}/jobs/", timeout=PATIENCE).close()
            question = urllib.request.Request(f"{address}/metrics", headers=BEARER)
            with urllib.request.urlopen(question, timeout=PATIENCE) as answer:
                found = figures(answer.read().decode())
        finally:
            process.terminate()
    assert found["portal_requests_total", "public.listing", "GET", "200"] == asked
    assert process.returncode == 0


def wait_for(address: str) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:  # not there, or still starting while it listens
            time.sleep(0.1)
    pytest.fail("the server does not answer")
