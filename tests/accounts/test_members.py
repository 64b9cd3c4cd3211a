"""Members come by invitation, have roles, and leave; an organization always keeps an owner."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.favorites import SavedSearch
from models.organizations import Organization
from models.people import Account, LoginSession, OneTimeAddress
from models.records import AuditEvent
from models.states import Kind, Role
from portal.accounts import invitations, members
from portal.accounts.addresses import Gone
from portal.accounts.login import STAFF, check_password
from portal.actors import CLOCK, Actor
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Throttled
from portal.publishing import drafts
from portal.settings import Settings
from tests.accounts.mailed import NEW, letters, set_password, tokens
from tests.accounts.steps import HERE, Steps
from tests.make import Maker, actor_of

DAY = timedelta(days=1)


@pytest.fixture
def organization(make: Maker) -> Organization:
    return make.organization("みどりの会")


@pytest.fixture
def owner(make: Maker, organization: Organization) -> Actor:
    return actor_of(make.account(Role.owner, organization, email="owner@example.jp"))


@pytest.fixture
def editor(make: Maker, organization: Organization, owner: Actor) -> Account:
    return make.account(Role.editor, organization, email="editor@example.jp", name="田村 健太")


def invite(owner: Actor, now: datetime, settings: Settings, email: str = "New@Example.jp ") -> Account:
    begin_write()
    account = members.invite(email, " 小川　 葵 ", Role.viewer, actor=owner, now=now, settings=settings)
    db.session.commit()
    return account


def remove(account_id: int, *, actor: Actor, now: datetime, successor_id: int | None = None) -> None:
    begin_write()
    try:
        members.remove(account_id, successor_id=successor_id or actor.account_id or 0, actor=actor, now=now)
        db.session.commit()
    except Refused:
        db.session.rollback()
        raise


def change_role(account_id: int, role: Role, *, actor: Actor, now: datetime) -> None:
    begin_write()
    try:
        members.change_role(account_id, role, actor=actor, origin=HERE, now=now)
        db.session.commit()
    except Refused:
        db.session.rollback()
        raise


def test_an_invited_person_sets_a_password_and_is_in(owner: Actor, now: datetime, settings: Settings) -> None:
    account = invite(owner, now, settings)
    assert (account.email, account.name, account.role) == ("new@example.jp", "小川 葵", Role.viewer)
    assert account.organization_id == owner.organization_id
    assert invitations.is_waiting(account)
    [mail] = letters("invitation")
    assert (mail.recipient, mail.params["place"]) == ("new@example.jp", "みどりの会")
    token = mail.params["token"]
    with pytest.raises(Gone):
        set_password(token, settings=settings, now=now + 7 * DAY + timedelta(seconds=1))
    set_password(token, settings=settings, now=now + 7 * DAY)
    assert letters("account_changed") == [], "who sets the first one knows"
    entered = check_password("new@example.jp", NEW, roles=STAFF, origin=HERE, now=now + 7 * DAY, settings=settings)
    assert entered.id == account.id
    db.session.rollback()


@pytest.mark.parametrize("email", ["editor@example.jp", "ＥＤＩＴＯＲ@example.jp", "x", "", "a@b@c"])
def test_a_taken_or_broken_address_is_told_at_its_field(
    email: str, owner: Actor, editor: Account, now: datetime, settings: Settings
) -> None:
    with pytest.raises(Invalid) as invalid:
        invite(owner, now, settings, email)
    db.session.rollback()
    assert [finding.field for finding in invalid.value.findings] == ["email"]
    assert letters("invitation") == []


def test_who_may_invite_whom_is_the_rule_of_the_service(make: Maker, owner: Actor, now: datetime) -> None:
    other = make.member()
    reviewer, administrator = make.secretary(), make.secretary(Role.administrator)
    may = [
        (owner, owner.organization_id, Role.owner),
        (reviewer, owner.organization_id, Role.owner),
        (CLOCK, owner.organization_id, Role.owner),
        (administrator, None, Role.reviewer),
    ]
    may_not = [
        (other, owner.organization_id, Role.viewer),
        (owner, None, Role.administrator),
        (owner, owner.organization_id, Role.administrator),
        (owner, owner.organization_id, Role.talent),
        (reviewer, None, Role.reviewer),
        (administrator, None, Role.owner),
        (Actor(Role.editor, owner.account_id, owner.organization_id), owner.organization_id, Role.viewer),
    ]
    begin_write()
    for number, (actor, organization_id, role) in enumerate(may):
        given = {"organization_id": organization_id, "role": role, "actor": actor, "now": now}
        invitations.invite(f"invited{number}@example.jp", "小川 葵", **given)
    for actor, organization_id, role in may_not:
        given = {"organization_id": organization_id, "role": role, "actor": actor, "now": now}
        with pytest.raises(Forbidden):
            invitations.invite("invited@example.jp", "小川 葵", **given)
    db.session.commit()
    assert len(letters("invitation")) == len(may)


def test_an_invitation_sent_again_ends_the_one_before(owner: Actor, now: datetime, settings: Settings) -> None:
    account = invite(owner, now, settings)
    begin_write()
    members.invite_again(account.id, actor=owner, now=now + DAY, settings=settings)
    db.session.commit()
    first, second = tokens("invitation")
    with pytest.raises(Gone):
        set_password(first, settings=settings, now=now + DAY)
    assert set_password(second, settings=settings, now=now + DAY) == account.id
    begin_write()
    with pytest.raises(Conflict):
        members.invite_again(account.id, actor=owner, now=now + DAY, settings=settings)
    with pytest.raises(Conflict):
        members.cancel_invitation(account.id, actor=owner, now=now)
    db.session.rollback()


def test_a_cancelled_invitation_frees_the_address(owner: Actor, now: datetime, settings: Settings) -> None:
    account_id = invite(owner, now, settings).id
    begin_write()
    assert members.cancel_invitation(account_id, actor=owner, now=now) == "小川 葵"
    db.session.commit()
    with pytest.raises(Gone):
        set_password(tokens("invitation")[0], settings=settings, now=now)
    assert db.session.get(Account, account_id) is None
    assert invite(owner, now, settings).email == "new@example.jp"


def test_twenty_invitations_an_hour(owner: Actor, now: datetime, settings: Settings) -> None:
    for number in range(20):
        invite(owner, now, settings, f"new{number}@example.jp")
    with pytest.raises(Throttled):
        invite(owner, now, settings, "new20@example.jp")
    db.session.rollback()


def test_a_role_changes_and_the_member_is_told(owner: Actor, editor: Account, now: datetime) -> None:
    change_role(editor.id, Role.owner, actor=owner, now=now)
    db.session.refresh(editor)
    assert editor.role is Role.owner
    assert [mail.params["what"] for mail in letters("account_changed")] == ["あなたの権限が「管理者」に変更されました"]
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "member.role")).one()
    assert event.details == {"before": "editor", "after": "owner"}


def test_the_last_owner_stays(owner: Actor, editor: Account, now: datetime, settings: Settings, make: Maker) -> None:
    assert owner.account_id
    with pytest.raises(Refused, match="管理者は1人以上必要です"):
        change_role(owner.account_id, Role.viewer, actor=owner, now=now)
    with pytest.raises(Refused, match="管理者は1人以上必要です"):
        remove(owner.account_id, actor=owner, now=now, successor_id=editor.id)
    # One who was only invited, or is suspended, does not count as another.
    waiting = invite(owner, now, settings)
    change_role(waiting.id, Role.owner, actor=owner, now=now)
    organization = db.session.get_one(Organization, owner.organization_id)
    make.account(Role.owner, organization, email="suspended@example.jp", suspended_at=now)
    with pytest.raises(Refused, match="管理者は1人以上必要です"):
        change_role(owner.account_id, Role.viewer, actor=owner, now=now)
    # Handing over: another one first, then oneself.
    change_role(editor.id, Role.owner, actor=owner, now=now)
    remove(owner.account_id, actor=owner, now=now, successor_id=editor.id)


def test_two_owners_who_take_each_other_out_at_once_leave_one(
    owner: Actor, editor: Account, house: Flask, now: datetime
) -> None:
    change_role(editor.id, Role.owner, actor=owner, now=now)
    other = actor_of(db.session.get_one(Account, editor.id))
    db.session.rollback()
    start = Barrier(2)

    def press(actors: tuple[Actor, Actor]) -> str:
        actor, victim = actors
        with house.app_context():
            start.wait()
            try:
                remove(victim.account_id or 0, actor=actor, now=now)
            except Refused as refusal:
                return str(refusal)
            return ""

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(press, [(owner, other), (other, owner)]))
    assert answers.count("") == 1, answers
    left = db.session.scalars(select(Account.removed_at).where(Account.role == Role.owner)).all()
    assert left.count(None) == 1


def test_who_leaves_is_out_at_once_and_leaves_their_work(
    owner: Actor, editor: Account, make: Maker, steps: Steps, now: datetime, settings: Settings
) -> None:
    actor, editor_id = actor_of(editor), editor.id
    draft = make.draft(Kind.job, actor=actor)
    begin_write()
    db.session.add(
        SavedSearch(
            organization_id=owner.organization_id,
            account_id=editor_id,
            name="水資源",
            query={},
            digest=True,
            opened_at=now,
            told_at=now,
            created_at=now,
        )
    )
    db.session.commit()
    steps.log_in(editor)
    assert members.what_stays(editor).searches == 1
    remove(editor_id, actor=owner, now=now)

    gone = db.session.get_one(Account, editor_id, populate_existing=True)
    assert (gone.removed_at, gone.suspended_at, gone.password_hash) == (now, now, "")
    assert gone.email == f"removed-{editor_id}@invalid"
    assert db.session.scalars(select(LoginSession.ended_at)).all() == [now]
    assert db.session.scalars(select(OneTimeAddress)).all() == []
    assert db.session.scalars(select(SavedSearch.account_id)).all() == [owner.account_id]
    assert drafts.find(draft.id, actor=owner).id == draft.id
    assert [mail.recipient for mail in letters("member_removed")] == ["editor@example.jp"]
    assert [row.id for row in members.listed(actor=owner)] == [owner.account_id]
    with pytest.raises(NotFound):
        members.find(editor_id, actor=owner)
    assert invite(owner, now, settings, "editor@example.jp").id != editor_id, "the address is free"


def test_another_organizations_members_do_not_exist(owner: Actor, editor: Account, make: Maker, now: datetime) -> None:
    stranger = make.member()
    for act in (
        lambda: members.find(editor.id, actor=stranger),
        lambda: remove(editor.id, actor=stranger, now=now),
        lambda: change_role(editor.id, Role.viewer, actor=stranger, now=now),
        lambda: members.cancel_invitation(editor.id, actor=stranger, now=now),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Refused, match="引き継ぐ人"):
        remove(editor.id, actor=owner, now=now, successor_id=stranger.account_id)
    with pytest.raises(Forbidden):
        members.listed(actor=actor_of(editor))


def test_the_list_is_one_statement(owner: Actor, make: Maker, organization: Organization, statements) -> None:
    for number in range(30):
        make.account(Role.editor, organization, email=f"m{number}@example.jp")
    db.session.rollback()
    statements.restart()
    assert len(members.listed(actor=owner)) == 31
    assert statements.count == 1
