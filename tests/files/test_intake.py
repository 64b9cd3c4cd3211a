"""A hundred and fifty files come in: each is refused in words, or stored as it is under a name that fits."""

import hashlib
import io
import re
import resource
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from PIL.ExifTags import Base
from sqlalchemy import func, select

from models.base import db
from models.files import StoredFile
from models.organizations import Organization
from models.states import Scan
from portal import storage
from portal.database import begin_write
from portal.errors import Refused, Unavailable
from portal.files import intake, reading
from portal.files.inspection import SENTENCES
from portal.files.intake import LARGEST
from portal.files.kinds import BY_CODE, DOCUMENT_KINDS, PHOTO_KINDS, accept
from portal.storage import Store
from tests.files import once, pictures
from tests.files.corpus import CORPUS, KINDS, Sample
from tests.files.pdfs import pdf, stream
from tests.make import Maker

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠].*。$")
MORE = {
    "kind": r"^この形式.*のファイルは受け付けられません。PDF、Word（.docx）、.*JPEG、PNGのいずれかを選んでください。$",
    "size": r"^ファイルは1つ10MBまで受け付けます。",
    "empty": r"^ファイルの中身がありません。",
}


def take_in(data: bytes, name: str, now: datetime, **options) -> StoredFile:
    begin_write()
    stored = intake.take_in(io.BytesIO(data), name, owner_id=None, now=now, **options)
    db.session.commit()
    return stored


