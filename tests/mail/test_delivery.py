"""How mail leaves, on both databases and to a real server: after the commit, one envelope each, once."""

import threading
import time
from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.states import Action, Kind, MailState, Role
from portal.database import begin_write
from portal.mail import delivery, outbox, transport
from portal.mail.outbox import Letter
from portal.publishing import workflow
from tests.mail.postoffice import Office
from tests.mail.sending import LOGIN, NORMAL, PARAMS, code, deliver, post, queue, rows, states
from tests.make import Maker, seen


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
    assert deliver(now + timedelta(days=1)) == 0


def test_each_has_an_envelope_of_its_own(posting: Flask, office: Office, now: datetime) -> None:
    queue(60, now=now)
    deliver(now)
    assert [envelope.recipients for envelope in office.received] == [[f"p{n}@example.jp"] for n in range(60)]
    for number, envelope in enumerate(office.received):
        assert envelope.message["To"] == f"p{number}@example.jp"
        others = [f"p{n}@example.jp".encode() for n in range(60) if n != number]
        assert not any(b" " + other in envelope.raw or b"<" + other in envelope.raw for other in others)
        assert envelope.message["Cc"] is None
        assert envelope.message["Bcc"] is None


def test_every_member_who_can_log_in_is_written_to_alone(
    posting: Flask, office: Office, make: Maker, now: datetime
) -> None:
    organization = make.organization()
    emails = [make.account(role, organization).email for role in (Role.owner, Role.editor, Role.viewer)]
    make.account(Role.editor, organization, suspended_at=now)
    make.member()  # of another organization
    owner = make.member(organization)
    make.submitted(Kind.event, actor=owner)
    deliver(now)
    told = sorted(envelope.recipients[0] for envelope in office.received)
    assert len(told) == 4
    assert set(emails) < set(told)
    assert all(len(envelope.recipients) == 1 for envelope in office.received)


def test_a_letter_says_who_sends_it_and_that_a_machine_does(posting: Flask, office: Office, now: datetime) -> None:
    queue(1, now=now)
    deliver(now)
    message = office.received[0].message
    assert str(message["From"]) == "PARTNER事務局 <no-reply@partner.example.jp>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["Message-ID"]) == rows()[0].message_id
    assert str(message["Message-ID"]).endswith("@partner.example.jp>")
    assert message["Date"] is not None


def test_a_long_paragraph_of_japanese_passes(posting: Flask, office: Office, now: datetime) -> None:
    text = "農村部の学校と保健センターで給水設備の整備を進めます。" * 60
    assert len(text) > 1000
    post(Letter("entry_returned", "a@example.jp", PARAMS | {"comment": text}), now=now)
    assert deliver(now) == 1
    assert text in office.received[0].text
    assert max(len(line) for line in office.received[0].raw.split(b"\r\n")) < 998


def test_a_title_adds_no_header_and_may_be_long(posting: Flask, office: Office, now: datetime) -> None:
    evil = "件名\r\nBcc: stranger@example.com\r\n\r\n本文\u2028Cc: x@example.com"
    long = "ラオス国ルアンパバーン県における給水施設の維持管理" * 40
    for title in (evil, long):
        post(Letter("entry_submitted", "a@example.jp", PARAMS | {"title": title}), now=now)
    assert deliver(now) == 2
    first, second = office.received
    assert first.recipients == ["a@example.jp"]
    assert sorted(set(first.message.keys())) == sorted(set(second.message.keys()))
    assert "Bcc" not in first.message
    assert first.subject.startswith("【PARTNER】掲載申請を受け付けました：件名 Bcc: stranger@example.com 本文 Cc:")
    assert second.subject == f"【PARTNER】掲載申請を受け付けました：{long}"
    assert long in second.text
    assert max(len(line) for line in second.raw.split(b"\r\n")) < 998


def test_a_space_in_a_title_stays_wherever_its_line_ends(posting: Flask, office: Office, now: datetime) -> None:
    titles = [f"{'給' * place} {'水' * 40}" for place in range(1, 41)]
    for title in titles:
        post(Letter("entry_submitted", "a@example.jp", PARAMS | {"title": title}), now=now)
    while deliver(now):
        pass
    assert sorted(office.subjects) == sorted(f"【PARTNER】掲載申請を受け付けました：{title}" for title in titles)


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
    assert states() == {MailState.sent: 200}


