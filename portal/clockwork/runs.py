"""The runs of a job that are on record: those that moved something or failed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from models.base import db
from models.clockwork import JobRun
from portal.database import begin_write, write

SHOWN = 50
KEPT = timedelta(days=14)
CHUNK = 5000


def latest(job: str) -> Sequence[JobRun]:
    return db.session.scalars(select(JobRun).where(JobRun.job == job).order_by(JobRun.id.desc()).limit(SHOWN)).all()


def forget(now: datetime) -> int:
    """Old ones, some thousands in a transaction; returns how many."""
    forgotten = 0
    while True:
        begin_write()
        old = select(JobRun.id).where(JobRun.started_at < now - KEPT).order_by(JobRun.started_at).limit(CHUNK)
        count = write(delete(JobRun).where(JobRun.id.in_(old)))
        db.session.commit()
        forgotten += count
        if count < CHUNK:
            return forgotten
