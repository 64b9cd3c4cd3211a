"""Bulk decisions as rules: who may, what is counted, one line for each, all or nothing of each item."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Refused
from portal.publishing import bulk, workflow
from portal.publishing.workflow import HOLD, Seen
from tests.conftest import Statements
from tests.make import Maker, seen

pytestmark = pytest.mark.usefixtures("true_figures")

ROUNDS = 25
ACTIONS = (Action.approve, Action.return_)
TARGETS = (State.approved, State.returned)


def decide(action: Action, chosen: list[Seen], *, actor: Actor, now: datetime, **words: str) -> str:
    return bulk.decide(action, chosen, actor=actor, now=now, hold=HOLD, **words)


def state_of(version: Version) -> State | None:
    return db.session.scalar(select(Version.state).where(Version.id == version.id))


def test_a_dry_run_changes_nothing_and_costs_two_statements_however_many(
    make: Maker, now: datetime, statements: Statements
) -> None:
    own, office = make.member(), make.secretary()
    chosen = [seen(make.submitted(actor=own)) for _ in range(20)]
    counted = []
    for some in (chosen[:1], chosen):
        statements.restart()
        plans = bulk.dry_run(Action.approve, some, actor=office)
        counted.append(statements.count)
        assert [plan.seen for plan in plans] == some
        assert all(plan.can for plan in plans)

    assert counted == [2, 2]
    assert db.session.scalar(select(func.count()).where(Version.state == State.submitted)) == 20


def test_a_plan_tells_what_will_happen(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    make.account(Role.editor, db.session.get_one(Organization, own.organization_id))
    public = make.published(actor=own)
    version = make.submitted(Kind.event, actor=own)
    stale = Seen(version.id, version.revision - 1)

    plan, gone, missing, old = bulk.dry_run(
        Action.approve, [seen(version), seen(public), Seen(99_999, 1), stale], actor=office
    )

    assert (plan.title, plan.publish_at, plan.letters, plan.is_revision) == (
        version.title,
        version.publish_at,
        2,
        False,
    )
    assert [gone.can, missing.can, old.can] == [False] * 3
    assert "すでに処理されている" in gone.reason
    assert missing.reason == bulk.NO_SUCH
    assert "内容が変わりました" in old.reason


def test_what_may_not_be_public_is_not_approved_in_bulk_but_may_be_returned(make: Maker, now: datetime) -> None:
    version, office = make.submitted(), make.secretary()
    version.error_count = 2
    db.session.commit()

    (approval,) = bulk.dry_run(Action.approve, [seen(version)], actor=office)
    (returning,) = bulk.dry_run(Action.return_, [seen(version)], actor=office)

    assert "公開不可の指摘が2件" in approval.reason
    assert returning.can


def test_decided_lines_stand_in_the_order_chosen(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    first, second = make.submitted(actor=own), make.submitted(actor=own)
    chosen = [seen(second), Seen(99_999, 1), Seen(first.id, 1), seen(first)]

    batch = decide(Action.approve, chosen, actor=office, now=now)
    results = bulk.results(batch, actor=office)

    assert results is not None
    assert [line[0] for line in results.lines] == [second.id, 99_999, first.id, first.id]
    assert [bool(line[2]) for line in results.lines] == [False, True, True, False]
    assert (results.action, results.at, results.done) == (Action.approve, now, 2)
    assert results.lines[1][1] == "", "what does not exist has no title"


def test_two_colleagues_at_once_decide_each_item_once(rules: Flask, make: Maker, now: datetime) -> None:
    """Overlapping choices in opposite order, on connections of their own."""
    own, colleagues = make.member(), [make.secretary(), make.secretary()]
    barrier, done = Barrier(2), [0, 0]

    def act(number: int, chosen: list[Seen]) -> str:
        with rules.app_context():
            barrier.wait()
            begin_write()
            try:
                batch = decide(ACTIONS[number], chosen, actor=colleagues[number], now=now, comment="ご確認ください。")
            except Refused:  # the other had decided all of it
                db.session.rollback()
                return ""
            db.session.commit()
            return batch

    for _ in range(ROUNDS):
        versions = [make.submitted(Kind.notice, actor=own) for _ in range(12)]
        chosen = [seen(version) for version in versions]
        with ThreadPoolExecutor(2) as pool:
            batches = list(pool.map(act, (0, 1), (chosen[:9], chosen[:2:-1])))
        db.session.rollback()
        states = dict(db.session.execute(select(Version.id, Version.state)).all())
        told: Counter[int] = Counter()
        for number, batch in enumerate(batches):
            results = bulk.results(batch, actor=colleagues[number])
            for version_id, _title, reason in results.lines if results else ():
                if not reason:
                    told[version_id] += 1
                    done[number] += 1
                    assert states[version_id] is TARGETS[number]
        assert told == {version.id: 1 for version in versions}

    print(f"\n{ROUNDS} rounds of 12 entries, approved {done[0]}, returned {done[1]}, none twice")


@pytest.mark.parametrize("role", [Role.viewer, Role.editor, Role.owner])
def test_members_decide_nothing_not_even_their_own(role: Role, make: Maker, now: datetime) -> None:
    own = make.member(role=Role.owner)
    version = make.submitted(actor=own)
    member = Actor(role, own.account_id, own.organization_id)

    with pytest.raises(Forbidden):
        decide(Action.approve, [seen(version)], actor=member, now=now)
    assert state_of(version) is State.submitted


def test_talents_and_strangers_see_nothing_to_decide(make: Maker, now: datetime) -> None:
    version = make.submitted()
    for role in (Role.talent, Role.anonymous):
        with pytest.raises(Refused):
            decide(Action.approve, [seen(version)], actor=Actor(role), now=now)


@pytest.mark.parametrize("number", ["", "40", "４１件", "-41", "41.0", "９" * 10])
def test_over_thirty_the_number_must_be_typed(number: str, make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    chosen = [seen(make.submitted(Kind.notice, actor=own)) for _ in range(31)]

    with pytest.raises(Refused, match="「31」を数字で"):
        decide(Action.approve, chosen, actor=office, now=now, number=number)
    decide(Action.approve, chosen, actor=office, now=now, number=" ３１ ")
    assert db.session.scalar(select(func.count()).where(Version.state == State.approved)) == 31


def test_at_most_two_hundred_in_one_request(make: Maker, now: datetime) -> None:
    with pytest.raises(Refused, match="200件まで"):
        decide(Action.approve, [Seen(number, 1) for number in range(1, 202)], actor=make.secretary(), now=now)


def test_a_bulk_return_without_a_comment_moves_nothing(make: Maker, now: datetime) -> None:
    version, office = make.submitted(), make.secretary()

    with pytest.raises(Refused, match="コメント"):
        decide(Action.return_, [seen(version)], actor=office, now=now)
    assert state_of(version) is State.submitted
    assert db.session.scalar(select(func.count(AuditEvent.id)).where(AuditEvent.action.like("desk.%"))) == 0


def test_what_still_stands_of_a_decision(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    first, second = make.submitted(actor=own), make.submitted(actor=own)
    batch = decide(Action.approve, [seen(first), seen(second)], actor=office, now=now)

    held = bulk.standing(batch, actor=office, now=now + timedelta(seconds=3.2))
    assert held is not None
    assert (held.count, held.seconds, held.state) == (2, 7, State.approved)

    workflow.undo(batch, actor=office, now=now + timedelta(seconds=4), version_id=first.id)
    later = bulk.standing(batch, actor=office, now=now + HOLD)
    assert later is not None
    assert (later.count, later.seconds, later.title) == (1, 0, second.title)

    workflow.undo(batch, actor=office, now=now + HOLD)
    assert bulk.standing(batch, actor=office, now=now + HOLD) is None
    assert bulk.standing("unknown", actor=office, now=now) is None


def test_a_return_stands_only_while_it_is_held(make: Maker, now: datetime) -> None:
    version, office = make.submitted(), make.secretary()
    batch = decide(Action.return_, [seen(version)], actor=office, now=now, comment="ご確認ください。")

    assert bulk.standing(batch, actor=office, now=now + timedelta(seconds=9)) is not None
    assert bulk.standing(batch, actor=office, now=now + HOLD) is None


def test_one_of_many_is_taken_back_alone(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    first, second = make.submitted(actor=own), make.submitted(actor=own)
    batch = decide(Action.approve, [seen(first), seen(second)], actor=office, now=now)

    undone = workflow.undo(batch, actor=office, now=now, version_id=first.id)

    assert (undone.unseen, undone.reversed) == ([first.id], [])
    assert [state_of(first), state_of(second)] == [State.submitted, State.approved]
    letters = select(OutboxMail.version_id).where(OutboxMail.letter == "entry_approved")
    assert db.session.scalars(letters).all() == [second.id]
    with pytest.raises(Conflict):
        workflow.undo(batch, actor=office, now=now, version_id=first.id)


def test_a_fault_in_the_middle_leaves_each_item_untouched(rules: Flask, make: Maker, now: datetime) -> None:
    """The database goes away when the letters are written, after the states were moved."""
    own, office = make.member(), make.secretary()
    versions = [make.submitted(actor=own) for _ in range(5)]
    chosen = [seen(version) for version in versions]
    trail = db.session.scalar(select(func.count(AuditEvent.id)))

    def away(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith("INSERT INTO outbox_mail"):
            raise OperationalError(statement, None, Exception("the connection is lost"))

    event.listen(db.engine, "before_cursor_execute", away)
    try:
        with pytest.raises(OperationalError):
            decide(Action.approve, chosen, actor=office, now=now)
    finally:
        event.remove(db.engine, "before_cursor_execute", away)
        db.session.rollback()

    assert {state_of(version) for version in versions} == {State.submitted}
    assert db.session.scalar(select(func.count(AuditEvent.id))) == trail
