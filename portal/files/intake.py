"""Files come in: counted, looked into, scanned, stored, and only then on record.

The bytes are complete in the store before there is a row, so a row without bytes cannot be. Bytes without a row, as a
crash or a rollback leaves them, are swept by `portal.files.dropping`.
"""

import logging
import secrets
import tempfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import IO, BinaryIO, cast

from models.base import db
from models.files import StoredFile
from models.states import Scan
from portal import storage
from portal.database import write_paused
from portal.errors import Refused, Unavailable
from portal.files import inspection, names, reading, scanning
from portal.files.kinds import DOCUMENT_KINDS, JPEG, PHOTO_KINDS, FileKind

log = logging.getLogger(__name__)

LARGEST = 10 * 1024 * 1024
CHUNK = 64 * 1024


@dataclass(frozen=True)
class Received:
    """Bytes in the store that no row knows yet."""

    key: str
    name: str
    media_type: str
    size: int
    sha256: str
    scan: Scan


def take_in(
    source: IO[bytes],
    name: str,
    *,
    owner_id: int | None,
    now: datetime,
    kinds: Collection[FileKind] = DOCUMENT_KINDS,
    largest: int = LARGEST,
) -> StoredFile:
    """A file that a person handed in, under the name they gave it. Raises Refused with the reason.

    Takes a while: call it before the transaction writes anything, so that it holds no other writer up.
    """
    with write_paused(), _copied(source, largest) as copy:
        kind = inspection.judge(copy, kinds)
        received = _receive(copy, names.fit(name, kind.suffixes), kind.media_type, scan=scanning.look(copy))
    return keep(received, owner_id=owner_id, now=now)


def take_in_photo(source: IO[bytes], name: str, *, owner_id: int | None, now: datetime) -> StoredFile:
    """A portrait, drawn anew: what the camera wrote beside the picture (place, time, device) does not come along."""
    stored, _size = take_in_picture(source, name, owner_id=owner_id, now=now)
    return stored


def take_in_picture(
    source: IO[bytes],
    name: str,
    *,
    owner_id: int | None,
    now: datetime,
    kinds: Collection[FileKind] = PHOTO_KINDS,
) -> tuple[StoredFile, tuple[int, int]]:
    """Likewise drawn anew, with its width and height."""
    with write_paused(), _copied(source) as copy:
        scan = scanning.look(copy)
        picture = inspection.redraw(copy, kinds)
        made = BytesIO(picture.data)
        received = _receive(made, names.fit(name, JPEG.suffixes[:1]), JPEG.media_type, scan=scan)
    return keep(received, owner_id=owner_id, now=now), (picture.width, picture.height)


def keep_made(source: BinaryIO, name: str, media_type: str, *, owner_id: int | None, now: datetime) -> StoredFile:
    """A file that the portal made itself, of any size; it counts as clean, as what it was made of was."""
    with write_paused():
        received = _receive(source, names.of_words(name), media_type, scan=Scan.clean)
    return keep(received, owner_id=owner_id, now=now)


def keep(received: Received, *, owner_id: int | None, now: datetime) -> StoredFile:
    stored = StoredFile(**vars(received), owner_id=owner_id, created_at=now)
    db.session.add(stored)
    db.session.flush()
    return stored


@contextmanager
def _copied(source: IO[bytes], largest: int = LARGEST) -> Iterator[BinaryIO]:
    """A nameless copy that no other process sees, refused as soon as it is too large."""
    with _kept_to_refusals(), tempfile.TemporaryFile() as copy:
        size = 0
        while chunk := source.read(CHUNK):
            size += len(chunk)
            if size > largest:
                most = largest // (1024 * 1024)
                raise Refused(f"ファイルは1つ{most}MBまで受け付けます。小さくしてから、もう一度選んでください。")
            copy.write(chunk)
        if not size:
            raise Refused("ファイルの中身がありません。もう一度選んでください。")
        yield cast("BinaryIO", copy)


def _receive(source: BinaryIO, name: str, media_type: str, *, scan: Scan) -> Received:
    with _kept_to_refusals():
        sha256 = reading.digest(source)
        size = source.tell()
        source.seek(0)
        key = secrets.token_hex(16)
        storage.current().put(key, source)
    return Received(key, name, media_type, size, sha256, scan)


@contextmanager
def _kept_to_refusals() -> Iterator[None]:
    """A full disk or a store that is away is said in words; what was there stays as it was."""
    try:
        yield
    except OSError:
        log.exception("a file could not be stored")
        raise Unavailable("ただいまファイルを保存できません。しばらくしてから、もう一度お試しください。") from None
