"""What the secretariat does with letters by hand: send again what failed, stop what waits."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.base import db
from models.mail import OutboxMail
from models.records import AuditEvent
from models.states import Lane, MailState, Role
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Forbidden, NotFound, Refused
from portal.mail import by_hand, delivery
from portal.mail.delivery import GIVE_UP
from tests.mail.postoffice import Office
from tests.mail.sending import code, deliver, queue, rows, states
from tests.make import Maker

MINUTE = timedelta(minutes=1)


@pytest.fixture
def secretary(make: Maker) -> Actor:
    return make.secretary()


def lost(state: MailState, **values: object) -> None:
    begin_write()
    change = {"state": state, "attempts": 7, "last_error": "メールサーバーの応答 550"} | values
    db.session.execute(update(OutboxMail).values(**change))
    db.session.commit()


def act(name: str, *given: object, actor: Actor, now: datetime) -> object:
    begin_write()
    result = getattr(by_hand, name)(*given, actor=actor, now=now)
    db.session.commit()
    return result


def told() -> list[str]:
    events = select(AuditEvent.action).where(AuditEvent.subject == "outbox").order_by(AuditEvent.id)
    return list(db.session.scalars(events))


@pytest.mark.parametrize("state", by_hand.LOST)
def test_what_failed_is_sent_again_under_the_same_number(
    posting: Flask, office: Office, secretary: Actor, now: datetime, state: MailState
) -> None:
    queue(1, now=now)
    lost(state)
    (before,) = rows()

    act("resend", before.id, actor=secretary, now=now + GIVE_UP)
    assert deliver(now + GIVE_UP) == 1

    (after,) = rows()
    assert (after.state, after.attempts, after.last_error) == (MailState.sent, 1, "")
    assert str(office.received[0].message["Message-ID"]) == before.message_id
    assert told() == ["outbox.resend"]


def test_it_is_tried_for_the_whole_time_once_more(
    posting: Flask, office: Office, secretary: Actor, now: datetime
) -> None:
    queue(1, now=now)
    lost(MailState.failed)
    again = now + 2 * GIVE_UP
    act("resend", rows()[0].id, actor=secretary, now=again)
    office.data_answer = "451 later"
    for after in (timedelta(), GIVE_UP - MINUTE):
        assert delivery.deliver([Lane.normal], now=again + after) == 0
        assert states() == {MailState.queued: 1}, "no older than the second beginning"
        lost(MailState.queued, next_at=now)
    delivery.deliver([Lane.normal], now=again + GIVE_UP)
    assert states() == {MailState.failed: 1}


def test_what_cannot_be_sent_again_says_so(posting: Flask, secretary: Actor, make: Maker, now: datetime) -> None:
    queue(1, now=now)
    code("a@example.jp", now=now)
    letter, password = (row.id for row in rows())
    with pytest.raises(Refused, match="再送できません"):
        act("resend", letter, actor=secretary, now=now)  # it waits
    lost(MailState.failed)
    with pytest.raises(Refused, match="再送できません"):
        act("resend", password, actor=secretary, now=now)  # a code is asked for anew
    lost(MailState.failed, params={})
    with pytest.raises(Refused, match="再送できません"):
        act("resend", letter, actor=secretary, now=now)
    with pytest.raises(NotFound):
        act("resend", 2_000_000_000, actor=secretary, now=now)
    db.session.rollback()
    for actor in (make.member(), make.member(role=Role.viewer)):
        for name, given in (("resend", letter), ("stop", letter), ("resend_all", MailState.failed)):
            with pytest.raises(Forbidden):
                act(name, given, actor=actor, now=now)
            db.session.rollback()
    assert told() == []


def test_after_a_bad_day_all_are_sent_again(posting: Flask, office: Office, secretary: Actor, now: datetime) -> None:
    queue(5, now=now)
    code("a@example.jp", now=now)
    lost(MailState.failed)

    assert act("resend_all", MailState.bounced, actor=secretary, now=now) == 0
    assert act("resend_all", MailState.failed, actor=secretary, now=now) == 5
    assert deliver(now) == 5

    assert states() == {MailState.sent: 5, MailState.failed: 1}
    assert act("resend_all", MailState.failed, actor=secretary, now=now) == 0


def test_no_more_than_some_at_one_press(
    posting: Flask, secretary: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_hand, "MOST", 3)
    queue(5, now=now)
    lost(MailState.bounced)
    assert act("resend_all", MailState.bounced, actor=secretary, now=now) == 3
    assert [row.state for row in rows()] == [MailState.queued] * 3 + [MailState.bounced] * 2, "the oldest first"


def test_what_waits_is_stopped_and_says_nothing_any_more(
    posting: Flask, office: Office, secretary: Actor, now: datetime
) -> None:
    queue(2, now=now)
    stopped, other = (row.id for row in rows())

    act("stop", stopped, actor=secretary, now=now)
    assert deliver(now) == 1

    (row,) = (each for each in rows() if each.id == stopped)
    assert (row.state, row.params) == (MailState.cancelled, {})
    for each in (stopped, other):
        with pytest.raises(Refused, match="止められません"):
            act("stop", each, actor=secretary, now=now)
    assert told() == ["outbox.stop"]
    assert db.session.scalar(select(func.count()).select_from(OutboxMail)) == 2
