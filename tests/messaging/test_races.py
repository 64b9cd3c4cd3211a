"""Many at once: one form is one dispatch, a quota is exact, one talent hears once, sent and taken back exclude."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.messages import Dispatch, Message
from models.organizations import Organization
from models.states import MessageState
from portal.actors import Actor
from portal.errors import Conflict, Refused
from portal.messaging import dispatching, releasing
from tests.make import Maker
from tests.messaging.mailing import HOLD, SECOND, func_count, offer, send, settings, welcoming
from tests.racing import answers_at_once

pytestmark = pytest.mark.usefixtures("true_figures")

THREADS = 8


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def at_once(app: Flask, acts: Sequence[Callable[[], Any]]) -> list[Any]:
    """Each act in a thread and a transaction of its own; a refusal is its answer."""
    db.session.remove()
    return answers_at_once(app, *acts)


def test_one_form_pressed_many_times_is_one_dispatch(rules: Flask, make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(3)]
    limits = settings()

    def press() -> int:
        return dispatching.send(offer(*people), token="form", actor=owner, now=now, settings=limits).id

    answers = at_once(rules, [press] * THREADS)

    assert len(set(answers)) == 1
    assert (func_count(Dispatch), func_count(Message)) == (1, 3)


def test_a_quota_is_exact(rules: Flask, make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(THREADS * 2)]
    limits = settings(offers_a_day=5)

    def press(place: int) -> Callable[[], int]:
        draft = offer(*people[place * 2 : place * 2 + 2])
        return lambda: dispatching.send(draft, token=f"form-{place}", actor=owner, now=now, settings=limits).count

    answers = at_once(rules, [press(place) for place in range(THREADS)])

    assert func_count(Message) == 5
    assert sum(answer for answer in answers if isinstance(answer, int)) == 5
    assert sum(isinstance(answer, Refused) for answer in answers) == THREADS - 3


def test_two_colleagues_write_to_one_talent_once(rules: Flask, make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make).id
    house = db.session.get_one(Organization, owner.organization_id)
    members = [make.member(house) for _ in range(THREADS)]
    limits = settings()

    def press(actor: Actor) -> Callable[[], int]:
        return lambda: dispatching.send(offer(someone), token="form", actor=actor, now=now, settings=limits).id

    answers = at_once(rules, [press(actor) for actor in members])

    assert func_count(Message) == 1
    assert sum(isinstance(answer, Refused) for answer in answers) == THREADS - 1


def test_a_mail_is_sent_or_taken_back(
    rules: Flask, make: Maker, owner: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Clocks of two machines differ: what one of them already releases, another still takes back."""
    monkeypatch.setattr(releasing, "CHUNK", 3)
    people = [welcoming(make, f"人材 {number}").id for number in range(12)]
    key = send(offer(*people), owner, now).id

    def release() -> int:
        return releasing.release_due(now + HOLD)

    def cancel() -> int:
        return dispatching.cancel(key, actor=owner, now=now + HOLD - SECOND)

    answers = at_once(rules, [release, cancel, release, cancel])

    rows = db.session.execute(select(Message.state, func.count()).group_by(Message.state))
    found = dict(rows.all())
    assert set(found) <= {MessageState.delivered, MessageState.cancelled}
    assert sum(found.values()) == 12
    delivered, cancelled = found.get(MessageState.delivered, 0), found.get(MessageState.cancelled, 0)
    assert func_count(OutboxMail) == delivered
    assert answers[0] + answers[2] == delivered
    assert sum(answer for answer in (answers[1], answers[3]) if isinstance(answer, int)) == cancelled
    assert any(isinstance(answer, Conflict) for answer in (answers[1], answers[3]))
