"""Copies and the way back, on both databases: equal under writing, no damage unseen, no mail before one is told."""

import io
import json
import os
import secrets
import shutil
import threading
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.entries import Version
from models.files import StoredFile
from models.mail import OutboxMail
from models.people import LoginSession
from models.records import AuditEvent
from models.states import Kind, MailState
from portal import storage
from portal.administration import memory
from portal.app import create_app
from portal.database import begin_write
from portal.errors import Refused
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.operation import doctor
from portal.operation.backup import copies, drill, quarantine
from portal.operation.backup.copies import MANIFEST
from portal.settings import Settings
from scheduler import jobs
from scheduler.timetable import TIMETABLE
from tests import databases
from tests.conftest import hang_up
from tests.mail.postoffice import open_office
from tests.mail.sending import PARAMS
from tests.make import Maker


def quiet(_line: str) -> None:
    """What the commands say is tested by tests/test_commands.py."""


@pytest.fixture
def chosen(settings: Settings, tmp_path: Path) -> Settings:
    """The portal of these tests, with a place of files of its own."""
    return replace(settings, storage_url=f"file://{tmp_path}/files", postgresql_bin=databases.programs())


@pytest.fixture
def elsewhere(chosen: Settings, tmp_path: Path, worker: str) -> Settings:
    """An empty database and an empty place of files."""
    kind = "sqlite" if chosen.is_sqlite else "postgresql"
    url = databases.fresh_url(kind, tmp_path, f"portal_restored_{worker}")
    return replace(chosen, database_url=url, storage_url=f"file://{tmp_path}/restored-files")


@pytest.fixture
def filled(rules: Flask, make: Maker, chosen: Settings, now: datetime) -> list[str]:
    """Entries, people, letters, and files with their bytes; returns the keys of the files."""
    owner = make.member()
    for kind in Kind:
        make.published(kind, actor=owner)
    make.submitted(actor=owner, title="全角の（記号）と\\n、タブ\t、NULLではない「\\N」の題名")
    return [keep(chosen, f"書類{number}.pdf", f"書類の中身{number}".encode() * 1000, now=now) for number in range(5)]


def keep(chosen: Settings, name: str, data: bytes, *, now: datetime) -> str:
    key = secrets.token_hex(16)
    storage.store_at(chosen.storage_url).put(key, io.BytesIO(data))
    begin_write()
    columns = {"media_type": "application/pdf", "size": len(data), "sha256": "0" * 64, "created_at": now}
    db.session.add(StoredFile(key=key, name=name, **columns))
    db.session.commit()
    return key


@pytest.fixture
def restored(
    chosen: Settings, elsewhere: Settings, filled: list[str], tmp_path: Path, now: datetime
) -> Iterator[Flask]:
    copies.restore(elsewhere, copies.make(chosen, tmp_path / "copies", now=now, say=quiet), say=quiet)
    app = create_app(elsewhere, doors=False)
    with app.app_context():
        memory.forget()
        yield app
    hang_up(app)
    memory.forget()


def test_what_is_restored_is_what_was_copied_while_others_wrote(
    rules: Flask, chosen: Settings, elsewhere: Settings, filled: list[str], make: Maker, now: datetime, tmp_path: Path
) -> None:
    owner = make.member()
    before = db.session.scalar(select(func.count()).select_from(Version))
    db.session.remove()
    stop, written = threading.Event(), []

    def write() -> None:
        with rules.app_context():
            while not stop.is_set():
                written.append(make.draft(Kind.notice, actor=owner).id)
                db.session.remove()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(written) < 3:
            stop.wait(0.01)
        copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
        at_the_end = len(written)
        while len(written) < at_the_end + 3:
            stop.wait(0.01)
    finally:
        stop.set()
        writer.join()

    manifest = copies.restore(elsewhere, copy, say=quiet)

    count = manifest.tables["version"][0]
    print(f"\n{manifest.rows} rows of {len(manifest.tables)} tables, {len(manifest.files)} files; {at_the_end} writes")
    assert before is not None
    assert before + 3 <= count <= before + at_the_end + 1
    assert count < before + len(written), "others wrote on"
    assert manifest.files.keys() == set(filled)
    for key in filled:
        with (
            storage.store_at(chosen.storage_url).open(key) as one,
            storage.store_at(elsewhere.storage_url).open(key) as other,
        ):
            assert one.read() == other.read()


