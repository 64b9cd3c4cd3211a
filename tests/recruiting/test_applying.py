"""A talent hands in once, in time, with what is asked for; what was handed in stays as it was."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.applications import Application
from models.base import db
from models.entries import Entry
from models.mail import OutboxMail
from models.states import ApplicationState, DocumentState, Kind, State
from portal.database import begin_write
from portal.errors import Conflict, Invalid, NotFound, Refused
from portal.publishing import drafts
from portal.publishing.content import read
from portal.recruiting import decisions, drafting, following, opening, submitting
from portal.recruiting.moves import SeenApplication
from portal.recruiting.submitting import Answers
from tests.make import Maker, seen
from tests.recruiting.builders import applied, draft, posting, profile_of, submit, talent

pytestmark = pytest.mark.usefixtures("true_figures")

SECOND = timedelta(seconds=1)


def now_of(application: Application) -> SeenApplication:
    db.session.refresh(application)
    return SeenApplication(application.id, application.revision)


def count(version_entry: int) -> int:
    return db.session.scalar(select(Entry.application_count).where(Entry.id == version_entry)) or 0


def letters(name: str) -> int:
    return db.session.scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == name)) or 0


def test_an_application_is_handed_in_with_all_that_is_asked(make: Maker) -> None:
    version, someone = posting(make), talent(make)
    application = applied(version, someone, now=make.now)
    assert application.state is ApplicationState.applied
    assert application.number.startswith("E")
    assert len(application.number) == 10
    assert application.applied_at == make.now
    assert (application.name, application.email) == ("青木 千尋", application.talent.account.email)
    assert [document.state for document in application.documents] == [DocumentState.handed] * 2
    assert application.resume["name"] == "青木 千尋"
    assert set(application.resume["items"]) == {"education", "work"}
    assert application.consent_text.startswith("提供先：")
    assert count(version.entry_id) == 1
    assert (letters("application_received"), letters("application_arrived")) == (1, 1)


@pytest.mark.parametrize(("late", "is_taken"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_the_deadline_is_exact(make: Maker, late: timedelta, is_taken: bool) -> None:
    version, someone = posting(make), talent(make)
    application = draft(version, someone, now=make.now)
    assert version.close_at is not None
    if is_taken:
        assert submit(application, someone, now=version.close_at + late).state is ApplicationState.applied
        return
    with pytest.raises(Refused, match="募集期間が終了しました"):
        submit(application, someone, now=version.close_at + late)
    db.session.rollback()
    assert count(version.entry_id) == 0


def test_what_is_missing_is_told_and_nothing_is_written(make: Maker) -> None:
    version, someone = posting(make), talent(make)
    application = draft(version, someone, now=make.now, files=False)
    with pytest.raises(Invalid) as refusal:
        submit(application, someone, now=make.now, answers=Answers(consent=False))
    assert {finding.field for finding in refusal.value.findings} == {"document-1", "consent"}
    db.session.rollback()
    assert now_of(application)
    assert application.state is ApplicationState.draft
    assert count(version.entry_id) == 0


def test_before_the_period_and_elsewhere_nothing_begins(make: Maker) -> None:
    someone = talent(make)
    early = make.published(open_at=make.now + timedelta(days=9), close_at=make.now + timedelta(days=40))
    with pytest.raises(Refused, match="募集開始前"):
        drafting.start(early.entry_id, actor=someone, now=early.publish_at + SECOND)
    db.session.rollback()
    with pytest.raises(NotFound):
        drafting.start(make.submitted().entry_id, actor=someone, now=make.now)


def test_a_level_that_is_too_low_is_told(make: Maker) -> None:
    version, someone = posting(make), talent(make, level="2")
    with pytest.raises(Refused, match="登録レベル"):
        drafting.start(version.entry_id, actor=someone, now=make.now)


def test_another_talents_application_is_not_there(make: Maker) -> None:
    version, someone, other = posting(make), talent(make), talent(make, "石川 拓真")
    application = applied(version, someone, now=make.now)
    with pytest.raises(NotFound):
        drafting.find(application.id, actor=other)
    with pytest.raises(NotFound):
        following.withdraw(now_of(application), actor=other, now=make.now)


def test_a_draft_is_the_talents_own(make: Maker) -> None:

    owner = make.member()
    version, someone = posting(make, actor=owner), talent(make)
    application = draft(version, someone, now=make.now)
    with pytest.raises(NotFound):
        opening.find(application.id, actor=owner)
    submit(application, someone, now=make.now)
    assert opening.find(application.id, actor=owner).id == application.id
    with pytest.raises(NotFound):
        opening.find(application.id, actor=make.member())


def test_a_hundred_submits_are_one_application(rules: Flask, make: Maker) -> None:
    version, someone = posting(make), talent(make)
    application = draft(version, someone, now=make.now)
    asked, moment, barrier = now_of(application), make.now, Barrier(10)
    db.session.rollback()

    def press(_number: int) -> str:
        with rules.app_context():
            barrier.wait()
            results = []
            for _ in range(10):
                try:
                    begin_write()
                    submitting.submit(asked, Answers(consent=True), actor=someone, now=moment)
                    db.session.commit()
                    results.append("done")
                except Conflict:
                    db.session.rollback()
            db.session.remove()
            return ",".join(results)

    with ThreadPoolExecutor(10) as pool:
        outcomes = [outcome for outcome in pool.map(press, range(10)) if outcome]
    assert outcomes == ["done"]
    assert count(version.entry_id) == 1
    assert (letters("application_received"), letters("application_arrived")) == (1, 1)


def test_who_withdrew_may_apply_again_on_the_same_row(make: Maker) -> None:
    version, someone = posting(make), talent(make)
    application = applied(version, someone, now=make.now)
    begin_write()
    following.withdraw(now_of(application), actor=someone, now=make.now)
    db.session.commit()
    assert now_of(application)
    assert application.state is ApplicationState.withdrawn
    again = applied(version, someone, now=make.now + SECOND)
    assert again.id == application.id
    assert again.state is ApplicationState.applied
    assert count(version.entry_id) == 1, "counted once"
    with pytest.raises(Conflict):
        drafting.start(version.entry_id, actor=someone, now=make.now)


def test_a_later_revision_changes_nothing_for_who_applied(make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version, early, late = posting(make, actor=owner), talent(make), talent(make, "石川 拓真")
    application = applied(version, early, now=make.now)
    before = [(row.name, row.required, row.file_id) for row in application.documents]
    begin_write()
    revision = drafts.revise(version.entry_id, actor=owner, now=make.now)
    documents = [{"name": "推薦状", "required": True, "note": ""}]
    drafts.save(seen(revision), read(revision) | {"documents": documents}, actor=owner, now=make.now)
    db.session.commit()
    make.submit(revision, actor=owner)
    from models.states import Action
    from portal.publishing import publication

    make.move(Action.approve, revision, actor=office)
    publication.publish_due(make.now + timedelta(minutes=1))
    db.session.refresh(application)
    assert [(row.name, row.required, row.file_id) for row in application.documents] == before
    newer = draft(version, late, now=make.now + timedelta(minutes=2), files=False)
    assert [row.name for row in newer.documents] == ["推薦状"]


def test_a_later_profile_changes_nothing_for_who_applied(make: Maker) -> None:
    version, someone = posting(make), talent(make)
    application = applied(version, someone, now=make.now)
    frozen = dict(application.resume)
    begin_write()
    from models.states import ResumeType
    from portal.recruiting import resumes

    resumes.save(profile_of(someone), ResumeType.general, {"education": []}, revision=1, actor=someone, now=make.now)
    db.session.commit()
    db.session.refresh(application)
    assert application.resume == frozen


# ---- places of an event


def crowded(make: Maker, overflow: str, capacity: int = 2):
    return posting(make, Kind.event, capacity=capacity, overflow=overflow, resume_type="")


def test_places_are_exact_and_the_first_who_waits_moves_up(make: Maker) -> None:
    owner = make.member()
    version = posting(make, Kind.event, actor=owner, capacity=2, overflow="waiting", resume_type="")
    people = [talent(make, f"人材 {number}") for number in range(4)]
    applications = [applied(version, person, now=make.now + number * SECOND) for number, person in enumerate(people)]
    waits, taken = ApplicationState.waitlisted, ApplicationState.applied
    assert [application.state for application in applications] == [taken, taken, waits, waits]
    begin_write()
    following.withdraw(now_of(applications[0]), actor=people[0], now=make.now + timedelta(minutes=1))
    db.session.commit()
    states = [now_of(application) and application.state for application in applications]
    assert states == [ApplicationState.withdrawn, taken, ApplicationState.accepted, waits]
    assert letters("seat_free") == 1
    begin_write()
    lost = decisions.set_stage(
        [now_of(applications[1])], ApplicationState.lost, kind=Kind.event, actor=owner, now=make.now
    )
    db.session.commit()
    assert lost[0].done
    assert now_of(applications[3])
    assert applications[3].state is ApplicationState.accepted


def test_a_full_event_without_a_list_refuses(make: Maker) -> None:
    version = crowded(make, "first", capacity=1)
    applied(version, talent(make), now=make.now)
    with pytest.raises(Refused, match="定員に達した"):
        applied(version, talent(make, "石川 拓真"), now=make.now)


def test_parallel_applications_never_overbook(rules: Flask, make: Maker) -> None:
    version = crowded(make, "waiting", capacity=3)
    people = [talent(make, f"人材 {number}") for number in range(8)]
    asked = [(person, now_of(draft(version, person, now=make.now))) for person in people]
    moment, barrier = make.now, Barrier(len(people))
    db.session.rollback()

    def press(pair: tuple) -> None:
        with rules.app_context():
            barrier.wait()
            begin_write()
            submitting.submit(pair[1], Answers(consent=True), actor=pair[0], now=moment)
            db.session.commit()
            db.session.remove()

    with ThreadPoolExecutor(len(people)) as pool:
        list(pool.map(press, asked))
    states = dict(db.session.execute(select(Application.state, func.count()).group_by(Application.state)).all())
    assert states == {ApplicationState.applied: 3, ApplicationState.waitlisted: 5}


def test_several_dates_are_a_choice(make: Maker) -> None:
    start = make.now + timedelta(days=45)
    sessions = [{"starts_at": start + timedelta(days=d), "ends_at": start + timedelta(days=d, hours=2)} for d in (0, 1)]
    version, someone = posting(make, Kind.event, sessions=sessions, resume_type=""), talent(make)
    application = draft(version, someone, now=make.now)
    with pytest.raises(Invalid) as refusal:
        submit(application, someone, now=make.now)
    assert [finding.field for finding in refusal.value.findings] == ["session"]
    db.session.rollback()
    chosen = version.sessions[1].starts_at
    assert (
        submit(application, someone, now=make.now, answers=Answers(consent=True, session_at=chosen)).session_at
        == chosen
    )


# ---- asked again


def test_documents_asked_again_can_be_handed_in_until_the_date(make: Maker) -> None:
    import io

    from portal.files import intake
    from tests.recruiting.pages import pdf

    owner = make.member()
    version, someone = posting(make, actor=owner), talent(make)
    application = applied(version, someone, now=make.now)
    first, second = application.documents
    until = make.now + timedelta(days=3)
    begin_write()
    outcome = decisions.ask_again(
        {application.id: [first.id]}, until=until, message="鮮明なものを", actor=owner, now=make.now
    )
    db.session.commit()
    assert outcome[0].done
    assert letters("documents_again") == 1
    db.session.refresh(application)
    assert application.state is ApplicationState.resubmit_wait
    stored = intake.take_in(io.BytesIO(pdf("再提出")), "再提出.pdf", owner_id=someone.account_id, now=make.now)
    with pytest.raises(Conflict):
        drafting.put_document(second.id, stored, application=application, now=make.now)
    with pytest.raises(Refused, match="期限を過ぎました"):
        drafting.put_document(first.id, stored, application=application, now=until + SECOND)
    drafting.put_document(first.id, stored, application=application, now=until)
    following.hand_in_again(application, actor=someone, now=until)
    db.session.commit()
    db.session.refresh(application)
    assert application.state is ApplicationState.resubmitted
    assert letters("application_resubmitted") == 1


def test_an_ended_posting_takes_nobody(make: Maker) -> None:
    from models.states import Action

    owner = make.member()
    version, someone = posting(make, actor=owner), talent(make)
    application = draft(version, someone, now=make.now)
    make.move(Action.close, version, actor=owner)
    assert version.state is State.closed
    with pytest.raises((Refused, NotFound)):
        submit(application, someone, now=make.now + SECOND)
