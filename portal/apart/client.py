"""Asks a workshop: hands an order over, waits no longer than it may take, and does not believe the answer blindly."""

import logging
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from threading import BoundedSemaphore, Lock
from typing import BinaryIO

from portal.apart.workshop import NUMBER, READY
from portal.settings import ROOT

log = logging.getLogger(__name__)

START_SECONDS = 60
LARGEST = 16 * 1024 * 1024
CHUNK = 64 * 1024
GRACE = 1  # second that the worker has to say that it gave up


class Busy(Exception):
    """No place became free in time."""


class Endless(Exception):
    """It was stopped: the order took too long, or its answer did not end."""


class Stopped(Exception):
    """The worker ended without a whole answer."""


class Away(Exception):
    """The workshop does not run; later it may."""


class Workshop:
    """The process and the way to it. Starts when it is first needed, and again when it is gone."""

    def __init__(self, module: str, *, at_once: int) -> None:
        self.command: Sequence[str] = (sys.executable, "-m", module)
        self._places = BoundedSemaphore(at_once)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    def ask(self, order: int, given: BinaryIO, *, seconds: float, patience: float | None = None) -> tuple[bytes, bytes]:
        """The word and the body of the answer. `seconds` the worker has by the clock on the wall, `patience` a place
        has to become free."""
        given.flush()
        given.seek(0)
        if not self._places.acquire(timeout=patience):
            raise Busy
        try:
            ours, theirs = os.pipe()
            with os.fdopen(ours, "rb", buffering=0) as pipe:
                try:
                    worker = self._hand_over(order, given.fileno(), theirs)
                finally:
                    os.close(theirs)
                return _read(pipe, worker, seconds + GRACE)
        finally:
            self._places.release()

    def _hand_over(self, order: int, given: int, pipe: int) -> int:
        """The id of the process that works."""
        with self._lock:
            for _ in range(2):  # it may have been killed since it was last used
                try:
                    door = self._opened()
                    socket.send_fds(door, [bytes([order])], [given, pipe])
                    if number := door.recv(NUMBER):
                        return int.from_bytes(number)
                except OSError:
                    log.warning("the workshop is gone: %s", self.command[-1], exc_info=True)
                self._shut()
        raise Away("it takes no orders")

    def _opened(self) -> socket.socket:
        if self._door is None:
            self._door = self._start()
        return self._door

    def _start(self) -> socket.socket:
        door, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603  # our own program
                self.command,
                cwd=ROOT,
                env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,  # libraries write what they like there, and it may be of somebody's résumé
            )
        door.settimeout(START_SECONDS)
        word = door.recv(600)
        if word == READY:
            return door
        door.close()
        self._shut()
        log.error("the workshop cannot work: %s", word.decode(errors="replace"))
        raise Away("it did not start")

    def close(self) -> None:
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        """The process ends when its door does."""
        if self._door is not None:
            self._door.close()
        if self._process is not None:
            try:
                self._process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._door = self._process = None


def _read(pipe: BinaryIO, worker: int, seconds: float) -> tuple[bytes, bytes]:
    """The answer is not trusted: foreign bytes were at work where it comes from."""
    body = bytearray()
    end = time.monotonic() + seconds
    while len(body) <= LARGEST and select.select([pipe], [], [], max(0.0, end - time.monotonic()))[0]:
        piece = pipe.read(CHUNK)
        if not piece:
            return _whole(bytes(body))
        body += piece
    with suppress(ProcessLookupError):
        os.kill(worker, signal.SIGKILL)
    raise Endless


def _whole(answer: bytes) -> tuple[bytes, bytes]:
    line, _, body = answer.partition(b"\n")
    word, _, size = line.partition(b" ")
    if word and size == b"%d" % len(body):
        return word, body
    raise Stopped