def test_the_restored_portal_stands_at_the_schema_of_the_models(restored: Flask) -> None:
    assert db.session.scalar(select(func.count()).select_from(Version)) == 4
    title = db.session.scalar(select(Version.title).where(Version.title.contains("NULL")))
    assert title == "全角の（記号）と\\n、タブ\t、NULLではない「\\N」の題名"
    make = Maker(datetime.now().astimezone())
    make._count = 900  # names of its own
    assert make.submitted(Kind.notice).id > 4, "numbers go on where they were"


def test_no_mail_leaves_a_restored_portal_before_it_is_told_to(
    rules: Flask, chosen: Settings, elsewhere: Settings, filled: list[str], now: datetime, tmp_path: Path
) -> None:
    begin_write()
    account_id = db.session.scalar(select(AuditEvent.actor_id).where(AuditEvent.actor_id.is_not(None)).limit(1))
    db.session.add(
        LoginSession(token_hash="x", account_id=account_id, created_at=now, seen_at=now, expires_at=now + 9 * HOUR)
    )
    db.session.commit()
    waited = db.session.scalar(select(func.count()).where(OutboxMail.state == MailState.queued))
    assert waited
    copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    copies.restore(elsewhere, copy, say=quiet)

    with open_office() as office:
        app = create_app(replace(elsewhere, mail_server="127.0.0.1", mail_port=office.port), doors=False)
        with app.app_context():
            assert quarantine.begin(now) == waited
            assert db.session.scalar(select(func.count()).where(LoginSession.ended_at.is_(None))) == 0
            begin_write()
            outbox.queue([Letter("entry_submitted", "new@example.jp", PARAMS)], now=now)
            db.session.commit()
            sent_by_all(now)
            assert office.received == []

            assert quarantine.end(now) == sorted(quarantine.SENDING)
            sent_by_all(now)
            assert [envelope.recipients for envelope in office.received] == [["new@example.jp"]]
            assert quarantine.end(now) == []
            kept = db.session.scalar(select(func.count()).where(OutboxMail.last_error == quarantine.NOT_SENT))
            assert kept == waited, "the desk sees them and sends them again where it must"
        hang_up(app)
    memory.forget()


HOUR = timedelta(hours=1)


def sent_by_all(now: datetime) -> None:
    memory.look(every=0, now=now)
    for job in TIMETABLE:
        if job.id in quarantine.SENDING:
            jobs.run(job, now=now + HOUR)


