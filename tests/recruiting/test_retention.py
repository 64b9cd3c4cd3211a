"""Personal data of applications goes when its time is over, by the posting's own promise, and is announced before."""

import io
import zipfile
from datetime import datetime, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from sqlalchemy import func, select, update

from models.applications import Application, RenderedResume
from models.base import db
from models.entries import Version
from models.files import StoredFile
from models.records import AuditEvent
from models.states import ApplicationState, DownloadKind, DownloadState, Role
from portal import storage
from portal.clockwork import plan
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Refused
from portal.files import dropping, intake, reading
from portal.matching import profiles
from portal.recruiting import downloads, erasing, following, holds, leaving, own_data, resume_pdf
from portal.recruiting.moves import SeenApplication
from scheduler import jobs
from scheduler.timetable import TIMETABLE
from tests.make import Maker
from tests.recruiting import canaries
from tests.recruiting.builders import applied, draft, posting, talent
from tests.recruiting.canaries import MARK, Nest
from tests.recruiting.pages import pdf

SECOND = timedelta(seconds=1)
JOB = next(job for job in TIMETABLE if job.id == "erase-applications")


@pytest.fixture
def nest(make: Maker, folder_store, monkeypatch: pytest.MonkeyPatch) -> Nest:
    monkeypatch.setattr(resume_pdf.press, "print", canaries.printed)
    return canaries.nest(make)


def extend(version: Version, close_at: datetime) -> None:
    begin_write()
    db.session.execute(update(Version).where(Version.id == version.id).values(close_at=close_at))
    db.session.commit()


def end_of(application_id: int) -> datetime:
    end = db.session.scalar(select(Application.erase_at).where(Application.id == application_id))
    db.session.rollback()
    assert end is not None
    return end


@pytest.mark.parametrize("months", [1, 6, 36])
def test_the_end_is_counted_from_the_deadline_as_promised(make: Maker, months: int) -> None:
    version, someone = posting(make, retention_months=months, documents=[]), talent(make)
    application = applied(version, someone, now=make.now)
    assert version.close_at is not None
    assert application.erase_at == version.close_at + relativedelta(months=months)
    assert f"応募締切から{months}か月" in application.consent_text


def test_the_clock_erases_rows_files_and_printed_resumes(nest: Nest) -> None:
    end = end_of(nest.application_id)
    assert jobs.run(JOB, now=end - SECOND) == 0
    assert canaries.in_rows(MARK) >= {"application", "stored_file", "talent"}
    assert canaries.count(RenderedResume) == 1

    assert jobs.run(JOB, now=end) == 1

    left = db.session.get_one(Application, nest.application_id)
    assert (left.name, left.email, left.resume, left.note, left.photo_id) == (erasing.GONE, "", {}, "", None)
    assert (left.state, left.number[0], left.erased_at) == (ApplicationState.applied, "E", end)
    assert [document.file_id for document in left.documents] == [None]
    assert canaries.count(RenderedResume) == 0
    # What is left is the talent's own: their profile with its photo, and what they asked for themselves.
    rows = canaries.in_rows(MARK)
    assert "application" not in rows
    names = set(db.session.scalars(select(StoredFile.name)))
    assert names == {f"{MARK}.jpg", own_data.NAME}
    assert {found.key for found in storage.current().found()} == set(db.session.scalars(select(StoredFile.key)))
    assert jobs.run(JOB, now=end) == 0, "once"


def test_an_archive_with_the_person_cannot_be_fetched_afterwards(nest: Nest) -> None:
    made = downloads.recent(actor=nest.owner, now=end_of(nest.application_id) - timedelta(days=999))
    ids = [row.id for row in made]
    assert len(ids) == 4
    assert {row.state for row in made} == {DownloadState.ready}
    db.session.rollback()
    jobs.run(JOB, now=end_of(nest.application_id))
    for key in ids:
        row = downloads.find(key, actor=nest.owner)
        assert (row.state, row.file_id) == (DownloadState.expired, None)


def withdraw(nest: Nest, make: Maker) -> None:
    begin_write()
    revision = db.session.scalar(select(Application.revision).where(Application.id == nest.application_id))
    following.withdraw(SeenApplication(nest.application_id, revision or 0), actor=nest.talent, now=make.now)
    db.session.commit()


