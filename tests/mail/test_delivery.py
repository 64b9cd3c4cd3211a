"""The promises about mail, on both databases and against a real server: nothing lost, nothing early, nobody else's."""

import os
import signal
import statistics
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.mail import OutboxMail
from models.states import Action, Kind, Lane, MailState
from portal.database import begin_write
from portal.mail import delivery, outbox, transport
from portal.mail.outbox import Letter
from tests.mail.postoffice import Office
from tests.make import Maker, seen

NORMAL = [Lane.normal, Lane.bulk]
PARAMS = {
    "title": "給水施設維持管理専門家",
    "kind": "job",
    "entry_id": 1,
    "publish_at": None,
    "comment": "よろしくお願いします。",
}


def queue(count: int, *, now: datetime, lane: Lane = Lane.normal, **params: Any) -> None:
    begin_write()
    letters = [Letter("entry_submitted", f"p{number}@example.jp", PARAMS | params) for number in range(count)]
    outbox.queue(letters, now=now, lane=lane)
    db.session.commit()


def deliver(now: datetime, lanes: list[Lane] = NORMAL) -> int:
    total = 0
    while sent := delivery.deliver(lanes, now=now):
        total += sent
    return total


def states() -> dict[MailState, int]:
    rows = db.session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state)).all()
    db.session.rollback()
    return dict(rows)


def test_nothing_leaves_before_the_commit_and_everything_after_it(
    posting: Flask, office: Office, now: datetime
) -> None:
    begin_write()
    outbox.queue([Letter("entry_submitted", "a@example.jp", PARAMS)], now=now)
    db.session.rollback()
    assert deliver(now) == 0
    assert office.received == []
    queue(3, now=now)
    assert deliver(now) == 3
    assert states() == {MailState.sent: 3}


def test_each_has_an_envelope_of_its_own(posting: Flask, office: Office, now: datetime) -> None:
    queue(60, now=now)
    deliver(now)
    assert [envelope.recipients for envelope in office.received] == [[f"p{n}@example.jp"] for n in range(60)]
    for number, envelope in enumerate(office.received):
        others = [f"p{n}@example.jp".encode() for n in range(60) if n != number]
        assert not any(b" " + other in envelope.raw or b"<" + other in envelope.raw for other in others)
        assert envelope.message["Cc"] is None
        assert envelope.message["Bcc"] is None


def test_a_long_paragraph_of_japanese_passes(posting: Flask, office: Office, now: datetime) -> None:
    text = "農村部の学校と保健センターで給水設備の整備を進めます。" * 60
    begin_write()
    outbox.queue([Letter("entry_returned", "a@example.jp", PARAMS | {"comment": text})], now=now)
    db.session.commit()
    deliver(now)
    part = office.received[0].message.get_body(("plain",))
    assert part is not None
    assert text in part.get_content()
    assert max(len(line) for line in office.received[0].raw.split(b"\r\n")) < 998


def test_a_refused_recipient_bounces_and_is_not_tried_again(posting: Flask, office: Office, now: datetime) -> None:
    queue(1, now=now)
    office.answer = "550 no such user"
    deliver(now)
    assert states() == {MailState.bounced: 1}
    office.answer = "250 OK"
    assert deliver(now + timedelta(days=1)) == 0
    assert "550" in (db.session.scalar(select(OutboxMail.last_error)) or "")


def test_a_server_that_says_later_is_asked_later(posting: Flask, office: Office, now: datetime) -> None:
    queue(1, now=now)
    office.answer = "451 try again"
    moment, waits = now, []
    for _ in range(8):
        deliver(moment)
        next_at = db.session.scalar(select(OutboxMail.next_at))
        db.session.rollback()
        assert next_at is not None
        waits.append(next_at - moment)
        moment = next_at
    assert waits == [timedelta(minutes=m) for m in (1, 5, 15, 30, 60, 120, 120, 120)]
    office.answer = "250 OK"
    assert deliver(moment) == 1


