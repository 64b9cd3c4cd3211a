"""The clock runs whatever happens: a fault is recorded and tried again, and every job's last run is on record."""

import os
import signal
import subprocess
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.records import JobStatus
from models.states import Kind, State
from scheduler import jobs
from scheduler.__main__ import build
from scheduler.timetable import TIMETABLE, Job
from tests import databases
from tests.make import Maker


def status(job: Job) -> JobStatus:
    row = db.session.scalars(select(JobStatus).where(JobStatus.job == job.id)).one()
    db.session.expunge(row)
    db.session.rollback()
    return row


def counted(done: int) -> Job:
    return Job("test", "試験の処理", 1, lambda _now: done)


def broken() -> Job:
    def fail(_now: datetime) -> int:
        raise RuntimeError("personal data must not be recorded: sato@example.jp")

    return Job("test", "試験の処理", 1, fail)


def test_a_run_is_on_record(rules: Flask, now: datetime) -> None:
    assert jobs.run(counted(3), now=now) == 3
    row = status(counted(3))
    assert (row.name, row.started_at, row.done, row.error, row.worked_at) == ("試験の処理", now, 3, "", now)
    assert 0 <= row.seconds < 5


def test_a_fault_is_recorded_and_does_not_stop_the_clock(rules: Flask, now: datetime) -> None:
    assert jobs.run(broken(), now=now) == 0
    row = status(broken())
    assert row.error == "RuntimeError", "the class alone: a message may name a person"
    assert jobs.run(counted(1), now=now + timedelta(seconds=1)) == 1
    assert status(counted(1)).error == ""


def test_a_fault_of_one_leaves_no_open_transaction_for_the_next(rules: Flask, make: Maker, now: datetime) -> None:
    from portal.database import begin_write

    def half(_now: datetime) -> int:
        begin_write()
        db.session.execute(select(1))
        raise RuntimeError("in the middle")

    jobs.run(Job("test", "", 1, half), now=now)
    version = make.approved(Kind.notice)
    version_id, publish_at = version.id, version.publish_at
    publish = next(job for job in TIMETABLE if job.id == "publish")
    assert jobs.run(publish, now=publish_at) == 1
    assert db.session.scalar(select(Version.state).where(Version.id == version_id)) is State.published


def test_idle_runs_are_recorded_now_and_then(rules: Flask, now: datetime) -> None:
    for second in range(40):
        jobs.run(counted(0), now=now + timedelta(seconds=second))
    assert status(counted(0)).started_at in [now + timedelta(seconds=s) for s in (30, 31, 32)]
    jobs.run(counted(2), now=now + timedelta(seconds=41))
    jobs.run(counted(0), now=now + timedelta(seconds=60))
    row = status(counted(0))
    assert row.started_at == now + timedelta(seconds=60)
    assert row.worked_at == now + timedelta(seconds=41), "when it last moved anything stays"


def test_all_of_the_timetable_is_on_the_clock(house: Flask) -> None:
    scheduler = build(house)
    assert isinstance(scheduler, BlockingScheduler)
    assert {job.id for job in scheduler.get_jobs()} == {job.id for job in TIMETABLE}
    assert len({job.name for job in TIMETABLE}) == len(TIMETABLE)


def test_the_process_ends_when_told(tmp_path: Path, database_url: str, worker: str) -> None:
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    url = databases.fresh_url(kind, tmp_path, f"portal_clock_{worker}")
    databases.migrate(url)
    environment = {
        "PATH": os.environ["PATH"],
        "PORTAL_DATABASE_URL": url,
        "PORTAL_SECRET_KEY": "a secret for the clock that is long enough",
        "PORTAL_TICK_SECONDS": "0.1",
        "PORTAL_MAIL_PORT": "1",
    }
    process = subprocess.Popen([sys.executable, "-m", "scheduler"], cwd=databases.ROOT, env=environment)
    try:
        time.sleep(3)
        assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=15) == 0
    finally:
        process.kill()


@pytest.mark.parametrize("job", TIMETABLE, ids=lambda job: job.id)
def test_every_job_finds_nothing_in_an_empty_portal(rules: Flask, now: datetime, job: Job) -> None:
    assert jobs.run(job, now=now) == 0
    assert status(job).error == ""
