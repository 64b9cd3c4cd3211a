"""The clock's part: binds what was written to the trail into blocks, each sealed together with all before it.

Nobody who writes the trail waits for this. A transaction may be slow, so rows can turn up below numbers that are
sealed already; they are taken into a later block as long as their time is within SETTLED. What turns up after that
was not written by the portal, and `portal.trail.verifying` says so. Any number of processes may seal: the number of a
block is its key, so one of two wins and the other one's work is undone as a whole.
"""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import Row, insert, select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.records import AuditEvent, TrailBlock
from portal.database import among, begin_write
from portal.figures import folding
from portal.trail import anchor, seal
from portal.trail.anchor import Anchored

log = logging.getLogger(__name__)

SETTLED = timedelta(minutes=10)  # longer than any transaction of the portal
SIZE = 1000  # rows of a block at most
ROW = tuple(AuditEvent.__table__.columns)


class Head(NamedTuple):
    """What the next block is built on."""

    number: int = 0
    total: int = 0
    last_id: int = 0
    adopts: bool = True  # before the first block, rows without a seal of their own are history and taken as they are
    head: str = ""


def seal_new(now: datetime) -> int:
    """Seals all that is there and keeps the figures of it; returns the number of rows. Commits by block."""
    secret, done = seal.key(), 0
    last = newest()
    fresh = _fresh(now=now)
    for start in range(0, len(fresh), SIZE):
        sealed = _seal(last, fresh[start : start + SIZE], now=now, secret=secret)
        if sealed is None:
            break  # another process is at it
        done += sealed.total - last.total
        last = sealed
    db.session.rollback()
    if done:
        _tell(last)
    return done


def newest() -> Head:
    columns = [getattr(TrailBlock, name) for name in Head._fields]
    row = db.session.execute(select(*columns).order_by(TrailBlock.number.desc()).limit(1)).one_or_none()
    return Head(*row) if row else Head()


def settled_at(now: datetime) -> Head:
    """The last block that no row can come before any more."""
    columns = [getattr(TrailBlock, name) for name in Head._fields]
    old = select(*columns).where(TrailBlock.sealed_at <= now - SETTLED)
    row = db.session.execute(old.order_by(TrailBlock.number.desc()).limit(1)).one_or_none()
    return Head(*row) if row else Head()


def _fresh(*, now: datetime) -> list[int]:
    """Numbers of rows in no block, ascending."""
    settled = settled_at(now)
    recent = select(TrailBlock.ids).where(TrailBlock.number > settled.number)
    known = {number for ranges in db.session.scalars(recent) for number in seal.ids_of(ranges)}
    ids = db.session.scalars(select(AuditEvent.id).where(AuditEvent.id > settled.last_id).order_by(AuditEvent.id))
    return [number for number in ids if number not in known]


def _seal(last: Head, ids: Sequence[int], *, now: datetime, secret: bytes) -> Head | None:
    """The next block, in a transaction of its own; `last` when there is nothing to seal, None when it was not first."""
    db.session.rollback()
    rows = db.session.execute(select(*ROW).where(among(AuditEvent.id, ids)).order_by(AuditEvent.id)).all()
    rows, digests = _genuine(rows, adopts=last.adopts, secret=secret)
    if not rows:
        return last
    block: dict[str, Any] = {
        "number": last.number + 1,
        "sealed_at": now,
        "ids": seal.ranges_of([row.id for row in rows]),
        "digests": digests,
        "count": len(rows),
        "total": last.total + len(rows),
        "last_id": max(last.last_id, rows[-1].id),
        "adopts": last.adopts and any(not row.mac for row in rows),
    }
    block["head"] = seal.head_of(last.head, block, secret=secret)
    begin_write()
    try:
        db.session.execute(insert(TrailBlock).values(block))
    except IntegrityError:
        db.session.rollback()
        return None
    folding.fold(rows)
    db.session.commit()
    return Head(*(block[name] for name in Head._fields))


def _genuine(rows: Sequence[Row], *, adopts: bool, secret: bytes) -> tuple[list[Row], bytes]:
    """Those that the portal wrote, and their digests one after the other. Others are left for the check to name."""
    good, digests = [], []
    for row in rows:
        content = seal.content_of(row._asdict())
        if (adopts and not row.mac) or row.mac == seal.mac_of(content, secret=secret):
            good.append(row)
            digests.append(seal.digest_of(row.id, row.mac, content, secret=secret))
        else:
            log.error("a row of the trail was not written by the portal", extra={"row": row.id})
    return good, b"".join(digests)


def _tell(last: Head) -> None:
    """The newest seal goes where the database's administrator does not reach."""
    head = Anchored(last.number, last.total, last.head)
    log.info("the trail is sealed: %s", head)
    if file := current_app.config["PORTAL"].anchor_file:
        anchor.write(file, head)