def remade(nest: Nest, make: Maker) -> list[str]:
    """The names in the archive of the posting, as its owner fetches it now."""
    begin_write()
    key = downloads.request(DownloadKind.posting, nest.entry_id, actor=nest.owner, now=make.now).id
    db.session.commit()
    downloads.work(make.now)
    begin_write()
    made = downloads.fetch(key, actor=nest.owner, now=make.now).file
    db.session.commit()
    assert made is not None
    with reading.open_file(made) as file, zipfile.ZipFile(file) as archive:
        return archive.namelist()


def test_archives_with_who_withdraws_are_recalled_and_made_anew_without_them(make: Maker, nest: Nest) -> None:
    rows = {row.kind: row.id for row in downloads.recent(actor=nest.owner, now=make.now)}
    withdraw(nest, make)
    dropping.sweep_dropped(make.now)
    left = {kind: downloads.find(key, actor=nest.owner) for kind, key in rows.items()}
    archives = {left.pop(kind).state for kind in (DownloadKind.posting, DownloadKind.person)}
    assert archives == {DownloadState.expired}
    assert {row.state for row in left.values()} == {DownloadState.ready}, "the lists say that they withdrew"
    kept = {found.key for found in storage.current().found()}
    names = set(db.session.scalars(select(StoredFile.name).where(StoredFile.key.in_(kept))))
    names.remove(f"{MARK} before.pdf")  # what the talent replaced waits its week, and nobody can open it
    written = {f"{MARK} 案内.pdf", f"{MARK} 回答.pdf"}  # what was attached to messages stays in both mailboxes
    assert names == {f"{MARK}.jpg", own_data.NAME, *written, *(row.file.name for row in left.values() if row.file)}
    for kind in (DownloadKind.posting, DownloadKind.person):
        with pytest.raises(Refused, match="もう一度作成"):
            downloads.fetch(rows[kind], actor=nest.owner, now=make.now)
    assert remade(nest, make) == ["index.xlsx"]


def test_an_archive_that_is_being_made_meanwhile_is_begun_again(
    make: Maker, nest: Nest, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []

    def slowly(*asked: Any, **how: Any) -> str | None:
        """They withdraw when their papers are in the archive already."""
        name = make_it(*asked, **how)
        with zipfile.ZipFile(asked[2]) as archive:
            names.append(len(archive.namelist()))
        if len(names) == 1:
            db.session.rollback()
            withdraw(nest, make)
        return name

    make_it = downloads.making.make
    monkeypatch.setattr(downloads.making, "make", slowly)
    assert remade(nest, make) == ["index.xlsx"]
    assert names == [2, 1]


def test_what_others_made_of_other_postings_stays(make: Maker, nest: Nest) -> None:
    other = posting(make, actor=nest.owner, documents=[])
    applied(other, talent(make, "石川 拓真"), now=make.now)
    begin_write()
    key = downloads.request(DownloadKind.posting, other.entry_id, actor=nest.owner, now=make.now).id
    db.session.commit()
    downloads.work(make.now)
    withdraw(nest, make)
    assert downloads.find(key, actor=nest.owner).state is DownloadState.ready


def test_a_photo_stays_with_its_profile_and_goes_when_that_has_another(make: Maker, nest: Nest) -> None:
    begin_write()
    old = db.session.get_one(Application, nest.application_id).photo_id
    stored = intake.keep_made(io.BytesIO(pdf("new")), "新しい写真.jpg", "image/jpeg", owner_id=None, now=make.now)
    profiles.set_photo(stored, actor=nest.talent, now=make.now)
    db.session.commit()
    assert old is not None
    assert db.session.get_one(StoredFile, old).dropped_at is None, "the application holds it"
    db.session.rollback()
    jobs.run(JOB, now=end_of(nest.application_id))
    assert db.session.get(StoredFile, old) is None
    assert profiles.own(nest.talent).photo is not None


def test_a_later_deadline_moves_the_end_of_those_who_applied_before(make: Maker) -> None:
    version, someone = posting(make, documents=[]), talent(make)
    application_id = applied(version, someone, now=make.now).id
    end = end_of(application_id)
    assert version.close_at is not None
    close_at = version.close_at + timedelta(days=20)
    extend(version, close_at)
    assert erasing.preview(end) == []
    assert jobs.run(JOB, now=end) == 0
    later = end_of(application_id)
    assert later == close_at + relativedelta(months=6) > end
    assert jobs.run(JOB, now=later - SECOND) == 0
    assert [due.count for due in erasing.preview(later)] == [1]
    assert jobs.run(JOB, now=later) == 1


def test_what_will_be_erased_is_announced_by_posting_and_nothing_changes(make: Maker) -> None:
    first, second = posting(make, documents=[]), posting(make, documents=[])
    people = [talent(make, f"人材 {number}") for number in range(3)]
    for person in people:
        applied(first, person, now=make.now)
    applied(second, people[0], now=make.now)
    extend(second, make.now + timedelta(days=60))
    numbers = {first.entry.number: 3, second.entry.number: 1}
    end = max(end_of(key) for key in db.session.scalars(select(Application.id)))
    assert erasing.preview(make.now) == []
    announced = erasing.preview(end + timedelta(days=60))
    assert {due.number: due.count for due in announced} == numbers
    assert all(due.title and due.organization for due in announced)
    assert db.session.scalar(select(func.count()).where(Application.erased_at.is_not(None))) == 0
    db.session.rollback()
    assert jobs.run(JOB, now=end + timedelta(days=60)) == 4
    assert erasing.preview(end + timedelta(days=600)) == []


def test_a_draft_goes_a_week_after_the_deadline(make: Maker, folder_store) -> None:
    version, someone = posting(make), talent(make)
    application = draft(version, someone, now=make.now)
    assert version.close_at is not None
    assert application.erase_at == version.close_at + timedelta(days=7)
    end = end_of(application.id)
    assert jobs.run(JOB, now=end - SECOND) == 0
    assert jobs.run(JOB, now=end) == 1
    assert canaries.count(Application) == 0
    assert list(storage.current().keys()) == []


def test_many_are_erased_in_chunks_and_it_is_on_record(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasing, "CHUNK", 2)
    version = posting(make, documents=[])
    ids = [applied(version, talent(make, f"人材 {number}"), now=make.now).id for number in range(5)]
    assert jobs.run(JOB, now=end_of(ids[0])) == 5
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "application.erase")).all()
    assert sorted(event.subject_id or 0 for event in events) == ids
    assert {event.actor_role for event in events} == {Role.system}