def test_six_hours_without_a_server_lose_nothing(posting: Flask, office: Office, now: datetime) -> None:
    mail = posting.extensions["mail"]
    right, mail.port = mail.port, 1  # nobody listens there
    queue(40, now=now)
    for minutes in range(0, 360, 10):
        assert deliver(now + timedelta(minutes=minutes)) == 0
    mail.port = right
    assert deliver(now + timedelta(hours=8)) == 40
    assert len(set(office.ids)) == 40


def test_after_three_days_it_gives_up_loudly(posting: Flask, office: Office, now: datetime) -> None:
    queue(1, now=now)
    office.answer = "451 try again"
    deliver(now)
    deliver(now + timedelta(hours=73))
    assert states() == {MailState.failed: 1}
    assert db.session.scalar(select(OutboxMail.last_error)) != ""


def test_a_connection_lost_in_the_middle_postpones_the_rest(posting: Flask, office: Office, now: datetime) -> None:
    queue(10, now=now)
    office.drop_after = 4
    delivery.deliver(NORMAL, now=now)
    assert states() == {MailState.sent: 4, MailState.queued: 6}
    office.drop_after = None
    assert deliver(now + timedelta(minutes=2)) == 6
    assert len(office.ids) == len(set(office.ids)) == 10


def test_a_worker_that_dies_after_sending_repeats_under_the_same_id(
    posting: Flask, office: Office, now: datetime
) -> None:
    queue(2, now=now)
    deliver(now)
    begin_write()  # as if the process had ended between the server's answer and its own commit
    lost = {"state": MailState.sending, "next_at": now + delivery.LEASE, "owner": "dead"}
    db.session.execute(update(OutboxMail).where(OutboxMail.recipient == "p1@example.jp").values(**lost))
    db.session.commit()
    assert deliver(now + timedelta(minutes=1)) == 0, "the lease still holds"
    assert deliver(now + timedelta(minutes=6)) == 1
    assert len(office.ids) == 3
    assert len(set(office.ids)) == 2


def test_a_slow_worker_cannot_overwrite_what_another_did(posting: Flask, office: Office, now: datetime) -> None:
    queue(1, now=now)
    row = delivery._claim(NORMAL, owner="slow", now=now)[0]
    assert deliver(now + timedelta(minutes=6)) == 1
    delivery._close(row, owner="slow", state=MailState.failed, last_error="too late")
    assert states() == {MailState.sent: 1}


def test_workers_beside_each_other_send_each_once(posting: Flask, office: Office, now: datetime) -> None:
    queue(200, now=now)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            with posting.app_context():
                deliver(now)
        except BaseException as error:  # noqa: BLE001  # told to the test
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(office.ids) == len(set(office.ids)) == 200


def test_a_killed_worker_loses_nothing(posting: Flask, office: Office, now: datetime) -> None:
    queue(120, now=now)
    db.session.remove()
    db.engine.dispose()
    kills, moment = 0, now
    while kills < 6:
        child = os.fork()
        if child == 0:
            try:
                with posting.app_context():
                    db.engine.dispose(close=False)
                    deliver(moment)
            finally:
                os._exit(0)
        time.sleep(0.02 + 0.02 * kills)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        moment += delivery.LEASE + timedelta(seconds=1)
    deliver(moment + delivery.LEASE)
    duplicates = len(office.ids) - len(set(office.ids))
    print(f"\n{kills} kills: {len(set(office.ids))} of 120 delivered, {duplicates} duplicates")
    assert len(set(office.ids)) == 120
    assert duplicates <= kills
    assert states() == {MailState.sent: 120}


