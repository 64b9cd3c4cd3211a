"""What the operator does when a person asks for their data or for its end, and what retention will do soon.

Each needs an application context and commits: the command line is the edge here.
"""

import os
from datetime import timedelta
from pathlib import Path

from models.base import db
from portal import audit, clock
from portal.actors import CLOCK
from portal.clock import local
from portal.database import begin_write
from portal.errors import Conflict
from portal.files import dropping
from portal.matching import search_index
from portal.recruiting import erasing, holds, leaving, persons


def export(who: str, target: Path) -> int:
    """Writes the ZIP, readable by its owner alone, and returns how many files are in it. Nothing is overwritten."""
    begin_write()
    person = persons.find(who)
    audit.record("person.export", actor=CLOCK, now=clock.now(), subject="account", subject_id=person.account_id)
    db.session.commit()  # on record before anything is read, and no writer waits for the files
    try:
        place = os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    except FileExistsError:
        raise Conflict(f"{target} はすでにあります。別の名前を指定してください。") from None
    try:
        with place:
            count = persons.export(person, place)
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return count


def find(who: str) -> str:
    """登録コード of who would be erased."""
    return persons.find(who).code


def erase(who: str) -> None:
    now = clock.now()
    begin_write()
    leaving.erase(persons.find(who), actor=CLOCK, now=now)
    db.session.commit()
    dropping.sweep_dropped(now)
    search_index.tidy(now)


def preview(days: int) -> list[str]:
    """One line for each posting whose applications will be erased within so many days, or would be but for a hold."""
    held = holds.holds()
    return [
        f"{local(due.at):%Y-%m-%d} {due.number} {due.title}（{due.organization}）：{due.count}件"
        f"{'（保留中）' if due.entry_id in held else ''}"
        for due in erasing.preview(clock.now() + timedelta(days=days))
    ]
