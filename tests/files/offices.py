"""Office files written part by part, and archives that only pretend to be some."""

import io
import stat
import struct
import zipfile
from typing import Any

import openpyxl

TYPES = "[Content_Types].xml"
OPEN_XML = "application/vnd.openxmlformats-officedocument."
DOCX = f"{OPEN_XML}wordprocessingml.document.main+xml"
XLSX = f"{OPEN_XML}spreadsheetml.sheet.main+xml"
PPTX = f"{OPEN_XML}presentationml.presentation.main+xml"
MAIN_PART = {DOCX: "word/document.xml", XLSX: "xl/workbook.xml", PPTX: "ppt/presentation.xml"}
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


def types(*mains: str, before: str = "", part: str = "/word/document.xml") -> str:
    overrides = "".join(f'<Override PartName="{part}" ContentType="{main}"/>' for main in mains)
    return (
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{before}'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Default Extension="rels" ContentType="{RELATIONS}"/><Default Extension="xml" ContentType="application/xml"/>'
        f"{overrides}</Types>"
    )


def package(main: str = DOCX, *more: tuple[str | zipfile.ZipInfo, bytes], **changed: Any) -> bytes:
    """An office file; `more` are further entries, `first` and `declared` stand in for the list of types."""
    part = MAIN_PART.get(main, "word/document.xml")
    declared = changed.get("declared", types(main, part=f"/{part}"))
    entries: list[tuple[str | zipfile.ZipInfo, bytes]] = [
        ("_rels/.rels", b"<Relationships/>"),
        (part, "<document>応募の動機を述べます。</document>".encode()),
        *more,
    ]
    if declared is not None:
        text = declared if isinstance(declared, bytes) else declared.encode()
        entries.insert(len(entries) if changed.get("types_last") else 0, (TYPES, text))
    return archive(*entries, method=changed.get("method", zipfile.ZIP_DEFLATED))


def archive(*entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as target:
        for name, data in entries:
            target.writestr(name, data)
    return made.getvalue()


def workbook(rows: int = 3) -> bytes:
    book = openpyxl.Workbook()
    for number in range(rows):
        book.active.append([number, "海外協力", "業務経験", number * 3])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("word/link")
    entry.create_system = 3
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    return entry


def locked() -> bytes:
    """The bit that says an entry needs a password, in both places."""
    made = bytearray(package())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        made[made.index(mark) + offset] |= 1
    return bytes(made)


def lying_about_size() -> bytes:
    """A megabyte that claims to be ten bytes."""
    made = bytearray(package(DOCX, ("word/big.bin", b"\0" * 1_000_000)))
    at = made.rindex(b"word/big.bin") - 46
    made[at + 24 : at + 28] = struct.pack("<L", 10)
    return bytes(made)


def broken_checksum() -> bytes:
    made = bytearray(package())
    at = made.index(b"PK\x01\x02", made.index(b"word/document.xml"))
    at = made.rindex(b"word/document.xml") - 46
    made[at + 16 : at + 20] = b"\xde\xad\xbe\xef"
    return bytes(made)


def overlapping(copies: int = 200, size: int = 1_000_000) -> bytes:
    """A bomb without nesting: many names in the directory, one and the same body."""
    kernel = archive((TYPES, types(DOCX).encode()), ("word/document.xml", b"\0" * size))
    start = kernel.index(b"PK\x01\x02")
    second = kernel.index(b"PK\x01\x02", start + 1)
    end = kernel.index(b"PK\x05\x06")
    entry = kernel[second:end]
    names = b"".join(entry.replace(b"word/document.xml", b"word/%08d.xml" % number, 1) for number in range(1, copies))
    directory = kernel[start:end] + names
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, copies + 1, copies + 1, len(directory), start, 0)
    return kernel[:start] + directory + tail


def renamed(old: bytes, new: bytes) -> bytes:
    """The name of an entry, changed behind zipfile's back."""
    made = package(DOCX, (old.decode(), b"x"))
    assert len(old) == len(new)
    assert made.count(old) == 2
    return made.replace(old, new)
