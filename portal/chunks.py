"""Work on rows that are due: so many in a transaction, and one that fails stops nobody else."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from portal.database import begin_write, claim, finds
from portal.errors import Refused

log = logging.getLogger(__name__)

Act = Callable[[Sequence[int], datetime], int]


def run(due: Select[Any], act: Act, *, now: datetime, size: int) -> int:
    """Acts on all that is due until nothing is left; returns how many rows it moved. Commits by chunk.

    `due` selects ids in their order; `act` takes some of them, tests again what it moves, and returns how many it
    moved.
    """
    if not finds(due):
        return 0
    key = due.selected_columns[0]
    done, failed = 0, set[int]()
    while True:
        begin_write()
        ids = list(db.session.scalars(claim(due.where(key.not_in(failed)).limit(size))))
        if not ids:
            db.session.rollback()
            return done
        moved, broken = _act(ids, act, now=now)
        done += moved
        failed |= broken
        if not moved and not broken:
            return done  # another process has them


def _act(ids: Sequence[int], act: Act, *, now: datetime) -> tuple[int, set[int]]:
    """One transaction for the chunk; if anything in it fails, one for each half, until only the bad item is left."""
    try:
        moved = act(ids, now)
        db.session.commit()
        return moved, set()
    except (SQLAlchemyError, Refused):
        db.session.rollback()
        log.exception("a chunk failed", extra={"rows": len(ids)})
    if len(ids) == 1:
        return 0, set(ids)
    moved, broken = 0, set[int]()
    for half in (ids[: len(ids) // 2], ids[len(ids) // 2 :]):
        begin_write()
        some, bad = _act(half, act, now=now)
        moved += some
        broken |= bad
    return moved, broken
