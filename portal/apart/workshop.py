"""A workshop's inside. Its standard input is a socket: a number and two files come in for each order, what is to be
worked on and a pipe; out goes the id of the process that works. The pipe gets a word, a length and so many bytes.

Nothing here imports the rest of the portal: a workshop starts quickly and knows no secret.
"""

import gc
import logging
import os
import resource
import signal
import socket
import tempfile
import warnings
from collections.abc import Callable
from typing import NoReturn

READY, UNFIT = b"ready", b"unfit "
NUMBER = 4  # bytes
MEMORY = 1024 * 1024 * 1024
YIELDS = 5  # steps of niceness: who asks for a page goes before a document

# What one process does with an order: its number, the file to work on, the pipe for the answer.
Work = Callable[[int, int, int], None]


def keep_open(name: str, prepare: Callable[[], Work]) -> None:
    """Takes orders until the socket closes. `prepare` loads what all of them need; where that fails, it is told why."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asks: when it goes, so do we
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the workers here
    logging.disable()
    warnings.simplefilter("ignore")
    with socket.socket(fileno=os.dup(0)) as door, tempfile.TemporaryDirectory(prefix=f"portal-{name}-") as folder:
        os.close(0)
        tempfile.tempdir = folder  # where libraries put what they keep
        try:
            work = prepare()
        except Exception as problem:  # noqa: BLE001  # libraries or fonts are missing; no order is at hand yet
            door.sendall(UNFIT + repr(problem).encode()[:500])
            return
        gc.collect()
        gc.freeze()  # what all workers share stays shared
        door.sendall(READY)
        _serve(door, work)


def _serve(door: socket.socket, work: Work) -> None:
    while True:
        message, files, _flags, _address = socket.recv_fds(door, 1, 2)
        if not message:
            return
        number = os.fork()
        if number == 0:
            door.close()
            _do(work, message[0], *files)
        for file in files:
            os.close(file)
        door.sendall(number.to_bytes(NUMBER))


def _do(work: Work, order: int, given: int, answer: int) -> NoReturn:
    """The pipe is left open: it closes with the process, so whoever reads its end knows that the place is free."""
    try:
        work(order, given, answer)
    finally:
        os._exit(0)  # taking a hundred thousand objects apart again would take seconds


def bind(*, computing: int, seconds: int, give_up: Callable[[], None]) -> None:
    """From here on the process can neither take over the machine nor leave anything behind, and yields to the others.
    After so many seconds of computing, or by the clock on the wall, it gives up."""

    def end(*_: object) -> NoReturn:
        give_up()
        os._exit(0)

    os.nice(YIELDS)
    for name, soft, hard in (
        (resource.RLIMIT_CPU, computing, computing + 2),
        (resource.RLIMIT_AS, MEMORY, MEMORY),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        resource.setrlimit(name, (soft, hard))
    signal.signal(signal.SIGXCPU, end)
    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)


def answer(pipe: int, word: bytes, body: bytes = b"") -> None:
    signal.alarm(0)
    rest = memoryview(b"%s %d\n" % (word, len(body)) + body)
    while rest:
        rest = rest[os.write(pipe, rest) :]
