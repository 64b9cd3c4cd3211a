"""Somebody asks for all their data, or for its end: nothing is left out, and nothing is left."""

import io
import json
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Self

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, update

from models.applications import Application, Download
from models.base import Base, db
from models.entries import Entry
from models.files import StoredFile
from models.mail import OutboxMail
from models.people import Account
from models.records import AuditEvent
from models.states import ApplicationState, DownloadKind, DownloadState, Kind, Lane
from models.talents import Talent
from portal import storage
from portal.actors import CLOCK
from portal.database import begin_write
from portal.errors import NotFound, Refused
from portal.files import dropping, reading
from portal.mail import delivery
from portal.matching import search_index
from portal.recruiting import erasing, leaving, own_data, persons, resume_pdf
from tests.make import Maker
from tests.recruiting import canaries
from tests.recruiting.builders import applied, draft, posting, talent
from tests.recruiting.canaries import EMAIL, MARK, Nest

ADDRESS = "192.0.2.77"  # of the person's browser
OTHERS = {
    # what a person of the organization or of the office wrote of themselves or of a posting
    "organization",
    "registration_version",
    "registration_file",
    "entry",
    "version",
    "job_version",
    "event_version",
    "notice_version",
    "document_requirement",
    "version_file",
    "event_session",
    "publication",
    "closed_day",
    "phrase",
    "counter",
    "job_status",
    "job_run",
    "job_order",
    "clock_process",
    "alarm",
    "retention_hold",  # why, of a posting
    "talent_segment",  # numbers of stretches of ids
    "application_tally",  # how many applications, of nobody in particular
    "saved_search",
    "mail_template",
    "dispatch",  # with placeholders; what went to one person alone goes with that person
    "posting_stop",
    # what the desk keeps for its own work with postings
    "presence",
    "saved_view",
    "sketch",
    "likeness",
    "returned_content",
    "field_note",
    "internal_note",  # about organizations
    "news",
    "office_setting",
    "code_override",
    "rule_override",
    "rule_count",  # how often each rule fired in a month
    "kept_input",  # of members, for a day; goes with a person whom their organization knows
    "throttle",  # names in its keys are hashed with the secret key
    "trail_block",  # keyed digests of rows whose addresses are salted
    "week_figure",
}


@pytest.fixture
def nest(make: Maker, folder_store, monkeypatch: pytest.MonkeyPatch) -> Nest:
    monkeypatch.setattr(resume_pdf.press, "print", canaries.printed)
    return canaries.nest(make)


def exported(who: str) -> tuple[dict, dict[str, bytes]]:
    target = io.BytesIO()
    persons.export(persons.find(who), target)
    with zipfile.ZipFile(target) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(files.pop(persons.DATA)), files


def gone(who: str, make: Maker) -> None:
    begin_write()
    leaving.erase(persons.find(who), actor=CLOCK, now=make.now)
    db.session.commit()
    dropping.sweep_dropped(make.now)
    search_index.tidy(make.now)


# ---- the list of tables


def referring() -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        targets = {key.column.table.name for key in table.foreign_keys}
        if targets & {"account", "talent", "application", "stored_file"}:
            yield table.name


def test_every_table_that_may_hold_a_person_is_known(rules: Flask) -> None:
    held = {model.__tablename__ for model in persons.HELD}
    tables = {table.name for table in Base.metadata.sorted_tables}
    assert tables - held == OTHERS
    beside = {name for name in inspect(db.engine).get_table_names() if not name.startswith("talent_words")}
    assert beside == tables | {"alembic_version"}, "no table beside the models, and the words of the index of talents"
    members = ("version", "entry", "saved_search", "dispatch", "internal_note", "registration_version", "kept_input")
    members += ("presence", "saved_view", "job_order", "retention_hold", "field_note")
    assert set(referring()) - held <= {*members, "registration_file", "version_file"}, (
        "those name members of organizations and of the office"
    )


# ---- handed over


