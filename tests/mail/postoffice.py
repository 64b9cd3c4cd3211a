"""A real SMTP server on a free port of loopback that does what a test asks of it."""

import asyncio
import email
import email.policy
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from portal.demo_mail import free_port


@dataclass
class Envelope:
    recipients: list[str]
    message: EmailMessage
    raw: bytes
    at: float

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        part = self.message.get_body(("plain",))
        assert part is not None
        return str(part.get_content())


@dataclass
class Office:
    """Answers as told; `refused` names single recipients, and after `drop_after` messages the line is cut."""

    port: int = 0
    sender_answer: str = "250 OK"
    answer: str = "250 OK"
    data_answer: str = "250 OK"
    refused: dict[str, str] = field(default_factory=dict)
    drop_after: int | None = None
    delay: float = 0
    asked: int = 0  # recipients that were named
    received: list[Envelope] = field(default_factory=list)

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        if self.sender_answer.startswith("250"):
            envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.asked += 1
        answer = self.refused.get(address, self.answer)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        await asyncio.sleep(self.delay)
        if self.drop_after is not None and len(self.received) >= self.drop_after:
            server.transport.close()
            return "421 gone"
        if self.data_answer.startswith("250"):
            raw = bytes(envelope.content)
            message = email.message_from_bytes(raw, policy=email.policy.default)
            self.received.append(Envelope(list(envelope.rcpt_tos), message, raw, time.monotonic()))  # type: ignore[arg-type]
        return self.data_answer

    @property
    def ids(self) -> list[str]:
        return [str(envelope.message["Message-ID"]) for envelope in self.received]

    @property
    def subjects(self) -> list[str]:
        return [envelope.subject for envelope in self.received]


@contextmanager
def open_office() -> Iterator[Office]:
    office = Office(port=free_port())
    controller = Controller(office, hostname="127.0.0.1", port=office.port)
    controller.start()
    try:
        yield office
    finally:
        controller.stop()
