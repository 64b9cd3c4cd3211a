"""Asks the press. Belongs into the clock's process: a web worker has no time for it."""

import atexit
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from threading import BoundedSemaphore, Lock
from typing import BinaryIO

from portal.press.printer import BROKEN, HEAVY, MADE, NUMBER, READY, SECONDS
from portal.settings import ROOT

log = logging.getLogger(__name__)

AT_ONCE = 2
START_SECONDS = 60
LARGEST = 16 * 1024 * 1024
CHUNK = 64 * 1024


class Unprintable(Exception):
    """The page is too much for the press, or breaks it; it would be so again."""


class PressDown(Exception):
    """The press does not run, or was stopped in the middle; later it may."""


class Press:
    """The process and the way to it. Starts when it is first needed, and again when it is gone."""

    seconds = SECONDS  # that each document has, at most 255

    def __init__(self) -> None:
        self._lock = Lock()
        self._places = BoundedSemaphore(AT_ONCE)
        self._process: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None

    def print(self, page: str) -> bytes:
        """The PDF of a page of HTML, or Unprintable after `seconds`. The first waits for the start too."""
        with self._places, tempfile.TemporaryFile() as paper:
            paper.write(page.encode())
            paper.seek(0)
            ours, theirs = os.pipe()
            with os.fdopen(ours, "rb", buffering=0) as answer:
                try:
                    printer = self._hand_over(paper.fileno(), theirs)
                finally:
                    os.close(theirs)
                return _read(answer, printer, self.seconds)

    def _hand_over(self, page: int, answer: int) -> int:
        """The number of the process that prints."""
        with self._lock:
            for _ in range(2):  # it may have been killed since it was last used
                try:
                    door = self._opened()
                    socket.send_fds(door, [bytes([self.seconds])], [page, answer])
                    if number := door.recv(NUMBER):
                        return int.from_bytes(number)
                except OSError:
                    log.warning("the press is gone", exc_info=True)
                self._shut()
        raise PressDown("the press does not take pages")

    def _opened(self) -> socket.socket:
        if self._door is None:
            self._door = self._start()
        return self._door

    def _start(self) -> socket.socket:
        door, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "portal.press"],
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
        log.error("the press cannot print: %s", word.decode(errors="replace"))
        raise PressDown("the press did not start")

    def close(self) -> None:
        with self._lock:
            self._shut()

    def _shut(self) -> None:
        """The process ends when its door does."""
        if self._door is not None:
            self._door.close()
        if self._process is not None:
            try:
                self._process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._door = self._process = None


def _read(answer: BinaryIO, printer: int, seconds: int) -> bytes:
    """The answer is not trusted: foreign text was at work where it comes from."""
    body = bytearray()
    end = time.monotonic() + seconds + 1
    while len(body) <= LARGEST and select.select([answer], [], [], max(0.0, end - time.monotonic()))[0]:
        piece = answer.read(CHUNK)
        if not piece:
            return _judged(bytes(body))
        body += piece
    with suppress(ProcessLookupError):
        os.kill(printer, signal.SIGKILL)
    raise Unprintable("endless")


def _judged(body: bytes) -> bytes:
    line, _, made = body.partition(b"\n")
    verdict, _, size = line.partition(b" ")
    if verdict == MADE and made and size == b"%d" % len(made):
        return made
    if verdict in (HEAVY, BROKEN):
        raise Unprintable(verdict.decode())
    raise PressDown("a printer was stopped")


press = Press()
atexit.register(press.close)
