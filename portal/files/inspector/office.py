"""Word, Excel and PowerPoint since 2007: a ZIP whose parts, sizes and main type are what they say, without macros."""

import stat
import zipfile
from itertools import pairwise
from pathlib import PurePosixPath
from typing import BinaryIO
from xml.parsers import expat

from portal.files.inspector import Unfit

MOST_ENTRIES = 2000
MOST_BYTES = 100 * 1024 * 1024  # of all entries, unpacked
MOST_RATIO = 100
CHUNK = 1024 * 1024
TYPES = "[Content_Types].xml"
LARGEST_TYPES = 1024 * 1024
OPEN_XML = "application/vnd.openxmlformats-officedocument."
MAIN = {
    f"{OPEN_XML}wordprocessingml.document.main+xml": "docx",
    f"{OPEN_XML}spreadsheetml.sheet.main+xml": "xlsx",
    f"{OPEN_XML}presentationml.presentation.main+xml": "pptx",
}


def look(file: BinaryIO) -> str:
    with zipfile.ZipFile(file) as archive:
        entries = archive.infolist()
        _refuse_bomb(entries, file.seek(0, 2))
        _refuse_odd(entries)
        _unpack(archive, entries)
        types = _types(archive)
        if _has_macro(entries, types):
            raise Unfit("macro")
        main = [MAIN[name] for name in types if name in MAIN]
    if len(main) != 1:
        raise Unfit("kind", ".zip")
    return main[0]


def _refuse_bomb(entries: list[zipfile.ZipInfo], packed: int) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > MOST_BYTES or unpacked > MOST_RATIO * packed:
        raise Unfit("bomb")


def _refuse_odd(entries: list[zipfile.ZipInfo]) -> None:
    """What no office program writes: ways out of the folder, links, two parts of one name, parts over each other."""
    for entry in entries:
        if entry.flag_bits & 0x1:
            raise Unfit("encrypted")
        if _leads_out(entry) or entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unfit("broken")
    if len({entry.filename.lower() for entry in entries}) != len(entries):
        raise Unfit("broken")
    placed = sorted(entries, key=lambda entry: entry.header_offset)
    if placed[0].header_offset != 0 or any(
        first.header_offset + first.compress_size >= second.header_offset for first, second in pairwise(placed)
    ):
        raise Unfit("broken")


def _leads_out(entry: zipfile.ZipInfo) -> bool:
    path = PurePosixPath(entry.orig_filename.replace("\\", "/"))
    mode = entry.external_attr >> 16
    return (
        path.is_absolute()
        or ".." in path.parts
        or ":" in entry.orig_filename
        or "\0" in entry.orig_filename
        or stat.S_ISLNK(mode)
    )


def _unpack(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Reads all of it once: sizes and checksums are true, nothing is missing."""
    for entry in entries:
        with archive.open(entry) as part:
            while part.read(CHUNK):
                pass


def _types(archive: zipfile.ZipFile) -> set[str]:
    """The content types that the package declares."""
    if archive.getinfo(TYPES).file_size > LARGEST_TYPES:
        raise Unfit("broken")
    found: set[str] = set()

    def start(_name: str, attributes: dict[str, str]) -> None:
        found.add(attributes.get("ContentType", ""))

    def refuse(*_: object) -> None:
        raise Unfit("broken")  # entities have no business here

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(archive.read(TYPES), True)  # noqa: FBT003  # expat's own signature
    return found


def _has_macro(entries: list[zipfile.ZipInfo], types: set[str]) -> bool:
    return any("macro" in name.lower() or "vba" in name.lower() for name in types) or any(
        PurePosixPath(entry.filename.lower()).name == "vbaproject.bin" for entry in entries
    )
