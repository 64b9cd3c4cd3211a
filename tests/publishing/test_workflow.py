"""Every (action × state × role), written out here by hand and not read from the workflow's own table."""

import itertools
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Action, Role, State
from portal.actors import CLOCK, Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.permissions import MAY, may
from portal.publishing import workflow
from portal.publishing.workflow import Seen, perform
from tests.make import Maker, seen

WRITERS = {"owner", "editor"}
OFFICE = {"reviewer", "administrator"}
CLOCK_ALONE = {"system"}

# action: {state it starts from: (state it leads to, who)}; every other combination is refused
ALLOWED = {
    Action.submit: {State.draft: (State.submitted, WRITERS), State.returned: (State.submitted, WRITERS)},
    Action.withdraw: {State.submitted: (State.draft, WRITERS), State.approved: (State.draft, WRITERS)},
    Action.return_: {State.submitted: (State.returned, OFFICE)},
    Action.approve: {State.submitted: (State.approved, OFFICE)},
    Action.undo: {State.approved: (State.submitted, OFFICE), State.returned: (State.submitted, OFFICE)},
    Action.publish: {State.approved: (State.published, CLOCK_ALONE)},
    Action.supersede: {
        State.published: (State.superseded, CLOCK_ALONE),
        State.suspended: (State.superseded, CLOCK_ALONE),
    },
    Action.close: {State.published: (State.closed, WRITERS | OFFICE | CLOCK_ALONE)},
    Action.unpublish: {State.published: (State.suspended, OFFICE)},
    Action.restore: {State.suspended: (State.published, OFFICE)},
}
PEOPLE = ("anonymous", "talent", "viewer", "editor", "owner", "foreign owner", "reviewer", "administrator", "system")


def person(name: str, own: Actor, foreign: Actor) -> Actor:
    if name == "system":
        return CLOCK
    if name == "foreign owner":
        return foreign
    organization_id = own.organization_id if name in ("viewer", "editor", "owner") else None
    return Actor(Role(name), own.account_id, organization_id)


@pytest.mark.parametrize(("action", "state"), list(itertools.product(Action, State)))
def test_every_action_in_every_state_by_everyone(action: Action, state: State, make: Maker, now: datetime) -> None:
    own, foreign = make.member(), make.member()
    version = make.draft(actor=own)
    target, who = ALLOWED[action].get(state, (state, set()))

    for name in PEOPLE:
        # The matrix alone sets the column: each state is tried whether or not it can be reached.
        db.session.execute(update(Version).where(Version.id == version.id).values(state=state, revision=7))
        try:
            perform(action, Seen(version.id, 7), actor=person(name, own, foreign), now=now, comment="理由")
            outcome = "moved"
        except (Conflict, Forbidden, NotFound) as refusal:
            outcome = type(refusal).__name__
        reached = db.session.scalar(select(Version.state).where(Version.id == version.id))
        db.session.rollback()

        assert (outcome == "moved", reached) == ((True, target) if name in who else (False, state)), name


def test_the_matrix_covers_every_action_and_the_permissions_know_it() -> None:
    assert set(ALLOWED) == set(Action) == set(workflow.TRANSITIONS)
    assert set(Action) <= set(MAY)
    assert not may(Actor(Role.anonymous), Action.submit)


def test_a_move_leaves_one_audit_row_and_tells_each_member_once(make: Maker, now: datetime) -> None:
    own = make.member()
    make.account(Role.editor, db.session.get_one(Organization, own.organization_id))
    version = make.submitted(actor=own)
    office, shown = make.secretary(), seen(version)

    perform(Action.approve, shown, actor=office, now=now)

    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "entry.approve")).all()
    letters = db.session.scalars(select(OutboxMail).where(OutboxMail.letter == "entry_approved")).all()
    assert [(event.subject_id, event.revision) for event in events] == [(shown.version_id, shown.revision + 1)]
    assert [letter.next_at for letter in letters] == [now + workflow.HOLD] * 2
    assert len({letter.recipient for letter in letters}) == 2


