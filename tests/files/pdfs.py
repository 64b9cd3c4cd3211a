"""PDFs written by hand, so that each holds exactly what its name says."""

import io
import zlib

from pypdf import PdfReader, PdfWriter

CATALOG = b"<</Type/Catalog/Pages 2 0 R%s>>"
PAGES = b"<</Type/Pages/Count %d/Kids[%s]>>"
PAGE = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<<>>%s>>"


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n%s\nendstream" % (len(data), entries, data)


def pdf(
    *more: bytes,
    catalog: bytes = b"",
    page: bytes = b"",
    content: bytes = b"BT ET",
    pages: int = 1,
    kids: bytes = b"",
    trailer: bytes = b"",
) -> bytes:
    """Catalog 1, page tree 2, page 3, its content 4; what `more` holds is numbered from 5."""
    objects = [
        CATALOG % catalog,
        PAGES % (pages, kids or b"3 0 R " * pages),
        PAGE % page,
        stream(content),
        *more,
    ]
    return table(objects, trailer)


def table(objects: list[bytes], trailer: bytes = b"") -> bytes:
    """The objects with a classic cross-reference table."""
    made = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    made += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return bytes(made)


def packed(*hidden: bytes, catalog: bytes = b"", entries: bytes = b"") -> bytes:
    """As newer programs write: objects in a compressed object stream, cross-references in a stream.

    1 catalog, 2 page tree, 3 page, 4 content; 5 holds those of `hidden`, numbered from 7; 6 is the index.
    """
    plain = [CATALOG % catalog, PAGES % (1, b"3 0 R"), PAGE % b"", stream(b"BT ET")]
    heads, bodies = b"", b""
    for place, body in enumerate(hidden):
        heads += b"%d %d " % (7 + place, len(bodies))
        bodies += body + b" "
    inside = zlib.compress(heads + bodies)
    plain.append(
        stream(inside, b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode%s" % (len(hidden), len(heads), entries))
    )
    made, offsets = bytearray(b"%PDF-1.7\n"), []
    for number, body in enumerate(plain, start=1):
        offsets.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(made)
    rows = b"\0\0\0\0\0\xff" + b"".join(b"\1" + offset.to_bytes(4) + b"\0" for offset in [*offsets, start])
    rows += b"".join(b"\2" + (5).to_bytes(4) + bytes([place]) for place in range(len(hidden)))
    index = b"/Type/XRef/W[1 4 1]/Size %d/Root 1 0 R/Filter/FlateDecode" % (7 + len(hidden))
    made += b"6 0 obj\n%s\nendobj\nstartxref\n%d\n%%%%EOF\n" % (stream(zlib.compress(rows), index), start)
    return bytes(made)


def many_pages(count: int) -> bytes:
    writer = PdfWriter()
    for _ in range(count):
        writer.add_blank_page(595, 842)
    return written(writer)


def locked(user: str, owner: str) -> bytes:
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(pdf())))
    writer.encrypt(user, owner, algorithm="RC4-128")
    return written(writer)


def revised() -> bytes:
    """Saved once more by appending to it, as viewers do."""
    writer = PdfWriter(io.BytesIO(pdf()), incremental=True)
    writer.add_blank_page(595, 842)
    return written(writer)


def written(writer: PdfWriter) -> bytes:
    made = io.BytesIO()
    writer.write(made)
    return made.getvalue()


def of_size(size: int) -> bytes:
    """A good PDF of exactly this many bytes."""
    filler = stream(b"\0" * (size - len(pdf(stream(b"\0" * size))) + size))
    short = size - len(pdf(filler))
    return pdf(filler).replace(b"BT ET", b"BT ET" + b" " * short) if short else pdf(filler)
