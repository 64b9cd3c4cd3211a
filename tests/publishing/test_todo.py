"""What a member has to do next, most urgent first, and what its calendar holds."""

from datetime import datetime, timedelta

import pytest

from models.base import db
from models.entries import Version
from models.states import Action, Kind, State
from portal.actors import ANONYMOUS, Actor
from portal.database import begin_write
from portal.publishing import drafts
from portal.publishing.todo import NEAR, Cause, Mark, agenda, first_words, todo
from portal.publishing.workflow import HOLD
from tests.make import Maker

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def causes(owner: Actor, now: datetime) -> list[Cause]:
    return [task.cause for task in todo(owner, now)]


def test_every_cause_in_the_order_of_urgency(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    for state in (State.submitted, State.approved, State.draft, State.suspended, State.returned):
        make.in_state(state, Kind.notice, actor=owner, office=office)
    near = now.replace(second=0) + timedelta(days=3)
    make.published(actor=owner, publish_at=near - DAY, open_at=near - DAY, close_at=near)

    assert causes(owner, now + HOLD) == list(Cause)


def test_each_task_says_when_and_why(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    returned = make.submitted(Kind.notice, actor=owner)
    make.move(Action.return_, returned, actor=office, comment="  締切を\n確認してください。  ")
    waiting = make.submitted(Kind.notice, actor=owner)
    approved = make.approved(Kind.notice, actor=owner)
    draft = make.draft(Kind.notice, actor=owner)

    tasks = {task.cause: task for task in todo(owner, now + HOLD)}

    assert (tasks[Cause.returned].comment, tasks[Cause.returned].at) == ("締切を 確認してください。", now)
    assert (tasks[Cause.waiting].at, tasks[Cause.waiting].version_id) == (waiting.due_at, waiting.id)
    assert (tasks[Cause.soon].at, tasks[Cause.soon].comment) == (approved.publish_at, "")
    assert (tasks[Cause.draft].at, tasks[Cause.draft].entry_id) == (now, draft.entry_id)


def test_a_decision_on_hold_waits_still(make: Maker, owner: Actor, now: datetime) -> None:
    make.approved(Kind.notice, actor=owner)

    assert causes(owner, now + HOLD - SECOND) == [Cause.waiting]
    assert causes(owner, now + HOLD) == [Cause.soon]


def test_a_deadline_stands_there_for_its_last_seven_days(make: Maker, owner: Actor, now: datetime) -> None:
    version = make.published(actor=owner)
    assert version.close_at is not None

    assert causes(owner, version.close_at - NEAR - SECOND) == []
    assert causes(owner, version.close_at - NEAR) == [Cause.deadline]
    assert causes(owner, version.close_at) == [Cause.deadline]
    assert causes(owner, version.close_at + SECOND) == []


def test_what_is_over_or_replaced_is_no_task(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    make.in_state(State.closed, Kind.notice, actor=owner, office=office)
    taken_down = make.in_state(State.suspended, Kind.notice, actor=owner, office=office)
    assert causes(owner, now + HOLD) == [Cause.suspended]

    make.publish_revision(taken_down, actor=owner, office=office)

    assert causes(owner, now + HOLD) == []


def test_within_a_cause_what_is_due_first_comes_first_but_the_latest_draft(
    make: Maker, owner: Actor, now: datetime
) -> None:
    def draft(title: str, at: datetime) -> Version:
        begin_write()
        version = drafts.create(Kind.notice, {"title": title}, actor=owner, now=at)
        db.session.commit()
        return version

    draft("一昨日の下書き", now - 2 * DAY)
    draft("今日の下書き", now)
    draft("昨日の下書き", now - DAY)
    make.approved(Kind.notice, actor=owner, title="あとで公開するもの", publish_at=now + 9 * DAY)
    make.approved(Kind.notice, actor=owner, title="先に公開するもの", publish_at=now + 8 * DAY)

    assert [task.title for task in todo(owner, now + HOLD)] == [
        "今日の下書き",
        "昨日の下書き",
        "一昨日の下書き",
        "先に公開するもの",
        "あとで公開するもの",
    ]


def test_nobody_sees_the_tasks_of_others(make: Maker, owner: Actor, now: datetime) -> None:
    make.draft(actor=owner)

    assert todo(make.member(), now) == todo(ANONYMOUS, now) == []


def test_tasks_and_dates_are_few_statements_for_one_and_for_twenty(
    make: Maker, owner: Actor, now: datetime, statements
) -> None:
    def cost() -> list[int]:
        statements.restart()
        assert todo(owner, now)
        tasks = statements.count
        statements.restart()
        assert agenda(owner, start=now, end=now + 60 * DAY, now=now + HOLD)
        return [tasks, statements.count]

    make.approved(Kind.event, actor=owner)
    one = cost()
    for _ in range(19):
        make.approved(Kind.event, actor=owner)

    assert one == cost() == [1, 2]


@pytest.mark.parametrize(
    ("text", "words"),
    [("短い", "短い"), ("二行の\n\n 文", "二行の 文"), ("あ" * 60, "あ" * 60), ("あ" * 61, "あ" * 60 + "…"), ("", "")],
)
def test_a_comment_is_told_by_its_first_words(text: str, words: str) -> None:
    assert first_words(text) == words


# ---- the calendar


def marks(owner: Actor, now: datetime, start: datetime, end: datetime) -> list[tuple[Mark, datetime]]:
    return [(date.mark, date.at) for date in agenda(owner, start=start, end=end, now=now)]


def test_the_calendar_holds_publications_deadlines_and_sessions(make: Maker, owner: Actor, now: datetime) -> None:
    version = make.approved(Kind.event, actor=owner)
    start, end = now, now + 60 * DAY

    assert marks(owner, now + HOLD, start, end) == [
        (Mark.publication, version.publish_at),
        (Mark.deadline, version.close_at),
        (Mark.session, version.sessions[0].starts_at),
    ]
    assert marks(owner, now, start, end) == []  # still on hold: nothing is decided
    assert marks(make.member(), now + HOLD, start, end) == []


def test_the_first_moment_belongs_to_it_and_the_last_does_not(make: Maker, owner: Actor, now: datetime) -> None:
    version = make.published(Kind.notice, actor=owner)
    at = version.publish_at
    assert at is not None

    assert marks(owner, now, at, at + DAY) == [(Mark.publication, at)]
    assert marks(owner, now, at - DAY, at) == []


@pytest.mark.parametrize("state", [State.draft, State.submitted, State.returned, State.closed, State.suspended])
def test_what_is_not_decided_or_not_public_has_no_date(state: State, make: Maker, owner: Actor, now: datetime) -> None:
    make.in_state(state, Kind.event, actor=owner, office=make.secretary())

    assert marks(owner, now + HOLD, now - 9 * DAY, now + 99 * DAY) == []
