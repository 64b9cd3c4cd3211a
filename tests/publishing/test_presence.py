"""Who has a draft open, for their colleagues of the organization and for nobody else."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.people import Account
from models.presence import Presence
from models.states import Kind, Role
from portal.actors import Actor
from portal.errors import Forbidden
from portal.publishing import drafts, presence, queue
from portal.publishing.queue import Filter
from tests.make import Maker, actor_of, seen


def colleague(make: Maker, own: Actor, name: str, role: Role = Role.editor) -> Actor:
    return actor_of(make.account(role, db.session.get_one(Organization, own.organization_id), name=name))


def here(version: Version, actor: Actor, now: datetime) -> list[str]:
    return list(presence.company(version, actor=actor, now=now).here)


def test_two_members_see_each_other_until_they_leave_or_tell_no_more(make: Maker, now: datetime) -> None:
    own, stranger = make.member(), make.member()
    other = colleague(make, own, "小川 葵")
    draft = make.draft(Kind.notice, actor=own)

    presence.come(draft, actor=own, now=now)
    presence.come(draft, actor=other, now=now + timedelta(seconds=5))

    assert here(draft, own, now) == ["小川 葵"]
    assert here(draft, other, now) == [own.name]
    assert here(draft, stranger, now) == []
    assert here(draft, own, now + presence.WRITING + timedelta(seconds=4)) == ["小川 葵"]
    assert here(draft, own, now + presence.WRITING + timedelta(seconds=5)) == []
    presence.leave(draft.id + 1, actor=other)
    assert here(draft, own, now) == ["小川 葵"], "another one was left"
    presence.leave(draft.id, actor=other)
    assert here(draft, own, now) == []


def test_who_is_alone_is_told_of_nobody(make: Maker, now: datetime) -> None:
    own = make.member()
    draft = make.draft(Kind.notice, actor=own)
    colleague(make, own, "見るだけの人", Role.viewer)
    assert presence.company(draft, actor=own, now=now).is_alone
    other = colleague(make, own, "小川 葵")
    found = presence.company(draft, actor=other, now=now)
    assert (found.is_alone, found.here, found.saver) == (False, [], own.name)
    assert presence.company(draft, actor=own, now=now).saver == ""
    db.session.get_one(Account, other.account_id).suspended_at = now
    db.session.commit()
    assert presence.company(draft, actor=own, now=now).is_alone


def test_desk_and_organization_do_not_see_each_other(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    other = colleague(make, own, "小川 葵")
    version = make.draft(Kind.notice, actor=own)
    presence.come(version, actor=own, now=now)
    db.session.commit()
    make.submit(version, actor=own)
    second = make.secretary()
    presence.come(version, actor=second, now=now)

    assert presence.others(version.id, actor=office, now=now) == [second.name]
    assert here(version, other, now) == [own.name]
    (row,) = queue.waiting(Filter(bounds=queue.bounds_of(now, ())), actor=second)
    assert row.looker is None
    (row,) = queue.waiting(Filter(bounds=queue.bounds_of(now, ())), actor=office)
    assert row.looker == second.name


@pytest.mark.parametrize("role", [Role.viewer, Role.talent])
def test_only_who_writes_tells(role: Role, make: Maker, now: datetime) -> None:
    own = make.member()
    draft = make.draft(Kind.notice, actor=own)
    with pytest.raises(Forbidden):
        presence.come(draft, actor=Actor(role, own.account_id, own.organization_id), now=now)


def test_a_draft_that_somebody_has_open_can_be_discarded(make: Maker, now: datetime) -> None:
    own = make.member()
    draft = make.draft(Kind.notice, actor=own)
    presence.come(draft, actor=colleague(make, own, "小川 葵"), now=now)
    drafts.discard(seen(draft), actor=own, now=now)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(Presence)) == 0
