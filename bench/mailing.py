"""Letters from the outbox to a real SMTP server in a process of its own; the floor is `smtplib` alone."""

import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage

from sqlalchemy import func, select

from bench import databases, measure
from bench.generate import Size
from bench.inside import count
from bench.measure import Times
from bench.publishing import SECRET, timed
from bench.report import Line
from models.base import db
from models.mail import OutboxMail
from models.states import Lane, MailState
from portal import clock
from portal.app import create_app
from portal.demo_mail import LOOPBACK, free_port
from portal.mail import delivery
from portal.settings import Settings
from tests.mail import sending

LETTERS = 1000
LETTER = "entry_submitted"
SENDER = "no-reply@example.jp"
START = 20.0  # seconds


def measure_mail(kind: str, size: Size, *, rounds: int, say: databases.Say) -> list[Line]:
    taken: dict[str, list[Times]] = {"ours": [], "floor": []}
    statements = 0
    for _ in range(rounds):
        with databases.copy(kind, size, say=say) as url, receiving() as port:
            times, statements, letters = ours(url, port)
            taken["ours"].append(times)
            taken["floor"].append(bare(port, letters))
    return [
        Line("ours", one=measure.boiled_down(taken["ours"]), statements=statements),
        Line("floor", one=measure.boiled_down(taken["floor"])),
    ]


def ours(url: str, port: int) -> tuple[Times, int, list[tuple[str, str, str]]]:
    """Built, sent and recorded one by one. Also returns what was sent: recipient, subject and body of each."""
    settings = Settings(database_url=url, secret_key=SECRET, mail_server=LOOPBACK, mail_port=port)
    app = create_app(settings, doors=False)
    taken: list[Times] = []
    with app.app_context():
        engine, now = db.engine, clock.now()
        sending.queue(LETTERS, now=now, lane=Lane.bulk)

        def act() -> None:
            taken.append(timed(lambda: sending.deliver(now, (Lane.bulk,))))

        statements = count(engine, act)
        is_ours = (OutboxMail.letter == LETTER) & (OutboxMail.lane == Lane.bulk)
        sent = db.session.scalar(select(func.count()).where(is_ours, OutboxMail.state == MailState.sent))
        if sent != LETTERS:
            raise SystemExit(f"mail: {sent} sent instead of {LETTERS}")
        subject, body = delivery.render(LETTER, sending.PARAMS)
        db.session.remove()
        engine.dispose()
    return taken[0], statements, [(f"p{number}@example.jp", subject, body) for number in range(LETTERS)]


def bare(port: int, letters: Sequence[tuple[str, str, str]]) -> Times:
    """Each built and sent over one connection; nothing is looked up and nothing recorded."""

    def send() -> None:
        with smtplib.SMTP(LOOPBACK, port) as host:
            for recipient, subject, body in letters:
                message = EmailMessage()
                message["From"], message["To"], message["Subject"] = SENDER, recipient, subject
                message.set_content(body)
                host.send_message(message)

    return timed(send)


@contextmanager
def receiving() -> Iterator[int]:
    """The port of a server that takes everything and keeps nothing."""
    port = free_port()
    command = [sys.executable, "-m", "aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"{LOOPBACK}:{port}"]
    with subprocess.Popen(command) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    end = time.monotonic() + START
    while True:
        try:
            with smtplib.SMTP(LOOPBACK, port):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.05)
