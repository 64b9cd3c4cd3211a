"""Servers that are away, refuse, hang up or say nothing: letters wait, give up loudly, and hold nobody up."""

import socket
import time
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from models.base import db
from models.mail import OutboxMail
from models.states import MailState, Role
from portal.database import begin_write
from portal.mail import delivery, transport
from portal.mail.outbox import Letter
from tests.mail.postoffice import Office
from tests.mail.sending import LOGIN, NORMAL, PARAMS, code, deliver, post, queue, rows, states
from tests.make import Maker
from tests.views.login import log_in

MINUTES = (1, 5, 15, 30, 60)  # G21; afterwards two hours each
NOBODY = 1  # a port on which nobody listens


def test_a_server_that_says_later_is_asked_by_the_table_until_three_days_are_over(
    posting: Flask, office: Office, now: datetime
) -> None:
    queue(1, now=now)
    office.answer = "451 try again"
    moment, waits = now, []
    while not waits or waits[-1]:
        assert delivery.deliver(NORMAL, now=moment) == 0
        row = rows()[0]
        assert office.asked == row.attempts == len(waits) + 1
        waits.append(round((row.next_at - moment) / timedelta(minutes=1)) if row.state is MailState.queued else 0)
        if waits[-1]:
            assert delivery.deliver(NORMAL, now=row.next_at - timedelta(seconds=1)) == 0
            assert office.asked == len(waits), "not before its time"
            moment = row.next_at
    assert tuple(waits[:5]) == MINUTES
    assert set(waits[5:-1]) == {120}
    print(f"\n{len(waits)} attempts, given up after {(moment - now) / timedelta(hours=1):.1f} h")
    assert timedelta(hours=72) <= moment - now < timedelta(hours=74)
    assert (row.state, row.last_error) == (MailState.failed, "宛先を受け付けません（451）")
    office.answer = "250 OK"
    assert deliver(moment + timedelta(days=1)) == 0


@pytest.mark.parametrize("where", ["answer", "data_answer"])
def test_a_refusal_for_good_bounces_and_is_not_tried_again(
    where: str, posting: Flask, office: Office, now: datetime
) -> None:
    queue(1, now=now)
    setattr(office, where, "550 no such user")
    deliver(now)
    assert states() == {MailState.bounced: 1}
    setattr(office, where, "250 OK")
    assert deliver(now + timedelta(days=1)) == 0
    assert "550" in rows()[0].last_error
    assert office.asked == 1


def test_one_refused_recipient_is_no_fault_of_the_others(posting: Flask, office: Office, now: datetime) -> None:
    queue(5, now=now)
    office.refused = {"p1@example.jp": "550 no such user", "p3@example.jp": "450 mailbox busy"}
    assert delivery.deliver(NORMAL, now=now) == 3
    assert states() == {MailState.sent: 3, MailState.bounced: 1, MailState.queued: 1}


def test_a_refused_sender_is_our_own_fault_and_loses_nothing(posting: Flask, office: Office, now: datetime) -> None:
    queue(3, now=now)
    office.sender_answer = "550 sender not allowed here"
    assert deliver(now) == 0
    assert states() == {MailState.queued: 3}
    office.sender_answer = "250 OK"
    assert deliver(now + timedelta(minutes=2)) == 3


def test_six_hours_without_a_server_lose_nothing(posting: Flask, office: Office, now: datetime) -> None:
    mail = posting.extensions["mail"]
    right, mail.port = mail.port, NOBODY
    queue(12, now=now)
    for minutes in range(0, 360, 15):
        assert deliver(now + timedelta(minutes=minutes)) == 0
    assert states() == {MailState.queued: 12}
    mail.port = right
    late = max(row.next_at for row in rows())
    assert late <= now + timedelta(hours=8)
    assert deliver(late) == 12
    print(
        f"\n6 h away: {len(set(office.ids))} of 12 delivered, the last {(late - now) / timedelta(hours=1):.1f} h late"
    )
    assert len(office.ids) == len(set(office.ids)) == 12


def test_a_line_cut_in_the_middle_costs_one_letter_a_minute_and_the_others_nothing(
    posting: Flask, office: Office, now: datetime
) -> None:
    queue(10, now=now)
    office.drop_after = 4
    assert delivery.deliver(NORMAL, now=now) == 4
    assert [row.attempts for row in rows()] == [1] * 5 + [0] * 5
    office.drop_after = None
    assert deliver(now) == 5
    assert deliver(now + timedelta(minutes=2)) == 1
    assert len(office.ids) == len(set(office.ids)) == 10


