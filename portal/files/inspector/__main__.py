"""Writes one line of JSON, {"kind": …} or {"reason": …}; for `photo` with width and height, and the new picture's bytes
follow it."""

import io
import json
import logging
import os
import resource
import sys
import warnings
from typing import BinaryIO

from portal.files.inspector import Unfit, looks

CPU_SECONDS = 10
MEMORY = 1024 * 1024 * 1024
LARGEST_ANSWER = 16 * 1024 * 1024
PICTURES = ("jpeg", "png", "webp")


def main() -> None:
    _bind()
    logging.disable()
    warnings.simplefilter("ignore")
    verdict, picture = judge(io.BytesIO(sys.stdin.buffer.read()), wants_photo=sys.argv[1] == "photo")
    sys.stdout.buffer.write(json.dumps(verdict).encode() + b"\n" + picture)
    sys.stdout.flush()
    os._exit(0)  # taking a hundred thousand objects apart again would take seconds


def _bind() -> None:
    """From here on the process can neither take over the machine nor leave anything of the file behind."""
    for name, limit in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_FSIZE, LARGEST_ANSWER),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(name, (limit, limit))


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
