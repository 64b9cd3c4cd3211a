"""Reports of mail servers about letters that did not arrive: ours are marked, once, and nobody else's."""

from datetime import datetime
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.records import AuditEvent
from models.states import MailState
from portal.mail import returns
from portal.mail.returns import Outcome
from tests.mail.postoffice import Office
from tests.mail.sending import deliver, queue, rows, states


@pytest.fixture
def letter(posting: Flask, office: Office, now: datetime) -> bytes:
    """As it left, of two that were sent."""
    queue(2, now=now)
    deliver(now)
    return office.received[0].raw


def report(letter: bytes, *, action: str = "failed", status: str = "5.1.1", head_alone: bool = False) -> bytes:
    """As Postfix writes it."""
    made = MIMEMultipart("report", report_type="delivery-status")
    made["From"], made["To"], made["Message-ID"] = "MAILER-DAEMON@mx.example.jp", "no-reply@example.jp", "<report@mx>"
    made.attach(MIMEText("I'm sorry to have to inform you that your message could not be delivered.", "plain"))
    told = EmailMessage()
    told["Final-Recipient"], told["Action"], told["Status"] = "rfc822; p0@example.jp", action, status
    machine = EmailMessage()
    machine["Reporting-MTA"] = "dns; mx.example.jp"
    status_part = MIMEMessage(machine, "delivery-status")
    status_part.set_payload([machine, told])
    made.attach(status_part)
    if head_alone:
        made.attach(MIMEText(letter.partition(b"\r\n\r\n")[0].decode(), "rfc822-headers"))
    else:
        from email import message_from_bytes

        made.attach(MIMEMessage(message_from_bytes(letter)))
    return made.as_bytes()


def told() -> int:
    return db.session.scalar(select(func.count()).where(AuditEvent.action == "outbox.returned")) or 0


@pytest.mark.parametrize("head_alone", [False, True])
def test_a_letter_that_came_back_is_marked_once(letter: bytes, now: datetime, head_alone: bool) -> None:
    raw = report(letter, head_alone=head_alone)
    assert returns.take(raw, now=now) is Outcome.bounced
    (one, other) = rows()
    assert (one.state, one.last_error) == (MailState.bounced, "配達できませんでした（5.1.1）")
    assert other.state is MailState.sent
    assert returns.take(raw, now=now) is Outcome.unknown, "the server says it twice"
    assert told() == 1


def test_what_is_only_late_changes_nothing(letter: bytes, now: datetime) -> None:
    assert returns.take(report(letter, action="delayed", status="4.4.1"), now=now) is Outcome.not_final
    assert states() == {MailState.sent: 2}


def test_letters_of_others_and_answers_of_people_change_nothing(letter: bytes, now: datetime) -> None:
    forged = letter.replace(b"@partner.example.jp>", b"@elsewhere.example>")
    assert returns.take(report(forged), now=now) is Outcome.unknown
    without = b"\r\n".join(line for line in letter.split(b"\r\n") if not line.lower().startswith(b"message-id"))
    assert returns.take(report(without), now=now) is Outcome.unknown
    assert returns.take(letter, now=now) is Outcome.no_report
    assert returns.take(b"", now=now) is Outcome.no_report
    assert states() == {MailState.sent: 2}
    assert told() == 0


def test_a_number_that_no_letter_can_have_is_unknown(letter: bytes, now: datetime) -> None:
    for odd in (b"<\0@partner.example.jp>", b"<" + b"a" * 300 + b"@x>", "<あ@partner.example.jp>".encode(), b"<>"):
        assert returns.take(report(b"Message-ID: " + odd + b"\r\n\r\nbody"), now=now) is Outcome.unknown


def test_a_letter_that_waits_again_is_not_marked_by_an_old_report(letter: bytes, now: datetime) -> None:
    db.session.execute(OutboxMail.__table__.update().values(state=MailState.queued))
    db.session.commit()
    assert returns.take(report(letter), now=now) is Outcome.unknown
    assert states() == {MailState.queued: 2}


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.integers(min_value=0), signs=st.binary(max_size=40), cut=st.integers(min_value=0))
def test_no_damage_is_a_fault(rules: Flask, now: datetime, place: int, signs: bytes, cut: int) -> None:
    raw = bytearray(report(b"Message-ID: <1.2@partner.example.jp>\r\nSubject: x\r\n\r\nbody\r\n"))
    at = place % len(raw)
    raw[at : at + len(signs)] = signs
    assert returns.take(bytes(raw[: len(raw) - cut % 400]), now=now) in Outcome
