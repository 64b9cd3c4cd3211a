"""What colleagues at the desk do with an entry beside deciding it: look at it, put it aside, learn who was quicker."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.base import db
from models.entries import Version
from models.presence import Presence
from models.records import AuditEvent
from models.states import Action, Kind
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.publishing import drafts, presence, queue, triage
from portal.publishing.queue import Filter
from portal.publishing.queue_filter import rank_of
from portal.publishing.workflow import Seen
from tests.make import Maker, seen


def at(now: datetime) -> Filter:
    """Everything, at that moment."""
    return Filter(bounds=queue.bounds_of(now, ()))


def ids(wanted: Filter, actor: Actor) -> list[int]:
    return [row.id for row in queue.waiting(wanted, actor=actor)]


def look_at(version: Version, *, actor: Actor, now: datetime) -> list[str]:
    presence.come(version, actor=actor, now=now)
    return presence.others(version.id, actor=actor, now=now)


def test_colleagues_see_who_looks_and_forget_it_after_five_minutes(make: Maker, now: datetime) -> None:
    version, mine, other, third = make.submitted(), make.secretary(), make.secretary(), make.secretary()

    assert look_at(version, actor=mine, now=now) == []
    assert look_at(version, actor=other, now=now + timedelta(minutes=1)) == [mine.name]
    assert presence.others(version.id, actor=third, now=now + timedelta(minutes=2)) == [mine.name, other.name]
    (row,) = queue.waiting(at(now + timedelta(minutes=2)), actor=third)
    assert row.looker in (mine.name, other.name)
    (row,) = queue.waiting(at(now), actor=mine)
    assert row.looker == other.name, "never oneself"

    later = now + presence.READING + timedelta(seconds=61)
    assert presence.others(version.id, actor=third, now=later) == []
    (row,) = queue.waiting(at(later), actor=third)
    assert row.looker is None


def test_one_looks_at_one_entry_and_what_is_looked_at_is_not_changed(make: Maker, now: datetime) -> None:
    first, second = make.submitted(), make.submitted()
    mine, other = make.secretary(), make.secretary()
    revision = first.revision

    for version in (first, second, second):
        look_at(version, actor=mine, now=now)

    assert presence.others(first.id, actor=other, now=now) == []
    assert presence.others(second.id, actor=other, now=now) == [mine.name]
    assert db.session.scalar(select(func.count()).select_from(Presence)) == 1
    assert db.session.scalar(select(Version.revision).where(Version.id == first.id)) == revision
    presence.leave(actor=mine)
    assert presence.others(second.id, actor=other, now=now) == []


def test_what_is_put_aside_stands_at_the_end_until_its_time(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    first, second, third = (make.submitted(actor=own) for _ in range(3))
    tomorrow = now + timedelta(days=1)

    triage.put_aside(seen(first), " 団体に電話で確認中 ", until=tomorrow, actor=office, now=now)
    triage.put_aside(seen(second), "", until=None, actor=office, now=now)
    db.session.commit()

    assert ids(at(now), office) == [third.id, first.id, second.id]
    assert queue.neighbours(third, at(now), actor=office) == (None, first.id)
    assert ids(Filter(aside=True, bounds=at(now).bounds), office) == [first.id, second.id]
    assert ids(at(tomorrow + timedelta(seconds=1)), office) == [first.id, third.id, second.id]
    (event,) = db.session.scalars(
        select(AuditEvent).where(AuditEvent.action == "entry.aside", AuditEvent.subject_id == first.id)
    )
    assert (event.actor_id, event.details) == (office.account_id, {"comment": "団体に電話で確認中"})

    triage.take_up(seen(second), actor=office, now=now)
    assert ids(at(now), office) == [second.id, third.id, first.id]


def test_what_comes_back_is_not_aside_any_more(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    version = make.submitted(actor=own)
    triage.put_aside(seen(version), "確認中", until=None, actor=office, now=now)
    db.session.commit()
    make.move(Action.withdraw, version, actor=own)

    make.submit(version, actor=own)

    assert (version.aside_until, version.aside_reason) == (None, "")


@pytest.mark.parametrize(
    ("reason", "until", "words"),
    [("長" * 201, None, "200文字"), ("", -timedelta(minutes=1), "今より後"), ("", timedelta(days=61), "60日以内")],
)
def test_what_cannot_be_put_aside(reason: str, until: timedelta | None, words: str, make: Maker, now: datetime) -> None:
    version, office = make.submitted(), make.secretary()

    with pytest.raises(Refused, match=words):
        triage.put_aside(seen(version), reason, until=until and now + until, actor=office, now=now)
    assert version.aside_until is None


@pytest.mark.parametrize("act", [lambda *a, **k: triage.put_aside(*a, "", until=None, **k), triage.take_up])
def test_only_what_waits_as_it_was_seen_and_only_by_the_office(
    act: Callable[..., None], make: Maker, now: datetime
) -> None:
    own, office = make.member(), make.secretary()
    version = make.submitted(actor=own)

    with pytest.raises(Forbidden):
        act(seen(version), actor=own, now=now)
    with pytest.raises(Conflict):
        act(Seen(version.id, version.revision - 1), actor=office, now=now)
    with pytest.raises(NotFound):
        act(Seen(2_000_000_000, 1), actor=office, now=now)
    with pytest.raises(NotFound):
        drafts.find(make.draft(actor=own).id, actor=office)
    make.move(Action.approve, version, actor=office)
    with pytest.raises(Conflict, match="あなたがたった今承認しました"):
        act(seen(version), actor=office, now=now)


def test_a_conflict_names_who_did_what_and_when(make: Maker, now: datetime) -> None:
    own, office, colleague = make.member(), make.secretary(), make.secretary()
    version = make.submitted(actor=own)
    make.move(Action.approve, version, actor=colleague)

    def told(later: timedelta) -> str:
        return triage.overtaken(version.id, actor=office, now=now + later)

    assert (
        told(timedelta(seconds=70)) == f"競合：{colleague.name}さんが1分前に承認しました。この操作は実行していません。"
    )
    assert "3時間前に承認しました" in told(timedelta(hours=3))
    assert "日に承認しました" in told(timedelta(days=2))
    make.move(Action.withdraw, version, actor=own)
    assert f"{own.name}さんがたった今取り下げました" in told(timedelta(0))


def waits(make: Maker, days: int, *, actor: Actor, **content: object) -> Version:
    earlier = Maker(make.now - timedelta(days=days))
    earlier._count = 3_000 + days
    return earlier.submitted(Kind.job, actor=actor, **content)


def test_first_what_misses_its_time_then_what_is_late_then_what_came_back(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    usual = make.submitted(actor=own)
    again = make.submitted(actor=own)
    make.move(Action.return_, again, actor=office, comment="直してください。")
    make.submit(again, actor=own)
    late = waits(make, 9, actor=own)
    far = now + timedelta(days=90)
    missing = make.submitted(actor=own)
    for version, wished in ((usual, far), (again, far), (late, far), (missing, missing.due_at - timedelta(hours=1))):
        version.publish_at = wished
    db.session.commit()

    order = [missing.id, late.id, again.id, usual.id]
    assert ids(at(now), office) == order
    assert [item.version_id for item in queue.all_seen(at(now), actor=office, most=9)] == order
    walked = [missing.id]
    while (
        following := queue.neighbours(db.session.get_one(Version, walked[-1]), at(now), actor=office)[1]
    ) is not None:
        walked.append(following)
    assert walked == order, "J goes as the list does"
    rows = queue.waiting(at(now), actor=office)
    assert [row.rank for row in rows] == [rank_of(db.session.get_one(Version, row.id), now) for row in rows]
    assert ids(Filter(), office)[1] == again.id, "without a moment nothing is late"
