"""What is dropped goes after a week, what nobody knows after a day; what is referred to never goes."""

import io
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Column, func, insert, select

from models.applications import Application, ApplicationDocument, Download, RenderedResume
from models.base import Base, db
from models.entries import VersionFile
from models.files import StoredFile
from models.messages import Message, MessageFile, Thread
from models.records import JobStatus
from models.registrations import RegistrationFile
from models.states import (
    ApplicationState,
    DocumentState,
    DownloadKind,
    DownloadState,
    MailClass,
    RegistrationFileKind,
    Role,
    Side,
)
from models.talents import Talent
from portal.database import begin_write
from portal.files import dropping, intake, reading
from portal.storage import Store
from scheduler import jobs
from scheduler.timetable import TIMETABLE
from tests.files.pdfs import pdf
from tests.make import Maker

WEEK = timedelta(days=7)
DAY = timedelta(hours=24)


def stored_file(now: datetime) -> StoredFile:
    begin_write()
    stored = intake.keep_made(io.BytesIO(pdf()), "履歴書.pdf", "application/pdf", owner_id=None, now=now)
    db.session.commit()
    return stored


def drop(*files: StoredFile, now: datetime) -> None:
    begin_write()
    dropping.drop([file.id for file in files], now=now)
    db.session.commit()


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


# ---- a week


def test_a_dropped_file_goes_after_a_week_and_not_before(any_store: Store, now: datetime) -> None:
    kept, dropped = stored_file(now), stored_file(now)
    kept_key = kept.key
    drop(dropped, now=now)
    assert dropping.sweep(now + WEEK - timedelta(seconds=1)) == 0
    assert rows() == len(list(any_store.keys())) == 2
    assert dropping.sweep(now + WEEK) == 1
    assert (rows(), list(any_store.keys())) == (1, [kept_key])
    assert dropping.sweep(now + WEEK) == 0


def test_dropping_twice_does_not_begin_the_week_anew(folder_store: Store, now: datetime) -> None:
    stored = stored_file(now)
    drop(stored, now=now)
    drop(stored, now=now + timedelta(days=5))
    drop(now=now)
    assert dropping.sweep(now + WEEK) == 1


def test_many_dropped_files_go_in_one_sweep(
    folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dropping, "BATCH", 7)
    drop(*(stored_file(now) for _ in range(20)), now=now)
    assert dropping.sweep(now + WEEK) == 20
    assert (rows(), list(folder_store.keys())) == (0, [])


# ---- never while something refers to it


@pytest.fixture
def application(rules: Flask, make: Maker, folder_store: Store, now: datetime) -> Application:
    owner = make.member()
    version = make.published(actor=owner)
    account = make.account(Role.talent)
    begin_write()
    talent = db.session.scalars(select(Talent).where(Talent.account_id == account.id)).one()
    made = Application(
        number="E000000001",
        entry_id=version.entry_id,
        version_id=version.id,
        organization_id=owner.organization_id,
        talent_id=talent.id,
        kind=version.kind,
        state=ApplicationState.applied,
        created_at=now,
        state_at=now,
    )
    db.session.add(made)
    db.session.commit()
    return made


def references() -> Iterator[Column]:
    for table in Base.metadata.sorted_tables:
        yield from (key.parent for key in table.foreign_keys if key.column.table is StoredFile.__table__)


def message_of(application: Application, now: datetime) -> int:
    about = {"organization_id": application.organization_id, "talent_id": application.talent_id}
    thread = Thread(
        **about, application_id=application.id, subject="件名", last_side=Side.talent, last_at=now, created_at=now
    )
    message = Message(
        **about,
        thread=thread,
        side=Side.talent,
        account_id=application.talent.account_id,
        mail_class=MailClass.reply,
        subject="件名",
        body="本文",
        created_at=now,
        release_at=now,
    )
    db.session.add(message)
    db.session.flush()
    return message.id


def refer(column: str, file_id: int, application: Application, now: datetime) -> object:
    """A row of this column's table that refers to the file."""
    made = {
        "application.photo_id": lambda: application,
        "talent.photo_id": lambda: application.talent,
        "application_document.file_id": lambda: ApplicationDocument(
            application_id=application.id, position=1, name="履歴書", required=True, state=DocumentState.handed
        ),
        "download.file_id": lambda: Download(
            account_id=application.talent.account_id,
            kind=DownloadKind.csv,
            state=DownloadState.ready,
            next_at=now,
            created_at=now,
        ),
        "message_file.file_id": lambda: MessageFile(message_id=message_of(application, now), position=1),
        "registration_file.file_id": lambda: RegistrationFile(
            kind=RegistrationFileKind.logo, organization_id=application.organization_id, created_at=now
        ),
        "version_file.file_id": lambda: VersionFile(
            version_id=application.version_id, field="attachments", position=1, media_type="application/pdf", size=1
        ),
        "rendered_resume.file_id": lambda: RenderedResume(
            digest=secrets.token_hex(8), application_id=application.id, next_at=now, created_at=now
        ),
    }[column]()
    setattr(made, column.partition(".")[2], file_id)
    db.session.add(made)
    return made


