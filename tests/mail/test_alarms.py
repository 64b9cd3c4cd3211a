"""Alarms about the clock: opened once, told by mail at once, over when it is over."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.clockwork import Alarm
from models.states import Kind, Role
from portal.administration import memory
from portal.clockwork import alarms, beats, orders
from portal.database import begin_write
from portal.publishing.publication import publish_due
from scheduler import jobs
from scheduler.timetable import TIMETABLE
from tests.mail.postoffice import Office
from tests.mail.sending import queue
from tests.make import Maker
from tests.publishing.test_races import at_once

pytestmark = pytest.mark.usefixtures("posting")
SECOND = timedelta(seconds=1)


def open_causes() -> list[str]:
    db.session.rollback()
    return list(db.session.scalars(select(Alarm.cause).where(Alarm.ended_at.is_(None)).order_by(Alarm.cause)))


def subjects(office: Office) -> list[str]:
    return [str(envelope.message["Subject"]) for envelope in office.received]


@pytest.fixture
def administrators(make: Maker, now: datetime) -> list[str]:
    """Who is told; not so a reviewer, and not one who is shut out."""
    make.account(Role.reviewer)
    make.account(Role.administrator, suspended_at=now)
    return [make.account(Role.administrator).email for _ in range(2)]


def test_a_clock_that_stands_still_is_told_once_and_when_it_goes_again(
    office: Office,
    administrators: list[str],
    now: datetime,
) -> None:
    beats.beat(now)
    assert alarms.check_silence(now + 59 * SECOND) == 0
    assert open_causes() == []

    assert alarms.check_silence(now + 60 * SECOND) == 1
    assert alarms.check_silence(now + 80 * SECOND) == 0
    assert open_causes() == ["silent"]
    assert sorted(envelope.recipients[0] for envelope in office.received) == sorted(administrators)
    assert set(subjects(office)) == {"【PARTNER】警告：スケジューラーが応答していません"}
    memory.look(every=0, now=now)
    assert [cause for cause, _since, _job in memory.decisions().alarms] == ["silent"]

    beats.beat(now + 90 * SECOND)
    assert alarms.check(now + 91 * SECOND) == 1
    assert open_causes() == []
    assert subjects(office)[2:] == ["【PARTNER】解消：スケジューラーが応答していません"] * 2
    memory.look(every=0, now=now)
    assert memory.decisions().alarms == ()


def test_of_many_that_notice_one_tells(
    rules: Flask,
    office: Office,
    administrators: list[str],
    now: datetime,
) -> None:
    at_once(rules, *[lambda: alarms.check_silence(now)] * 6)
    assert len(office.received) == len(administrators)
    assert open_causes() == ["silent"]


def late_publication(make: Maker, now: datetime) -> datetime:
    version = make.approved(Kind.notice)
    assert version.publish_at
    return version.publish_at


def late_mail(_make: Maker, now: datetime) -> datetime:
    queue(1, now=now)
    return now


@pytest.mark.parametrize(
    ("late", "job"), [(late_publication, "publish"), (late_mail, "mail")], ids=["publication", "mail"]
)
def test_due_rows_that_lie_are_told_after_two_minutes(
    office: Office,
    administrators: list[str],
    make: Maker,
    now: datetime,
    late: Callable[[Maker, datetime], datetime],
    job: str,
) -> None:
    due = late(make, now)
    for each in TIMETABLE:
        if each.id == job:
            jobs.record(each, now=due, seconds=0, done=0, error="")
            name = each.name
    beats.beat(due + alarms.LATE)
    alarms.check(due + alarms.LATE)
    assert job not in open_causes()
    alarms.check(due + alarms.LATE + SECOND)
    assert job in open_causes()
    assert f"【PARTNER】警告：「{name}」が遅れています" in subjects(office)


def test_what_was_published_is_not_late_any_more(make: Maker, now: datetime) -> None:
    due = late_publication(make, now)
    beats.beat(due + 3 * alarms.LATE)
    alarms.check(due + 2 * alarms.LATE)
    assert "publish" in open_causes()
    publish_due(due + 2 * alarms.LATE)
    alarms.check(due + 2 * alarms.LATE + SECOND)
    assert "publish" not in open_causes()


def test_what_an_administrator_paused_is_late_on_purpose(make: Maker, now: datetime) -> None:
    due = late_publication(make, now)
    jobs.record(next(job for job in TIMETABLE if job.id == "publish"), now=now, seconds=0, done=0, error="")
    begin_write()
    orders.pause("publish", "点検", actor=make.secretary(Role.administrator), now=now)
    db.session.commit()
    alarms.check(due + 2 * alarms.LATE)
    assert "publish" not in open_causes()


def test_a_mail_server_that_is_away_is_asked_again(
    rules: Flask,
    office: Office,
    administrators: list[str],
    now: datetime,
) -> None:
    port = rules.extensions["mail"].port
    rules.extensions["mail"].port = 1
    assert alarms.check_silence(now) == 0
    assert open_causes() == ["silent"]
    rules.extensions["mail"].port = port
    assert alarms.check_silence(now + SECOND) == 1
    assert len(office.received) == len(administrators)
    assert office.received[0].message["Message-ID"] != office.received[1].message["Message-ID"]
