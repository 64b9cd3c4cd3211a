"""The demo's post office: an SMTP server on loopback that keeps every letter as a file, and how they are read."""

import email
import email.policy
import re
import secrets
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)
NAME = re.compile(r"[0-9]{19,20}-[0-9a-f]{6}")  # time of arrival in nanoseconds, then chance
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Letter:
    id: str
    caught_at: datetime
    sender: str
    recipient: str
    subject: str
    body: str = ""


class Catcher:
    """Takes every message. `tell(recipient, code)` is called for each letter that carries a one-time password."""

    def __init__(self, folder: Path, tell: Callable[[str, str], None] = lambda _recipient, _code: None) -> None:
        self.folder = folder
        self.tell = tell

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        content = envelope.original_content or b""
        keep(self.folder, content)
        match = CODE.search(body_of(parse(content)))
        if match:
            self.tell(", ".join(envelope.rcpt_tos), match.group(1))
        return "250 OK"


def open_catcher(folder: Path, *, port: int = 0, tell: Callable[[str, str], None] | None = None) -> Controller:
    """A running catcher; its port is `.port`, `.stop()` ends it. Raises OSError when the port is taken."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = Catcher(folder, tell) if tell is not None else Catcher(folder)
    controller = Controller(handler, hostname=LOOPBACK, port=port or free_port())
    controller.start()
    return controller


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind((LOOPBACK, 0))
        return int(listener.getsockname()[1])


def keep(folder: Path, content: bytes) -> None:
    """Readers never see half a letter: it gets its name when it is whole."""
    name = f"{time.time_ns()}-{secrets.token_hex(3)}"
    unfinished = folder / f"{name}.part"
    unfinished.write_bytes(content)
    unfinished.rename(folder / f"{name}.eml")


def list_letters(
    folder: Path, *, words: str = "", recipient: str = "", page: int = 1, size: int = 50
) -> tuple[list[Letter], bool]:
    """One page, newest first, and whether another follows. Bodies stay unread."""
    begin, end = (page - 1) * size, page * size + 1
    found: list[Letter] = []
    matched = 0
    for path in sorted(folder.glob("*.eml"), reverse=True):
        if not NAME.fullmatch(path.stem):
            continue
        # Unread pages are skipped by name alone unless a search must look inside.
        if not words and not recipient and matched < begin:
            matched += 1
            continue
        letter = _head(path)
        if (
            recipient.lower() in letter.recipient.lower()
            and words.lower() in f"{letter.subject} {letter.recipient}".lower()
        ):
            matched += 1
            if matched > begin:
                found.append(letter)
            if matched == end:
                break
    return found[:size], len(found) > size


def read_letter(folder: Path, letter_id: str) -> Letter | None:
    path = folder / f"{letter_id}.eml"
    if not NAME.fullmatch(letter_id) or not path.is_file():
        return None
    message = parse(path.read_bytes())
    return _letter(letter_id, message, body=body_of(message))


def parse(content: bytes) -> EmailMessage:
    return BytesParser(policy=email.policy.default).parsebytes(content)


def body_of(message: EmailMessage) -> str:
    part = message.get_body(("plain", "html"))
    if part is None:
        return ""
    try:
        return str(part.get_content())
    except LookupError:  # a charset that nobody knows
        return bytes(part.get_payload(decode=True)).decode("utf-8", "replace")


def _head(path: Path) -> Letter:
    with path.open("rb") as source:
        return _letter(path.stem, BytesHeaderParser(policy=email.policy.default).parse(source))


def _letter(letter_id: str, message: Any, *, body: str = "") -> Letter:
    return Letter(
        id=letter_id,
        caught_at=datetime.fromtimestamp(int(letter_id.partition("-")[0]) / 1e9, UTC),
        sender=str(message["From"] or ""),
        recipient=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        body=body,
    )
