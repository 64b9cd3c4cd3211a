"""The timetable as a process: every job on the clock, and an end that is clean whenever it is asked for."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.clockwork import ClockProcess
from models.entries import Version
from models.records import JobStatus
from models.states import Kind, State
from portal.operation.supervisor import PATIENCE
from portal.settings import Settings
from scheduler import jobs
from scheduler.__main__ import AT_FIRST, Ticking, build, keep_pace
from scheduler.timetable import TIMETABLE, Job
from tests.databases import ROOT
from tests.mail.sending import queue
from tests.make import Maker

BUSY_TICK = 0.0002  # seconds: the end comes in the middle of a tick


def test_all_of_the_timetable_is_on_the_clock(house: Flask) -> None:
    scheduled = {job.id: job for job in build(house).get_jobs()}
    tick = house.config["PORTAL"].tick_seconds
    assert list(scheduled) == [*(job.id for job in TIMETABLE), "asked"]
    for job in TIMETABLE:
        assert scheduled[job.id].trigger.interval == timedelta(seconds=job.every * tick)
        assert scheduled[job.id].args == (house, job)


def test_a_wall_clock_that_was_put_back_holds_no_job_up(house: Flask, now: datetime) -> None:
    scheduler = build(house)
    scheduler.start(paused=True)
    try:
        for job in scheduler.get_jobs():
            job.modify(next_run_time=now + timedelta(hours=1) + job.trigger.interval)
        keep_pace(scheduler, now=now)
        waits = {job.id: job.next_run_time - now for job in scheduler.get_jobs()}
        expected = {job.id: min(job.trigger.interval, AT_FIRST) for job in scheduler.get_jobs()}
        assert waits == expected
        keep_pace(scheduler, now=now + timedelta(seconds=0.1))
        assert {job.id: job.next_run_time - now for job in scheduler.get_jobs()} == expected, "only when it must"
    finally:
        scheduler.shutdown(wait=False)


def test_a_wall_clock_that_leapt_is_followed_at_once(now: datetime) -> None:
    """The timer asks again and again until it is told of a time to come: a year of seconds took it half an hour."""
    ticking, leapt = Ticking(seconds=1, timezone=UTC), now + timedelta(days=365)
    assert ticking.get_next_fire_time(now, now) == now + timedelta(seconds=1)
    assert ticking.get_next_fire_time(now, leapt) == leapt + timedelta(seconds=1)


def test_every_job_has_a_name_of_its_own() -> None:
    for names in ([job.id for job in TIMETABLE], [job.name for job in TIMETABLE]):
        assert len(set(names)) == len(names)
        assert all(names)


def test_the_clock_keeps_its_promises_by_its_intervals() -> None:
    """G13 and G22 leave ten seconds; a tick is one."""
    every = {job.id: job.every * Settings.tick_seconds for job in TIMETABLE}
    assert every["publish"] <= 5
    assert every["mail-login"] <= 5
    assert every["close"] <= 60


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.id)
def test_every_job_finds_nothing_in_an_empty_portal(rules: Flask, now: datetime, job: Job) -> None:
    assert jobs.run(job, now=now) == 0
    row = db.session.scalars(select(JobStatus)).one()
    assert (row.job, row.name, row.error) == (job.id, job.name, "")


@contextmanager
def clock(settings: Settings, errors: Path, **more: str) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATABASE_URL": settings.database_url,
        "PORTAL_SECRET_KEY": settings.secret_key,
        "PORTAL_STORAGE_URL": settings.storage_url,
        "PORTAL_MAIL_SERVER": "127.0.0.1",
        "PORTAL_MAIL_PORT": "1",
    } | more
    with errors.open("wb") as said:
        process = subprocess.Popen([sys.executable, "-m", "scheduler"], cwd=ROOT, env=environment, stderr=said)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def wait_until_it_ran(*ids: str) -> None:
    end = time.monotonic() + 60
    while not set(ids) <= set(db.session.scalars(select(JobStatus.job))):
        db.session.rollback()
        assert time.monotonic() < end, "the clock does not tick"
        time.sleep(0.1)
    db.session.rollback()


def wait_until_all_tick(clocks: list["subprocess.Popen[bytes]"]) -> None:
    """A clock works in threads once it ticks."""
    end = time.monotonic() + 60
    while any(psutil.Process(process.pid).num_threads() < 2 for process in clocks):
        assert time.monotonic() < end, "a clock does not tick"
        time.sleep(0.1)
    time.sleep(0.3)


def test_the_process_publishes_what_is_due_and_records_each_job(
    rules: Flask, settings: Settings, tmp_path: Path
) -> None:
    make = Maker(datetime.now().astimezone() - timedelta(days=8))  # what it approves was due yesterday
    version = make.approved(Kind.notice)
    db.session.remove()
    ids = [job.id for job in TIMETABLE if job.every <= 5]
    with clock(settings, tmp_path / "errors", PORTAL_TICK_SECONDS="0.1"):
        wait_until_it_ran(*ids)
    assert db.session.scalar(select(Version.state).where(Version.id == version.id)) is State.published


def test_the_process_ends_cleanly_also_in_the_middle_of_a_tick(
    rules: Flask, settings: Settings, tmp_path: Path
) -> None:
    endings = (signal.SIGTERM, signal.SIGINT)
    files = [tmp_path / f"errors{count}" for count, _ in enumerate(endings)]
    with ExitStack() as stack:
        busy = {"PORTAL_TICK_SECONDS": str(BUSY_TICK)}
        clocks = [stack.enter_context(clock(settings, errors, **busy)) for errors in files]
        wait_until_it_ran("publish", "mail-login")
        wait_until_all_tick(clocks)
        begun = time.monotonic()
        for process, number in zip(clocks, endings, strict=True):
            process.send_signal(number)
        assert [process.wait(timeout=2 * PATIENCE) for process in clocks] == [0, 0]
        print(f"\ntwo busy clocks ended after {time.monotonic() - begun:.2f} s")
    assert [errors.name for errors in files if "Traceback" in errors.read_text()] == []
    assert db.session.scalar(select(func.count()).select_from(ClockProcess)) == 0, "who ended is not counted as living"


def test_the_end_waits_for_a_silent_mail_server_no_longer_than_it_is_silent(
    rules: Flask, settings: Settings, tmp_path: Path
) -> None:
    queue(20, now=datetime.now().astimezone())
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = str(silent.getsockname()[1])
        with clock(settings, tmp_path / "errors", PORTAL_MAIL_PORT=port, PORTAL_TICK_SECONDS="0.1") as process:
            silent.settimeout(60)
            line, _ = silent.accept()
            with line:
                process.send_signal(signal.SIGTERM)
                time.sleep(0.5)
                begun = time.monotonic()
            assert process.wait(timeout=PATIENCE) == 0
    print(f"\nended {time.monotonic() - begun:.2f} s after the silent server hung up")