@pytest.mark.parametrize("column", sorted(map(str, references())))
def test_a_file_that_something_refers_to_is_never_swept(
    application: Application, folder_store: Store, now: datetime, column: str
) -> None:
    stored = stored_file(now)
    key, file_id = stored.key, stored.id
    refer(column, file_id, application, now)
    dropping.drop([file_id], now=now)
    db.session.commit()

    assert dropping.sweep(now + timedelta(days=400)) == 0
    assert (rows(), list(folder_store.keys())) == (1, [key])
    with reading.open_file(stored) as file:
        assert file.read() == pdf()


def test_it_goes_once_the_last_reference_is_gone(application: Application, folder_store: Store, now: datetime) -> None:
    """A portrait that an application froze outlives the profile's newer one, and goes with the application."""
    stored = stored_file(now)
    application.photo_id = application.talent.photo_id = stored.id
    db.session.commit()
    begin_write()
    dropping.drop([stored.id], now=now)
    application.talent.photo_id = None
    db.session.commit()
    assert dropping.sweep(now + timedelta(days=30)) == 0
    begin_write()
    application.photo_id = None
    db.session.commit()
    assert dropping.sweep(now + timedelta(days=30)) == 1


# ---- bytes that no row knows


def put_many(store: Store, count: int, *, age: timedelta, now: datetime) -> list[str]:
    """Straight to the disk: thousands of them would take minutes to sync."""
    keys = [secrets.token_hex(16) for _ in range(count)]
    moment = (now - age).timestamp()
    for key in keys:
        path = Path(store.path(key))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(key.encode())
        os.utime(path, (moment, moment))
    return keys


def know(keys: list[str], now: datetime) -> None:
    begin_write()
    columns = {"name": "履歴書.pdf", "media_type": "application/pdf", "size": 32, "sha256": "", "scan": "clean"}
    db.session.execute(insert(StoredFile), [{"key": key, "created_at": now, **columns} for key in keys])
    db.session.commit()


def test_of_thousands_only_strangers_older_than_a_day_go(folder_store: Store, now: datetime) -> None:
    ours = put_many(folder_store, 3000, age=timedelta(days=90), now=now)
    know(ours, now)
    strangers = put_many(folder_store, 1200, age=DAY + timedelta(seconds=1), now=now)
    fresh = put_many(folder_store, 300, age=DAY - timedelta(minutes=1), now=now)

    assert dropping.sweep(now) == len(strangers)
    left = set(folder_store.keys())
    assert left == {*ours, *fresh}
    assert rows() == len(ours)
    assert dropping.sweep(now) == 0
    assert dropping.sweep(now + timedelta(hours=1)) == len(fresh)
    assert set(folder_store.keys()) == set(ours)


def test_strangers_in_a_bucket_go_too(any_store: Store, now: datetime) -> None:
    """By the store's own clock, so the sweep is told that it is tomorrow."""
    ours = stored_file(now).key
    for _ in range(30):
        any_store.put(secrets.token_hex(16), io.BytesIO(b"x"))
    today = datetime.now(now.tzinfo)
    assert dropping.sweep(today + timedelta(hours=23)) == 0
    assert dropping.sweep(today + timedelta(hours=25)) == 30
    assert list(any_store.keys()) == [ours]


def test_half_files_of_killed_writers_go_after_a_day(folder_store: Store, now: datetime) -> None:
    stored_file(now)
    part = Path(folder_store.root) / ".part-0123"
    part.write_bytes(b"half")
    today = datetime.now(now.tzinfo)
    assert dropping.sweep(today + timedelta(hours=23)) == 0
    assert dropping.sweep(today + timedelta(hours=25)) == 1
    assert not part.exists()


def test_the_wrong_database_empties_no_store(
    folder_store: Store, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    """An empty database beside a full store is a mistake of its operator, not a reason to remove everything."""
    keys = put_many(folder_store, 150, age=timedelta(days=90), now=now)
    stored_file(now)
    assert dropping.sweep(now) == 0
    assert len(set(folder_store.keys())) == len(keys) + 1
    assert "nothing is removed" in caplog.text


def test_a_kill_between_row_and_bytes_is_made_good(
    folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = stored_file(now)
    key = stored.key
    drop(stored, now=now)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as death:
        death.setattr(folder_store, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            dropping.sweep(now + WEEK)
    db.session.rollback()
    assert (rows(), list(folder_store.keys())) == (0, [key])
    assert dropping.sweep(datetime.now(now.tzinfo) + timedelta(hours=25)) == 1
    assert list(folder_store.keys()) == []


# ---- the clock


@pytest.mark.parametrize(
    "job", [job for job in TIMETABLE if job.id in ("scan-files", "sweep-files")], ids=lambda job: job.id
)
def test_the_clock_does_it(folder_store: Store, now: datetime, job) -> None:
    stored = stored_file(now)
    drop(stored, now=now)
    done = jobs.run(job, now=now + WEEK)
    assert done == (1 if job.id == "sweep-files" else 0)
    status = db.session.get(JobStatus, job.id)
    assert status is not None
    assert status.error == ""


def test_a_store_that_is_away_stops_nothing_else(
    rules: Flask, folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> Iterator[object]:
        raise OSError("the bucket does not answer")

    drop(stored_file(now), now=now)
    monkeypatch.setattr(folder_store, "found", away)
    job = next(job for job in TIMETABLE if job.id == "sweep-files")
    assert jobs.run(job, now=now + WEEK) == 0
    status = db.session.get(JobStatus, "sweep-files")
    assert status is not None
    assert status.error == "OSError"