def refused(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as caught:
        act()
    db.session.rollback()
    return str(caught.value)


def rows() -> int:
    return db.session.scalar(select(func.count()).select_from(StoredFile)) or 0


# ---- the corpus


def test_the_corpus_has_every_kind_and_every_refusal() -> None:
    assert len(CORPUS) >= 80
    assert len({sample.id for sample in CORPUS}) == len(CORPUS)
    assert {sample.becomes for sample in CORPUS} - {"empty", "size", "kind"} == {*KINDS, *SENTENCES}
    assert set(KINDS) == {kind.code for kind in DOCUMENT_KINDS}, "a WebP is taken only where it is drawn anew"


def test_each_file_is_refused_in_words_or_stored_as_it_is(
    folder_store: Store, now: datetime, shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them beside SQLite; beside PostgreSQL some of each sort, as what a file is no database knows."""
    once.inspect(shared, monkeypatch)
    samples = CORPUS if db.engine.dialect.name == "sqlite" else CORPUS[::6]
    wrong, stored = {}, 0
    for sample in samples:
        problem, kept = outcome(sample, folder_store, now)
        stored += kept
        if problem:
            wrong[sample.id] = problem
    assert wrong == {}
    assert rows() == stored == len(list(folder_store.keys()))
    assert stored == sum(sample.becomes in KINDS for sample in samples)


def outcome(sample: Sample, store: Store, now: datetime) -> tuple[str, int]:
    """What went wrong, and whether the file was stored."""
    data, keys = sample.make(), set(store.keys())
    try:
        stored = take_in(data, sample.name, now)
    except Refused as refusal:
        db.session.rollback()
        sentence = SENTENCES.get(sample.becomes, "")
        fits = str(refusal) == sentence if sentence else re.search(MORE.get(sample.becomes, "$^"), str(refusal))
        clean = JAPANESE.search(str(refusal)) and set(store.keys()) == keys
        return "" if fits and clean else f"refused: {refusal}", 0
    kind = BY_CODE.get(sample.becomes)
    with reading.open_file(stored) as file:
        same = file.read() == data
    expected = (same, stored.media_type, stored.size, stored.sha256, stored.name)
    wanted = (True, kind and kind.media_type, len(data), hashlib.sha256(data).hexdigest(), kept_name(sample))
    return "" if expected == wanted else f"stored as {expected}", 1


def kept_name(sample: Sample) -> str:
    return sample.kept_as or sample.name


@pytest.mark.parametrize("sentence", [*SENTENCES.values()])
def test_a_refusal_says_what_to_do(sentence: str) -> None:
    assert JAPANESE.search(sentence)
    assert "もう一度選んでください。" in sentence


def test_a_refusal_names_what_the_file_seems_to_be(folder_store: Store, now: datetime) -> None:
    said = refused(lambda: take_in(b"MZ\x90\0" + b"\0" * 2000, "履歴書.pdf", now))
    assert said.startswith("この形式（.exe）のファイルは")


def test_a_password_is_said_to_be_taken_off() -> None:
    assert "パスワードを外してから" in SENTENCES["encrypted"]


def test_a_room_may_want_fewer_kinds(folder_store: Store, now: datetime) -> None:
    said = refused(lambda: take_in(pdf(), "写真.pdf", now, kinds=PHOTO_KINDS))
    assert said == "この形式（.pdf）のファイルは受け付けられません。JPEG、PNGのいずれかを選んでください。"
    assert accept(PHOTO_KINDS) == ".jpg,.jpeg,.png"
    assert list(folder_store.keys()) == []


# ---- where it is written


def test_a_file_comes_back_from_either_store(any_store: Store, now: datetime) -> None:
    data = pdf(stream(b"x" * 3_000_000))
    stored = take_in(data, "論文.pdf", now)
    assert re.fullmatch(r"[0-9a-f]{32}", stored.key)
    assert list(any_store.keys()) == [stored.key]
    assert (stored.scan, stored.created_at, stored.dropped_at) == (Scan.unscanned, now, None)
    with reading.open_file(stored) as file:
        assert file.read() == data


def test_two_files_of_the_same_bytes_are_two_files(folder_store: Store, now: datetime) -> None:
    first, second = take_in(pdf(), "履歴書.pdf", now), take_in(pdf(), "履歴書.pdf", now)
    assert first.key != second.key
    assert set(folder_store.keys()) == {first.key, second.key}


def test_what_the_portal_made_is_kept_as_it_is_and_counts_as_clean(folder_store: Store, now: datetime) -> None:
    begin_write()
    made = intake.keep_made(io.BytesIO(b"a,b\r\n"), "応募/一覧.csv", "text/csv; charset=utf-8", owner_id=None, now=now)
    db.session.commit()
    assert (made.name, made.media_type) == ("応募_一覧.csv", "text/csv; charset=utf-8")
    assert (made.size, made.scan) == (5, Scan.clean)
    with reading.open_file(made) as file:
        assert file.read() == b"a,b\r\n"


class Endless(io.RawIOBase):
    """An upload that never stops."""

    given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        self.given += size
        return b"\0" * size


def test_an_endless_upload_is_stopped_at_the_limit(folder_store: Store, now: datetime) -> None:
    source = Endless()
    said = refused(lambda: intake.take_in(source, "x.pdf", owner_id=None, now=now))
    assert "10MBまで" in said
    assert source.given <= LARGEST + intake.CHUNK


@pytest.mark.parametrize("limit", [100_000, 1_500_000])
def test_a_full_disk_is_said_in_words_and_leaves_nothing(folder_store: Store, now: datetime, limit: int) -> None:
    take_in(pdf(), "前.pdf", now)
    data = pdf(stream(b"x" * 1_600_000))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    begin_write()
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        with pytest.raises(Unavailable, match=r"^ただいまファイルを保存できません。"):
            intake.take_in(io.BytesIO(data), "論文.pdf", owner_id=None, now=now)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    db.session.rollback()
    assert rows() == len(list(folder_store.keys())) == 1


def test_a_store_that_is_away_is_said_in_words(
    folder_store: Store, rules: Flask, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = take_in(pdf(), "履歴書.pdf", now)
    monkeypatch.setitem(rules.extensions, "storage", storage.store_at("s3://no-such-bucket/x"))
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with pytest.raises(Unavailable, match="保存できません"):
        take_in(pdf(), "履歴書.pdf", now)
    db.session.rollback()
    with pytest.raises(Refused, match="ファイル"):
        reading.open_file(stored)


# ---- bytes that changed meanwhile


@pytest.mark.parametrize("harm", [b"", b"x", pdf()[:-1], pdf().replace(b"595", b"594"), pdf() + b"\n"])
def test_bytes_that_changed_are_never_handed_out(any_store: Store, now: datetime, harm: bytes) -> None:
    stored = take_in(pdf(), "履歴書.pdf", now)
    any_store.files.pipe_file(any_store.path(stored.key), harm)
    with pytest.raises(reading.Damaged, match="壊れている"):
        reading.open_file(stored)


def test_bytes_that_are_gone_are_said_in_words(any_store: Store, now: datetime) -> None:
    stored = take_in(pdf(), "履歴書.pdf", now)
    any_store.delete(stored.key)
    with pytest.raises(reading.Damaged, match="事務局"):
        reading.open_file(stored)


# ---- portraits


def take_in_photo(data: bytes, name: str, now: datetime) -> tuple[StoredFile, bytes]:
    begin_write()
    stored = intake.take_in_photo(io.BytesIO(data), name, owner_id=None, now=now)
    db.session.commit()
    with reading.open_file(stored) as file:
        return stored, file.read()


def test_a_portrait_loses_place_owner_and_camera_and_stands_upright(folder_store: Store, now: datetime) -> None:
    original = pictures.with_place(size=(400, 300))
    assert b"SECRET" in original
    assert Image.open(io.BytesIO(original)).getexif()[Base.Orientation] == 6

    stored, data = take_in_photo(original, "IMG_0001.JPG", now)

    drawn = Image.open(io.BytesIO(data))
    assert (drawn.format, drawn.mode, drawn.size) == ("JPEG", "RGB", (300, 400))
    assert dict(drawn.getexif()) == {}
    assert set(drawn.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density", "progressive", "progression"}
    assert b"SECRET" not in data
    assert b"Exif" not in data
    assert (stored.name, stored.media_type) == ("IMG_0001.JPG", "image/jpeg")
    assert (stored.size, stored.sha256) == (len(data), hashlib.sha256(data).hexdigest())


def test_a_portrait_is_no_larger_than_print_needs(folder_store: Store, now: datetime) -> None:
    for form in ("JPEG", "PNG"):
        _, data = take_in_photo(pictures.picture(size=(3000, 4000), form=form), f"写真.{form}", now)
        assert Image.open(io.BytesIO(data)).size == (900, 1200)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "RGB"])
def test_a_portrait_of_any_mode_becomes_a_plain_jpeg(folder_store: Store, now: datetime, mode: str) -> None:
    stored, data = take_in_photo(pictures.picture(mode), "写真.png", now)
    assert Image.open(io.BytesIO(data)).mode == "RGB"
    assert stored.name == "写真.jpg"


def test_what_shows_through_becomes_white(folder_store: Store, now: datetime) -> None:
    made = io.BytesIO()
    Image.new("RGBA", (50, 50), (255, 0, 0, 0)).save(made, "PNG")
    _, data = take_in_photo(made.getvalue(), "写真.png", now)
    assert Image.open(io.BytesIO(data)).getpixel((25, 25)) == (255, 255, 255)


def test_colours_of_a_wider_space_are_brought_over(folder_store: Store, now: datetime) -> None:
    """A profile that swaps red and blue makes the point plainer than a telephone's would."""
    profile = pictures.swapped_profile()
    made = io.BytesIO()
    Image.new("RGB", (50, 50), (200, 40, 40)).save(made, "JPEG", icc_profile=profile, quality=95)
    _, data = take_in_photo(made.getvalue(), "写真.jpg", now)
    red, _green, blue = Image.open(io.BytesIO(data)).getpixel((25, 25))
    assert blue > red + 80
    assert b"ICC_PROFILE" not in data


@pytest.mark.parametrize("data", [pdf(), b"GIF89a", pictures.claiming(50_000, 50_000)])
def test_only_pictures_are_portraits(folder_store: Store, now: datetime, data: bytes) -> None:
    said = refused(lambda: take_in_photo(data, "写真.jpg", now))
    assert JAPANESE.search(said)
    assert list(folder_store.keys()) == []


# ---- while others write

SLOW = pdf(b"(" + b"\\101" * 900_000 + b")")  # a second or two of pypdf's time


def organization(name: str, now: datetime) -> Organization:
    return Organization(
        name=name,
        org_type="07",
        prefecture="東京都",
        city="文京区",
        street="1",
        building="",
        phone="03-1234-5678",
        public_email="info@example.org",
        website="https://example.org",
        created_at=now,
    )


def test_a_slow_file_holds_no_other_writer_up(rules: Flask, make: Maker, folder_store: Store, now: datetime) -> None:
    begun = time.monotonic()
    done: list[float] = []

    def upload() -> None:
        with rules.app_context():
            take_in(SLOW, "論文.pdf", now)
            done.append(time.monotonic() - begun)

    uploading = threading.Thread(target=upload)
    uploading.start()
    waits = []
    while not done:
        start = time.monotonic()
        make.organization()
        waits.append(time.monotonic() - start)
        time.sleep(0.05)
    uploading.join()
    assert len(waits) >= 3
    assert max(waits) < max(1, done[0] / 2)  # a machine under load is slower at both
    assert rows() == 1


def test_what_the_transaction_wrote_before_a_file_is_kept(
    rules: Flask, make: Maker, folder_store: Store, now: datetime
) -> None:
    for flush in (True, False):
        begin_write()
        name = f"先に書いた団体{flush}"
        db.session.add(organization(name, now))
        if flush:
            db.session.flush()
        intake.take_in(io.BytesIO(pdf()), "履歴書.pdf", owner_id=None, now=now)
        db.session.commit()
        assert db.session.scalar(select(func.count()).where(Organization.name == name)) == 1
    assert rows() == 2


def test_after_a_file_the_transaction_is_a_writer_again(
    rules: Flask, make: Maker, folder_store: Store, now: datetime
) -> None:
    """Also after a refusal, so that whoever catches it may write what happened."""
    for data in (pdf(), b"no file of ours"):
        begin_write()
        with suppress(Refused):
            intake.take_in(io.BytesIO(data), "履歴書.pdf", owner_id=None, now=now)
        if db.engine.dialect.name == "sqlite":
            assert db.session.connection().get_execution_options()["write"] is True
        db.session.add(organization(f"後{len(data)}", now))
        db.session.commit()
        assert db.session.scalar(select(func.count()).where(Organization.name == f"後{len(data)}")) == 1
