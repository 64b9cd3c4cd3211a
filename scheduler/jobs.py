"""Runs one job of the timetable and leaves its result on record."""

import logging
import time
from datetime import datetime, timedelta

from sqlalchemy import case
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from models.records import JobStatus
from portal import clock
from portal.database import begin_write
from scheduler.timetable import Job

log = logging.getLogger(__name__)

QUIET = timedelta(seconds=15)  # an idle run is recorded this often at most


def run(job: Job, *, now: datetime | None = None) -> int:
    """Never raises: a job that fails is logged and recorded, and runs again at the next tick."""
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


def record(job: Job, *, now: datetime, seconds: float, done: int, error: str) -> None:
    last = db.session.get(JobStatus, job.id)
    if last and not done and error == last.error and now - last.started_at < QUIET:
        db.session.rollback()
        return
    begin_write()
    insert = sqlite.insert if db.session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = {"job": job.id, "name": job.name, "started_at": now, "seconds": seconds, "done": done, "error": error}
    statement = insert(JobStatus).values(**row, worked_at=now if done else None)
    worked_at = case((statement.excluded.done > 0, statement.excluded.started_at), else_=JobStatus.worked_at)
    values = {name: statement.excluded[name] for name in row if name != "job"} | {"worked_at": worked_at}
    db.session.execute(statement.on_conflict_do_update(index_elements=[JobStatus.job], set_=values))
    db.session.commit()
    if done:
        log.info("job ran", extra={"job": job.id, "done": done, "seconds": round(seconds, 3)})
