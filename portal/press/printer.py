"""The press as a process. Its standard input is a socket: a byte and two files come in for each document, the seconds
that it has, the page and a pipe; out goes the number of the process that prints it. The pipe gets a verdict, a length
and so many bytes.
"""

from __future__ import annotations

import gc
import logging
import os
import resource
import signal
import socket
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from portal.press.typesetting import Typesetter

STYLE = Path(__file__).resolve().parents[2] / "templates" / "documents" / "resume.css"
SECONDS = 15  # by the clock on the wall, and of computing
MEMORY = 1024 * 1024 * 1024
READY, UNFIT = b"ready", b"unfit "
MADE, HEAVY, BROKEN = b"made", b"heavy", b"broken"
NUMBER = 4  # bytes
# Set before anybody waits: what the first page of a process looks up, all printers then find ready.
FIRST = (
    "<html lang=ja><title>履歴書</title><body><h1>履歴書</h1><p>あいうえおアイウエオ、。（）0123456789</p>"
    "<table><thead><tr><th>年月</th><th>学歴・職歴</th></tr></thead><tbody><tr><td>2010年3月</td><td>卒業</td></tr></tbody>"
    "</table></body></html>"
)


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks: when it goes, so do we
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for printers here
    logging.disable()
    warnings.simplefilter("ignore")
    with socket.socket(fileno=os.dup(0)) as door, tempfile.TemporaryDirectory(prefix="portal-press-") as folder:
        os.close(0)
        tempfile.tempdir = folder  # where WeasyPrint keeps its copies of the fonts
        try:
            typesetter = _ready()
        except Exception as problem:  # noqa: BLE001  # libraries or fonts are missing; no document is at hand yet
            door.sendall(UNFIT + repr(problem).encode()[:500])
            return
        door.sendall(READY)
        _serve(door, typesetter)


def _ready() -> Typesetter:
    from portal.press.typesetting import Typesetter  # noqa: PLC0415  # takes seconds, and fails without its libraries

    typesetter = Typesetter(STYLE.read_text(encoding="utf-8"))
    typesetter.typeset(FIRST)
    gc.collect()
    gc.freeze()  # what all printers share stays shared
    return typesetter


def _serve(door: socket.socket, typesetter: Typesetter) -> None:
    while True:
        message, files, _flags, _address = socket.recv_fds(door, 1, 2)
        if not message:
            return
        number = os.fork()
        if number == 0:
            door.close()
            _print(typesetter, *files, seconds=message[0])
        for file in files:
            os.close(file)
        door.sendall(number.to_bytes(NUMBER))


def _print(typesetter: Typesetter, page: int, answer: int, *, seconds: int) -> NoReturn:
    """One document, in a process of its own; never returns."""
    _bind(answer, seconds)
    try:
        with os.fdopen(page, encoding="utf-8") as paper:
            verdict, made = MADE, typesetter.typeset(paper.read())
    except (MemoryError, RecursionError):
        verdict, made = HEAVY, b""
    except BaseException:  # noqa: BLE001  # foreign text breaks a layout in every way there is
        verdict, made = BROKEN, b""
    signal.alarm(0)
    _say(answer, verdict, made)
    os._exit(0)


def _bind(answer: int, seconds: int) -> None:
    """From here on the process can neither take over the machine nor leave anything of the document behind."""

    def give_up(*_: object) -> NoReturn:
        _say(answer, HEAVY)
        os._exit(0)

    for name, soft, hard in (
        (resource.RLIMIT_CPU, seconds, seconds + 2),
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(name, (soft, hard))
    signal.signal(signal.SIGXCPU, give_up)
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)


def _say(answer: int, verdict: bytes, made: bytes = b"") -> None:
    """The pipe is left open: it closes with the process, so whoever reads its end knows that the place is free."""
    rest = memoryview(b"%s %d\n" % (verdict, len(made)) + made)
    while rest:
        rest = rest[os.write(answer, rest) :]
