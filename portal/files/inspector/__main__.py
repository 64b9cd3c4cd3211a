"""The inspector as a workshop: an order's number says what is wanted, what is given is the file. The answer is one line
of JSON, {"kind": …} or {"reason": …}; for a photo with width and height, and the new picture's bytes follow it."""

import io
import json
import os
from functools import partial
from typing import BinaryIO

from portal.apart import workshop
from portal.files.inspector import JUDGED, PHOTO, SECONDS, Unfit, looks

CPU_SECONDS = 10
ENDLESS = b'{"reason": "endless"}\n'
PICTURES = ("jpeg", "png", "webp")


def main() -> None:
    workshop.keep_open("inspector", lambda: _inspect)


def _inspect(order: int, file: int, answer: int) -> None:
    give_up = partial(workshop.answer, answer, JUDGED, ENDLESS)
    workshop.bind(computing=CPU_SECONDS, seconds=SECONDS, give_up=give_up)
    with os.fdopen(file, "rb") as given:
        verdict, picture = judge(io.BytesIO(given.read()), wants_photo=order == PHOTO)
    workshop.answer(answer, JUDGED, json.dumps(verdict).encode() + b"\n" + picture)


def judge(file: BinaryIO, *, wants_photo: bool) -> tuple[dict[str, str], bytes]:
    try:
        kind = looks.look(file)
        if not wants_photo or kind not in PICTURES:
            return {"kind": kind}, b""
        picture, (width, height) = looks.photo(file)
        return {"kind": kind, "width": str(width), "height": str(height)}, picture
    except Unfit as unfit:
        return {"reason": unfit.reason, "detail": unfit.detail}, b""
    except (MemoryError, RecursionError):
        return {"reason": "endless"}, b""
    except Exception:  # noqa: BLE001  # parsers fail on foreign bytes in every way there is
        return {"reason": "broken"}, b""


if __name__ == "__main__":
    main()
