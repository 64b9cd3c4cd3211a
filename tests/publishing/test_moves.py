"""What each move leaves beside the state: one event of the trail, its letter, who decided; and what it refuses."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.records import AuditEvent
from models.states import Action, Kind, Role, State
from portal.actors import CLOCK, Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.publishing import workflow
from portal.publishing.workflow import HOLD, LONGEST_COMMENT, Seen, perform, perform_each
from tests.make import Maker, seen

# action: the state it starts from, who makes it, the letter to the organization
MOVES: list[tuple[Action, State, str, str]] = [
    (Action.submit, State.draft, "owner", "entry_submitted"),
    (Action.submit, State.returned, "owner", "entry_submitted"),
    (Action.withdraw, State.submitted, "owner", ""),
    (Action.withdraw, State.approved, "owner", ""),
    (Action.return_, State.submitted, "office", "entry_returned"),
    (Action.approve, State.submitted, "office", "entry_approved"),
    (Action.undo, State.approved, "office", ""),
    (Action.publish, State.approved, "clock", "entry_published"),
    (Action.supersede, State.published, "clock", ""),
    (Action.close, State.published, "owner", ""),
    (Action.close, State.published, "office", "entry_closed"),
    (Action.close, State.published, "clock", ""),
    (Action.unpublish, State.published, "office", "entry_suspended"),
    (Action.restore, State.suspended, "office", "entry_restored"),
]
HELD = (Action.approve, Action.return_)
each_move = pytest.mark.parametrize(
    ("action", "state", "who", "letter"), MOVES, ids=[f"{move[0]}-{move[1]}-{move[2]}" for move in MOVES]
)


@pytest.fixture
def people(make: Maker) -> dict[str, Actor]:
    return {"owner": make.member(), "office": make.secretary(), "clock": CLOCK}


def standing_at(state: State, make: Maker, owner: Actor) -> Seen:
    version = make.draft(Kind.notice, actor=owner)
    db.session.execute(update(Version).where(Version.id == version.id).values(state=state, revision=7))
    db.session.commit()
    return Seen(version.id, 7)


@each_move
def test_each_move_is_on_record_and_told(
    action: Action, state: State, who: str, letter: str, make: Maker, people: dict[str, Actor], now: datetime
) -> None:
    shown = standing_at(state, make, people["owner"])

    outcome = perform(action, shown, actor=people[who], now=now, comment=" 理由です。\n")

    (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == f"entry.{action}")).all()
    assert (event.subject, event.subject_id, event.revision, event.at) == ("version", shown.version_id, 8, now)
    assert (event.actor_id, event.actor_role) == (people[who].account_id, people[who].role)
    assert (event.organization_id, event.batch) == (people["owner"].organization_id, outcome.batch)
    assert event.details == {"comment": "理由です。"}
    mails = db.session.scalars(select(OutboxMail)).all()
    assert [mail.letter for mail in mails] == ([letter] if letter else [])
    assert [mail.next_at for mail in mails] == [now + HOLD if action in HELD else now] * bool(letter)
    assert outcome.title == "年末年始の問合せ窓口について"


@each_move
def test_a_move_that_loses_the_race_leaves_nothing(
    action: Action, state: State, who: str, letter: str, make: Maker, people: dict[str, Actor], now: datetime
) -> None:
    shown = standing_at(state, make, people["owner"])

    for stale in (Seen(shown.version_id, 6), Seen(shown.version_id, 8)):
        with pytest.raises(Conflict, match=r"競合.*内容を変更しました"):
            perform(action, stale, actor=people[who], now=now, comment="理由")
    with pytest.raises(NotFound):
        perform(action, Seen(99_999, 7), actor=people[who], now=now, comment="理由")

    found = db.session.execute(select(Version.state, Version.revision)).one()
    assert tuple(found) == (state, 7)
    assert db.session.scalar(select(func.count(OutboxMail.id))) == 0
    assert db.session.scalars(select(AuditEvent.action)).all() == ["entry.create"]


REASONS = [
    (Action.return_, State.submitted, "office"),
    (Action.unpublish, State.published, "office"),
    (Action.restore, State.suspended, "office"),
    (Action.close, State.published, "office"),
]


@pytest.mark.parametrize(("action", "state", "who"), REASONS)
@pytest.mark.parametrize("comment", ["", " \n　", "あ" * (LONGEST_COMMENT + 1)], ids=["none", "blank", "long"])
def test_what_the_office_does_to_an_organization_needs_a_reason(
    action: Action, state: State, who: str, comment: str, make: Maker, people: dict[str, Actor], now: datetime
) -> None:
    shown = standing_at(state, make, people["owner"])

    with pytest.raises(Refused, match="コメント"):
        perform(action, shown, actor=people[who], now=now, comment=comment)
    assert db.session.scalar(select(Version.state)) is state


@pytest.mark.parametrize(
    "move", [move for move in MOVES if move[:3] not in REASONS], ids=lambda move: f"{move[0]}-{move[2]}"
)
def test_anything_else_needs_none(
    move: tuple[Action, State, str, str], make: Maker, people: dict[str, Actor], now: datetime
) -> None:
    action, state, who, _letter = move

    assert perform(action, standing_at(state, make, people["owner"]), actor=people[who], now=now).done


def test_the_decision_names_who_decided_when_and_why(make: Maker, people: dict[str, Actor], now: datetime) -> None:
    version = make.submitted(Kind.notice, actor=people["owner"])

    perform(Action.return_, seen(version), actor=people["office"], now=now, comment="締切を確認してください。")
    db.session.refresh(version)

    assert (version.decided_at, version.decided_by_id) == (now, people["office"].account_id)
    assert (version.comment, version.hold_until) == ("締切を確認してください。", now + HOLD)
    assert version.batch is not None

    workflow.undo(version.batch, actor=people["office"], now=now)
    db.session.refresh(version)
    assert (version.decided_at, version.decided_by_id, version.comment, version.hold_until, version.batch) == (
        None,
        None,
        "",
        None,
        None,
    )


def test_an_undo_works_once_and_only_for_the_office(make: Maker, people: dict[str, Actor], now: datetime) -> None:
    version = make.submitted(Kind.notice, actor=people["owner"])
    batch = perform(Action.approve, seen(version), actor=people["office"], now=now).batch

    for stranger in (people["owner"], Actor(Role.talent, 1), CLOCK):
        with pytest.raises(Forbidden):
            workflow.undo(batch, actor=stranger, now=now)
    assert workflow.undo(batch, actor=make.secretary(Role.administrator), now=now).unseen == [version.id]
    for missing in (batch, "", "0" * 32):
        with pytest.raises(Conflict, match="取り消せる時間を過ぎた"):
            workflow.undo(missing, actor=people["office"], now=now)


def test_what_is_public_cannot_be_undone(make: Maker, people: dict[str, Actor], now: datetime) -> None:
    version = make.published(Kind.notice, actor=people["owner"])
    batches = db.session.scalars(select(AuditEvent.batch).where(AuditEvent.action == "entry.approve")).all()

    for batch in batches:
        with pytest.raises(Conflict):
            workflow.undo(str(batch), actor=people["office"], now=now + timedelta(days=30))
    db.session.refresh(version)
    assert version.state is State.published


def test_one_that_left_a_bulk_decision_does_not_hold_up_the_rest(
    make: Maker, people: dict[str, Actor], now: datetime
) -> None:
    owner, office = people["owner"], people["office"]
    versions = [make.submitted(Kind.notice, actor=owner) for _ in range(3)]
    batch = perform_each(Action.approve, [seen(version) for version in versions], actor=office, now=now)[0].batch
    db.session.commit()
    db.session.refresh(versions[1])
    make.move(Action.withdraw, versions[1], actor=owner)

    undone = workflow.undo(batch, actor=office, now=now)

    assert sorted(undone.unseen) == [versions[0].id, versions[2].id]
    for version in versions:
        db.session.refresh(version)
    assert [version.state for version in versions] == [State.submitted, State.draft, State.submitted]


# ---- many at once


def test_nothing_asked_is_nothing_done(make: Maker, people: dict[str, Actor], now: datetime) -> None:
    assert perform_each(Action.approve, [], actor=people["office"], now=now) == []


def test_the_same_item_twice_moves_once(make: Maker, people: dict[str, Actor], now: datetime) -> None:
    version = make.submitted(Kind.notice, actor=people["owner"])
    shown = seen(version)

    outcomes = perform_each(Action.approve, [shown, shown], actor=people["office"], now=now)

    assert [outcome.version_id for outcome in outcomes] == [version.id] * 2
    db.session.refresh(version)
    assert (version.state, version.revision) == (State.approved, shown.revision + 1)
    assert db.session.scalar(select(func.count()).where(AuditEvent.action == "entry.approve")) == 1


def test_an_organization_cannot_reach_into_another_by_a_list(make: Maker, now: datetime) -> None:
    ours, theirs = make.submitted(Kind.notice), make.submitted(Kind.notice)
    owner = Actor(Role.owner, ours.submitted_by_id, ours.organization_id)

    outcomes = perform_each(Action.withdraw, [seen(theirs), seen(ours)], actor=owner, now=now)

    assert [outcome.done for outcome in outcomes] == [False, True]
    assert isinstance(outcomes[0].refusal, NotFound)
    assert outcomes[0].title == ""  # not even the title is told
    db.session.refresh(theirs)
    assert theirs.state is State.submitted


def test_nobody_without_the_right_learns_whether_an_item_exists(make: Maker, now: datetime) -> None:
    version = make.submitted(Kind.notice)

    for wanted in (seen(version), Seen(99_999, 1)):
        with pytest.raises(Forbidden):
            perform_each(Action.approve, [wanted], actor=make.member(), now=now)


def test_a_refusal_names_who_was_first(make: Maker, people: dict[str, Actor], now: datetime) -> None:
    version = make.submitted(Kind.notice, actor=people["owner"])
    shown = seen(version)
    perform(Action.approve, shown, actor=people["office"], now=now)

    with pytest.raises(Conflict, match=r"競合：高橋 直子さんが先に処理しました"):
        perform(Action.return_, shown, actor=make.secretary(), now=now, comment="差戻します。")
