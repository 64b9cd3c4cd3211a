"""What administrators tell the jobs of the clock, what lies before the jobs, and who lives."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.clockwork import ClockProcess, JobRun
from models.records import AuditEvent, JobStatus
from models.states import Kind, Lane, Role
from portal import clock
from portal.actors import Actor
from portal.administration import memory
from portal.clockwork import beats, orders, plan, runs
from portal.database import begin_write
from portal.errors import Forbidden, NotFound, Refused
from scheduler import jobs
from scheduler.__main__ import AT_FIRST, build, first_run
from scheduler.timetable import TIMETABLE, Job
from tests.mail.sending import queue
from tests.make import Maker
from tests.publishing.test_races import at_once

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.fixture
def administrator(make: Maker) -> Actor:
    return make.secretary(Role.administrator)


class Counted:
    """A job of the timetable that counts its runs."""

    def __init__(self, name: str = "test") -> None:
        self.ran = 0
        self.job = Job(name, f"試験の処理 {name}", 5, self._run)

    def _run(self, _now: datetime) -> int:
        self.ran += 1
        return 1


@pytest.fixture
def counted(rules: Flask, now: datetime) -> Counted:
    made = Counted()
    jobs.run(made.job, now=now)
    return made


def told() -> list[str]:
    db.session.rollback()
    return list(
        db.session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "job").order_by(AuditEvent.id))
    )


def order(name: str, *words: str, actor: Actor, now: datetime, job: str = "test") -> None:
    begin_write()
    getattr(orders, name)(job, *words, actor=actor, now=now)
    db.session.commit()
    memory.look(every=0, now=now)


def test_a_paused_job_stands_still_until_it_is_resumed(counted: Counted, administrator: Actor, now: datetime) -> None:
    order("pause", "メールサーバーの入れ替え", actor=administrator, now=now)
    assert jobs.run(counted.job, now=now + SECOND) == 0
    assert counted.ran == 1
    (pause,) = orders.paused().values()
    assert (pause.since, pause.by, pause.reason) == (now, administrator.name, "メールサーバーの入れ替え")

    order("resume", actor=administrator, now=now)
    assert jobs.run(counted.job, now=now + 2 * SECOND) == 1
    assert orders.paused() == {}
    assert told() == ["job.pause", "job.resume"]


def test_what_would_tell_of_a_stop_is_never_paused(rules: Flask, administrator: Actor, now: datetime) -> None:
    names = {job.id for job in TIMETABLE}
    assert names >= orders.NEVER_PAUSED
    for job in TIMETABLE:
        if job.id in orders.NEVER_PAUSED:
            jobs.run(job, now=now)
            with pytest.raises(Refused, match="一時停止できません"):
                orders.pause(job.id, "理由", actor=administrator, now=now)


def test_a_pause_has_a_reason_and_a_job_that_there_is(
    counted: Counted, administrator: Actor, make: Maker, now: datetime
) -> None:
    with pytest.raises(Refused, match="理由を入力"):
        orders.pause("test", "  ", actor=administrator, now=now)
    with pytest.raises(NotFound):
        orders.pause("nothing", "理由", actor=administrator, now=now)
    for actor in (make.secretary(), make.member()):
        for name, words in (("pause", ["理由"]), ("resume", []), ("ask", [])):
            with pytest.raises(Forbidden):
                getattr(orders, name)("test", *words, actor=actor, now=now)
    assert told() == []


def test_what_was_asked_for_runs_once_whoever_takes_it(
    rules: Flask, counted: Counted, administrator: Actor, now: datetime
) -> None:
    assert jobs.run_asked([counted.job], now=now) == []
    order("ask", actor=administrator, now=now)
    taken: list[list[str]] = []

    at_once(rules, *[lambda: taken.append(list(orders.take(now=now)))] * 4)

    assert sorted(taken) == [[], [], [], ["test"]]
    order("ask", actor=administrator, now=now)
    assert jobs.run_asked([counted.job], now=now) == ["test"]
    assert jobs.run_asked([counted.job], now=now) == []
    assert counted.ran == 2
    assert told() == ["job.ask", "job.ask"]


def test_a_paused_job_is_not_asked_for(counted: Counted, administrator: Actor, now: datetime) -> None:
    order("ask", actor=administrator, now=now)
    order("pause", "点検", actor=administrator, now=now)
    with pytest.raises(Refused, match="先に再開"):
        orders.ask("test", actor=administrator, now=now)
    assert orders.take(now=now) == []
    assert counted.ran == 1


def test_runs_that_moved_something_or_failed_stay_two_weeks(rules: Flask, now: datetime) -> None:
    def fail(_now: datetime) -> int:
        raise RuntimeError("sato@example.jp")

    for second in range(30):
        jobs.run(Job("idle", "何もない処理", 1, lambda _now: 0), now=now + second * SECOND)
    jobs.run(Job("works", "試験の処理", 5, lambda _now: 3), now=now)
    jobs.run(Job("works", "試験の処理", 5, fail), now=now + SECOND)

    assert runs.latest("idle") == []
    assert [(run.done, run.error) for run in runs.latest("works")] == [(0, "RuntimeError"), (3, "")]
    every = db.session.scalar(select(JobStatus.every).where(JobStatus.job == "works"))
    assert every == 5 * rules.config["PORTAL"].tick_seconds
    assert runs.forget(now + runs.KEPT) == 0
    assert runs.forget(now + runs.KEPT + SECOND) == 1
    assert runs.forget(now + 2 * runs.KEPT) == 1
    assert db.session.scalar(select(func.count()).select_from(JobRun)) == 0


def test_who_lives_beats_and_who_is_silent_is_forgotten(rules: Flask, now: datetime) -> None:
    assert beats.living(now=now) == []
    assert beats.beat(now) == beats.beat(now + 10 * SECOND) == 0
    (process,) = beats.living(now=now + 10 * SECOND)
    assert (process.started_at, process.beat_at) == (now, now + 10 * SECOND)
    assert len(beats.living(now=now + 69 * SECOND)) == 1
    assert beats.living(now=now + 70 * SECOND) == []
    begin_write()
    db.session.add(ClockProcess(id="old:1", started_at=now, beat_at=now))
    db.session.commit()
    beats.beat(now + beats.FORGOTTEN + SECOND)
    assert [row.id for row in db.session.scalars(select(ClockProcess))] == [process.id]


def test_the_plan_tells_what_is_due_and_what_comes_within_a_day(make: Maker, now: datetime) -> None:
    owner = make.member()
    soon, later = (make.approved(Kind.notice, actor=owner, publish_at=now + hours * HOUR) for hours in (200, 221))
    queue(3, now=now)
    queue(2, now=now + 2 * HOUR, lane=Lane.bulk)
    at = soon.publish_at - HOUR
    assert at is not None

    assert plan.standing("publish", now=at) == plan.Standing(0, None, 2, soon.publish_at)
    assert plan.standing("publish", now=later.publish_at) == plan.Standing(2, soon.publish_at, 0, None)
    assert [count for _hour, count in plan.hours("publish", now=at)] == [1, 1]
    assert [each.version_id for each in plan.coming("publish", now=at)] == [soon.id, later.id]
    assert plan.standing("mail-bulk", now=now) == plan.Standing(0, None, 2, now + 2 * HOUR)
    assert plan.standing("mail", now=now).due >= 3
    assert plan.standing("seal-trail", now=now) == plan.Standing()


def test_what_is_held_or_shut_out_is_not_due(make: Maker, now: datetime) -> None:
    organization = make.organization()
    version = make.approved(Kind.notice, actor=make.member(organization))
    begin_write()
    version.hold_until = version.publish_at + HOUR
    db.session.commit()
    held = version.hold_until
    assert plan.standing("publish", now=version.publish_at) == plan.Standing(0, None, 1, held)
    begin_write()
    organization.suspended_at = now
    db.session.commit()
    assert plan.standing("publish", now=held + HOUR) == plan.Standing()
    assert plan.coming("publish", now=held - HOUR) == []


@pytest.mark.parametrize("job", sorted(plan.WORK))
def test_the_plan_knows_jobs_of_the_timetable_alone(rules: Flask, job: str, now: datetime) -> None:
    assert job in {each.id for each in TIMETABLE}
    assert plan.standing(job, now=now) == plan.Standing()


def test_a_slow_job_comes_round_however_often_one_restarts(rules: Flask, now: datetime) -> None:
    day = timedelta(days=1)
    assert first_run(None, day, now=now) == now + AT_FIRST, "never ran"
    assert first_run(now - 3 * day, day, now=now) == now + AT_FIRST
    assert first_run(None, SECOND, now=now) == now + SECOND
    assert first_run(now - HOUR, SECOND, now=now) == now + SECOND
    assert first_run(now - HOUR, day, now=now) == now + 23 * HOUR
    assert first_run(now + 5 * day, day, now=now) == now + day, "a clock that was set back"
    jobs.run(Job("tidy-search", "試験", 86_400, lambda _now: 1), now=clock.now() - 20 * HOUR)
    scheduled = {job.id: job.next_run_time for job in build(rules).get_jobs() if job.id != "asked"}
    assert timedelta(hours=3) < scheduled["tidy-search"] - clock.now() < timedelta(hours=5)
    assert scheduled["clean-reminders"] - clock.now() < timedelta(minutes=1)
