"""With a scanner nothing leaves that was not found clean; without one nothing is said about viruses."""

import io
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from models.base import db
from models.files import StoredFile
from models.states import Scan
from portal.database import begin_write
from portal.demo_mail import free_port
from portal.errors import Conflict, Forbidden, Refused
from portal.files import clamd as protocol
from portal.files import dropping, intake, reading, scanning
from portal.storage import Store
from tests.files.conftest import Scanner, set_scanner
from tests.files.corpus import EICAR
from tests.files.pdfs import pdf, stream
from tests.files.pictures import picture

INFECTED = pdf(stream(EICAR))  # a good PDF in every other way


def take_in(data: bytes, now: datetime) -> StoredFile:
    begin_write()
    stored = intake.take_in(io.BytesIO(data), "履歴書.pdf", owner_id=None, now=now)
    db.session.commit()
    return stored


def content(stored: StoredFile) -> bytes:
    with reading.open_file(stored) as file:
        return file.read()


# ---- the protocol


@pytest.mark.parametrize("size", [0, 1, protocol.CHUNK, protocol.CHUNK + 1, 3_000_000])
def test_all_bytes_reach_the_scanner(clamd: Scanner, size: int) -> None:
    data = bytes(range(256)) * (size // 256 + 1)
    assert protocol.scan(clamd.address, io.BytesIO(data[:size])) == ""
    assert clamd.server.seen == [data[:size]]


def test_what_is_found_has_a_name(clamd: Scanner) -> None:
    assert protocol.scan(clamd.address, io.BytesIO(b"x" * 100_000 + EICAR)) == "Eicar-Test-Signature"
    protocol.ping(clamd.address)


@pytest.mark.parametrize(
    "answer", [b"INSTREAM size limit exceeded. ERROR", b"stream: Access denied. ERROR", b"\0", b"OK", b"x" * 10_000]
)
def test_any_other_answer_is_no_verdict(clamd: Scanner, answer: bytes) -> None:
    clamd.server.answer = answer
    with pytest.raises(OSError, match="no verdict"):
        protocol.scan(clamd.address, io.BytesIO(b"x"))


def test_nobody_there_is_no_verdict(tmp_path: Path) -> None:
    for address in (f"clamd://127.0.0.1:{free_port()}", f"unix://{tmp_path}/none"):
        with pytest.raises(OSError, match=r"refused|No such file"):
            protocol.scan(address, io.BytesIO(b"x"))
        with pytest.raises(OSError, match=r"refused|No such file"):
            protocol.ping(address)


# ---- files that come in


def test_without_a_scanner_files_are_served_unscanned(folder_store: Store, now: datetime) -> None:
    stored = take_in(INFECTED, now)
    assert stored.scan is Scan.unscanned
    assert content(stored) == INFECTED
    assert scanning.scan_waiting(now) == 0


def test_a_clean_file_is_served(scanning_on: Scanner, folder_store: Store, now: datetime) -> None:
    stored = take_in(pdf(), now)
    assert stored.scan is Scan.clean
    assert content(stored) == pdf()
    assert scanning_on.server.seen == [pdf()]


def test_an_infected_file_is_refused_and_never_stored(scanning_on: Scanner, folder_store: Store, now: datetime) -> None:
    with pytest.raises(Refused, match=r"^ファイルからウイルスが検出された"):
        take_in(INFECTED, now)
    db.session.rollback()
    assert list(folder_store.keys()) == []
    assert db.session.query(StoredFile).count() == 0


def test_an_infected_portrait_is_refused_though_it_is_drawn_anew(
    scanning_on: Scanner, folder_store: Store, now: datetime
) -> None:
    begin_write()
    with pytest.raises(Refused, match="ウイルス"):
        intake.take_in_photo(io.BytesIO(picture(form="JPEG", comment=EICAR)), "写真.jpg", owner_id=None, now=now)
    assert list(folder_store.keys()) == []


def test_while_the_scanner_is_away_files_wait_and_are_not_served(
    rules: Flask, clamd: Scanner, folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_scanner(rules, f"clamd://127.0.0.1:{free_port()}", monkeypatch)
    clean, infected = take_in(pdf(), now), take_in(INFECTED, now)
    for stored in (clean, infected):
        assert stored.scan is Scan.pending
        with pytest.raises(Conflict, match="ウイルス検査が終わるまで"):
            reading.open_file(stored)
    assert scanning.scan_waiting(now) == 0

    set_scanner(rules, clamd.address, monkeypatch)
    assert scanning.scan_waiting(now) == 2
    assert scanning.scan_waiting(now) == 0
    db.session.expire_all()
    assert content(clean) == pdf()
    assert infected.scan is Scan.infected
    with pytest.raises(Forbidden, match="ウイルスが検出された"):
        reading.open_file(infected)


def test_an_infected_file_stays_closed_when_the_scanner_is_switched_off(
    rules: Flask, folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = take_in(pdf(), now)
    stored.scan = Scan.infected
    db.session.commit()
    with pytest.raises(Forbidden):
        reading.open_file(stored)


def test_files_from_before_the_scanner_wait_for_it_too(
    rules: Flask, clamd: Scanner, folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = take_in(pdf(), now)
    set_scanner(rules, clamd.address, monkeypatch)
    with pytest.raises(Conflict):
        reading.open_file(old)
    assert scanning.scan_waiting(now) == 1
    db.session.expire_all()
    assert content(old) == pdf()


def test_a_file_without_a_verdict_waits_on_and_keeps_no_other_from_its_own(
    rules: Flask, clamd: Scanner, folder_store: Store, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, whole = take_in(pdf(), now), take_in(pdf(), now)
    folder_store.delete(gone.key)
    set_scanner(rules, clamd.address, monkeypatch)
    monkeypatch.setattr(scanning, "BATCH", 1)
    assert scanning.scan_waiting(now) == 1
    db.session.expire_all()
    assert (gone.scan, whole.scan) == (Scan.unscanned, Scan.clean)

    clamd.server.answer = b"stream: out of memory. ERROR"
    whole.scan = Scan.pending
    db.session.commit()
    assert scanning.scan_waiting(now) == 0
    db.session.expire_all()
    assert whole.scan is Scan.pending


def test_what_the_portal_made_needs_no_scan(scanning_on: Scanner, folder_store: Store, now: datetime) -> None:
    begin_write()
    made = intake.keep_made(io.BytesIO(b"PK"), "一式.zip", "application/zip", owner_id=None, now=now)
    db.session.commit()
    assert content(made) == b"PK"
    assert scanning_on.server.seen == []


def test_a_file_of_a_past_verdict_is_swept_like_any(scanning_on: Scanner, folder_store: Store, now: datetime) -> None:
    stored = take_in(pdf(), now)
    stored.scan = Scan.infected
    dropping.drop([stored.id], now=now)
    db.session.commit()
    assert dropping.sweep(now + timedelta(days=8)) == 1
    assert list(folder_store.keys()) == []
