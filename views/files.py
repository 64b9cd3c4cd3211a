"""A file leaves: always to be saved, never shown as a page of ours. Who may have it, the caller has asked already."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import BinaryIO
from urllib.parse import quote

from flask import Response

from models.files import StoredFile
from portal import sheets
from portal.files import names, reading
from portal.sheets import Cell

CHUNK = 64 * 1024
ATTRIBUTE_SIGNS = "!#$&+-.^_`|~"  # RFC 8187; letters and digits come by themselves
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
    "Accept-Ranges": "none",
}


def send(stored: StoredFile, name: str = "") -> Response:
    """The bytes as they came in, under its own name or this one. Raises Refused before the first byte or never."""
    file = reading.open_file(stored)
    response = Response(_chunks(file), content_type=stored.media_type)
    response.call_on_close(file.close)  # for who asks for the head alone, or leaves in the middle
    response.content_length = stored.size
    response.headers.update(HEADERS)
    response.headers["Content-Disposition"] = disposition(name or stored.name)
    return response


def send_sheet(title: str, end: str, head: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A small table, made while its reader waits; what is long or tells of people is a download in the background."""
    target = io.BytesIO()
    sheets.write(end, target, title, head, rows)
    headers = {"Content-Disposition": disposition(f"{title}.{end}")}
    return Response(target.getvalue(), content_type=sheets.MEDIA_TYPES[end], headers=headers)


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def disposition(name: str) -> str:
    """RFC 6266: the name for everybody in UTF-8, and a plain one for programs that do not read that."""
    tidy = names.of_words(name)
    plain = f"download{names.suffix_of(tidy)}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(tidy, safe=ATTRIBUTE_SIGNS)}"
