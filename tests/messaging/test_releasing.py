"""The clock delivers what is held: everybody is looked at again, applications move along, nobody is told twice."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.applications import Application, ApplicationDocument
from models.base import db
from models.favorites import OfferStop
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState, Kind, MailTopic, MessageState, Role
from models.talents import TalentBlock
from portal.actors import Actor
from portal.database import begin_write
from portal.messaging import releasing
from portal.messaging.reach import DECLINED, PRIVATE, WITHDRAWN
from portal.messaging.releasing import NO_SENDER, SUSPENDED
from portal.recruiting import decisions, following
from portal.recruiting.moves import SeenApplication
from tests.conftest import Statements
from tests.make import Maker
from tests.messaging.mailing import (
    HOLD,
    SECOND,
    change,
    contact,
    crowd,
    func_count,
    hire,
    letters,
    offer,
    release,
    send,
    states,
    welcoming,
)
from tests.recruiting.builders import applied, posting, talent

DELIVERED = (MessageState.delivered, "")
DAY = timedelta(days=1)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def state_of(application_id: int) -> ApplicationState:
    db.session.rollback()
    return db.session.get_one(Application, application_id, populate_existing=True).state


def change_state(application_id: int, to: ApplicationState, actor: Actor, now: datetime) -> None:
    application = db.session.get_one(Application, application_id, populate_existing=True)
    seen = SeenApplication(application.id, application.revision)
    decisions.set_stage([seen], to, kind=application.kind, actor=actor, now=now)


def moves() -> list[tuple[str, bool, int | None]]:
    rows = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "application.move").order_by(AuditEvent.id))
    return [(row.details["to"], row.details["mailed"], row.actor_id) for row in rows]


# ---- time


def test_nothing_leaves_before_its_second(make: Maker, owner: Actor, now: datetime) -> None:
    dispatch = send(offer(welcoming(make).id), owner, now)
    assert release(now + HOLD - SECOND) == 0
    assert states(dispatch.id) == [(MessageState.held, "")]
    assert release(now + HOLD) == 1
    assert states(dispatch.id) == [DELIVERED]
    assert release(now + HOLD) == 0
    (letter,) = letters("offer_arrived")
    assert (letter.created_at, letter.dedupe_key) == (now + HOLD, db.session.scalar(select(Message.notice_key)))


def test_what_is_sent_later_leaves_then(make: Maker, owner: Actor, now: datetime) -> None:
    at = now + 2 * DAY
    dispatch = send(offer(welcoming(make).id, release_at=at), owner, now)
    assert dispatch.release_at == at
    assert release(at - SECOND) == 0
    assert release(at) == 1


def test_an_offer_of_the_evening_waits_for_the_morning(make: Maker, owner: Actor, now: datetime) -> None:
    evening = now.replace(hour=12, minute=30)  # 21:30 in Tokyo
    dispatch = send(offer(welcoming(make).id), owner, evening, quiet_hours="21-7")
    assert dispatch.release_at == now.replace(hour=22, minute=0)
    assert release(dispatch.release_at - SECOND) == 0
    assert release(dispatch.release_at) == 1


# ---- looked at again


@pytest.mark.parametrize(
    ("turned", "reason"),
    [
        ({"is_public": False}, PRIVATE),
        ({"accepts_offers": False}, DECLINED),
        (OfferStop, DECLINED),
        (TalentBlock, PRIVATE),
    ],
)
def test_who_changed_their_mind_meanwhile_is_left_alone(
    make: Maker, owner: Actor, now: datetime, turned: dict | type, reason: str
) -> None:
    people = [welcoming(make).id, welcoming(make, "石川 拓真").id]
    dispatch = send(offer(*people), owner, now)
    if isinstance(turned, dict):
        change(people[0], **turned)
    else:
        keep(turned, owner, people[0], now)
    assert release(now + HOLD) == 2
    assert states(dispatch.id) == [(MessageState.refused, reason), DELIVERED]
    assert len(letters("offer_arrived")) == 1
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.refuse")).one()
    assert event.details == {"dispatch": dispatch.id, "reason": reason}
    assert event.organization_id == owner.organization_id
    unread = db.session.scalars(select(Thread.unread_talent).order_by(Thread.talent_id)).all()
    assert unread == [0, 1]


def keep(model: type, owner: Actor, talent_id: int, now: datetime) -> None:
    begin_write()
    db.session.add(model(talent_id=talent_id, organization_id=owner.organization_id, created_at=now))
    db.session.commit()


def test_an_application_that_was_withdrawn_meanwhile_hears_nothing_and_is_not_hired(make: Maker, owner: Actor) -> None:
    someone = talent(make)
    application = applied(posting(make, actor=owner), someone, now=make.now)
    dispatch = send(hire(application.id), owner, make.now)
    begin_write()
    following.withdraw(SeenApplication(application.id, application.revision), actor=someone, now=make.now + SECOND)
    db.session.commit()
    release(make.now + HOLD)
    assert states(dispatch.id) == [(MessageState.refused, WITHDRAWN)]
    assert state_of(application.id) is ApplicationState.withdrawn


@pytest.mark.parametrize(
    ("model", "values", "reason"),
    [
        (Organization, {"suspended_at": True}, SUSPENDED),
        (Account, {"suspended_at": True}, NO_SENDER),
        (Account, {"role": Role.viewer}, NO_SENDER),
    ],
)
def test_nobody_sends_who_may_not_any_more(
    make: Maker, owner: Actor, now: datetime, model: type, values: dict, reason: str
) -> None:
    dispatch = send(offer(welcoming(make).id), owner, now)
    key = owner.organization_id if model is Organization else owner.account_id
    begin_write()
    values = {name: now if value is True else value for name, value in values.items()}
    db.session.execute(update(model).where(model.id == key).values(values))
    db.session.commit()
    release(now + HOLD)
    assert states(dispatch.id) == [(MessageState.refused, reason)]
    assert func_count(OutboxMail) == 0


# ---- what moves along


def test_a_hiring_notice_hires_when_it_leaves(make: Maker, owner: Actor) -> None:
    (key,) = crowd(posting(make, actor=owner), 1, now=make.now)
    dispatch = send(hire(key), owner, make.now)
    assert dispatch.moves_to == "hired"
    assert state_of(key) is ApplicationState.applied, "until it leaves it can be taken back"
    release(make.now + HOLD)
    assert states(dispatch.id) == [DELIVERED]
    assert state_of(key) is ApplicationState.hired
    assert moves() == [("hired", True, owner.account_id)]
    begin_write()
    gone = db.session.scalars(select(Message.id)).all()
    change_state(key, ApplicationState.received, owner, make.now + HOLD)
    assert releasing.release(gone, make.now + HOLD) == 0, "what has left moves nothing again"
    db.session.commit()
    assert state_of(key) is ApplicationState.received
    again = send(hire(key), owner, make.now + DAY)
    release(again.release_at)
    assert states(again.id) == [DELIVERED]
    assert state_of(key) is ApplicationState.hired
    third = send(hire(key), owner, make.now + 2 * DAY)
    release(third.release_at)
    assert states(third.id) == [DELIVERED], "who is hired already can be told once more"


@pytest.mark.parametrize(("kind", "to"), [(Kind.job, "interview"), (Kind.event, "accepted"), (Kind.job, "")])
def test_a_contact_mail_moves_or_does_not(make: Maker, owner: Actor, kind: Kind, to: str) -> None:
    (key,) = crowd(posting(make, kind, actor=owner), 1, now=make.now)
    send(contact(key, topic=MailTopic.arrangement, moves_to=to), owner, make.now)
    release(make.now + HOLD)
    assert state_of(key) == (to or ApplicationState.applied)
    assert moves() == ([(to, True, owner.account_id)] if to else [])


def test_a_request_opens_just_the_documents_it_names(make: Maker, owner: Actor) -> None:
    application = applied(posting(make, actor=owner), talent(make), now=make.now)
    first, second = [document.name for document in application.documents][:2]
    until = make.now + 7 * DAY
    draft = contact(
        application.id, topic=MailTopic.resubmission, reopens=[first], reopened_until=until, body="{{締切}}まで"
    )
    send(draft, owner, make.now)
    release(make.now + HOLD)
    assert state_of(application.id) is ApplicationState.resubmit_wait
    application = db.session.get_one(Application, application.id)
    assert application.reopened_until == until
    documents = dict(db.session.execute(select(ApplicationDocument.name, ApplicationDocument.state)).all())
    assert documents[first] is DocumentState.reopened
    assert documents[second] is not DocumentState.reopened
    assert (db.session.scalar(select(Message.body)) or "").startswith("20")
    assert letters("documents_again") == [], "one letter tells of it"
    assert len(letters("message_arrived")) == 1


def test_a_date_that_passed_while_the_clock_stood_still_refuses_the_mail(make: Maker, owner: Actor) -> None:
    application = applied(posting(make, actor=owner), talent(make), now=make.now)
    draft = contact(
        application.id,
        topic=MailTopic.resubmission,
        reopens=["語学力を証明する書類"],
        reopened_until=make.now + DAY,
    )
    dispatch = send(draft, owner, make.now)
    release(make.now + 2 * DAY)
    ((state, reason),) = states(dispatch.id)
    assert state is MessageState.refused
    assert "期限" in reason
    assert state_of(application.id) is ApplicationState.applied


# ---- many


def test_a_chunk_costs_the_same_however_many_are_in_it(make: Maker, owner: Actor, statements: Statements) -> None:
    ids = crowd(posting(make, actor=owner), 51, now=make.now)
    counts = []
    for chosen, day in ((ids[:1], 0), (ids[1:], 1)):
        moment = make.now + day * DAY
        send(contact(*chosen, moves_to="received"), owner, moment)
        statements.restart()
        assert release(moment + HOLD) == len(chosen)
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 30


def test_one_that_cannot_be_delivered_stops_nobody(make: Maker, owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(releasing, "CHUNK", 4)
    ids = crowd(posting(make, actor=owner), 7, now=make.now)
    dispatch = send(contact(*ids), owner, make.now)
    bad = db.session.scalars(select(Message.id).order_by(Message.id)).all()[2]
    begin_write()
    message = db.session.get_one(Message, bad)
    message.notice_key = "taken"
    db.session.add(
        OutboxMail(
            message_id="<1@x>",
            lane="normal",
            letter="message_arrived",
            params={},
            recipient="x@example.jp",
            dedupe_key="taken",
            next_at=make.now,
            created_at=make.now,
        )
    )
    db.session.commit()
    assert release(make.now + HOLD) == 6
    found = [state for state, _ in states(dispatch.id)]
    assert found == [MessageState.held if place == 2 else MessageState.delivered for place in range(7)]
    assert len(letters("message_arrived")) == 7