@pytest.mark.parametrize("damage", ["database", "file", "lost file", "manifest"])
def test_damage_is_seen_before_anything_is_written(
    chosen: Settings, elsewhere: Settings, filled: list[str], now: datetime, tmp_path: Path, damage: str
) -> None:
    copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    victim = {
        "database": next(copy.glob("database.*")),
        "file": copies.place(copy, filled[0]),
        "lost file": copies.place(copy, filled[0]),
        "manifest": copy / MANIFEST,
    }[damage]
    if damage == "lost file":
        victim.unlink()
    elif damage == "manifest":
        victim.write_text(victim.read_text()[:-40])
    else:
        data = bytearray(victim.read_bytes())
        data[len(data) // 2] ^= 1  # one bit
        victim.write_bytes(data)

    with pytest.raises(Refused, match=r"壊れています|控えではありません"):
        copies.restore(elsewhere, copy, say=quiet)

    assert not Path(elsewhere.storage_url.removeprefix("file://")).exists()
    copies.restore(elsewhere, copies.make(chosen, tmp_path / "again", now=now, say=quiet), say=quiet)


def test_a_row_that_was_changed_on_the_way_is_told_by_its_table(
    chosen: Settings, elsewhere: Settings, filled: list[str], now: datetime, tmp_path: Path
) -> None:
    copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    manifest = json.loads((copy / MANIFEST).read_text())
    manifest["tables"]["organization"][1] = "0" * 64
    (copy / MANIFEST).write_text(json.dumps(manifest))
    with pytest.raises(Refused, match="一致しません（organization）"):
        copies.restore(elsewhere, copy, say=quiet)


def test_nothing_is_restored_over_what_is_there(
    chosen: Settings, filled: list[str], now: datetime, tmp_path: Path
) -> None:
    copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    with pytest.raises(Refused, match="すでに"):
        copies.restore(chosen, copy, say=quiet)
    with pytest.raises(Refused, match="控えではありません"):
        copies.restore(chosen, tmp_path, say=quiet)


def test_doctor_tells_of_files_that_are_missing(chosen: Settings, filled: list[str]) -> None:
    assert doctor.check_files(chosen).fine
    storage.store_at(chosen.storage_url).delete(filled[0])
    result = doctor.check_files(chosen)
    assert (result.fine, result.finding.startswith("1件が保存先にありません。")) == (False, True)


def test_a_file_that_is_missing_stops_the_copy_and_leaves_nothing(
    chosen: Settings, filled: list[str], now: datetime, tmp_path: Path
) -> None:
    storage.store_at(chosen.storage_url).delete(filled[2])
    with pytest.raises(Refused, match=filled[2]):
        copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    assert list((tmp_path / "copies").iterdir()) == []
    begin_write()
    db.session.scalars(select(StoredFile).where(StoredFile.key == filled[2])).one().dropped_at = now
    db.session.commit()
    copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    assert copies.read(copy).files.keys() == set(filled) - {filled[2]}, "what nothing refers to may be gone"


def test_what_an_earlier_copy_has_is_linked_and_old_copies_go(
    chosen: Settings, filled: list[str], now: datetime, tmp_path: Path
) -> None:
    folder, day = tmp_path / "copies", timedelta(days=1)
    first = copies.make(chosen, folder, now=now, say=quiet)
    added = keep(chosen, "あとから.pdf", b"x" * 10, now=now)
    second = copies.make(chosen, folder, now=now + day, say=quiet)

    assert copies.read(second).files.keys() == {*filled, added}
    assert copies.place(second, filled[0]).samefile(copies.place(first, filled[0]))
    assert copies.verify(second).rows > 0
    assert copies.forget(folder, days=3, now=now + 2 * day) == []
    assert copies.forget(folder, days=1, now=now + 30 * day) == [first.name], "never the newest"
    copies.verify(second)
    with suppress(FileNotFoundError):
        shutil.rmtree(first)


def test_a_copy_is_read_by_nobody_else(chosen: Settings, filled: list[str], now: datetime, tmp_path: Path) -> None:
    copy = copies.make(chosen, tmp_path / "copies", now=now, say=quiet)
    for path in (copy, *copy.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


def test_the_drill_compares_everything_and_leaves_nothing(
    chosen: Settings, filled: list[str], now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    said: list[str] = []
    manifest = drill.run(chosen, now=now, say=said.append)
    print("\n" + "\n".join(said))
    assert manifest.tables["version"][0] == 4
    assert any("全体：" in line for line in said)
    assert [path for path in tmp_path.iterdir() if path.name.startswith("portal-drill")] == []
    assert db.session.scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.last_error != "")) == 0
    assert os.environ.get("PGPASSWORD") is None


def test_without_the_programs_of_postgresql_one_is_told(
    chosen: Settings, filled: list[str], now: datetime, tmp_path: Path
) -> None:
    if chosen.is_sqlite:
        copies.make(replace(chosen, postgresql_bin="/nowhere"), tmp_path / "copies", now=now, say=quiet)
        return
    with pytest.raises(Refused, match="/nowhere に"):
        copies.make(replace(chosen, postgresql_bin="/nowhere"), tmp_path / "copies", now=now, say=quiet)
