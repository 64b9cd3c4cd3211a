"""What a restored portal does not do until it is told to: send mail, and take anyone's old login for good.

The portal that was copied may have sent since then what waited in the copy; nothing is sent twice by itself.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from models.base import db
from models.clockwork import ClockProcess, JobOrder
from models.mail import OutboxMail
from models.states import Lane, MailState
from portal import audit
from portal.accounts import sessions
from portal.actors import CLOCK
from portal.administration import memory
from portal.database import begin_write, insert_or_update, write

SENDING = ("mail-login", "mail", "mail-bulk", "release-mails")  # jobs
REASON = "控えから復元したため"
NOT_SENT = "控えから復元したため、送信していません"


def begin(now: datetime) -> int:
    """Returns how many letters waited. Commits."""
    begin_write()
    for job in SENDING:
        values = {"paused_at": now, "paused_by_id": None, "reason": REASON, "asked_at": None}
        statement = insert_or_update(JobOrder).values(job=job, **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=[JobOrder.job], set_=values))
    waits = OutboxMail.state.in_((MailState.queued, MailState.sending))
    write(update(OutboxMail).where(waits, OutboxMail.lane == Lane.login).values(state=MailState.expired, params={}))
    stopped = write(update(OutboxMail).where(waits).values(state=MailState.failed, owner="", last_error=NOT_SENT))
    sessions.end_everything(now=now)
    write(delete(ClockProcess))
    memory.count_up()
    audit.record("backup.restore", subject="backup", actor=CLOCK, now=now, details={"count": stopped})
    db.session.commit()
    return stopped


def end(now: datetime) -> Sequence[str]:
    """Mail leaves again; returns the jobs that go on. Letters that waited in the copy stay at the desk, where they are
    sent again by hand. Commits."""
    begin_write()
    held = JobOrder.job.in_(SENDING), JobOrder.paused_at.is_not(None), JobOrder.reason == REASON
    jobs = db.session.scalars(select(JobOrder.job).where(*held).order_by(JobOrder.job)).all()
    write(update(JobOrder).where(JobOrder.job.in_(jobs)).values(paused_at=None, reason=""))
    memory.count_up()
    audit.record("backup.resume", subject="backup", actor=CLOCK, now=now, details={"lines": list(jobs)})
    db.session.commit()
    return jobs
