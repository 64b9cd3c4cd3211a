"""Uploads arrive byte for byte: the form parser of Werkzeug 3.1.9 with one of its functions repaired.

It reads a request in pieces. Where a piece ends within the line that closes a file, the library takes the sign before
that line (a carriage return) for a byte of the file: documents of some sizes grow by one (pallets/werkzeug#3285).
Remove this module when a release has it mended: tests/test_multipart.py tells.
"""

from werkzeug import formparser
from werkzeug.sansio.multipart import MultipartDecoder

LINE_ENDS = (b"\r", b"\n")


class Decoder(MultipartDecoder):
    def _last_partial_boundary_index(self, data: bytes | bytearray) -> int:
        """From where on the data may belong to a boundary whose end has not arrived yet."""
        delimiter = b"--" + self.boundary
        place = data.rfind(delimiter)
        if place > 0 and data[place - 1 : place] in LINE_ENDS:
            return place - 2 if data[place - 2 : place] == b"\r\n" else place - 1
        window = max(0, len(data) - len(b"\r\n" + delimiter))
        return min((at for end in LINE_ENDS if (at := data.find(end, window)) >= 0), default=len(data))


def install() -> None:
    """For all requests of this process."""
    formparser.MultipartDecoder = Decoder  # type: ignore[misc]  # the one name by which the library finds it
