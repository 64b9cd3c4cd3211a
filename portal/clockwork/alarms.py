"""Alarms: the clock stands still, or a job leaves due rows lying. Told on the desk and by mail, and when they are over.

Both sides look: a scheduler that lives tells of late rows (`check`), a web server of schedulers that are silent
(`watch`). One row opens an alarm, so that of all who notice one tells it. The mail leaves at once and not by the
outbox, whose clock may be what stands still.
"""

import logging
import smtplib
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import Select, func, select, update
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from models.clockwork import Alarm, ClockProcess, JobOrder
from models.people import Account
from models.records import JobStatus
from models.states import Role
from portal import clock
from portal.administration import memory
from portal.clockwork import plan
from portal.clockwork.beats import SILENT
from portal.database import begin_write, insert_or_update, write
from portal.mail import delivery, outbox, transport

log = logging.getLogger(__name__)

SILENCE = "silent"
LATE = timedelta(minutes=2)
WATCHED = ("publish", "close", "mail-login", "mail", "mail-bulk", "release-mails")
EVERY = 20.0  # seconds between two looks of a web server
START = 90.0  # in which a scheduler that is started together with the web server comes to life


def check(now: datetime) -> int:
    """Opens and closes alarms, and tells of those that nobody told of; returns how many. Commits. For schedulers:
    whoever calls it lives."""
    return _settle({SILENCE: False} | _late(now), now=now)


def check_silence(now: datetime) -> int:
    return _settle({SILENCE: is_silent(now=now)}, now=now)


def is_silent(*, now: datetime) -> bool:
    newest = db.session.scalar(select(func.max(ClockProcess.beat_at)))
    return newest is None or newest <= now - SILENT


def _late(now: datetime) -> dict[str, bool]:
    """Of each job whether due rows lie longer than LATE. What an administrator paused is late on purpose."""
    paused = set(db.session.scalars(select(JobOrder.job).where(JobOrder.paused_at.is_not(None))))
    found = plan.standings(now=now, jobs=[job for job in WATCHED if job not in paused])
    late = {job for job, standing in found.items() if standing.oldest and standing.oldest < now - LATE}
    return {job: job in late for job in WATCHED}


def _settle(causes: Mapping[str, bool], *, now: datetime) -> int:
    """`causes`: each with whether it is so now."""
    open_ones = set(db.session.scalars(select(Alarm.cause).where(Alarm.ended_at.is_(None), Alarm.cause.in_(causes))))
    begun = [cause for cause, is_so in causes.items() if is_so and cause not in open_ones]
    over = [cause for cause in open_ones if not causes[cause]]
    db.session.rollback()
    if begun or over:
        begin_write()
        for cause in begun:
            db.session.execute(insert_or_update(Alarm).values(cause=cause, begun_at=now).on_conflict_do_nothing())
        ended = write(
            update(Alarm).where(Alarm.cause.in_(over), Alarm.ended_at.is_(None)).values(ended_at=now, told_at=None)
        )
        memory.count_up()
        db.session.commit()
        log.warning("alarms of the clock: begun %s, over %s", begun, over[: ended or 0])
    return _tell(now)


def _tell(now: datetime) -> int:
    """Each alarm by a mail to every administrator, when it begins and when it is over. A mail server that is away is
    asked again at the next look."""
    begin_write()
    untold = db.session.scalars(select(Alarm).where(Alarm.told_at.is_(None)).order_by(Alarm.id)).all()
    names = {row.job: row.name for row in db.session.execute(select(JobStatus.job, JobStatus.name))}
    mine = [
        (alarm.id, _params(alarm, names))
        for alarm in untold
        if write(update(Alarm).where(Alarm.id == alarm.id, Alarm.told_at.is_(None)).values(told_at=now))
    ]
    addresses: Sequence[str] = db.session.scalars(_administrators()).all() if mine else []
    db.session.commit()
    if not mine:
        return 0
    try:
        with transport.connect() as post:
            for alarm_id, params in mine:
                _send(post, alarm_id, params, addresses)
    except (smtplib.SMTPException, OSError) as problem:
        log.warning("alarm not mailed: %s", type(problem).__name__)
        begin_write()
        write(update(Alarm).where(Alarm.id.in_([alarm_id for alarm_id, _params in mine])).values(told_at=None))
        db.session.commit()
        return 0
    return len(mine)


def _administrators() -> Select:
    can_log_in = Account.suspended_at.is_(None) & (Account.password_hash != "")
    return select(Account.email).where(Account.role == Role.administrator, can_log_in).order_by(Account.id)


def _params(alarm: Alarm, names: Mapping[str, str]) -> dict[str, str | None]:
    return {
        "job": None if alarm.cause == SILENCE else names.get(alarm.cause, alarm.cause),
        "begun_at": alarm.begun_at.isoformat(),
        "ended_at": alarm.ended_at.isoformat() if alarm.ended_at else None,
    }


def _send(post: transport.Post, alarm_id: int, params: Mapping[str, str | None], addresses: Sequence[str]) -> None:
    subject, body = delivery.render(letter="alarm", params=dict(params))
    part = "over" if params["ended_at"] else "begun"
    for number, address in enumerate(addresses):
        message_id = f"<alarm.{alarm_id}.{part}.{number}@{outbox.domain()}>"
        transport.send(post, recipient=address, subject=subject, body=body, message_id=message_id)


def watch(app: Flask) -> None:
    """Starts a thread that looks, as long as the process lives, whether any scheduler does."""
    threading.Thread(target=_keep_watching, args=[app], name="watch", daemon=True).start()


def _keep_watching(app: Flask) -> None:
    time.sleep(START)
    while True:
        with app.app_context():
            try:
                check_silence(clock.now())
            except SQLAlchemyError as problem:  # the database is away, which every page says by itself
                log.warning("schedulers not watched: %s", type(problem).__name__)
        time.sleep(EVERY)