def test_a_stale_revision_is_a_conflict_and_changes_nothing(make: Maker, now: datetime) -> None:
    version = make.submitted()

    with pytest.raises(Conflict, match="競合"):
        perform(Action.approve, Seen(version.id, version.revision - 1), actor=make.secretary(), now=now)

    assert db.session.scalar(select(Version.state).where(Version.id == version.id)) is State.submitted


@pytest.mark.parametrize("comment", ["", "  \n", "あ" * 4001])
def test_a_return_needs_a_reason_of_reasonable_length(comment: str, make: Maker, now: datetime) -> None:
    version = make.submitted()

    with pytest.raises(Refused, match="コメント"):
        perform(Action.return_, seen(version), actor=make.secretary(), now=now, comment=comment)


def test_bulk_gives_an_outcome_for_each_and_moves_what_can_be_moved(make: Maker, now: datetime) -> None:
    good, withdrawn, stale = make.submitted(), make.submitted(), make.submitted()
    owner = Actor(Role.owner, withdrawn.submitted_by_id, withdrawn.organization_id)
    make.move(Action.withdraw, withdrawn, actor=owner)
    asked = [seen(good), seen(withdrawn), Seen(stale.id, stale.revision - 1), Seen(99_999, 1)]

    outcomes = workflow.perform_each(Action.approve, asked, actor=make.secretary(), now=now)

    assert [outcome.version_id for outcome in outcomes] == [item.version_id for item in asked]
    assert [type(outcome.refusal) for outcome in outcomes] == [type(None), NotFound, Conflict, NotFound]


def test_two_hundred_in_bulk_cost_as_many_statements_as_one(make: Maker, now: datetime, statements) -> None:
    own = make.member()
    versions = [make.submitted(actor=own) for _ in range(21)]
    first, *others = [seen(version) for version in versions]
    office = make.secretary()

    statements.restart()
    workflow.perform_each(Action.approve, [first], actor=office, now=now)
    one = statements.count
    statements.restart()
    workflow.perform_each(Action.approve, others, actor=office, now=now)

    assert (one, statements.count) == (4, 4)


def test_undo_within_the_hold_leaves_no_trace_outside(make: Maker, now: datetime) -> None:
    version = make.submitted()
    before = db.session.scalar(select(func.count(OutboxMail.id)))
    office = make.secretary()
    outcome = perform(Action.approve, seen(version), actor=office, now=now)

    workflow.undo(outcome.batch, actor=office, now=now + workflow.HOLD - timedelta(seconds=1))

    assert db.session.scalar(select(Version.state).where(Version.id == version.id)) is State.submitted
    assert db.session.scalar(select(func.count(OutboxMail.id))) == before


def test_undo_of_an_approval_after_the_hold_is_a_reversal_that_is_told(make: Maker, now: datetime) -> None:
    version = make.submitted()
    office = make.secretary()
    outcome = perform(Action.approve, seen(version), actor=office, now=now)

    workflow.undo(outcome.batch, actor=office, now=now + workflow.HOLD)

    letters = db.session.scalars(select(OutboxMail.letter).order_by(OutboxMail.id.desc()).limit(1)).one()
    assert letters == "approval_reversed"


def test_a_return_cannot_be_undone_once_it_was_told(make: Maker, now: datetime) -> None:
    version = make.submitted()
    office = make.secretary()
    outcome = perform(Action.return_, seen(version), actor=office, now=now, comment="ご確認ください。")

    with pytest.raises(Conflict):
        workflow.undo(outcome.batch, actor=office, now=now + workflow.HOLD)

    assert db.session.scalar(select(Version.state).where(Version.id == version.id)) is State.returned


def test_a_decision_on_hold_is_still_waiting_for_those_outside(make: Maker, now: datetime) -> None:
    version = make.approved()

    assert workflow.state_for(Role.owner, version, now=now) is State.submitted
    assert workflow.state_for(Role.reviewer, version, now=now) is State.approved
    assert workflow.state_for(Role.owner, version, now=now + workflow.HOLD) is State.approved


def test_withdrawing_silences_an_approval_that_was_not_told_yet(make: Maker, now: datetime) -> None:
    own = make.member()
    version = make.approved(actor=own)

    perform(Action.withdraw, seen(version), actor=own, now=now)

    letters = db.session.scalars(select(OutboxMail.letter)).all()
    assert "entry_approved" not in letters
