"""What a reviewer is shown of one entry."""

from datetime import datetime

import pytest
from sqlalchemy import func, select

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Action, Role, State
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.publishing import drafts
from portal.publishing.content import read
from portal.publishing.review import HISTORY, assign, review
from portal.publishing.workflow import Seen
from tests.make import Maker, seen

COMMENT = "就業場所をご記入ください。"


def test_a_first_submission_stands_alone(make: Maker) -> None:
    version, office = make.submitted(), make.secretary()

    found = review(version.id, actor=office, now=make.now)

    assert (found.public, found.changes, found.against, found.members) == (None, [], "", 1)
    assert (found.outcomes.acts, found.outcomes.days, found.alike, found.notes) == ([], None, [], [])
    assert found.values["title"] == version.title
    assert [event.action for event in found.history] == ["entry.submit", "entry.create"]


def test_a_revision_stands_beside_what_it_would_replace(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    public = make.published(actor=own)
    draft = drafts.revise(public.entry_id, actor=own, now=now)
    draft = drafts.save(seen(draft), read(draft) | {"title": "題名を直した求人です"}, actor=own, now=now)
    db.session.commit()
    revision = make.submit(draft, actor=own)

    found = review(revision.id, actor=office, now=now)

    assert found.public is public
    assert [change.field.name for change in found.changes] == ["title"]
    assert "entry.publish" in [event.action for event in found.history], "of the version before, too"
    assert (found.outcomes.approved, found.outcomes.returned) == (1, 0)


def test_what_was_decided_before_and_by_whom(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    version = make.submitted(actor=own)
    for _ in range(8):
        make.move(Action.return_, version, actor=office, comment=COMMENT)
        make.submit(version, actor=own)
    for _ in range(3):
        make.approved(actor=own, office=office)

    found = review(version.id, actor=office, now=make.now)

    assert (found.outcomes.approved, found.outcomes.returned) == (3, 7), "of the last ten"
    assert len(found.history) <= HISTORY
    event = next(event for event in found.history if event.action == "entry.return")
    assert (event.name, event.details["comment"]) == ("高橋 直子", COMMENT)


def test_suspended_members_are_not_counted_as_told(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    make.account(Role.editor, db.session.get_one(Organization, own.organization_id), suspended_at=now)
    version = make.submitted(actor=own)

    assert review(version.id, actor=office, now=make.now).members == 1


@pytest.mark.parametrize("state", State)
def test_drafts_do_not_exist_for_the_secretariat(state: State, make: Maker) -> None:
    own, office = make.member(), make.secretary()
    version = make.in_state(state, actor=own, office=office)

    if state is State.draft:
        with pytest.raises(NotFound):
            review(version.id, actor=office, now=make.now)
    else:
        assert review(version.id, actor=office, now=make.now).version is version


def test_taking_in_hand_touches_what_waits_and_nothing_else(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    waiting, approved = make.submitted(actor=own), make.approved(actor=own, office=office)

    moved = assign([seen(waiting), seen(approved), Seen(99_999, 1)], to=office.account_id, actor=office, now=now)

    assert moved == 1
    hands = select(Version.assignee_id).order_by(Version.id)
    assert db.session.scalars(hands).all() == [office.account_id, None]
    assert db.session.scalar(select(func.count()).where(AuditEvent.action == "entry.assign")) == 1
    with pytest.raises(Conflict, match="競合"):
        assign([seen(approved)], to=office.account_id, actor=office, now=now)


def test_assigning_does_not_count_as_a_change_of_the_text(make: Maker, now: datetime) -> None:
    version, office = make.submitted(), make.secretary()
    shown = seen(version)
    assign([shown], to=office.account_id, actor=office, now=now)
    db.session.commit()
    db.session.refresh(version)

    assert seen(version) == shown
    make.move(Action.approve, version, actor=make.secretary())


def test_members_assign_nothing_and_nobody_more_than_two_hundred(make: Maker, now: datetime) -> None:
    own = make.member()
    version = make.submitted(actor=own)

    with pytest.raises(Forbidden):
        assign([seen(version)], to=own.account_id, actor=own, now=now)
    with pytest.raises(Forbidden):
        assign([seen(version)], to=None, actor=Actor(Role.talent), now=now)
    with pytest.raises(Refused, match="200件まで"):
        assign([Seen(number, 1) for number in range(201)], to=None, actor=make.secretary(), now=now)
