"""The office moves the end of what is public: forward, with a reason, told, and on record."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.records import AuditEvent
from models.states import Kind, Role, State
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.publishing import publication
from portal.publishing.extension import extend
from portal.publishing.workflow import Seen
from tests.make import Maker, seen

REASON = "団体からの依頼により延長します。"


def end_of(version: Version) -> datetime:
    assert version.unpublish_at is not None
    return version.unpublish_at


@pytest.mark.parametrize("kind", Kind)
def test_the_end_moves_and_with_it_the_deadline(kind: Kind, make: Maker, now: datetime) -> None:
    office = make.secretary()
    version = make.published(kind)
    shown, old_end = seen(version), end_of(version)
    until = old_end + timedelta(days=14)

    extend(shown, until=until, reason=f" {REASON} ", actor=office, now=now)
    db.session.commit()
    db.session.refresh(version)

    assert (version.unpublish_at, version.state, version.revision) == (until, State.published, shown.revision + 1)
    assert version.close_at == (None if kind is Kind.notice else until)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "entry.extend")).one()
    assert (event.subject_id, event.actor_id, event.details["comment"]) == (version.id, office.account_id, REASON)
    assert db.session.scalar(select(func.count()).where(OutboxMail.letter == "entry_extended")) == 1
    publication.close_due(old_end + timedelta(minutes=1))
    db.session.refresh(version)
    assert version.state is State.published


def test_only_forward_and_not_for_ever(make: Maker, now: datetime) -> None:
    office = make.secretary()
    version = make.published()
    end = end_of(version)

    for until in (None, now, now - timedelta(days=1), end, end - timedelta(days=1), now + timedelta(days=1096)):
        with pytest.raises(Refused, match="新しい期限は"):
            extend(seen(version), until=until, reason=REASON, actor=office, now=now)
    for until in (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)):
        with pytest.raises(Refused, match="新しい期限は"):
            extend(seen(version), until=until, reason=REASON, actor=office, now=now)


@pytest.mark.parametrize(("reason", "words"), [("", "入力してください"), (" \n", "入力"), ("長" * 4001, "4,000文字")])
def test_a_reason_of_reasonable_length(reason: str, words: str, make: Maker, now: datetime) -> None:
    version = make.published()

    with pytest.raises(Refused, match=words):
        extend(seen(version), until=end_of(version) + timedelta(days=1), reason=reason, actor=make.secretary(), now=now)


def test_what_changed_or_is_not_public_is_a_conflict(make: Maker, now: datetime) -> None:
    own, office = make.member(), make.secretary()
    version, later = make.published(actor=own), now + timedelta(days=400)

    with pytest.raises(Conflict, match="競合"):
        extend(Seen(version.id, version.revision - 1), until=later, reason=REASON, actor=office, now=now)
    for state in (State.submitted, State.approved, State.suspended, State.closed, State.superseded):
        other = make.in_state(state, actor=own, office=office)
        with pytest.raises(Conflict):
            extend(seen(other), until=later, reason=REASON, actor=office, now=now)
    for unseen in (Seen(99_999, 1), seen(make.draft(actor=own))):
        with pytest.raises(NotFound):
            extend(unseen, until=later, reason=REASON, actor=office, now=now)


def test_an_organization_does_not_extend_by_itself(make: Maker, now: datetime) -> None:
    own = make.member()
    version = make.published(actor=own)

    for actor in (own, Actor(Role.talent), Actor(Role.anonymous)):
        with pytest.raises(Forbidden):
            extend(seen(version), until=now + timedelta(days=400), reason=REASON, actor=actor, now=now)
