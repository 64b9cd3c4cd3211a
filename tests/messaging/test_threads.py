"""One thread a matter whoever opens it, messages that arrive once, and counts that are the truth."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.organizations import Organization
from models.states import MessageState, Side
from portal.actors import Actor
from portal.database import begin_write
from portal.messaging import threads
from portal.messaging.threads import Matter
from tests.make import Maker
from tests.messaging.builders import BODY, SUBJECT, answer, deliver, held, open_as, sent
from tests.recruiting.builders import applied, posting, profile_of, talent

AT_ONCE = 20
STEPS = 250


def letters(name: str) -> list[OutboxMail]:
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.letter == name).order_by(OutboxMail.id)))


# ---- one thread a matter


def test_twenty_at_once_make_one_thread(rules: Flask, make: Maker, now: datetime) -> None:
    owner, someone = make.member(), talent(make)
    talent_id, barrier = profile_of(someone).id, Barrier(AT_ONCE)
    db.session.rollback()

    def run(number: int) -> int:
        with rules.app_context():
            barrier.wait()
            begin_write()
            subject = f"{number}回目"
            thread = threads.open_thread(owner.organization_id or 0, talent_id, subject=subject, now=now)
            db.session.commit()
            return thread.id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        ids = list(pool.map(run, range(AT_ONCE)))
    assert len(set(ids)) == 1
    assert db.session.scalar(select(func.count()).select_from(Thread)) == 1


def test_each_matter_has_a_thread_of_its_own(make: Maker, folder_store) -> None:
    owner, other, someone = make.member(), make.member(), talent(make)
    application = applied(posting(make, actor=owner, documents=[]), someone, now=make.now)
    talent_id, organization_id = profile_of(someone).id, owner.organization_id or 0
    matters = [
        Matter(organization_id, talent_id),
        Matter(organization_id, talent_id, entry_id=application.entry_id),
        Matter(organization_id, talent_id, application.id, application.entry_id),
        Matter(other.organization_id or 0, talent_id),
    ]
    begin_write()
    found = threads.open_threads(dict.fromkeys(matters, SUBJECT), now=make.now)
    again = threads.open_threads(dict.fromkeys(matters, "別の件名"), now=make.now)
    db.session.commit()
    assert len(set(found.values())) == len(matters)
    assert again == found
    # An application is the same matter whether its entry is named or not.
    begin_write()
    by_application = threads.open_threads({Matter(organization_id, talent_id, application.id): SUBJECT}, now=make.now)
    db.session.commit()
    assert list(by_application.values()) == [found[matters[2]]]


# ---- arrival


def test_a_held_message_arrives_once_and_is_told_without_a_word_of_it(make: Maker) -> None:
    owner, someone = make.member(), talent(make)
    message = held(owner, someone, now=make.now)
    assert (message.state, message.thread.unread_talent) == (MessageState.held, 0)
    assert deliver(message, now=make.now) == 1
    assert (message.state, message.delivered_at) == (MessageState.delivered, make.now)
    assert deliver(message, now=make.now) == 0, "what arrived does not arrive again"
    db.session.expire_all()
    thread = message.thread
    assert (thread.unread_talent, thread.unread_organization, thread.last_at) == (1, 0, make.now)
    assert (thread.outbox_at, thread.inbox_at, thread.answered_at) == (make.now, None, None)
    (letter,) = letters("offer_arrived")
    assert letter.recipient == profile_of(someone).account.email
    assert letter.dedupe_key == message.notice_key
    assert not {SUBJECT, BODY} & {str(value) for value in letter.params.values()}


def test_what_was_cancelled_does_not_arrive(make: Maker) -> None:
    owner, someone = make.member(), talent(make)
    message = held(owner, someone, now=make.now)
    begin_write()
    message.state = MessageState.cancelled
    db.session.commit()
    assert deliver(message, now=make.now) == 0
    assert letters("offer_arrived") == []
    assert message.thread.unread_talent == 0


def test_an_answer_is_told_to_every_member_by_a_link_alone(make: Maker) -> None:
    owner, someone = make.member(), talent(make)
    make.account(owner.role, db.session.get_one(Organization, owner.organization_id), email="second@example.jp")
    message = sent(owner, someone, now=make.now)
    answer(message.thread, someone, now=make.now, body="秘密の返事")
    told = letters("answer_arrived")
    assert len(told) == len({letter.recipient for letter in told}) == 2
    assert all(letter.params.keys() == {"organization", "thread_id"} for letter in told)
    db.session.expire_all()
    assert message.thread.answered_at == make.now


def test_many_are_delivered_in_the_statements_of_one(make: Maker, statements) -> None:
    owner = make.member()
    one = [held(owner, talent(make), now=make.now)]
    many = [held(owner, talent(make, f"青木 {number}"), now=make.now) for number in range(20)]
    counts = []
    for messages in (one, many):
        begin_write()
        db.session.refresh(messages[0])
        ids = [message.id for message in messages]  # loaded, as those of a worker are
        for message in messages:
            assert message.state is MessageState.held
        statements.restart()
        assert threads.deliver(messages, now=make.now) == len(ids)
        counts.append(statements.count)
        db.session.commit()
    assert counts[0] == counts[1]
    assert len({letter.recipient for letter in letters("offer_arrived")}) == 21


# ---- read


def test_opening_counts_once(make: Maker, later: datetime) -> None:
    owner, someone = make.member(), talent(make)
    message = sent(owner, someone, now=make.now)
    assert open_as(someone, message.thread_id, now=later) == 1
    assert open_as(someone, message.thread_id, now=later + timedelta(hours=1)) == 0
    db.session.expire_all()
    assert message.read_at == later
    assert message.thread.unread_talent == 0


def test_counts_are_the_truth_after_any_walk(make: Maker) -> None:
    chance = random.Random(20261124)
    owners = [make.member(), make.member()]
    people = [talent(make), talent(make, "石川 拓真")]
    waiting: list[Message] = []
    for step in range(STEPS):
        now = make.now + timedelta(minutes=2 * step)
        owner, someone = chance.choice(owners), chance.choice(people)
        known = db.session.scalars(select(Thread.id).where(Thread.answered_at.is_not(None))).all()
        all_threads = db.session.scalars(select(Thread.id)).all()
        act = chance.choice(("hold", "deliver", "deliver", "answer", "open", "open", "write"))
        if act == "hold":
            waiting.append(held(owner, someone, now=now))
        elif act == "deliver" and waiting:
            some = [waiting.pop(chance.randrange(len(waiting))) for _ in range(chance.randint(1, len(waiting)))]
            deliver(*some, now=now)
        elif act == "answer" and (begun := begun_threads()):
            thread = chance.choice(begun)
            answer(thread.id, writer(thread, people), now=now)
        elif act == "write" and known:
            thread = db.session.get_one(Thread, chance.choice(known))
            answer(thread.id, next(o for o in owners if o.organization_id == thread.organization_id), now=now)
        elif act == "open" and all_threads:
            thread = db.session.get_one(Thread, chance.choice(all_threads))
            side = chance.choice((writer(thread, people), reader(thread, owners)))
            open_as(side, thread.id, now=now)
        assert stored() == counted()
    assert any(organization or talent_side for organization, talent_side in stored().values())


def begun_threads() -> list[Thread]:
    begun = select(Message.thread_id).where(Message.state == MessageState.delivered)
    return list(db.session.scalars(select(Thread).where(Thread.id.in_(begun))))


def writer(thread: Thread, people: list[Actor]) -> Actor:
    return next(person for person in people if profile_of(person).id == thread.talent_id)


def reader(thread: Thread, owners: list[Actor]) -> Actor:
    return next(owner for owner in owners if owner.organization_id == thread.organization_id)


def stored() -> dict[int, tuple[int, int]]:
    db.session.rollback()
    rows = db.session.execute(select(Thread.id, Thread.unread_organization, Thread.unread_talent))
    return {row.id: (row.unread_organization, row.unread_talent) for row in rows}


def counted() -> dict[int, tuple[int, int]]:
    rows = db.session.execute(
        select(Message.thread_id, Message.side, func.count())
        .where(Message.state == MessageState.delivered, Message.read_at.is_(None))
        .group_by(Message.thread_id, Message.side)
    ).all()
    found = dict.fromkeys(db.session.scalars(select(Thread.id)), (0, 0))
    for thread_id, side, number in rows:
        organization, talent_side = found[thread_id]
        found[thread_id] = (number, talent_side) if side is Side.talent else (organization, number)
    return found
