"""What the clock does: nothing early, everything once, the version before gives way, the end comes by itself."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.entries import Entry, Publication, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Action, Kind, Role, State
from portal.database import begin_write
from portal.errors import NotFound
from portal.publishing import catalog, content, drafts, publication
from portal.publishing.workflow import HOLD
from tests.make import Maker, seen
from tests.publishing.samples import sample

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def is_public(version: Version, at: datetime) -> bool:
    """On every way that leads there: by number, in the list, among the newest, in the sitemap."""
    number = version.entry.number
    try:
        found = catalog.find(version.kind, number, now=at).id == version.id
    except NotFound:
        found = False
    listed = version.id in [row.id for row in catalog.search(version.kind, catalog.Search(), now=at).rows]
    newest = version.id in [row.id for row in catalog.newest(version.kind, now=at, count=99)]
    mapped = number in [row.number for row in catalog.addresses(now=at)]
    if version.entry.live_version_id == version.id:
        assert found == listed == newest == mapped, (found, listed, newest, mapped)
    return found


def letters(version: Version) -> list[str]:
    query = select(OutboxMail.letter).where(OutboxMail.version_id == version.id).order_by(OutboxMail.id)
    return list(db.session.scalars(query))


# ---- when


@pytest.mark.parametrize("state", [state for state in State if state is not State.approved])
def test_only_what_is_approved_is_published(state: State, make: Maker, now: datetime) -> None:
    version = make.in_state(state, Kind.notice, actor=make.member(), office=make.secretary())
    before = version.revision

    assert publication.publish_due(now + timedelta(days=30)) == 0
    db.session.refresh(version)
    assert (version.state, version.revision) == (state, before)


@pytest.mark.parametrize("kind", Kind)
def test_it_is_public_from_its_very_second_on(kind: Kind, make: Maker) -> None:
    version = make.approved(kind)
    due = version.publish_at
    assert due is not None

    assert publication.publish_due(due - SECOND) == 0
    assert not is_public(version, due)
    assert publication.publish_due(due) == 1
    db.session.refresh(version)
    assert (version.state, version.published_at) == (State.published, due)
    assert not is_public(version, due - SECOND)
    assert is_public(version, due)


@pytest.mark.parametrize("kind", Kind)
def test_it_is_gone_at_its_very_second_without_any_job(kind: Kind, make: Maker) -> None:
    version = make.published(kind)
    end = version.unpublish_at
    assert end is not None

    assert is_public(version, end - SECOND)
    assert not is_public(version, end)
    assert version.state is State.published


def test_approved_too_late_it_is_published_at_once_but_not_before(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    version = make.submitted(Kind.notice, actor=owner, publish_at=now + MINUTE)
    late = now + timedelta(days=2)

    assert publication.publish_due(late) == 0
    make.now = late
    make.move(Action.approve, version, actor=office)
    assert publication.publish_due(late + HOLD - SECOND) == 0
    assert publication.publish_due(late + HOLD) == 1
    assert is_public(version, late + HOLD)
    row = db.session.scalars(select(Publication)).one()
    assert row.published_at - row.due_at > timedelta(days=1)


def test_chosen_too_early_it_is_tested_again_when_it_is_moved(make: Maker) -> None:
    """Between the choice and the move it may have been taken back and approved anew, with a hold of its own."""
    version = make.approved(Kind.notice)
    assert version.publish_at is not None

    assert publication.publish([version.id], version.publish_at - SECOND) == 0
    db.session.commit()
    assert (version.state, db.session.scalar(select(func.count(Publication.id)))) == (State.approved, 0)
    assert publication.publish([version.id], version.publish_at) == 1


def test_a_decision_that_is_taken_back_in_time_is_never_published(make: Maker, now: datetime) -> None:
    from portal.publishing import workflow

    office = make.secretary()
    version = make.submitted(Kind.notice, publish_at=now + SECOND)
    outcome = workflow.perform(Action.approve, seen(version), actor=office, now=now)
    db.session.commit()

    publication.publish_due(now + HOLD - SECOND)
    workflow.undo(outcome.batch, actor=office, now=now + HOLD - SECOND)
    db.session.commit()

    assert publication.publish_due(now + timedelta(days=30)) == 0
    assert db.session.scalar(select(func.count(Publication.id))) == 0


def test_what_its_owner_withdrew_is_not_published(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.approved(Kind.notice, actor=owner)
    make.move(Action.withdraw, version, actor=owner)

    assert publication.publish_due(now + timedelta(days=30)) == 0
    assert (version.state, letters(version)) == (State.draft, ["entry_submitted"])


def test_after_an_outage_everything_due_is_published_in_one_go(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    versions = [
        make.approved(Kind.notice, actor=owner, office=office, publish_at=now + timedelta(hours=hours))
        for hours in range(1, 7)
    ]

    assert publication.publish_due(now + timedelta(hours=5)) == 5
    for version in versions:
        db.session.refresh(version)
    assert [version.state for version in versions] == [State.published] * 5 + [State.approved]


# ---- once


def test_one_row_one_letter_a_member_one_audit_event(make: Maker, now: datetime) -> None:
    owner = make.member()
    make.account(Role.viewer, db.session.get_one(Organization, owner.organization_id))
    version = make.published(actor=owner)

    assert publication.publish_due(now + timedelta(days=30)) == 0

    assert db.session.scalars(select(Publication.version_id)).all() == [version.id]
    assert letters(version).count("entry_published") == 2
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "entry.publish")).all()
    assert [(event.subject_id, event.actor_role) for event in events] == [(version.id, Role.system)]


def test_the_database_itself_refuses_a_second_publication(make: Maker, now: datetime) -> None:
    version = make.published(Kind.notice)
    db.session.add(Publication(version_id=version.id, entry_id=version.entry_id, due_at=now, published_at=now))

    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


# ---- a revision takes the place of what was public


@pytest.mark.parametrize("kind", Kind)
def test_what_was_public_stays_so_byte_for_byte_until_the_revision_is(kind: Kind, make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    live = make.published(kind, actor=owner)
    assert live.publish_at is not None
    at = live.publish_at + MINUTE
    number, before = live.entry.number, content.read(live)

    def shown(moment: datetime) -> dict:
        db.session.expire_all()
        return content.read(catalog.find(kind, number, now=moment))

    begin_write()
    revision = drafts.revise(live.entry_id, actor=owner, now=now)
    changed = sample(kind, now=now, title="改めたタイトルです", publish_at=at + timedelta(days=1))
    changed |= {} if kind is Kind.notice else {"documents": [{"name": "推薦書", "required": True, "note": ""}]}
    drafts.save(seen(revision), changed, actor=owner, now=now)
    db.session.commit()
    assert shown(at) == before
    make.submit(revision, actor=owner)
    assert shown(at) == before
    make.move(Action.return_, revision, actor=office, comment="ご確認ください。")
    assert shown(at) == before
    make.submit(revision, actor=owner)
    make.move(Action.approve, revision, actor=office)
    publication.publish_due(at)
    assert shown(at) == before

    publication.publish_due(at + timedelta(days=1))

    assert shown(at + timedelta(days=1)) == content.read(revision) != before
    db.session.refresh(live)
    assert (live.state, live.ended_at) == (State.superseded, at + timedelta(days=1))
    assert content.read(live) == before
    assert revision.entry.first_published_at == live.published_at
    assert not is_public(live, at + timedelta(days=1))


def test_a_revision_that_was_withdrawn_meanwhile_takes_nobodys_place(make: Maker, now: datetime) -> None:
    """Between choosing what is due and publishing it, or between the halves of a chunk that failed."""
    owner, office = make.member(), make.secretary()
    live = make.published(Kind.notice, actor=owner)
    begin_write()
    revision = drafts.revise(live.entry_id, actor=owner, now=now)
    db.session.commit()
    make.submit(revision, actor=owner)
    make.move(Action.approve, revision, actor=office)
    make.move(Action.withdraw, revision, actor=owner)
    at = now + timedelta(days=8)

    assert publication.publish([revision.id], at) == 0
    db.session.commit()

    db.session.refresh(live)
    assert live.state is State.published
    assert is_public(live, at)


def test_a_revision_of_what_was_taken_down_puts_it_back_with_a_new_content(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    live = make.in_state(State.suspended, Kind.notice, actor=owner, office=office)

    revision = make.publish_revision(live, actor=owner, office=office, title="直したお知らせの題")

    assert revision.state is State.published
    assert revision.published_at is not None
    assert is_public(revision, revision.published_at)
    db.session.refresh(live)
    assert live.state is State.superseded


# ---- the end


def test_closing_waits_for_the_end_and_happens_once(make: Maker) -> None:
    ending, staying = make.published(Kind.job), make.published(Kind.notice)
    end = ending.unpublish_at
    assert end is not None

    assert publication.close_due(end - SECOND) == 0
    assert publication.close_due(end) == 1
    assert publication.close_due(end + MINUTE) == 0
    for version in (ending, staying):
        db.session.refresh(version)
    assert (ending.state, ending.ended_at, staying.state) == (State.closed, end, State.published)
    assert ending.entry.live_version_id == ending.id  # its owner still reads it


@pytest.mark.parametrize("state", [State.draft, State.submitted, State.approved, State.suspended])
def test_nothing_else_is_closed(state: State, make: Maker, now: datetime) -> None:
    version = make.in_state(state, Kind.notice, actor=make.member(), office=make.secretary())

    assert publication.close_due(now + timedelta(days=400)) == 0
    db.session.refresh(version)
    assert version.state is state


def test_what_was_due_and_over_during_an_outage_is_published_and_closed(make: Maker, now: datetime) -> None:
    version = make.approved(Kind.notice, publish_at=now + MINUTE, unpublish_at=now + 2 * MINUTE)
    much_later = now + timedelta(days=3)

    assert publication.publish_due(much_later) == publication.close_due(much_later) == 1
    db.session.refresh(version)
    assert version.state is State.closed
    assert not is_public(version, much_later)


# ---- an organization that is suspended


def test_nothing_of_a_suspended_organization_is_public_until_it_is_restored(make: Maker, now: datetime) -> None:
    owner = make.member()
    version, other = make.published(Kind.notice, actor=owner), make.published(Kind.notice)
    at = now + timedelta(days=8)
    organization = db.session.get_one(Organization, owner.organization_id)

    organization.suspended_at = at
    db.session.commit()
    assert [is_public(version, at), is_public(other, at)] == [False, True]
    with pytest.raises(NotFound):
        catalog.organization(organization.id)

    organization.suspended_at = None
    db.session.commit()
    assert is_public(version, at)
    assert catalog.organization(organization.id) is organization


def test_the_pointer_moves_at_publication_alone(make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()

    def pointer(version: Version) -> int | None:
        return db.session.scalar(select(Entry.live_version_id).where(Entry.id == version.entry_id))

    version = make.approved(Kind.notice, actor=owner, office=office)
    assert pointer(version) is None
    publication.publish_due(now + timedelta(days=8))
    assert pointer(version) == version.id
    db.session.refresh(version)
    make.move(Action.unpublish, version, actor=office, comment="確認のため")
    assert pointer(version) == version.id
    make.move(Action.restore, version, actor=office, comment="確認しました")
    make.move(Action.close, version, actor=owner)
    assert pointer(version) == version.id
