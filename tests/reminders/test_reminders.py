"""Each occasion reminds once, in one letter a morning, of what is still true; what is too late is put on record."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.applications import Application
from models.base import db
from models.entries import EventSession, EventVersion, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.reminders import Reminder
from models.states import ApplicationState, Kind, ReminderKind, ReminderState, Role, State
from models.talents import Talent
from portal.actors import Actor
from portal.clock import TOKYO
from portal.database import begin_write
from portal.mail.delivery import render
from portal.publishing import drafts
from portal.registry import confirming
from portal.reminders import preferences, sending
from tests.make import Maker, actor_of, seen

MONDAY = datetime(2026, 11, 30, 9, 0, tzinfo=TOKYO)
DAY = timedelta(days=1)
K = ReminderKind


def change(model: Any, key: int, **values: Any) -> None:
    begin_write()
    db.session.execute(update(model).where(model.id == key).values(**values))
    db.session.commit()


def letters(letter: str = "reminders") -> list[OutboxMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.letter == letter).order_by(OutboxMail.id)))


def kinds() -> list[tuple[ReminderKind, ReminderState]]:
    db.session.rollback()
    return [(row.kind, row.state) for row in db.session.scalars(select(Reminder).order_by(Reminder.id))]


@pytest.fixture
def owner(make: Maker) -> Actor:
    make.now = MONDAY - 20 * DAY
    return make.member()


def lying_draft(make: Maker, owner: Actor) -> Version:
    return make.draft(actor=owner, title="ラオス給水専門家の募集")


def returned(make: Maker, owner: Actor) -> Version:
    version = make.in_state(State.returned, actor=owner, office=make.secretary())
    change(Version, version.id, decided_at=MONDAY - 4 * DAY)
    return version


def near_deadline(make: Maker, owner: Actor) -> Version:
    version = make.published(actor=owner)
    change(Version, version.id, close_at=MONDAY + 2 * DAY, unpublish_at=MONDAY + 9 * DAY)
    return version


def unread_application(make: Maker, owner: Actor) -> Version:
    version = make.published(actor=owner)
    application(make, version, applied_at=MONDAY - 4 * DAY)
    return version


def application(make: Maker, version: Version, **columns: Any) -> Application:
    talent = make.account(Role.talent)
    begin_write()
    row = Application(
        number=f"E{talent.id:09d}",
        entry_id=version.entry_id,
        version_id=version.id,
        organization_id=version.organization_id,
        talent_id=db.session.scalar(select(Talent.id).where(Talent.account_id == talent.id)),
        kind=version.kind,
        created_at=make.now,
        state_at=make.now,
        **{"state": ApplicationState.applied} | columns,
    )
    db.session.add(row)
    db.session.commit()
    return row


OCCASIONS: dict[ReminderKind, Callable[[Maker, Actor], Version]] = {
    K.draft: lying_draft,
    K.returned: returned,
    K.deadline: near_deadline,
    K.unread: unread_application,
}


@pytest.mark.parametrize("kind", OCCASIONS)
def test_an_occasion_reminds_once_in_words(rules: Flask, make: Maker, owner: Actor, kind: ReminderKind) -> None:
    version = OCCASIONS[kind](make, owner)
    assert sending.remind(MONDAY) == 1
    (letter,) = letters()
    _subject, body = render(letter.letter, letter.params)
    assert version.title in body
    assert "/mypage/" in body
    assert kinds() == [(kind, ReminderState.sent)]
    for later in (MONDAY, MONDAY + timedelta(hours=3), MONDAY + DAY):
        assert sending.remind(later) == 0


def test_many_occasions_are_one_letter_a_morning(rules: Flask, make: Maker, owner: Actor) -> None:
    for occasion in OCCASIONS.values():
        occasion(make, owner)
    assert sending.remind(MONDAY) == 1
    assert {part["kind"] for part in letters()[0].params["parts"]} == set(OCCASIONS)
    make.now = MONDAY - 8 * DAY
    lying_draft(make, owner)
    assert sending.remind(MONDAY + timedelta(hours=2)) == 0, "the next one comes tomorrow"
    assert sending.remind(MONDAY + DAY) == 1


def test_nobody_is_reminded_at_night_or_in_quiet_hours(rules: Flask, make: Maker, owner: Actor) -> None:
    lying_draft(make, owner)
    for hour in (0, 7, 18, 23):
        assert sending.remind(MONDAY.replace(hour=hour)) == 0
    assert kinds() == []


def test_what_was_done_moved_or_turned_off_does_not_remind(rules: Flask, make: Maker, owner: Actor) -> None:
    draft, deadline, unread = (OCCASIONS[kind](make, owner) for kind in (K.draft, K.deadline, K.unread))
    begin_write()
    drafts.discard(seen(draft), actor=owner, now=MONDAY)
    db.session.execute(update(Application).where(Application.entry_id == unread.entry_id).values(read_at=MONDAY))
    db.session.commit()
    change(Version, deadline.id, close_at=MONDAY + 8 * DAY)
    assert sending.remind(MONDAY) == 0
    assert sending.remind(MONDAY + 6 * DAY) == 1, "the date moved, and its reminder with it"
    returned(make, owner)
    begin_write()
    preferences.choose([K.deadline], actor=owner, now=MONDAY)
    db.session.commit()
    assert sending.remind(MONDAY + 7 * DAY) == 0


def test_viewers_strangers_and_who_is_shut_out_are_not_reminded(rules: Flask, make: Maker, owner: Actor) -> None:
    near_deadline(make, owner)
    organization = db.session.get_one(Organization, owner.organization_id)
    make.account(Role.viewer, organization)
    make.account(Role.editor, organization, suspended_at=MONDAY)
    make.member()
    assert sending.remind(MONDAY) == 1
    assert letters()[0].recipient == db.session.get_one(Account, owner.account_id).email
    near_deadline(make, owner)
    change(Organization, organization.id, suspended_at=MONDAY)
    assert sending.remind(MONDAY + timedelta(hours=1)) == 0


def test_a_deadline_that_passed_untold_is_put_on_record_and_not_told(rules: Flask, make: Maker, owner: Actor) -> None:
    near_deadline(make, owner)
    assert sending.remind(MONDAY + 2 * DAY + timedelta(hours=1)) == 0
    assert kinds() == [(K.deadline, ReminderState.late)]
    assert letters() == []


def test_a_registration_is_to_be_confirmed_once_a_year(rules: Flask, make: Maker, owner: Actor) -> None:
    change(Organization, owner.organization_id or 0, created_at=MONDAY - 366 * DAY)
    assert sending.remind(MONDAY) == 1
    assert sending.remind(MONDAY + DAY) == 0
    begin_write()
    confirming.confirm(owner.organization_id or 0, actor=owner, now=MONDAY + DAY)
    db.session.commit()
    assert sending.remind(MONDAY + 360 * DAY) == 0
    assert sending.remind(MONDAY + 368 * DAY) == 1


# ---- events, for those who take part


@pytest.fixture
def event(make: Maker, owner: Actor) -> Version:
    """It begins on Tuesday at 14."""
    version = make.published(Kind.event, actor=owner)
    change_sessions(version, MONDAY + timedelta(days=1, hours=5))
    change(Version, version.id, close_at=MONDAY - DAY)
    return version


def change_sessions(version: Version, starts_at: datetime) -> None:
    begin_write()
    times = {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=2)}
    first = select(EventSession.id).where(EventSession.version_id == version.id).order_by(EventSession.id).limit(1)
    key = db.session.scalar(first)
    db.session.execute(
        EventSession.__table__.delete().where(EventSession.version_id == version.id, EventSession.id != key)
    )
    db.session.execute(update(EventSession).where(EventSession.id == key).values(**times))
    db.session.commit()


def test_applicants_are_reminded_the_day_before(rules: Flask, make: Maker, event: Version) -> None:
    taking_part = application(make, event, applied_at=MONDAY - DAY, read_at=MONDAY, state=ApplicationState.accepted)
    application(make, event, applied_at=MONDAY - DAY, read_at=MONDAY, state=ApplicationState.withdrawn)
    application(make, event, applied_at=MONDAY - DAY, read_at=MONDAY, state=ApplicationState.waitlisted)
    assert sending.remind(MONDAY - timedelta(minutes=1)) == 0
    assert sending.remind(MONDAY) == 1
    assert sending.remind(MONDAY + timedelta(hours=8)) == 0
    (letter,) = letters("event_tomorrow")
    subject, body = render(letter.letter, letter.params)
    assert event.title in subject
    assert "2026年12月1日(火) 14:00" in body
    assert f"/talent/applications/{taking_part.id}" in body


@pytest.mark.parametrize("status", ["cancelled", "postponed"])
def test_nobody_is_reminded_of_what_was_called_off(rules: Flask, make: Maker, event: Version, status: str) -> None:
    application(make, event, applied_at=MONDAY - DAY, read_at=MONDAY, state=ApplicationState.accepted)
    change(EventVersion, event.id, event_status=status)
    assert sending.remind(MONDAY) == 0
    assert sending.remind(MONDAY + timedelta(days=1, hours=6)) == 0
    assert K.event not in dict(kinds())


def test_a_session_that_moves_reminds_anew_and_one_that_began_never(rules: Flask, make: Maker, event: Version) -> None:
    application(make, event, applied_at=MONDAY - DAY, read_at=MONDAY, state=ApplicationState.accepted)
    assert sending.remind(MONDAY) == 1
    change_sessions(event, MONDAY + timedelta(days=3))
    assert sending.remind(MONDAY + DAY) == 0
    assert sending.remind(MONDAY + 2 * DAY) == 1
    change_sessions(event, MONDAY + timedelta(days=5))
    assert sending.remind(MONDAY + timedelta(days=5, minutes=1)) == 0
    assert kinds()[-1] == (K.event, ReminderState.late)
    assert len(letters("event_tomorrow")) == 2


# ---- the secretariat


def test_the_secretariat_hears_each_workday_what_ends(rules: Flask, make: Maker, owner: Actor) -> None:
    office, head = make.secretary(), make.secretary(Role.administrator)
    version = make.submitted(actor=owner)
    change(Version, version.id, due_at=MONDAY + timedelta(hours=3), publish_at=None)
    sunday = MONDAY - DAY
    assert sending.remind(sunday) == 0
    assert sending.remind(MONDAY) == 2
    assert sending.remind(MONDAY + timedelta(hours=1)) == 0
    assert sending.remind(MONDAY + DAY) == 2, "it is late now, and another morning"
    told = {letter.recipient for letter in letters()}
    assert told == {db.session.get_one(Account, actor.account_id).email for actor in (office, head)}
    assert "期限を過ぎたもの：1件" in render("reminders", letters()[-1].params)[1]


# ---- many clocks at once


def test_clocks_side_by_side_tell_each_person_once(rules: Flask, make: Maker, owner: Actor) -> None:
    organization = db.session.get_one(Organization, owner.organization_id)
    members = [owner, *(actor_of(make.account(Role.editor, organization)) for _ in range(5))]
    near_deadline(make, owner)

    def run(_number: int) -> int:
        with rules.app_context():
            return sending.remind(MONDAY)

    with ThreadPoolExecutor(4) as clocks:
        assert sum(clocks.map(run, range(4))) == len(members)
    assert len({letter.recipient for letter in letters()}) == len(letters()) == len(members)