def test_a_code_passes_five_thousand_waiting_letters(posting: Flask, office: Office, now: datetime) -> None:
    queue(5000, now=now, lane=Lane.bulk)
    stop = threading.Event()

    def bulk() -> None:
        with posting.app_context():
            while not stop.is_set():
                delivery.deliver(NORMAL, now=now)

    worker = threading.Thread(target=bulk)
    worker.start()
    waits = []
    try:
        for number in range(10):
            begun = time.monotonic()
            begin_write()
            code = Letter("one_time_password", f"code{number}@example.jp", _code(now))
            outbox.queue([code], now=now, lane=Lane.login, expires_at=now + timedelta(minutes=10))
            db.session.commit()
            while not delivery.deliver([Lane.login], now=now):
                time.sleep(0.05)
            waits.append(time.monotonic() - begun)
    finally:
        stop.set()
        worker.join()
    p95 = statistics.quantiles(waits, n=20)[-1]
    print(f"\ncode handed over behind 5,000 letters: median {statistics.median(waits):.3f} s, p95 {p95:.3f} s")
    assert p95 < 10


def _code(now: datetime) -> dict[str, str]:
    end = (now + timedelta(minutes=10)).isoformat()
    return {
        "name": "佐藤",
        "code": "123456",
        "expires_at": end,
        "when": now.isoformat(),
        "ip": "127.0.0.1",
        "browser": "Chrome",
    }


def test_a_code_is_wiped_when_sent_and_never_sent_late(posting: Flask, office: Office, now: datetime) -> None:
    begin_write()
    ends = now + timedelta(minutes=10)
    outbox.queue([Letter("one_time_password", "a@example.jp", _code(now))], now=now, lane=Lane.login, expires_at=ends)
    outbox.queue(
        [Letter("one_time_password", "b@example.jp", _code(now))],
        now=now,
        lane=Lane.login,
        not_before=ends,
        expires_at=ends,
    )
    db.session.commit()
    assert deliver(now, [Lane.login]) == 1
    assert deliver(ends, [Lane.login]) == 0
    assert states() == {MailState.sent: 1, MailState.expired: 1}
    assert [row for row in db.session.scalars(select(OutboxMail.params)) if row] == []


def test_a_letter_of_a_decision_waits_out_the_hold(posting: Flask, office: Office, make: Maker, now: datetime) -> None:
    secretary = make.secretary()
    version = make.approved(Kind.notice, office=secretary)
    deliver(now)
    assert [
        str(envelope.message["Subject"])
        for envelope in office.received
        if "承認しました" in str(envelope.message["Subject"])
    ] == []
    assert deliver(now + timedelta(seconds=11)) == 1
    assert "承認しました" in str(office.received[-1].message["Subject"])
    assert version.title in str(office.received[-1].message["Subject"])


def test_undo_within_the_hold_takes_the_letter_back(posting: Flask, office: Office, make: Maker, now: datetime) -> None:
    from portal.publishing import workflow

    secretary = make.secretary()
    version = make.submitted(Kind.notice)
    begin_write()
    outcome = workflow.perform(Action.approve, seen(version), actor=secretary, now=now)
    workflow.undo(outcome.batch, actor=secretary, now=now + timedelta(seconds=5))
    db.session.commit()
    deliver(now + timedelta(hours=1))
    assert not any("承認" in str(envelope.message["Subject"]) for envelope in office.received)


def test_an_occasion_is_told_once(posting: Flask, office: Office, now: datetime) -> None:
    begin_write()
    letter = Letter("entry_submitted", "a@example.jp", PARAMS, dedupe_key="once")
    outbox.queue([letter], now=now)
    with pytest.raises(IntegrityError):
        outbox.queue([letter], now=now)
    db.session.rollback()


def test_a_silent_server_does_not_hold_the_worker(
    posting: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.setattr(transport, "TIMEOUT_SECONDS", 0.5)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        posting.extensions["mail"].port = listener.getsockname()[1]
        queue(1, now=now)
        begun = time.monotonic()
        assert delivery.deliver(NORMAL, now=now) == 0
        assert time.monotonic() - begun < 5
    assert states() == {MailState.queued: 1}
