"""What administrators tell the jobs of the clock: stand still, go on, run at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from models.base import db
from models.clockwork import JobOrder
from models.people import Account
from models.records import JobStatus
from portal import audit
from portal.actors import Actor
from portal.administration import memory
from portal.administration.reasons import reason_of, require
from portal.database import begin_write, claim, finds, insert_or_update, write
from portal.errors import NotFound, Refused

NEVER_PAUSED = frozenset({"beat", "watch", "seal-trail"})  # what would tell that something stands still


def pause(job: str, reason: str, *, actor: Actor, now: datetime) -> None:
    """From the next look of each scheduler on; a run that has begun ends by itself. Flushes."""
    _require_known(job, actor=actor)
    if job in NEVER_PAUSED:
        raise Refused("この処理は一時停止できません。止まったことに気づけなくなるためです。")
    values = {"paused_at": now, "paused_by_id": actor.account_id, "reason": reason_of(reason), "asked_at": None}
    _order(job, "job.pause", values, actor=actor, now=now, details={"job": job, "reason": values["reason"]})


def resume(job: str, *, actor: Actor, now: datetime) -> None:
    _require_known(job, actor=actor)
    values = {"paused_at": None, "paused_by_id": None, "reason": ""}
    _order(job, "job.resume", values, actor=actor, now=now, details={"job": job})


def ask(job: str, *, actor: Actor, now: datetime) -> None:
    """One scheduler runs it within seconds, whenever it would have come by itself. Flushes."""
    _require_known(job, actor=actor)
    if job in paused():
        raise Refused("一時停止している処理は実行できません。先に再開してください。")
    _order(job, "job.ask", {"asked_at": now}, actor=actor, now=now, details={"job": job})


def _order(job: str, act: str, values: dict[str, Any], *, actor: Actor, now: datetime, details: Any) -> None:
    statement = insert_or_update(JobOrder).values({"job": job, "reason": ""} | values)
    db.session.execute(statement.on_conflict_do_update(index_elements=[JobOrder.job], set_=values))
    memory.count_up()
    audit.record(act, subject="job", actor=actor, now=now, details=details)


@dataclass(frozen=True)
class Pause:
    since: datetime
    by: str
    reason: str


def paused() -> Mapping[str, Pause]:
    """By job."""
    rows = db.session.execute(
        select(JobOrder.job, JobOrder.paused_at, Account.name, JobOrder.reason)
        .outerjoin(Account, Account.id == JobOrder.paused_by_id)
        .where(JobOrder.paused_at.is_not(None))
    )
    return {row.job: Pause(row.paused_at, row.name or "", row.reason) for row in rows}


def take(*, now: datetime) -> Sequence[str]:
    """The jobs that somebody asked for, each for one scheduler alone. Commits."""
    waits = JobOrder.asked_at <= now, JobOrder.paused_at.is_(None)
    if not finds(select(JobOrder.job).where(*waits)):
        return []
    begin_write()
    jobs = db.session.scalars(claim(select(JobOrder.job).where(*waits).order_by(JobOrder.job))).all()
    write(update(JobOrder).where(JobOrder.job.in_(jobs)).values(asked_at=None))
    db.session.commit()
    return jobs


def _require_known(job: str, *, actor: Actor) -> None:
    require(actor, "desk.administer")
    if db.session.get(JobStatus, job) is None:
        raise NotFound
