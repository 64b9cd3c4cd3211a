"""Handing in: every error is refused with its place, warnings go along, the secretariat's clock starts."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.records import ClosedDay
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.clock import TOKYO
from portal.errors import Conflict, Forbidden, Invalid, NotFound
from portal.publishing import content, drafts, submission
from portal.publishing.submission import PATIENCE
from tests.make import Maker, seen


def submit(version: Version, actor: Actor, now: datetime) -> None:
    submission.submit(seen(version), actor=actor, now=now, days=3)
    db.session.refresh(version)


@pytest.mark.parametrize("kind", Kind)
def test_what_passes_is_handed_in(kind: Kind, make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(kind, actor=owner)
    before = content.read(version)

    submit(version, owner, now)

    assert (version.state, version.submitted_at, version.submitted_by_id) == (State.submitted, now, owner.account_id)
    assert (version.submissions, version.error_count, version.findings) == (1, 0, [])
    assert version.due_at == datetime(2026, 11, 27, 18, 0, tzinfo=TOKYO)
    assert content.read(version) == before
    letters = db.session.scalars(select(OutboxMail.letter)).all()
    assert letters == ["entry_submitted"]


def test_what_does_not_pass_is_refused_with_every_error_and_nothing_changes(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(actor=owner, title="", duties="短い", must_have="35歳以下の方")

    with pytest.raises(Invalid) as refused:
        submission.submit(seen(version), actor=owner, now=now, days=3)

    assert [(finding.field, finding.rule) for finding in refused.value.findings] == [
        ("title", "F-01"),
        ("duties", "F-02"),
    ]
    db.session.refresh(version)
    assert (version.state, version.revision, version.submissions) == (State.draft, 1, 0)
    assert db.session.scalars(select(OutboxMail)).all() == []


def test_warnings_go_along_to_the_desk(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.submitted(
        actor=owner, must_have="35歳以下の方", documents=[{"name": "住民票", "required": True, "note": ""}]
    )

    assert (version.error_count, version.warning_count) == (0, 2)
    assert [(row["rule"], row["severity"], row["field"]) for row in version.findings] == [
        ("Q-09", "warning", "must_have"),
        ("Q-11", "warning", "documents"),
    ]
    assert all(row["message"].endswith("。") for row in version.findings)


@pytest.mark.parametrize("role", [Role.viewer, Role.reviewer, Role.administrator, Role.talent])
def test_nobody_else_hands_in(role: Role, make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(actor=owner)
    actor = Actor(role, owner.account_id, owner.organization_id)

    with pytest.raises((Forbidden, NotFound)):
        submission.submit(seen(version), actor=actor, now=now, days=3)
    with pytest.raises(NotFound):
        submission.submit(seen(version), actor=make.member(), now=now, days=3)


def test_what_changed_after_it_was_confirmed_is_not_handed_in(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(actor=owner)
    confirmed = seen(version)
    drafts.save(confirmed, content.read(version) | {"title": "あとから直したタイトル"}, actor=owner, now=now)

    with pytest.raises(Conflict, match="もう一度確認"):
        submission.submit(confirmed, actor=owner, now=now, days=3)


def test_the_deadline_of_the_secretariat_knows_its_closed_days(make: Maker, now: datetime) -> None:
    owner = make.member()
    db.session.add(ClosedDay(day=date(2026, 11, 26), name="臨時休業"))
    db.session.commit()

    assert make.submitted(actor=owner).due_at == datetime(2026, 11, 30, 18, 0, tzinfo=TOKYO)


# ---- the end of a posting whose owner named none


def test_an_end_that_nobody_named_is_the_deadline_or_ninety_days(make: Maker, now: datetime) -> None:
    job = make.submitted(Kind.job)
    always = make.submitted(Kind.event, schedule_kind="always", sessions=[], open_at=None, close_at=None)
    notice = make.submitted(Kind.notice)

    assert job.unpublish_at == job.close_at
    assert [version.unpublish_at for version in (always, notice)] == [
        version.publish_at + timedelta(days=90) for version in (always, notice) if version.publish_at
    ]


def test_it_follows_when_the_deadline_is_moved(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.submitted(actor=owner)
    make.move(Action.withdraw, version, actor=owner)
    moved = content.read(version)["close_at"] + timedelta(days=7)

    drafts.save(seen(version), content.read(version) | {"close_at": moved}, actor=owner, now=now)
    submit(version, owner, now)

    assert version.unpublish_at == moved


def test_an_end_that_was_named_stays(make: Maker, now: datetime) -> None:
    named = now.replace(second=0) + timedelta(days=60)
    version = make.submitted(Kind.job, unpublish_at=named)

    assert version.unpublish_at == named
    assert content.read(version)["unpublish_at"] == named


# ---- the time that passes between confirming and handing in


def test_the_minutes_before_handing_in_are_no_error_but_old_drafts_are(make: Maker, now: datetime) -> None:
    owner = make.member()
    soon = now.replace(second=0) + timedelta(minutes=1)
    version = make.draft(Kind.notice, actor=owner, publish_at=soon)

    assert [finding.rule for finding in submission.findings_of(version, now=now + timedelta(minutes=30))] == ["Q-23"]
    stale = submission.findings_of(version, now=soon + PATIENCE)
    assert [(finding.rule, finding.severity, finding.field) for finding in stale] == [("Q-03", "error", "publish_at")]
    submit(version, owner, now + timedelta(minutes=30))
    assert version.state is State.submitted


def test_a_revision_keeps_its_time_however_long_ago_that_was(make: Maker, now: datetime) -> None:
    owner = make.member()
    live = make.published(Kind.notice, actor=owner)
    much_later = now + timedelta(days=60)

    revision = drafts.revise(live.entry_id, actor=owner, now=much_later)
    submit(revision, owner, much_later + timedelta(days=1))

    assert (revision.state, revision.publish_at) == (State.submitted, live.publish_at)


def test_a_returned_entry_is_handed_in_again(make: Maker, now: datetime, later: datetime) -> None:
    owner, office = make.member(), make.secretary()
    version = make.in_state(State.returned, Kind.notice, actor=owner, office=office)

    submit(version, owner, later)

    assert (version.state, version.submissions) == (State.submitted, 2)
    assert version.due_at == datetime(2026, 11, 30, 18, 0, tzinfo=TOKYO)
