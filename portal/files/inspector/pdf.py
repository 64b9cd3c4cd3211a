"""PDF: whole, readable without a password, and without anything that acts when it is opened."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

from portal.files.inspector import Unfit

MOST_PAGES = 500
TAIL = 1024
ACTING_KEYS = {"/JS", "/JavaScript", "/EmbeddedFiles", "/XFA", "/RichMediaContent"}
ACTING_VALUES = {
    "/S": ("/JavaScript", "/Launch", "/ImportData", "/RichMediaExecute"),
    "/Type": ("/EmbeddedFile",),
    "/Subtype": ("/FileAttachment", "/RichMedia"),
}


def look(file: BinaryIO) -> str:
    _refuse_cut(file)
    reader = PdfReader(file, strict=False)
    if reader.is_encrypted:
        raise Unfit("encrypted")
    pages = len(reader.pages)
    if pages == 0:
        raise Unfit("broken")
    if pages > MOST_PAGES:
        raise Unfit("pages")
    if any(_acts(part) for thing in _objects(reader) for part in _parts(thing)):
        raise Unfit("acting")
    return "pdf"


def _refuse_cut(file: BinaryIO) -> None:
    """The end mark is the end: what was cut lacks it, what hides a second file has more behind it."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL))
    _, mark, behind = file.read().rpartition(b"%%EOF")
    if not mark or behind.strip(b"\0 \t\r\n\x1a"):
        raise Unfit("broken")


def _objects(reader: PdfReader) -> Iterator[Any]:
    """Everything the file's index names, whether a page leads there or not."""
    yield reader.trailer
    for generation, numbers in reader.xref.items():
        for number in numbers:
            yield reader.get_object(IndirectObject(number, generation, reader))
    for number in reader.xref_objStm:
        yield reader.get_object(IndirectObject(number, 0, reader))


def _parts(thing: Any) -> Iterator[DictionaryObject]:
    """Dictionaries inside one object; what it refers to comes by itself."""
    waiting = [thing]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            yield part
            waiting.extend(part.values())
        elif isinstance(part, ArrayObject):
            waiting.extend(part)


def _acts(part: DictionaryObject) -> bool:
    if not ACTING_KEYS.isdisjoint(part):
        return True
    if any(_value(part, key) in values for key, values in ACTING_VALUES.items()):
        return True
    held = _value(part, "/EF")
    return isinstance(held, DictionaryObject) and not {"/F", "/UF"}.isdisjoint(held)


def _value(part: DictionaryObject, key: str) -> Any:
    """What a reference leads to; pypdf's `get` stops before it."""
    value = part.get(key)
    return value.get_object() if isinstance(value, IndirectObject) else value
