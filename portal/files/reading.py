"""Files go out only as they came in."""

import hashlib
import logging
from typing import BinaryIO

from models.files import StoredFile
from portal import storage
from portal.errors import Refused, Unavailable
from portal.files import scanning

log = logging.getLogger(__name__)

CHUNK = 1024 * 1024


class Damaged(Refused):
    """The bytes are gone or are not those that were stored; nothing of them leaves."""

    status = 500

    def __init__(self) -> None:
        super().__init__("ファイルが壊れているため、開けません。お手数ですが事務局までご連絡ください。")


def open_file(stored: StoredFile) -> BinaryIO:
    """The bytes, found to be those that came in before the first one is given. Who may read them, the caller asks."""
    scanning.refuse_unclean(stored)
    try:
        file = storage.current().open(stored.key)
    except FileNotFoundError:
        log.exception("the bytes of a file are gone", extra={"file": stored.id})
        raise Damaged from None
    except OSError:
        log.exception("the store is away")
        raise Unavailable("ただいまファイルを開けません。しばらくしてから、もう一度お試しください。") from None
    if not _is_intact(file, stored):
        file.close()
        log.error("the bytes of a file are not those that were stored", extra={"file": stored.id})
        raise Damaged
    file.seek(0)
    return file


def _is_intact(file: BinaryIO, stored: StoredFile) -> bool:
    try:
        return digest(file) == stored.sha256
    except OSError:
        return False


def digest(file: BinaryIO) -> str:
    """SHA-256 of all of it; the file stands at its end afterwards."""
    file.seek(0)
    found = hashlib.sha256()
    while chunk := file.read(CHUNK):
        found.update(chunk)
    return found.hexdigest()
