"""What a file is and whether it is taken, found out by a process that may be stopped at any time."""

import atexit
import json
import logging
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import BinaryIO, cast

from portal.apart.client import Away, Busy, Endless, Stopped, Workshop
from portal.errors import Refused, Unavailable
from portal.files.inspector import JUDGED, KIND, PHOTO, SECONDS
from portal.files.kinds import BY_CODE, FileKind, spell

log = logging.getLogger(__name__)

AT_ONCE = 2  # in each web process
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

inspector = Workshop("portal.files.inspector", at_once=AT_ONCE)
atexit.register(inspector.close)


@dataclass(frozen=True)
class Picture:
    """Drawn anew: a JPEG."""

    data: bytes
    width: int
    height: int


def judge(file: BinaryIO, kinds: Collection[FileKind]) -> FileKind:
    """The kind of the file, if it is one of these; else Refused says why and what to do."""
    verdict, _picture = _inspected(file, KIND)
    return _kind(verdict, kinds)


def redraw(file: BinaryIO, kinds: Collection[FileKind]) -> Picture:
    verdict, picture = _inspected(file, PHOTO)
    _kind(verdict, kinds)
    return Picture(picture, _edge(verdict, "width"), _edge(verdict, "height"))


def _inspected(file: BinaryIO, wish: int) -> tuple[Mapping[str, str], bytes]:
    """The verdict, and the picture that was drawn."""
    try:
        line, _, picture = _answer(file, wish).partition(b"\n")
    except Busy:
        raise Unavailable("ただいま混み合っています。しばらくしてから、もう一度選んでください。") from None
    except Away:
        raise Unavailable("ただいまファイルを確認できません。しばらくしてから、もう一度選んでください。") from None
    except (Endless, Stopped) as end:
        log.warning("a file was not inspected to the end: %r", end)
        raise Refused(SENTENCES["endless"]) from None
    return _read(line), picture


def _answer(file: BinaryIO, wish: int) -> bytes:
    word, answer = inspector.ask(wish, file, seconds=SECONDS, patience=SECONDS)
    return answer if word == JUDGED else b""


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
