"""The clock runs whatever happens: a fault is recorded and tried again, and every job's last run is on record."""

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.records import JobStatus
from models.states import Kind, State
from portal.app import create_app
from portal.database import begin_write
from portal.settings import Settings
from scheduler import jobs
from scheduler.timetable import TIMETABLE, Job
from tests.conftest import hang_up
from tests.make import Maker

SECOND = timedelta(seconds=1)


def status() -> JobStatus:
    row = db.session.scalars(select(JobStatus)).one()
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
    def work(moment: datetime) -> int:
        assert moment == now
        time.sleep(0.05)
        return 3

    assert jobs.run(Job("test", "試験の処理", 1, work), now=now) == 3
    row = status()
    assert (row.job, row.name) == ("test", "試験の処理")
    assert (row.started_at, row.done, row.error, row.worked_at) == (now, 3, "", now)
    assert 0.05 <= row.seconds < 5


def test_a_fault_is_recorded_and_does_not_stop_the_clock(rules: Flask, now: datetime) -> None:
    assert jobs.run(broken(), now=now) == 0
    row = status()
    assert row.error == "RuntimeError", "the class alone: a message may name a person"
    assert (row.done, row.worked_at) == (0, None)
    assert jobs.run(counted(1), now=now + SECOND) == 1
    assert status().error == ""


def test_an_idle_run_after_a_fault_is_recorded_at_once(rules: Flask, now: datetime) -> None:
    jobs.run(counted(0), now=now)
    jobs.run(broken(), now=now + SECOND)
    assert status().error == "RuntimeError"
    jobs.run(counted(0), now=now + 2 * SECOND)
    assert (status().error, status().started_at) == ("", now + 2 * SECOND)


def test_a_fault_of_one_leaves_no_open_transaction_for_the_next(rules: Flask, make: Maker, now: datetime) -> None:
    def half(_now: datetime) -> int:
        begin_write()
        db.session.execute(select(1))
        raise RuntimeError("in the middle")

    version = make.approved(Kind.notice)
    version_id, publish_at = version.id, version.publish_at
    jobs.run(Job("test", "", 1, half), now=now)
    publish = next(job for job in TIMETABLE if job.id == "publish")
    assert jobs.run(publish, now=publish_at) == 1
    assert db.session.scalar(select(Version.state).where(Version.id == version_id)) is State.published


def test_what_a_broken_job_began_is_not_kept(rules: Flask, now: datetime) -> None:
    def half(moment: datetime) -> int:
        begin_write()
        db.session.add(JobStatus(job="half done", started_at=moment, seconds=0, done=1))
        db.session.flush()
        raise RuntimeError("in the middle")

    jobs.run(Job("test", "", 1, half), now=now)
    assert status().job == "test"


@pytest.mark.parametrize("url", ["sqlite:///{folder}/without-a-schema.sqlite", "postgresql://127.0.0.1:1/nobody"])
def test_a_database_that_is_away_does_not_stop_the_clock(
    url: str, folder: Path, caplog: pytest.LogCaptureFixture, now: datetime
) -> None:
    settings = Settings(database_url=url.format(folder=folder), secret_key="a secret for tests that is long enough")
    app = create_app(settings, doors=False)
    with app.app_context():
        assert jobs.run(counted(2), now=now) == 2
        assert jobs.run(TIMETABLE[0], now=now) == 0
    hang_up(app)
    said = [record.message for record in caplog.records if record.name == "scheduler.jobs"]
    assert said == ["job not recorded", "job failed", "job not recorded"]


def test_idle_runs_are_recorded_every_fifteen_seconds(rules: Flask, now: datetime) -> None:
    recorded = []
    for second in range(40):
        jobs.run(counted(0), now=now + second * SECOND)
        recorded.append(int((status().started_at - now).total_seconds()))
    assert recorded == [0] * 15 + [15] * 15 + [30] * 10


def test_a_run_that_moves_something_is_recorded_at_once_and_remembered(rules: Flask, now: datetime) -> None:
    jobs.run(counted(0), now=now)
    jobs.run(counted(2), now=now + SECOND)
    assert (status().started_at, status().done, status().worked_at) == (now + SECOND, 2, now + SECOND)
    jobs.run(counted(0), now=now + 2 * SECOND)
    assert status().done == 2, "within the quiet of the last one"
    jobs.run(counted(0), now=now + 20 * SECOND)
    assert (status().started_at, status().done, status().worked_at) == (now + 20 * SECOND, 0, now + SECOND)
