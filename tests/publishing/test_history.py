"""What an organization reads of what happened, and what stays the desk's own."""

from datetime import datetime, timedelta

import pytest

from models.base import db
from models.organizations import Organization
from models.states import Action, Kind, Role, State
from portal.actors import ANONYMOUS, Actor
from portal.publishing import drafts, publication, workflow
from portal.publishing.history import Event, history_of
from portal.publishing.workflow import HOLD
from tests.make import Maker, actor_of, seen

SECOND = timedelta(seconds=1)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def acts(version, actor: Actor, now: datetime) -> list[str]:
    return [event.act for event in history_of(version.entry_id, actor=actor, now=now)]


def test_the_whole_life_of_an_entry_newest_first(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    version = make.published(Kind.notice, actor=owner)
    make.now = now + timedelta(days=8)
    make.move(Action.unpublish, version, actor=office, comment="確認のため停止します。")
    make.move(Action.restore, version, actor=office, comment="確認しました。")
    make.publish_revision(version, actor=owner, office=office)

    assert acts(version, owner, now + timedelta(days=99)) == [
        *("公開", "掲載承認", "掲載申請", "修正を開始"),
        *("再掲載", "掲載停止"),
        *("公開", "掲載承認", "掲載申請", "下書き作成"),
    ]


def test_colleagues_have_names_the_secretariat_is_one_office_and_the_clock_is_nobody(
    make: Maker, owner: Actor, now: datetime
) -> None:
    office = make.secretary()
    colleague = actor_of(
        make.account(Role.editor, db.session.get_one(Organization, owner.organization_id), name="田中 健")
    )
    version = make.submitted(Kind.notice, actor=colleague)
    make.move(Action.approve, version, actor=office)
    publication.publish_due(now + timedelta(days=8))

    def who(actor: Actor) -> list[str]:
        return [event.who for event in history_of(version.entry_id, actor=actor, now=now + timedelta(days=9))]

    assert who(owner) == ["自動", "PARTNER事務局", "田中 健", "田中 健"]
    assert who(office) == ["自動", "高橋 直子", "田中 健", "田中 健"]


def test_a_decision_on_hold_has_not_happened_for_the_organization(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    version = make.submitted(Kind.notice, actor=owner)
    make.move(Action.return_, version, actor=office, comment="締切を確認してください。")

    assert acts(version, owner, now + HOLD - SECOND) == ["掲載申請", "下書き作成"]
    assert acts(version, office, now) == ["差戻し", "掲載申請", "下書き作成"]
    told = history_of(version.entry_id, actor=owner, now=now + HOLD)
    assert told[0] == Event(now, "PARTNER事務局", "差戻し", "締切を確認してください。")


def test_what_was_taken_back_in_time_never_happened(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    version = make.submitted(Kind.notice, actor=owner)
    outcome = workflow.perform(Action.approve, seen(version), actor=office, now=now)
    workflow.undo(outcome.batch, actor=office, now=now + HOLD - SECOND)

    much_later = now + timedelta(days=1)
    assert acts(version, owner, much_later) == ["掲載申請", "下書き作成"]
    assert acts(version, office, much_later) == ["判断の取消し", "掲載承認", "掲載申請", "下書き作成"]


def test_a_reversal_after_the_hold_is_told(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    version = make.submitted(Kind.notice, actor=owner)
    outcome = workflow.perform(Action.approve, seen(version), actor=office, now=now)
    workflow.undo(outcome.batch, actor=office, now=now + HOLD)

    assert acts(version, owner, now + timedelta(days=1)) == ["判断の取消し", "掲載承認", "掲載申請", "下書き作成"]


def test_only_the_decision_that_was_taken_back_is_left_out(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    version = make.submitted(Kind.notice, actor=owner)
    first = workflow.perform(Action.return_, seen(version), actor=office, now=now, comment="取り違えた差戻し")
    workflow.undo(first.batch, actor=office, now=now + SECOND)
    db.session.refresh(version)
    workflow.perform(Action.approve, seen(version), actor=office, now=now + 2 * SECOND)

    told = history_of(version.entry_id, actor=owner, now=now + timedelta(days=1))

    assert [event.act for event in told] == ["掲載承認", "掲載申請", "下書き作成"]
    assert all("取り違えた" not in event.comment for event in told)


def test_others_read_nothing_and_the_desk_no_drafts(make: Maker, owner: Actor, now: datetime) -> None:
    version = make.draft(Kind.notice, actor=owner)

    assert acts(version, owner, now) == ["下書き作成"]
    for actor in (make.member(), ANONYMOUS, make.secretary()):
        assert acts(version, actor, now) == []


def test_the_history_of_a_copy_is_its_own(make: Maker, owner: Actor, now: datetime) -> None:
    source = make.submitted(Kind.notice, actor=owner)
    copy = drafts.copy(source.entry_id, actor=owner, now=now)

    assert acts(copy, owner, now) == ["コピーして作成"]
    assert acts(source, owner, now) == ["掲載申請", "下書き作成"]


def test_a_long_history_is_one_statement(make: Maker, owner: Actor, now: datetime, statements) -> None:
    version = make.draft(Kind.notice, actor=owner)

    def cost() -> int:
        statements.restart()
        assert history_of(version.entry_id, actor=owner, now=now)
        return statements.count

    one = cost()
    for _ in range(10):
        make.submit(version, actor=owner)
        make.move(Action.withdraw, version, actor=owner)

    assert one == cost() == 1
    assert version.state is State.draft
    assert acts(version, owner, now)[:2] == ["取下げ", "掲載申請"]
