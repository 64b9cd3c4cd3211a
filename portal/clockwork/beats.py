"""Which schedulers live: each says so every few seconds."""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from models.base import db
from models.clockwork import ClockProcess
from portal.database import begin_write, insert_or_update, write

SILENT = timedelta(seconds=60)  # without a beat of any of them the clock stands still
FORGOTTEN = timedelta(hours=1)


def beat(now: datetime) -> int:
    """That this process lives; moves no rows of anyone's."""
    begin_write()
    statement = insert_or_update(ClockProcess).values(id=own_name(), started_at=now, beat_at=now)
    db.session.execute(statement.on_conflict_do_update(index_elements=[ClockProcess.id], set_={"beat_at": now}))
    write(delete(ClockProcess).where(ClockProcess.beat_at < now - FORGOTTEN))
    db.session.commit()
    return 0


def leave() -> None:
    """That this process ends, as it should."""
    begin_write()
    write(delete(ClockProcess).where(ClockProcess.id == own_name()))
    db.session.commit()


def own_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def living(*, now: datetime) -> Sequence[ClockProcess]:
    alive = select(ClockProcess).where(ClockProcess.beat_at > now - SILENT)
    return db.session.scalars(alive.order_by(ClockProcess.started_at, ClockProcess.id)).all()
