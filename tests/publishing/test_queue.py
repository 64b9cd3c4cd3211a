"""What waits: which rows, in which order, counted and walked through."""

from datetime import datetime, timedelta

import pytest

from models.base import db
from models.entries import Version
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.publishing import queue, review
from portal.publishing.queue import Filter
from tests.make import Maker, seen

ALL = Filter()


def ids(wanted: Filter, actor: Actor) -> list[int]:
    return [row.id for row in queue.waiting(wanted, actor=actor)]


def submitted_ago(make: Maker, days: int, *, actor: Actor, kind: Kind = Kind.job, **content: object) -> Version:
    earlier = Maker(make.now - timedelta(days=days))
    earlier._count = 1_000 + days
    return earlier.submitted(kind, actor=actor, **content)


def test_only_what_waits_is_in_it(make: Maker) -> None:
    own, office = make.member(), make.secretary()
    versions = {state: make.in_state(state, actor=own, office=office) for state in State}

    assert ids(ALL, office) == [versions[State.submitted].id]
    assert queue.counts(actor=office) == {Kind.job: 1}
    assert queue.total(ALL, actor=office) == 1


def test_oldest_deadline_first_then_the_order_of_arrival(make: Maker) -> None:
    own, office = make.member(), make.secretary()
    newest, same = make.submitted(actor=own), make.submitted(Kind.notice, actor=own)
    oldest = submitted_ago(make, 9, actor=own)
    older = submitted_ago(make, 5, actor=own, kind=Kind.event)

    assert ids(ALL, office) == [oldest.id, older.id, newest.id, same.id]


def test_neighbours_follow_the_same_order_and_filter(make: Maker) -> None:
    own, office = make.member(), make.secretary()
    versions = [make.submitted(kind, actor=own) for kind in (Kind.job, Kind.notice, Kind.job, Kind.job)]
    first, notice, middle, last = versions

    assert queue.neighbours(first, ALL, actor=office) == (None, notice.id)
    assert queue.neighbours(middle, ALL, actor=office) == (notice.id, last.id)
    assert queue.neighbours(middle, Filter(kind=Kind.job), actor=office) == (first.id, last.id)
    assert queue.neighbours(last, ALL, actor=office) == (middle.id, None)


@pytest.mark.parametrize(
    ("text", "found"),
    [("水道", 1), ("法人", 3), ("100%", 1), ("%", 1), ("_", 1), ("\\", 0), ("水 道", 0), ("' OR 1=1 --", 0)],
)
def test_a_search_finds_titles_and_organizations_and_takes_signs_as_they_are(
    text: str, found: int, make: Maker
) -> None:
    own, office = make.member(), make.secretary()
    for title in ("水道の専門家を募集しています", "在宅100%の求人を募集しています", "事務_補助を募集しています"):
        make.submitted(actor=own, title=title)

    assert len(ids(Filter(text=text), office)) == found
    assert queue.total(Filter(text=text), actor=office) == found


def test_pages_hold_fifty_and_lose_none(make: Maker) -> None:
    own, office = make.member(), make.secretary()
    made = [make.submitted(Kind.notice, actor=own).id for _ in range(53)]

    assert ids(ALL, office) + ids(Filter(page=2), office) == made
    assert ids(Filter(page=3), office) == []
    assert [item.version_id for item in queue.all_seen(ALL, actor=office, most=60)] == made
    assert len(queue.all_seen(ALL, actor=office, most=10)) == 10


def test_lamps_and_hands(make: Maker, now: datetime) -> None:
    own, office, colleague = make.member(), make.secretary(), make.secretary()
    clean, doubtful, broken = (make.submitted(actor=own) for _ in range(3))
    doubtful.warning_count, broken.error_count = 1, 1
    db.session.commit()
    review.assign([seen(clean)], to=office.account_id, actor=office, now=now)

    assert ids(Filter(lamp="clean"), office) == [clean.id]
    assert ids(Filter(lamp="warning"), office) == [doubtful.id, broken.id]
    assert ids(Filter(mine=True), office) == [clean.id]
    assert ids(Filter(mine=True), colleague) == []


def test_todays_decisions_are_counted_from_midnight_in_tokyo(make: Maker, now: datetime) -> None:
    own, office, colleague = make.member(), make.secretary(), make.secretary()
    yesterday = Maker(now - timedelta(hours=15))  # 23:32 of the day before in Tokyo
    yesterday._count = 700
    yesterday.move(Action.approve, yesterday.submitted(actor=own), actor=office)
    make.move(Action.approve, make.submitted(actor=own), actor=office)
    make.move(Action.return_, make.submitted(actor=own), actor=office, comment="ご確認ください。")
    make.move(Action.approve, make.submitted(actor=own), actor=colleague)

    assert queue.decided_today(actor=office, now=now) == (1, 1)
    assert queue.decided_today(actor=colleague, now=now) == (1, 0)


def test_nobody_else_has_a_queue(make: Maker) -> None:
    make.submitted()
    for role in (Role.talent, Role.anonymous):
        assert ids(ALL, Actor(role)) == []
        assert queue.counts(actor=Actor(role)) == {}
