"""Viruses. Without PORTAL_SCANNER nothing is looked for; with it nothing is handed out that was not found clean."""

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

from flask import current_app
from sqlalchemy import select, update

from models.base import db
from models.files import StoredFile
from models.states import Scan
from portal import storage
from portal.database import begin_write, write
from portal.errors import Conflict, Forbidden, Refused
from portal.files import clamd

log = logging.getLogger(__name__)

WAITING = (Scan.pending, Scan.unscanned)
BATCH = 100


def scanner() -> str:
    return current_app.config["PORTAL"].scanner


def look(file: BinaryIO) -> Scan:
    """The verdict on a file that is about to be stored: it waits while the scanner is away, infected it is Refused."""
    if not scanner():
        return Scan.unscanned
    try:
        found = clamd.scan(scanner(), file)
    except OSError as problem:
        log.warning("the scanner gave no verdict: %s", problem)
        return Scan.pending
    if found:
        log.warning("an infected file was refused: %s", found)
        raise Refused("ファイルからウイルスが検出されたため、受け付けられません。お使いの端末を確認してください。")
    return Scan.clean


def refuse_unclean(stored: StoredFile) -> None:
    if stored.scan is Scan.infected:
        raise Forbidden("ウイルスが検出されたため、このファイルは開けません。")
    if scanner() and stored.scan is not Scan.clean:
        raise Conflict("ウイルス検査が終わるまで、このファイルは開けません。しばらくしてからもう一度お試しください。")


def scan_waiting(_now: datetime) -> int:
    """Scans what came while the scanner was away, or before there was one; returns how many. Commits each.

    Two workers may scan the same file: they find the same.
    """
    if not scanner():
        return 0
    done = 0
    for file_id, key in _waiting():
        try:
            done += _scan(file_id, key)
        except OSError as problem:
            log.warning("a stored file has no verdict yet: %s", problem, extra={"file": file_id})
            if not _is_there():
                break
    return done


def _waiting() -> Iterator[tuple[int, str]]:
    """By pages, each past the last: one file without a verdict does not keep the others from theirs."""
    last = 0
    while True:
        page = select(StoredFile.id, StoredFile.key).where(StoredFile.scan.in_(WAITING), StoredFile.id > last)
        rows = db.session.execute(page.order_by(StoredFile.id).limit(BATCH)).all()
        db.session.rollback()
        if not rows:
            return
        yield from ((row.id, row.key) for row in rows)
        last = rows[-1].id


def _scan(file_id: int, key: str) -> int:
    with storage.current().open(key) as file:
        found = clamd.scan(scanner(), file)
    if found:
        log.error("a stored file is infected: %s", found, extra={"file": file_id})
    begin_write()
    verdict = update(StoredFile).where(StoredFile.id == file_id, StoredFile.scan.in_(WAITING))
    done = write(verdict.values(scan=Scan.infected if found else Scan.clean))
    db.session.commit()
    return done


def _is_there() -> bool:
    try:
        clamd.ping(scanner())
    except OSError:
        return False
    return True
