"""Who may do what, and which rows exist for whom: both written out by hand, and the two agree."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select

from models.base import Base, db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account, KnownBrowser, LoginChallenge, LoginSession, Throttle
from models.records import AuditEvent, ClosedDay, Counter, JobStatus, Phrase
from models.states import Action, Kind, Role, State
from portal.actors import ANONYMOUS, CLOCK, Actor
from portal.permissions import MAY, may, visible
from portal.publishing import drafts
from tests.make import Maker

WRITERS, OFFICE = {Role.owner, Role.editor}, {Role.reviewer, Role.administrator}
# Every action there is, and every role that may.
TABLE: dict[str, set[Role]] = {
    "entry.list": {Role.viewer, *WRITERS},
    "entry.write": WRITERS,
    "submit": WRITERS,
    "withdraw": WRITERS,
    "close": {*WRITERS, *OFFICE, Role.system},
    "approve": OFFICE,
    "return": OFFICE,
    "undo": OFFICE,
    "unpublish": OFFICE,
    "restore": OFFICE,
    "publish": {Role.system},
    "supersede": {Role.system},
    "entry.extend": OFFICE,
    "desk.read": OFFICE,
    "desk.administer": {Role.administrator},
}


@pytest.mark.parametrize("action", TABLE)
def test_each_action_is_for_these_roles_and_no_other(action: str) -> None:
    assert {role for role in Role if may(Actor(role), action)} == TABLE[action]


def test_no_action_is_without_a_row() -> None:
    assert set(MAY) == set(TABLE)
    assert set(Action) <= set(TABLE)


def test_what_nobody_declared_nobody_may() -> None:
    with pytest.raises(KeyError):
        may(Actor(Role.administrator), "entry.rewrite")


def test_nobody_and_talents_may_nothing_here() -> None:
    assert not any(may(actor, action) for actor in (ANONYMOUS, Actor(Role.talent, 1)) for action in MAY)


# ---- which rows exist


def person(role: Role, organization_id: int | None) -> Actor:
    is_member = role in (Role.viewer, Role.editor, Role.owner)
    return Actor(role, 1, organization_id if is_member else None)


def count(actor: Actor, model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(visible(actor, model))) or 0


@pytest.fixture
def world(make: Maker) -> dict[State, Version]:
    """A version of one organization in each state, and one of another organization."""
    owner, office = make.member(), make.secretary()
    versions = {state: make.in_state(state, Kind.notice, actor=owner, office=office) for state in State}
    make.submitted(Kind.notice, actor=make.member())
    db.session.add(Phrase(title="定型文", text="ご確認ください。"))
    db.session.commit()
    return versions


def test_a_member_sees_its_own_organizations_rows_whatever_their_state(world: dict[State, Version]) -> None:
    ours = next(iter(world.values())).organization_id
    for role in (Role.viewer, Role.editor, Role.owner):
        actor = person(role, ours)
        seen = set(db.session.scalars(select(Version.organization_id).where(visible(actor, Version))))
        states = set(db.session.scalars(select(Version.state).where(visible(actor, Version))))

        assert (seen, states) == ({ours}, set(State))
        assert (count(actor, Entry), count(actor, Organization)) == (len(State), 1)


def test_the_secretariat_sees_all_but_what_was_not_handed_in(world: dict[State, Version]) -> None:
    for role in OFFICE:
        actor = person(role, None)
        states = set(db.session.scalars(select(Version.state).where(visible(actor, Version))))

        assert states == set(State) - {State.draft}
        assert count(actor, Organization) == 2
        assert count(actor, OutboxMail) > 0
        assert count(actor, AuditEvent) > 0
        assert count(actor, Phrase) == 1


@pytest.mark.parametrize(
    "actor", [ANONYMOUS, Actor(Role.talent, 1), Actor(Role.talent, 1, 1), Actor(Role.owner, 1, None)]
)
def test_nobody_else_sees_a_row_of_any_table(actor: Actor, world: dict[State, Version]) -> None:
    for mapper in Base.registry.mappers:
        assert count(actor, mapper.class_) == 0, mapper.class_.__name__


OWN = {Entry, Version, Organization}
RECORDS = {Phrase, ClosedDay, OutboxMail, AuditEvent, JobStatus}
# Nobody lists these; each is reached by a service of its own.
NOBODYS = {Account, Counter, KnownBrowser, LoginChallenge, LoginSession, Throttle}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.system])
def test_tables_that_are_not_named_nobody_sees(role: Role, world: dict[State, Version]) -> None:
    actor = person(role, next(iter(world.values())).organization_id)
    seen = {mapper.class_ for mapper in Base.registry.mappers if not is_false(visible(actor, mapper.class_))}
    offered = OWN if actor.is_member else OWN | RECORDS if actor.is_secretariat else set()

    assert seen == offered
    assert not seen & NOBODYS


def is_false(criterion: Any) -> bool:
    return str(criterion) == "false"


def test_the_clock_sees_everything(world: dict[State, Version]) -> None:
    assert count(CLOCK, Version) == db.session.scalar(select(func.count(Version.id)))


def test_what_is_listed_can_be_opened_and_nothing_else(world: dict[State, Version], now: datetime) -> None:
    ours = next(iter(world.values())).organization_id
    everything = set(db.session.scalars(select(Version.id)))
    for role in Role:
        actor = person(role, ours)
        listed = set(db.session.scalars(select(Version.id).where(visible(actor, Version))))
        opened = {version_id for version_id in everything if opens(version_id, actor)}

        assert opened == listed, role


def opens(version_id: int, actor: Actor) -> bool:
    from portal.errors import NotFound

    try:
        return drafts.find(version_id, actor=actor).id == version_id
    except NotFound:
        return False
