"""Runs one job of the timetable and leaves its result on record."""

import logging
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from flask import current_app
from sqlalchemy import Select, bindparam, case, insert, select
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from models.clockwork import JobRun
from models.records import JobStatus
from portal import clock
from portal.administration import memory
from portal.clockwork import orders
from portal.database import begin_write, finds, insert_or_update
from scheduler.timetable import Job

log = logging.getLogger(__name__)

QUIET = timedelta(seconds=15)  # an idle run is recorded this often at most


def run(job: Job, *, now: datetime | None = None) -> int:
    """Never raises: a job that fails is logged and recorded, and runs again at the next tick. A paused one does not."""
    if job.id in memory.decisions().paused:
        return 0
    now = now or clock.now()
    begun = time.monotonic()
    done, error = 0, ""
    try:
        done = job.run(now)
    except Exception as problem:  # one job's fault must not stop the clock
        db.session.rollback()
        log.exception("job failed", extra={"job": job.id})
        error = type(problem).__name__
    try:
        record(job, now=now, seconds=time.monotonic() - begun, done=done, error=error)
    except SQLAlchemyError:
        log.exception("job not recorded", extra={"job": job.id})
    finally:
        db.session.remove()
    return done


def last_runs() -> dict[str, datetime]:
    """By job; of all schedulers together. Nothing from a database that is away."""
    try:
        return {row.job: row.started_at for row in db.session.execute(select(JobStatus.job, JobStatus.started_at))}
    except SQLAlchemyError:
        log.exception("last runs not read")
        return {}
    finally:
        db.session.remove()


def run_asked(timetable: Sequence[Job], *, now: datetime | None = None) -> list[str]:
    """What an administrator asked for, each by one scheduler; returns the jobs that ran here. Never raises."""
    now = now or clock.now()
    try:
        asked = orders.take(now=now)
    except SQLAlchemyError:
        log.exception("orders not read")
        return []
    finally:
        db.session.remove()
    mine = [job for job in timetable if job.id in asked]
    for job in mine:
        run(job, now=now)
    return [job.id for job in mine]


def record(job: Job, *, now: datetime, seconds: float, done: int, error: str) -> None:
    quiet = {"job": job.id, "error": error, "after": now - QUIET, "before": now + QUIET}
    if not done and finds(_recorded(), quiet):
        return
    begin_write()
    ran = {"started_at": now, "seconds": seconds, "done": done, "error": error}
    row = {"job": job.id, "name": job.name, "every": job.every * tick()} | ran
    statement = insert_or_update(JobStatus).values(**row, worked_at=now if done else None)
    worked_at = case((statement.excluded.done > 0, statement.excluded.started_at), else_=JobStatus.worked_at)
    values = {name: statement.excluded[name] for name in row if name != "job"} | {"worked_at": worked_at}
    db.session.execute(statement.on_conflict_do_update(index_elements=[JobStatus.job], set_=values))
    if done or error:
        db.session.execute(insert(JobRun).values(job=job.id, **ran))
    db.session.commit()
    if done:
        log.info("job ran", extra={"job": job.id, "done": done, "seconds": round(seconds, 3)})


@cache
def _recorded() -> Select:
    """That it ran a moment ago, before or after, and ended likewise."""
    moment = {name: bindparam(name, type_=JobStatus.started_at.type) for name in ("after", "before")}
    return select(JobStatus.job).where(
        JobStatus.job == bindparam("job"),
        JobStatus.error == bindparam("error"),
        JobStatus.started_at > moment["after"],
        JobStatus.started_at < moment["before"],
    )


def tick() -> float:
    """Seconds."""
    return float(current_app.config["PORTAL"].tick_seconds)
