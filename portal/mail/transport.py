"""How mail leaves: Flask-Mail over one bounded SMTP connection. Only the outbox's worker calls it."""

import email.charset
import smtplib
import ssl
from collections.abc import Mapping
from email.header import Header
from email.mime.base import MIMEBase
from email.policy import compat32
from types import TracebackType

from flask import current_app
from flask_mail import Connection, Message

# Flask-Mail asks for 8-bit bodies; a Japanese paragraph then passes SMTP's limit of 998 octets a line.
email.charset.add_charset("utf-8", email.charset.SHORTEST, email.charset.BASE64, "utf-8")

TIMEOUT_SECONDS = 20
HEADERS = {"Auto-Submitted": "auto-generated"}  # no out-of-office answers it


class Post(Connection):
    """A connection that gives up on a silent server; Flask-Mail's own waits for ever."""

    def configure_host(self) -> smtplib.SMTP:
        host = smtplib.SMTP(self.mail.server, self.mail.port, timeout=TIMEOUT_SECONDS)
        try:
            if self.mail.use_tls:
                host.starttls(context=ssl.create_default_context())
            if self.mail.username and self.mail.password:
                host.login(self.mail.username, self.mail.password)
        except (smtplib.SMTPException, OSError):
            host.close()
            raise
        return host

    @property
    def is_open(self) -> bool:
        """False once the server hung up: smtplib forgets its socket then."""
        return self.host is not None and self.host.sock is not None

    def __exit__(self, exc_type: type[BaseException], exc_value: BaseException, tb: TracebackType) -> None:
        if self.host is None:
            return
        try:
            self.host.quit()
        except (smtplib.SMTPException, OSError):
            self.host.close()  # the server was gone first; nothing is owed


def connect() -> Post:
    """Use as a context manager; raises OSError or SMTPException when the server is away."""
    return Post(current_app.extensions["mail"])


class Folded(Message):
    """Its subject is folded here: Python 3.11 folds long ones anew and loses a space where two lines meet."""

    def _message(self) -> MIMEBase:
        message: MIMEBase = super()._message()
        folding, message.policy = message.policy, compat32  # which takes lines as they are
        message.replace_header("Subject", Header(self.subject, "utf-8", header_name="Subject").encode())
        message.policy = folding
        return message


def send(
    post: Post, *, recipient: str, subject: str, body: str, message_id: str, headers: Mapping[str, str] | None = None
) -> None:
    """Hands one message to the server. The Message-ID is the outbox row's, so that a repeated one is recognised."""
    message = Folded(subject=subject, recipients=[recipient], body=body, extra_headers=HEADERS | dict(headers or {}))
    message.msgId = message_id
    post.send(message)