def hold(act: str, nest: Nest, make: Maker, *, reason: str = "係争中のため", role: Role = Role.administrator) -> None:
    actor = make.secretary(role)
    begin_write()
    getattr(holds, act)(nest.entry_id, reason, actor=actor, now=make.now)
    db.session.commit()


def test_what_is_held_outlives_its_time_until_it_is_let_go(nest: Nest, make: Maker) -> None:
    end = end_of(nest.application_id)
    hold("begin", nest, make)
    with pytest.raises(Conflict):
        hold("begin", nest, make)
    db.session.rollback()
    assert jobs.run(JOB, now=end + timedelta(days=400)) == 0
    assert canaries.in_rows(MARK) >= {"application", "stored_file"}
    (due,) = erasing.preview(end)
    assert list(holds.holds()) == [due.entry_id], "the preview tells of it all the same"
    assert plan.standing(JOB.id, now=end).due == 0

    hold("end", nest, make, reason="和解したため")
    assert plan.standing(JOB.id, now=end).due == 1
    assert jobs.run(JOB, now=end) == 1
    assert "application" not in canaries.in_rows(MARK)
    told = db.session.scalars(select(AuditEvent.action).where(AuditEvent.subject == "entry").order_by(AuditEvent.id))
    assert list(told) == ["retention.hold", "retention.release"]


def test_a_hold_has_a_reason_and_is_for_administrators(nest: Nest, make: Maker) -> None:
    with pytest.raises(Refused, match="理由"):
        hold("begin", nest, make, reason=" ")
    db.session.rollback()
    with pytest.raises(Forbidden):
        hold("begin", nest, make, role=Role.reviewer)
    db.session.rollback()
    with pytest.raises(Conflict):
        hold("end", nest, make)
    db.session.rollback()
    assert holds.holds() == {}


def test_who_leaves_is_erased_though_their_application_is_held(nest: Nest, make: Maker) -> None:
    hold("begin", nest, make)
    begin_write()
    leaving.leave(actor=nest.talent, now=make.now)
    db.session.commit()
    assert "application" not in canaries.in_rows(MARK)