def test_a_code_is_wiped_when_sent_and_other_letters_keep_what_they_said(
    posting: Flask, office: Office, now: datetime
) -> None:
    code("a@example.jp", now=now)
    queue(1, now=now)
    assert deliver(now, LOGIN) == 1
    assert deliver(now) == 1
    mailed, receipt = rows()
    assert (mailed.state, mailed.params, mailed.sent_at is not None) == (MailState.sent, {}, True)
    assert receipt.params == PARAMS
    assert "\n123456\n" in office.received[0].text
    assert "123456" not in office.received[0].subject


def test_a_code_is_wiped_as_well_when_nobody_takes_it(posting: Flask, office: Office, now: datetime) -> None:
    code("a@example.jp", now=now)
    office.answer = "550 no such user"
    assert deliver(now, LOGIN) == 0
    assert [(row.state, row.params) for row in rows()] == [(MailState.bounced, {})]


@pytest.mark.parametrize(("late", "sent"), [(timedelta(seconds=-1), 1), (timedelta(0), 0), (timedelta(hours=1), 0)])
def test_a_code_is_never_sent_after_its_end(
    late: timedelta, sent: int, posting: Flask, office: Office, now: datetime
) -> None:
    code("a@example.jp", now=now)
    office.answer = "451 try again"
    deliver(now, LOGIN)
    office.answer = "250 OK"
    assert deliver(now + timedelta(minutes=10) + late, LOGIN) == sent
    assert len(office.received) == sent
    assert [(row.state, row.params) for row in rows()] == [(MailState.sent if sent else MailState.expired, {})]


def test_a_code_that_ends_while_a_slow_server_has_the_batch_is_not_sent(
    posting: Flask, office: Office, now: datetime
) -> None:
    office.delay = 0.3
    for number in range(2):
        code(f"p{number}@example.jp", now=now)
    moment = now + timedelta(minutes=10, seconds=-0.2)
    assert delivery.deliver(LOGIN, now=moment) == 1
    assert [(row.state, row.params) for row in rows()] == [(MailState.sent, {}), (MailState.expired, {})]


def test_a_letter_of_a_decision_waits_out_the_hold(posting: Flask, office: Office, make: Maker, now: datetime) -> None:
    version = make.approved(Kind.notice)
    deliver(now + workflow.HOLD - timedelta(seconds=1))
    assert [subject.partition("：")[0] for subject in office.subjects] == ["【PARTNER】掲載申請を受け付けました"]
    assert deliver(now + workflow.HOLD) == 1
    assert office.subjects[-1] == f"【PARTNER】掲載を承認しました：{version.title}"


@pytest.mark.parametrize("decision", [Action.approve, Action.return_])
def test_undo_within_the_hold_takes_the_letter_back(
    decision: Action, posting: Flask, office: Office, make: Maker, now: datetime
) -> None:
    secretary = make.secretary()
    version = make.submitted(Kind.notice)
    begin_write()
    outcome = workflow.perform(decision, seen(version), actor=secretary, now=now, comment="ご確認ください。")
    workflow.undo(outcome.batch, actor=secretary, now=now + timedelta(seconds=5))
    db.session.commit()
    deliver(now + timedelta(hours=1))
    assert [subject.partition("：")[0] for subject in office.subjects] == ["【PARTNER】掲載申請を受け付けました"]
    assert [row.letter for row in rows()] == ["entry_submitted"]


def test_an_occasion_is_told_once(posting: Flask, office: Office, now: datetime) -> None:
    letter = Letter("entry_submitted", "a@example.jp", PARAMS, dedupe_key="once")
    post(letter, now=now)
    with pytest.raises(IntegrityError):
        post(letter, now=now)
    db.session.rollback()
    assert deliver(now) == 1
    assert len(office.received) == 1


def test_a_server_slower_than_patience_gets_the_rest_later(
    posting: Flask, office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "LONGEST", timedelta(seconds=0.5))
    office.delay = 0.2
    queue(10, now=now)
    begun = time.monotonic()
    sent = delivery.deliver(NORMAL, now=now)
    assert 0 < sent < 5
    assert time.monotonic() - begun < 5
    assert [(row.state, row.attempts) for row in rows()][sent:] == [(MailState.queued, 0)] * (10 - sent)
    office.delay = 0
    assert deliver(now) == 10 - sent
    assert len(office.ids) == len(set(office.ids)) == 10


def test_no_batch_outlives_its_lease() -> None:
    """Of a letter that was begun in time ten commands at most are left, QUIT included."""
    longest = delivery.LONGEST + timedelta(seconds=10 * transport.TIMEOUT_SECONDS)
    assert longest < delivery.LEASE