@pytest.mark.parametrize(
    "bad",
    [
        Letter("no_such_letter", "a@example.jp", PARAMS),
        Letter("entry_submitted", "a@example.jp\nBcc: b@example.jp", PARAMS),
    ],
    ids=["unknown", "recipient"],
)
def test_a_letter_that_cannot_be_written_holds_up_nobody_and_is_shown(
    bad: Letter, posting: Flask, office: Office, now: datetime
) -> None:
    post(bad, now=now)
    queue(3, now=now)
    assert deliver(now) == 3
    first = rows()[0]
    assert (first.state, first.attempts) == (MailState.queued, 1)
    assert first.last_error.startswith("メールを作成できません")
    deliver(now + timedelta(hours=73))
    assert rows()[0].state is MailState.failed
    assert len(office.received) == 3


def test_a_silent_server_does_not_hold_the_worker(
    posting: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.5)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        posting.extensions["mail"].port = listener.getsockname()[1]
        queue(20, now=now)
        begun = time.monotonic()
        assert delivery.deliver(NORMAL, now=now) == 0
        print(f"\nsilent server, timeout 0.5 s: given up after {time.monotonic() - begun:.2f} s")
        assert time.monotonic() - begun < 3, "one timeout for the batch, not one for each"
    assert states() == {MailState.queued: 20}


def test_a_server_that_stops_answering_in_the_middle_does_not_hold_the_worker(
    posting: Flask, office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.5)
    office.delay = 3
    queue(20, now=now)
    begun = time.monotonic()
    assert delivery.deliver(NORMAL, now=now) == 0
    assert time.monotonic() - begun < 2.5
    assert states() == {MailState.queued: 20}
    office.delay = 0
    assert deliver(now) == 19


def test_a_worker_that_dies_after_sending_repeats_under_the_same_id(
    posting: Flask, office: Office, now: datetime
) -> None:
    queue(2, now=now)
    deliver(now)
    lose("p1@example.jp", until=now + delivery.LEASE)
    assert deliver(now + timedelta(minutes=1)) == 0, "the lease still holds"
    assert deliver(now + delivery.LEASE) == 1
    assert len(office.ids) == 3
    assert office.ids[1] == office.ids[2] != office.ids[0]


def test_a_code_of_a_dead_worker_is_not_sent_after_its_end(posting: Flask, office: Office, now: datetime) -> None:
    code("a@example.jp", now=now, minutes=10)
    begun = now + timedelta(minutes=8)
    delivery._claim(LOGIN, owner="dead", now=begun)  # as if the process had ended right after
    assert deliver(begun + delivery.LEASE, LOGIN) == 0
    assert [(row.state, row.params) for row in rows()] == [(MailState.expired, {})]
    assert office.received == []


def test_a_slow_worker_cannot_overwrite_what_another_did(posting: Flask, office: Office, now: datetime) -> None:
    queue(1, now=now)
    row = delivery._claim(NORMAL, owner="slow", now=now)[0]
    assert deliver(now + delivery.LEASE) == 1
    delivery._close(row, owner="slow", state=MailState.failed, last_error="too late")
    delivery._hand_back([row], owner="slow", now=now)
    assert states() == {MailState.sent: 1}


def lose(recipient: str, *, until: datetime) -> None:
    """As if the process had ended between the server's answer and its own commit."""
    begin_write()
    values = {"state": MailState.sending, "next_at": until, "owner": "dead"}
    db.session.execute(update(OutboxMail).where(OutboxMail.recipient == recipient).values(values))
    db.session.commit()


def test_the_desk_shows_what_was_given_up_and_why(
    client: FlaskClient, make_here: Maker, posting: Flask, office: Office, now: datetime
) -> None:
    reviewer = make_here.secretary(Role.reviewer)
    for name in ("gone", "full"):
        post(Letter("entry_approved", f"{name}@example.jp", PARAMS), now=now)
    office.refused = {"gone@example.jp": "550 no such user", "full@example.jp": "452 mailbox full"}
    deliver(now)
    deliver(now + timedelta(hours=73))
    db.session.remove()
    log_in(client, reviewer)
    page = client.get("/desk/mail/").get_data(as_text=True)
    for words in ("gone@example.jp", "宛先不明", "（550）", "full@example.jp", "送信失敗", "（452）", "掲載承認"):
        assert words in page
