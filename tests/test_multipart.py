"""Files of every size and ending arrive as they were sent, wherever the network cuts the request."""

import io
import random
from collections.abc import Iterator

import pytest
from werkzeug import formparser
from werkzeug.datastructures import FileStorage
from werkzeug.sansio.multipart import MultipartDecoder
from werkzeug.test import create_environ, stream_encode_multipart
from werkzeug.wrappers import Request

from portal import multipart
from portal.multipart import Decoder

BOUNDARY = b"----WebKitFormBoundary7MA4YWxkTrZu0gW"
ENDINGS = (
    b"",
    b"x",
    b"\r",
    b"\n",
    b"\r\n",
    b"\n\r",
    b"\r\r",
    b"--",
    b"\r\n--",
    b"\r\n--" + BOUNDARY[:-1],
)


def body(*files: bytes) -> bytes:
    head = b'Content-Disposition: form-data; name="f"; filename="a.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    return b"".join(b"--" + BOUNDARY + b"\r\n" + head + file + b"\r\n" for file in files) + b"--" + BOUNDARY + b"--\r\n"


class Pieces(io.RawIOBase):
    """A stream that hands out what arrives at once, as a network does."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def read(self, _size: int = -1) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""


def received(pieces: list[bytes]) -> list[bytes]:
    parser = formparser.MultiPartParser()
    _fields, files = parser.parse(Pieces(list(pieces)), BOUNDARY, None)  # type: ignore[arg-type]  # reads alone
    return [closed(file) for file in files.getlist("f")]


def closed(file: FileStorage) -> bytes:
    data = file.read()
    file.close()
    return data


@pytest.fixture(autouse=True)
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formparser, "MultipartDecoder", Decoder)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_request_may_be_cut_anywhere(ending: bytes) -> None:
    files = [b"%PDF-1.7 " + ending, ending, b"second" + ending]
    whole = body(*files)
    for cut in range(1, len(whole)):
        assert received([whole[:cut], whole[cut:]]) == files, cut
    assert received([whole[place : place + 1] for place in range(len(whole))]) == files


def test_whatever_is_cut_into_pieces_arrives_whole() -> None:
    dice = random.Random(20261127)
    for _ in range(300):
        files = [bytes(dice.choices(b"\r\n-abW", k=dice.randrange(200))) for _ in range(3)]
        whole, pieces = body(*files), list[bytes]()
        while whole:
            size = dice.randrange(1, 90)
            pieces.append(whole[:size])
            whole = whole[size:]
        assert received(pieces) == files


def sizes_that_grow() -> Iterator[int]:
    """Of documents, around the size of the pieces in which a server reads."""
    for size in range(64_700, 65_540):
        data = b"x" * size
        fields = {"consent": "1", "check": "1", "document-1": FileStorage(io.BytesIO(data), "実績.xlsx")}
        stream, length, boundary = stream_encode_multipart(fields, boundary=BOUNDARY.decode())
        kind = f'multipart/form-data; boundary="{boundary}"'
        environ = create_environ(method="POST", input_stream=stream, content_type=kind, content_length=length)
        with stream:
            if closed(Request(environ).files["document-1"]) != data:
                yield size


def test_documents_of_all_sizes_stay_as_they_are() -> None:
    assert list(sizes_that_grow()) == []


def test_the_library_still_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(formparser, "MultipartDecoder", MultipartDecoder)
    assert list(sizes_that_grow()), "mended: portal/multipart.py can go"


def test_every_application_has_it() -> None:
    multipart.install()
    assert formparser.MultipartDecoder is Decoder