def test_all_is_handed_over_and_no_secret(nest: Nest) -> None:
    data, files = exported(EMAIL)
    assert set(data) == {model.__tablename__ for model in persons.HELD} | {"readings", "files_not_included"}
    empty = {name for name, rows in data.items() if not rows}
    assert empty == {"talent_block", "offer_stop", "favorite", "suspension", "files_not_included"}
    assert data["account"][0]["email"] == EMAIL
    assert data["application"][0]["resume"]["items"]["education"]["education"][0]["text"] == f"{MARK} 大学"
    assert data["application"][0]["note"] == f"{MARK} の面接"
    assert {row["action"] for row in data["readings"]} >= {"application.read"}
    assert data["readings"][0]["organization"]
    said = json.dumps(data)
    hashes = db.session.execute(select(Account.password_hash).where(Account.email == EMAIL)).scalar_one()
    assert hashes
    for secret in (hashes, *db.session.scalars(select(StoredFile.key)), "code_mac", "token_hash"):
        assert secret not in said
    bodies = b"".join(files.values())
    assert f"{MARK} now".encode() in bodies
    assert f"{MARK} before".encode() not in bodies, "what was replaced is dropped"
    assert len(files) == 5, "the document, the photo, the printed résumé, and what each side attached to messages"


def test_what_an_organization_noted_is_not_the_talents_to_download(nest: Nest) -> None:
    made = db.session.scalars(select(Download).where(Download.kind == DownloadKind.own_data)).one()
    assert made.file is not None
    with reading.open_file(made.file) as file, zipfile.ZipFile(file) as archive:
        said = archive.read("data.json").decode()
    assert f"青木 {MARK}" in said
    assert "の面接" not in said


def test_what_the_talent_downloads_is_all_of_it_too(nest: Nest) -> None:
    """Every table that is held has its place in both, and the same files are in both."""
    assert own_data.UNTOLD | set(own_data.TOLD) == set(persons.HELD)
    target = io.BytesIO()
    own_data.write(target, actor=nest.talent, tell=bool)
    with zipfile.ZipFile(target) as archive:
        data = json.loads(archive.read(persons.DATA))
        bodies = {archive.read(row["path"]) for row in data["files"]}
    told = {name for name, rows in data.items() if rows}
    assert told == {name for name, _told in own_data.TOLD.values()} - {"hidden_from", "offers_stopped"} | {"opened_by"}
    assert bodies == set(exported(EMAIL)[1].values())
    folders = ["写真", "応募書類", "メッセージ", "メッセージ", "履歴書PDF"]
    assert sorted(row["path"].split("/")[0] for row in data["files"]) == sorted(folders)
    assert (data["opened_by"][0]["what"], data["hidden_from"]) == ("応募内容を開きました", [])


def test_of_somebody_else_nothing_is_handed_over(make: Maker, nest: Nest) -> None:
    other = talent(make, "石川 拓真")
    email = db.session.scalar(select(Account.email).where(Account.id == other.account_id))
    assert email
    data, files = exported(email)
    assert MARK not in json.dumps(data)
    assert files == {}
    assert persons.of(other).email == email
    with pytest.raises(NotFound):
        persons.of(nest.owner)


def test_a_damaged_file_does_not_keep_the_rest_back(nest: Nest) -> None:
    store = storage.current()
    key, file_id = db.session.execute(
        select(StoredFile.key, StoredFile.id).where(StoredFile.name == f"{MARK} now.pdf")
    ).one()
    store.delete(key)
    data, files = exported(EMAIL)
    assert list(data["files_not_included"]) == [str(file_id)]
    assert files
    target = io.BytesIO()
    own_data.write(target, actor=nest.talent, tell=bool)
    with zipfile.ZipFile(target) as archive:
        data = json.loads(archive.read(persons.DATA))
        assert len(archive.namelist()) == 2 + len(data["files"]) == 2 + len(files)
    assert [row["path"].split("/")[0] for row in data["files_not_included"]] == ["応募書類"]


# ---- erased


def test_nothing_of_who_was_erased_is_found_again(make: Maker, nest: Nest, tmp_path: Path) -> None:
    words = (MARK, ADDRESS)
    before = canaries.in_rows(*words)
    assert before >= {"account", "talent", "resume", "application", "outbox_mail", "stored_file", "registration"}
    assert before >= {"login_session", "login_challenge", "message", "thread"}
    assert canaries.in_files(MARK) >= 5
    assert canaries.in_backup(tmp_path, MARK) is (db.engine.dialect.name == "sqlite")

    gone(EMAIL, make)

    assert canaries.in_rows(*words) == set()
    assert canaries.in_files(MARK) == 0
    assert not canaries.in_backup(tmp_path, *words)
    application = db.session.get_one(Application, nest.application_id)
    assert (application.name, application.state) == (erasing.GONE, ApplicationState.withdrawn)
    assert db.session.scalar(select(Entry.application_count).where(Entry.id == nest.entry_id)) == 1
    ready = select(func.count()).select_from(Download).where(Download.state == DownloadState.ready)
    assert db.session.scalar(ready) == 0, "no archive with this person can be fetched"
    with pytest.raises(Refused):
        persons.find(EMAIL)


