"""What a file is and whether it is taken, found out by a process that may be stopped at any time."""

import json
import logging
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from threading import BoundedSemaphore
from typing import BinaryIO, cast

from portal.errors import Refused, Unavailable
from portal.files.kinds import BY_CODE, FileKind, spell
from portal.settings import ROOT

log = logging.getLogger(__name__)

SECONDS = 20  # by the clock on the wall; the process itself stops after ten of computing
AT_ONCE = 2  # in each web process
LARGEST_ANSWER = 16 * 1024 * 1024
AGAIN = "保存し直してから、もう一度選んでください。"
SENTENCES = {
    "acting": "スクリプトや添付ファイルなどを含むPDFは受け付けられません。「PDFとして印刷」で" + AGAIN,
    "bomb": "展開すると大きくなりすぎるファイルは受け付けられません。PDFで" + AGAIN,
    "broken": "ファイルが壊れているか、途中で切れています。作成したソフトで開けることを確認し、" + AGAIN,
    "encrypted": "パスワードや利用制限のかかったファイルは受け付けられません。"
    "パスワードを外してから、もう一度選んでください。",
    "endless": "ファイルの構造が複雑なため、確認できませんでした。PDFで" + AGAIN,
    "heic": "HEIC形式の写真は受け付けられません。JPEG形式で" + AGAIN,
    "macro": "マクロを含むファイルは受け付けられません。マクロのない形式（.docx、.xlsx、.pptx）で" + AGAIN,
    "old": "古い形式（.doc、.xls、.ppt）やパスワード付きのファイルは受け付けられません。"
    "パスワードを外し、新しい形式（.docx、.xlsx、.pptx）かPDFで" + AGAIN,
    "pages": "PDFは500ページまで受け付けます。ページを分けるか減らして" + AGAIN,
    "pixels": "画像は4,000万画素まで受け付けます。縮小して" + AGAIN,
}
GUESS = re.compile(r"\.[a-z0-9]{1,8}")
EDGE = re.compile(r"[1-9][0-9]{0,4}")

_places = BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Picture:
    """Drawn anew: a JPEG."""

    data: bytes
    width: int
    height: int


def judge(file: BinaryIO, kinds: Collection[FileKind]) -> FileKind:
    """The kind of the file, if it is one of these; else Refused says why and what to do."""
    with _inspected(file, "judge") as (verdict, _rest):
        return _kind(verdict, kinds)


def redraw(file: BinaryIO, kinds: Collection[FileKind]) -> Picture:
    with _inspected(file, "photo") as (verdict, rest):
        _kind(verdict, kinds)
        return Picture(rest.read(LARGEST_ANSWER), _edge(verdict, "width"), _edge(verdict, "height"))


@contextmanager
def _inspected(file: BinaryIO, wish: str) -> Iterator[tuple[Mapping[str, str], BinaryIO]]:
    if not _places.acquire(timeout=SECONDS):
        raise Unavailable("ただいま混み合っています。しばらくしてから、もう一度選んでください。")
    try:
        with tempfile.TemporaryFile() as answer:
            _run(file, wish, answer)
            answer.seek(0)
            yield _read(answer.readline(1000)), cast("BinaryIO", answer)
    finally:
        _places.release()


def _run(file: BinaryIO, wish: str, answer: BinaryIO) -> None:
    """The process gets the bytes and no more: no environment, so no secret; no address, so no database."""
    file.flush()
    file.seek(0)
    try:
        subprocess.run(  # noqa: S603  # our own program
            [sys.executable, "-m", "portal.files.inspector", wish],
            cwd=ROOT,
            env={"PATH": os.defpath, "LC_ALL": "C.UTF-8"},
            stdin=file,
            stdout=answer,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError) as end:
        log.warning("a file was not inspected to the end: %s", end)
        raise Refused(SENTENCES["endless"]) from None


def _read(line: bytes) -> Mapping[str, str]:
    """The answer is not trusted either: it comes from where foreign bytes were at work."""
    try:
        return {str(name): str(value) for name, value in json.loads(line).items()}
    except (ValueError, AttributeError):
        raise Refused(SENTENCES["endless"]) from None


def _edge(verdict: Mapping[str, str], name: str) -> int:
    edge = verdict.get(name, "")
    if not EDGE.fullmatch(edge):
        raise Refused(SENTENCES["endless"])
    return int(edge)


def _kind(verdict: Mapping[str, str], kinds: Collection[FileKind]) -> FileKind:
    kind = BY_CODE.get(verdict.get("kind", ""))
    if kind in kinds:
        return cast("FileKind", kind)
    guess = kind.suffixes[0] if kind else verdict.get("detail", "")
    raise Refused(SENTENCES.get(verdict.get("reason", "")) or _not_a_kind(guess, kinds))


def _not_a_kind(guess: str, kinds: Collection[FileKind]) -> str:
    seems = f"この形式（{guess}）" if GUESS.fullmatch(guess) else "この形式"
    return f"{seems}のファイルは受け付けられません。{spell(kinds)}のいずれかを選んでください。"
