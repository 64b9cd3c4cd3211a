"""The clock as a process: `python -m scheduler`. Any number of them may run; rows decide, not timers."""

import logging
import signal
import sys

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler
from flask import Flask

from portal.app import create_app
from portal.settings import SettingError
from scheduler import jobs
from scheduler.timetable import TIMETABLE, Job

WORKERS = 4


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        app = create_app(doors=False)
    except SettingError as problem:
        sys.exit(str(problem))
    scheduler = build(app)
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=True))
    try:
        scheduler.start()
    except KeyboardInterrupt:
        scheduler.shutdown(wait=True)


def build(app: Flask) -> BlockingScheduler:
    """APScheduler only ticks: a memory store, no missed run made up, no job beside itself."""
    tick = app.config["PORTAL"].tick_seconds
    scheduler = BlockingScheduler(
        executors={"default": ThreadPoolExecutor(WORKERS)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 30},
        timezone=app.config["PORTAL"].timezone,
    )
    for job in TIMETABLE:
        scheduler.add_job(run_in, "interval", args=[app, job], seconds=job.every * tick, id=job.id)
    return scheduler


def run_in(app: Flask, job: Job) -> None:
    with app.app_context():
        jobs.run(job)


if __name__ == "__main__":
    main()
