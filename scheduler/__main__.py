"""The clock as a process: `python -m scheduler`. Any number of them may run; rows decide, not timers."""

import logging
import signal
import sys
import time

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from portal import clock
from portal.administration import memory
from portal.app import create_app
from portal.settings import SettingError
from scheduler import jobs
from scheduler.timetable import TIMETABLE, Job

WORKERS = 6  # three of the jobs wait for a mail server at times
ENDINGS = (signal.SIGTERM, signal.SIGINT)


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.ERROR)  # a tick that finds its job still running is no news
    for number in ENDINGS:
        signal.signal(number, signal.default_int_handler)
    try:
        keep_running(build(create_app(doors=False)))
    except SettingError as problem:
        sys.exit(str(problem))
    except KeyboardInterrupt:
        pass  # before the first tick


def build(app: Flask) -> BackgroundScheduler:
    """APScheduler only ticks: a memory store, no missed run made up, no job beside itself."""
    tick = app.config["PORTAL"].tick_seconds
    scheduler = BackgroundScheduler(
        executors={"default": ThreadPoolExecutor(WORKERS)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30},
        timezone=app.config["PORTAL"].timezone,
    )
    for job in TIMETABLE:
        scheduler.add_job(run_in, "interval", args=[app, job], seconds=job.every * tick, id=job.id)
    return scheduler


def keep_running(scheduler: BackgroundScheduler) -> None:
    """Until SIGTERM or Ctrl-C. It ticks in a thread: a signal that hits it in the middle of a tick breaks it."""
    scheduler.start()
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        for number in ENDINGS:
            signal.signal(number, signal.SIG_IGN)  # asked twice, it still finishes what it does
        scheduler.shutdown(wait=True)


def run_in(app: Flask, job: Job) -> None:
    with app.app_context():
        memory.look(every=app.config["PORTAL"].look_seconds, now=clock.now())
        jobs.run(job)


if __name__ == "__main__":
    main()
