"""Shut out and let in again: at once, everywhere, and exactly as it was."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.base import db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.office import Suspension
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.searching import TalentIndex
from models.states import Kind, Role, State
from models.talents import Talent
from portal.accounts import sessions
from portal.accounts.login import STAFF, check_password
from portal.accounts.origins import Origin
from portal.actors import Actor
from portal.administration import suspension
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.matching.search import TalentQuery, search
from portal.publishing import catalog, publication
from portal.recruiting import openness
from portal.settings import Settings
from tests.access.world import digest
from tests.make import PASSWORD, Maker
from tests.matching.people import publish

ORIGIN = Origin("192.0.2.1", "試験", "")
# What a suspension leaves behind for good: its record, its letters, its trail.
ON_RECORD = ("suspension", "outbox_mail", "audit_event", "talent_segment", "throttle", "counter")


@pytest.fixture
def administrator(make: Maker) -> Actor:
    return make.secretary(Role.administrator)


def out(organization_id: int, *, actor: Actor, now: datetime, reason: str = "苦情の確認のため") -> None:
    begin_write()
    suspension.suspend_organization(organization_id, reason, actor=actor, now=now)
    db.session.commit()


def back(organization_id: int, *, actor: Actor, now: datetime) -> None:
    begin_write()
    suspension.restore_organization(organization_id, "確認が終わったため", actor=actor, now=now)
    db.session.commit()


def shown(now: datetime) -> tuple[object, ...]:
    """Everything that strangers and machines can be given."""
    lists = [
        [row.number for row in found(kind, now=now)]
        for kind in Kind
        for found in (
            lambda kind, now: catalog.search(kind, catalog.Search(), now=now).rows,
            lambda kind, now: catalog.newest(kind, now=now, count=50),
        )
    ]
    return *lists, sorted(row.number for row in catalog.addresses(now=now))  # a sitemap has no order


def test_all_that_is_public_goes_at_once_and_comes_back_as_it_was(make: Maker, administrator: Actor) -> None:
    owner, other = make.member(), make.member()
    mine = [make.published(kind, actor=owner) for kind in Kind]
    theirs = [make.published(kind, actor=other).entry.number for kind in Kind]
    now = max(version.publish_at for version in mine) + timedelta(hours=1)
    kinds_and_numbers = [(version.kind, version.entry.number) for version in mine]
    entry_id, organization_id = mine[0].entry_id, owner.organization_id
    before, tables = shown(now), digest(without=ON_RECORD)
    openness.live_version(entry_id, now=now)

    out(organization_id, actor=administrator, now=now)

    assert all(set(numbers) <= set(theirs) and numbers for numbers in shown(now))
    for kind, number in kinds_and_numbers:
        with pytest.raises(NotFound):
            catalog.find(kind, number, now=now)
    with pytest.raises(NotFound):
        catalog.organization(organization_id)
    for moment in (now, now + timedelta(days=365)):  # neither open nor over: not there
        with pytest.raises(NotFound):
            openness.live_version(entry_id, now=moment)

    back(organization_id, actor=administrator, now=now)

    assert shown(now) == before
    assert digest(without=ON_RECORD) == tables
    openness.live_version(entry_id, now=now)


def test_nothing_becomes_public_meanwhile_and_what_is_due_does_afterwards(make: Maker, administrator: Actor) -> None:
    owner = make.member()
    version = make.approved(actor=owner)
    due = version.publish_at + timedelta(minutes=1)
    out(owner.organization_id, actor=administrator, now=make.now)

    assert publication.publish_due(due) == 0
    assert db.session.get_one(Version, version.id).state is State.approved
    assert db.session.get_one(Entry, version.entry_id).live_version_id is None
    back(owner.organization_id, actor=administrator, now=due)
    assert publication.publish_due(due) == 1


def test_members_are_out_at_their_next_request_and_cannot_log_in(
    make: Maker, administrator: Actor, settings: Settings
) -> None:
    account = make.account(Role.viewer, make.organization())
    begin_write()
    opened = sessions.open_session(account, origin=ORIGIN, now=make.now, settings=settings)
    db.session.commit()
    email, organization_id = account.email, account.organization_id
    assert sessions.find_session(opened.token, now=make.now, settings=settings)

    out(organization_id, actor=administrator, now=make.now)
    assert sessions.find_session(opened.token, now=make.now, settings=settings) is None
    with pytest.raises(Refused):
        check_password(email, PASSWORD, roles=STAFF, origin=ORIGIN, now=make.now, settings=settings)
    db.session.commit()

    back(organization_id, actor=administrator, now=make.now)
    assert sessions.find_session(opened.token, now=make.now, settings=settings)
    assert check_password(email, PASSWORD, roles=STAFF, origin=ORIGIN, now=make.now, settings=settings)
    db.session.rollback()


def test_why_by_whom_and_how_it_ended_is_on_record_and_told(make: Maker, administrator: Actor, now: datetime) -> None:
    owner = make.member()
    organization = db.session.get_one(Organization, owner.organization_id)
    make.account(Role.owner, organization, suspended_at=now)
    make.account(Role.editor, organization)  # owners alone are told
    later = now + timedelta(days=2)
    out(owner.organization_id, actor=administrator, now=now)
    back(owner.organization_id, actor=administrator, now=later)

    (kept,) = suspension.history(organization_id=owner.organization_id)
    assert (kept.reason, kept.begun_at, kept.begun_by_id) == ("苦情の確認のため", now, administrator.account_id)
    assert (kept.end_reason, kept.ended_at, kept.ended_by_id) == ("確認が終わったため", later, administrator.account_id)
    assert kept.begun_by.name == "高橋 直子"
    events = db.session.execute(
        select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.details)
        .where(AuditEvent.subject == "organization")
        .order_by(AuditEvent.id)
    ).all()
    assert [tuple(event) for event in events] == [
        ("organization.suspend", owner.organization_id, {"reason": "苦情の確認のため"}),
        ("organization.restore", owner.organization_id, {"reason": "確認が終わったため"}),
    ]
    told = db.session.execute(select(OutboxMail.letter, OutboxMail.organization_id).order_by(OutboxMail.id)).all()
    assert [tuple(row) for row in told] == [
        ("organization_suspended", owner.organization_id),
        ("organization_reopened", owner.organization_id),
    ]


@pytest.mark.parametrize("reason", ["", " \n　", "長" * 1001])
def test_without_a_reason_nothing_happens(reason: str, make: Maker, administrator: Actor) -> None:
    owner = make.member()
    before = digest()
    begin_write()
    with pytest.raises(Refused, match="理由"):
        suspension.suspend_organization(owner.organization_id, reason, actor=administrator, now=make.now)
    db.session.rollback()
    assert digest() == before


def test_only_administrators_and_only_once(make: Maker, administrator: Actor) -> None:
    owner, reviewer = make.member(), make.secretary()
    for actor in (owner, reviewer):
        begin_write()
        with pytest.raises(Forbidden):
            suspension.suspend_organization(owner.organization_id, "理由", actor=actor, now=make.now)
    begin_write()
    with pytest.raises(Conflict):
        suspension.restore_organization(owner.organization_id, "理由", actor=administrator, now=make.now)
    out(owner.organization_id, actor=administrator, now=make.now)
    begin_write()
    with pytest.raises(Conflict):
        suspension.suspend_organization(owner.organization_id, "理由", actor=administrator, now=make.now)
    with pytest.raises(NotFound):
        suspension.suspend_organization(2_000_000_000, "理由", actor=administrator, now=make.now)
    db.session.rollback()
    assert db.session.scalar(select(func.count(Suspension.id))) == 1


def test_nobody_shuts_out_themselves_or_the_last_administrator(make: Maker, administrator: Actor) -> None:
    colleague = make.secretary(Role.administrator)
    begin_write()
    with pytest.raises(Refused, match="自分のアカウント"):
        suspension.suspend_account(administrator.account_id, "理由", actor=administrator, now=make.now)
    begin_write()
    suspension.suspend_account(colleague.account_id, "異動のため", actor=administrator, now=make.now)
    db.session.commit()
    begin_write()
    # The colleague's request that was on its way when they were shut out.
    with pytest.raises(Refused, match="1人もいなくなる"):
        suspension.suspend_account(administrator.account_id, "理由", actor=colleague, now=make.now)
    db.session.rollback()
    assert db.session.get_one(Account, administrator.account_id).suspended_at is None


def test_a_talent_who_is_shut_out_is_in_no_search_and_is_found_again(make: Maker, administrator: Actor) -> None:
    talent, owner = publish(make, "青木 千尋", pr="給水施設", fields=["03"]), make.member()
    publish(make, "石川 拓真", pr="給水施設", fields=["03"])
    account_id, talent_id = talent.account_id, talent.id

    def found() -> tuple[int, int]:
        result = search(TalentQuery(keyword="給水"), actor=owner, now=make.now)
        return result.total, len(result.rows)

    whole = db.session.scalar(select(TalentIndex.facets).where(TalentIndex.talent_id == talent_id))
    assert found() == (2, 2)
    begin_write()
    suspension.suspend_account(account_id, "なりすましの疑い", actor=administrator, now=make.now)
    db.session.commit()
    assert found() == (1, 1)
    begin_write()
    suspension.restore_account(account_id, "本人を確認した", actor=administrator, now=make.now)
    db.session.commit()
    assert found() == (2, 2)
    assert db.session.get_one(Talent, talent_id).is_public
    assert db.session.scalar(select(TalentIndex.facets).where(TalentIndex.talent_id == talent_id)) == whole
