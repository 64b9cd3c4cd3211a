"""By its first bytes a file is sent to the parser that decides."""

from typing import BinaryIO

import puremagic

from portal.files.inspector import Unfit, office, pdf, picture

HEAD = 4096
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # .doc and .xls, and newer ones under a password
WEBP = (b"RIFF", b"WEBP")
HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")


def look(file: BinaryIO) -> str:
    """The code of the kind. Raises Unfit, or whatever a parser raises on a broken file."""
    file.seek(0)
    head = file.read(HEAD)
    if head.startswith(b"%PDF-"):
        return pdf.look(file)
    if head.startswith(b"PK\x03\x04"):
        return office.look(file)
    if head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (head[:4], head[8:12]) == WEBP:
        return picture.look(file)
    raise _stranger(head)


def photo(file: BinaryIO) -> tuple[bytes, tuple[int, int]]:
    return picture.redraw(file)


def _stranger(head: bytes) -> Unfit:
    if head.startswith(OLD_OFFICE):
        return Unfit("old")
    if head[4:8] == b"ftyp" and head[8:12] in HEIC:
        return Unfit("heic")
    return Unfit("kind", _guess(head))


def _guess(head: bytes) -> str:
    """What it seems to be, to say so; nothing depends on it."""
    try:
        return puremagic.from_string(head)
    except (puremagic.PureError, ValueError):
        return ""
