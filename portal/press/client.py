"""Asks the press. Belongs into the clock's process: a web worker has no time for it."""

import atexit
import tempfile

from portal.apart.client import Away, Endless, Stopped, Workshop
from portal.press.printer import BROKEN, HEAVY, MADE, SECONDS

AT_ONCE = 2


class Unprintable(Exception):
    """The page is too much for the press, or breaks it; it would be so again."""


class PressDown(Exception):
    """The press does not run, or was stopped in the middle; later it may."""


class Press:
    seconds = SECONDS  # that each document has, at most 255

    def __init__(self) -> None:
        self.workshop = Workshop("portal.press", at_once=AT_ONCE)

    def print(self, page: str) -> bytes:
        """The PDF of a page of HTML, or Unprintable after `seconds`. The first waits for the start too."""
        with tempfile.TemporaryFile() as paper:
            paper.write(page.encode())
            try:
                verdict, made = self.workshop.ask(self.seconds, paper, seconds=self.seconds)
            except Endless:
                raise Unprintable("endless") from None
            except (Away, Stopped) as reason:
                raise PressDown(repr(reason)) from None
        return judged(verdict, made)

    def close(self) -> None:
        self.workshop.close()


def judged(verdict: bytes, made: bytes) -> bytes:
    if verdict == MADE and made:
        return made
    if verdict in (HEAVY, BROKEN):
        raise Unprintable(verdict.decode())
    raise PressDown("an answer that is none")


press = Press()
atexit.register(press.close)
