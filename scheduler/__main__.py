"""The clock as a process: `python -m scheduler`. Any number of them may run; rows decide, not timers."""

import logging
import signal
import sys
import time
from datetime import datetime, timedelta

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from portal import clock
from portal.administration import memory
from portal.app import create_app
from portal.clockwork import beats
from portal.operation import logs
from portal.settings import SettingError
from scheduler import jobs
from scheduler.timetable import TIMETABLE, Job

WORKERS = 6  # three of the jobs wait for a mail server at times
AT_FIRST = timedelta(seconds=10)
LOOK = 2.0  # seconds between two looks at the wall clock
ENDINGS = (signal.SIGTERM, signal.SIGINT)


class Ticking(IntervalTrigger):
    """Goes on from now when the wall clock leapt: counting the runs of some days one by one takes it minutes."""

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        usual: datetime = super().get_next_fire_time(previous_fire_time, now)
        return usual if usual > now else now + self.interval


def main() -> None:
    for number in ENDINGS:
        signal.signal(number, signal.default_int_handler)
    try:
        app = create_app(doors=False)
        logs.configure(app.config["PORTAL"])
        keep_running(build(app))
        sign_off(app)
    except SettingError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        pass  # before the first tick


def sign_off(app: Flask) -> None:
    """A database that is away finds out by itself: nobody beats any more."""
    with app.app_context():
        try:
            beats.leave()
        except SQLAlchemyError as problem:
            logging.getLogger(__name__).warning("not signed off: %s", type(problem).__name__)


def build(app: Flask) -> BackgroundScheduler:
    """APScheduler only ticks: a memory store, no missed run made up, no job beside itself."""
    tick, timezone = app.config["PORTAL"].tick_seconds, app.config["PORTAL"].timezone
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(WORKERS)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=timezone,
    )
    with app.app_context():
        ran = jobs.last_runs()
    for job in TIMETABLE:
        every = timedelta(seconds=job.every * tick)
        next_run = first_run(ran.get(job.id), every, now=clock.now())
        ticking = Ticking(seconds=every.total_seconds(), timezone=timezone)
        scheduler.add_job(run_in, ticking, args=[app, job], id=job.id, next_run_time=next_run)
    scheduler.add_job(run_asked_in, Ticking(seconds=tick, timezone=timezone), args=[app], id="asked")
    return scheduler


def first_run(last: datetime | None, every: timedelta, *, now: datetime) -> datetime:
    """An interval that began anew with each start would never come round where one restarts more often than that. What
    is late waits a little, until the web server beside it has started too."""
    soon = now + min(every, AT_FIRST)
    return soon if last is None else min(max(soon, last + every), now + every)


def keep_running(scheduler: BackgroundScheduler) -> None:
    """Until SIGTERM or Ctrl-C. It ticks in a thread: a signal that hits it in the middle of a tick breaks it."""
    scheduler.start()
    try:
        while True:
            time.sleep(LOOK)
            keep_pace(scheduler, now=clock.now())
    except KeyboardInterrupt:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)  # asked twice, it still finishes what it does
        scheduler.shutdown(wait=True)


def keep_pace(scheduler: BackgroundScheduler, *, now: datetime) -> None:
    """When the wall clock was put back, jobs would wait until it is as late as it was, for an hour or for ever."""
    for job in scheduler.get_jobs():
        if job.next_run_time > now + job.trigger.interval + AT_FIRST:
            job.modify(next_run_time=first_run(None, job.trigger.interval, now=now))


def run_in(app: Flask, job: Job) -> None:
    with app.app_context():
        memory.look(every=app.config["PORTAL"].look_seconds, now=clock.now())
        jobs.run(job)


def run_asked_in(app: Flask) -> None:
    with app.app_context():
        jobs.run_asked(TIMETABLE)


if __name__ == "__main__":
    main()