def test_a_portal_without_the_person_is_as_it_was(make: Maker, nest: Nest) -> None:
    version, other = posting(make), talent(make, "石川 拓真")
    kept = applied(version, other, now=make.now).id
    files = {row.id for row in db.session.get_one(Application, kept).documents if row.file_id}
    gone(EMAIL, make)
    application = db.session.get_one(Application, kept)
    assert application.name == "石川 拓真"
    assert {row.id for row in application.documents if row.file_id} == files
    for document in application.documents:
        assert document.file is not None
        assert document.file.dropped_at is None
        storage.current().open(document.file.key).close()


def test_who_waited_gets_the_place_and_the_organization_is_told(make: Maker) -> None:
    owner = make.member()
    version = posting(make, Kind.event, actor=owner, capacity=1, overflow="waiting", resume_type="")
    first, second = talent(make), talent(make, "石川 拓真")
    applied(version, first, now=make.now)
    waiting = applied(version, second, now=make.now + timedelta(seconds=1))
    email = db.session.scalar(select(Account.email).where(Account.id == first.account_id))
    gone(str(email), make)
    db.session.refresh(waiting)
    assert waiting.state is ApplicationState.accepted
    told = select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == "application_withdrawn")
    assert db.session.scalar(told) == 1


def test_a_draft_goes_as_a_whole(make: Maker, folder_store) -> None:
    version, someone = posting(make), talent(make)
    draft(version, someone, now=make.now)
    email = db.session.scalar(select(Account.email).where(Account.id == someone.account_id))
    gone(str(email), make)
    assert canaries.count(Application) == 0
    assert canaries.count(StoredFile) == 0
    assert list(storage.current().keys()) == []


def test_the_trail_says_that_it_was_done_and_by_whom_it_was_read(make: Maker, nest: Nest) -> None:
    read = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "application.read")
    assert db.session.scalar(read) == 1
    gone(EMAIL, make)
    assert db.session.scalar(read) == 1
    erased = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "account.erase")).one()
    assert (erased.subject, erased.subject_id, erased.ip) == ("account", nest.talent.account_id, "")
    profile = db.session.scalars(select(Talent).where(Talent.account_id == nest.talent.account_id)).one()
    assert profile.is_public is False
    account = db.session.get_one(Account, nest.talent.account_id)
    assert account.suspended_at == make.now
    assert account.password_hash == ""


def test_a_crash_before_the_sweep_leaves_it_to_the_next(make: Maker, nest: Nest) -> None:
    begin_write()
    leaving.erase(persons.find(EMAIL), actor=CLOCK, now=make.now)
    db.session.commit()
    assert canaries.in_rows(MARK) == set(), "names of files too"
    assert canaries.in_files(MARK)
    dropping.sweep(make.now)
    assert canaries.in_files(MARK) == 0


def test_who_leaves_by_the_page_is_gone_too_once_the_last_letter_has_left(
    make: Maker, nest: Nest, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_write()
    leaving.leave(actor=nest.talent, now=make.now)
    db.session.commit()
    dropping.sweep_dropped(make.now)
    assert canaries.in_rows(MARK) == {"outbox_mail"}
    sent = []
    monkeypatch.setattr(delivery.transport, "connect", NoPost)
    monkeypatch.setattr(delivery.transport, "send", lambda _post, **letter: sent.append(letter["recipient"]))
    delivery.deliver([Lane.normal, Lane.login], now=make.now)
    assert EMAIL in sent
    assert canaries.in_rows(MARK) == set()
    assert canaries.in_files(MARK) == 0


class NoPost:
    is_open = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def test_erasing_rolled_back_leaves_all(make: Maker, nest: Nest) -> None:
    before = canaries.in_rows(MARK)
    begin_write()
    leaving.erase(persons.find(EMAIL), actor=CLOCK, now=make.now)
    db.session.rollback()
    assert canaries.in_rows(MARK) == before
    begin_write()
    db.session.execute(update(Account).where(Account.email == EMAIL).values(last_login_at=make.now))
    db.session.commit()
