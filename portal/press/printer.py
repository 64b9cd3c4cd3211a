"""The press as a workshop: an order's number is the seconds that the document has, what is given is the page."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from portal.apart import workshop

if TYPE_CHECKING:
    from portal.press.typesetting import Typesetter

STYLE = Path(__file__).resolve().parents[2] / "templates" / "documents" / "resume.css"
SECONDS = 15  # by the clock on the wall, and of computing
MADE, HEAVY, BROKEN = b"made", b"heavy", b"broken"
# Set before anybody waits: what the first page of a process looks up, all printers then find ready.
FIRST = (
    "<html lang=ja><title>履歴書</title><body><h1>履歴書</h1><p>あいうえおアイウエオ、。（）0123456789</p>"
    "<table><thead><tr><th>年月</th><th>学歴・職歴</th></tr></thead><tbody><tr><td>2010年3月</td><td>卒業</td></tr></tbody>"
    "</table></body></html>"
)


def main() -> None:
    workshop.keep_open("press", _ready)


def _ready() -> workshop.Work:
    from portal.press.typesetting import Typesetter  # noqa: PLC0415  # takes seconds, and fails without its libraries

    typesetter = Typesetter(STYLE.read_text(encoding="utf-8"))
    typesetter.typeset(FIRST)
    return partial(_print, typesetter)


def _print(typesetter: Typesetter, seconds: int, page: int, answer: int) -> None:
    workshop.bind(computing=seconds, seconds=seconds, give_up=partial(workshop.answer, answer, HEAVY))
    try:
        with os.fdopen(page, encoding="utf-8") as paper:
            verdict, made = MADE, typesetter.typeset(paper.read())
    except (MemoryError, RecursionError):
        verdict, made = HEAVY, b""
    except BaseException:  # noqa: BLE001  # foreign text breaks a layout in every way there is
        verdict, made = BROKEN, b""
    workshop.answer(answer, verdict, made)
