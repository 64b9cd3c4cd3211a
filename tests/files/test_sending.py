"""A file leaves: the same bytes, to be saved, under its name in every browser; a damaged one does not leave at all."""

import io
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
from flask import Flask, Response
from flask.testing import FlaskClient
from playwright.sync_api import Browser
from werkzeug.serving import make_server

from models.base import db
from models.files import StoredFile
from portal import storage
from portal.app import create_app
from portal.database import begin_write
from portal.files import intake
from portal.settings import Settings
from portal.storage import Store
from tests.conftest import hang_up
from tests.files.corpus import HTML
from tests.files.offices import package
from tests.files.pdfs import pdf, stream
from tests.files.pictures import picture
from views import files

NAMES = [
    "履歴書(山田)①.pdf",
    "100%達成 #1&2=3;'～.pdf",
    "家族👨‍👩‍👧の写真.pdf",
    "葛󠄀城 髙﨑 ｶﾀｶﾅ.pdf",
    "résumé naïve.pdf",
    "plain name.pdf",
    "あ" * 196 + ".pdf",
]


@pytest.fixture(scope="module")
def shop(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The portal with one more address, which hands out any file to anybody."""
    app = create_app(replace(settings, storage_url=f"file://{tmp_path_factory.mktemp('shop')}/files"))

    @app.get("/any-file/<int:file_id>")
    def any_file(file_id: int) -> Response:
        return files.send(db.get_or_404(StoredFile, file_id))

    yield app
    hang_up(app)


@pytest.fixture
def visitor(shop: Flask, client: FlaskClient) -> FlaskClient:
    """Depends on `client`, which leaves the database empty."""
    return shop.test_client()


def put(shop: Flask, data: bytes, name: str = "履歴書.pdf") -> int:
    with shop.app_context():
        begin_write()
        stored = intake.take_in(io.BytesIO(data), name, owner_id=None, now=datetime.now().astimezone())
        db.session.commit()
        return stored.id


def store_of(shop: Flask) -> Store:
    with shop.app_context():
        return storage.current()


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (pdf(stream(b"x" * 2_000_000)), "論文.pdf", "application/pdf"),
        (package(), "動機.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (picture(form="JPEG", comment=HTML), "写真.jpg", "image/jpeg"),
        (picture(), "写真.png", "image/png"),
    ],
)
def test_bytes_and_headers(shop: Flask, visitor: FlaskClient, data: bytes, name: str, media_type: str) -> None:
    answer = visitor.get(f"/any-file/{put(shop, data, name)}")
    assert answer.status_code == 200
    assert answer.data == data
    headers = answer.headers
    assert headers["Content-Type"] == media_type
    assert headers["Content-Length"] == str(len(data))
    assert headers["Content-Disposition"].startswith('attachment; filename="download.')
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in headers["Cache-Control"]
    assert headers["Accept-Ranges"] == "none"
    assert "ETag" not in headers
    assert "Last-Modified" not in headers
    for name_of_header in ("Content-Security-Policy", "Content-Type", "Content-Disposition", "Cache-Control"):
        assert len(headers.getlist(name_of_header)) == 1


@pytest.mark.parametrize("name", NAMES)
def test_the_name_is_said_in_full_and_plainly(shop: Flask, visitor: FlaskClient, name: str) -> None:
    header = visitor.get(f"/any-file/{put(shop, pdf(), name)}").headers["Content-Disposition"]
    assert header.startswith("attachment; filename=\"download.pdf\"; filename*=UTF-8''")
    assert header.isascii()
    assert unquote(header.partition("UTF-8''")[2]) == name


def test_the_header_for_a_japanese_name_to_the_letter() -> None:
    assert files.disposition("履歴書(山田)①.pdf") == (
        "attachment; filename=\"download.pdf\"; filename*=UTF-8''"
        "%E5%B1%A5%E6%AD%B4%E6%9B%B8%28%E5%B1%B1%E7%94%B0%29%E2%91%A0.pdf"
    )


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ('a"; filename="evil.exe', "a; filename=evil.exe"),
        ("a\r\nSet-Cookie: sid=1.pdf", "aSet-Cookie sid=1.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("", "書類"),
    ],
)
def test_no_name_breaks_out_of_its_header(name: str, kept: str) -> None:
    header = files.disposition(name)
    assert header.count('"') == 2
    assert "\r" not in header
    assert "\n" not in header
    assert unquote(header.partition("UTF-8''")[2]) == kept


def test_another_name_may_be_given(shop: Flask, visitor: FlaskClient) -> None:
    file_id = put(shop, pdf())
    with shop.test_request_context():
        answer = files.send(db.get_or_404(StoredFile, file_id), "E000000001_山田 太郎.pdf")
        assert unquote(answer.headers["Content-Disposition"]).endswith("UTF-8''E000000001_山田 太郎.pdf")
        answer.close()


def test_ranges_and_conditions_get_the_whole_file(shop: Flask, visitor: FlaskClient) -> None:
    file_id = put(shop, pdf())
    for headers in (
        {"Range": "bytes=0-3"},
        {"If-None-Match": "*"},
        {"If-Modified-Since": "Tue, 24 Nov 2099 00:00:00 GMT"},
    ):
        answer = visitor.get(f"/any-file/{file_id}", headers=headers)
        assert (answer.status_code, answer.data) == (200, pdf())


def test_a_head_request_says_the_size_and_closes_the_file(shop: Flask, visitor: FlaskClient) -> None:
    with visitor.head(f"/any-file/{put(shop, pdf())}") as answer:
        assert (answer.status_code, answer.data) == (200, b"")
        assert answer.headers["Content-Length"] == str(len(pdf()))


@pytest.mark.parametrize("harm", [b"", HTML, pdf()[:-1], pdf().replace(b"595", b"594")])
def test_a_damaged_file_is_never_served(shop: Flask, visitor: FlaskClient, harm: bytes) -> None:
    file_id = put(shop, pdf())
    with shop.app_context():
        place = Path(store_of(shop).path(db.session.get_one(StoredFile, file_id).key))
    place.write_bytes(harm)
    answer = visitor.get(f"/any-file/{file_id}")
    assert answer.status_code == 500
    assert "ファイルが壊れているため、開けません。" in answer.text
    assert harm not in answer.data or not harm
    assert "attachment" not in answer.headers.get("Content-Disposition", "")
    place.unlink()
    assert visitor.get(f"/any-file/{file_id}").status_code == 500


def test_a_key_is_no_address(shop: Flask, visitor: FlaskClient) -> None:
    file_id = put(shop, pdf())
    with shop.app_context():
        key = db.session.get_one(StoredFile, file_id).key
    shard = f"{key[:2]}/{key}"
    for path in (
        f"files/{key}",
        f"static/{key}",
        f"static/../var/files/{shard}",
        f"any-file/{key}",
        f"any-file/..%2f{shard}",
    ):
        assert visitor.get(f"/{path}").status_code == 404


# ---- as a browser saves it


@dataclass(frozen=True)
class Served:
    app: Flask
    url: str


@pytest.fixture
def served(shop: Flask, visitor: FlaskClient) -> Iterator[Served]:
    server = make_server("127.0.0.1", 0, shop, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(shop, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join()
    server.server_close()


def test_chromium_saves_each_under_its_name(served: Served, browser: Browser) -> None:
    page = browser.new_page()
    try:
        for name in NAMES:
            data = pdf(stream(name.encode()))
            address = f"{served.url}/any-file/{put(served.app, data, name)}"
            page.set_content(f'<a href="{address}">開く</a>')
            with page.expect_download() as waiting:
                page.click("a")
            assert Path(waiting.value.path()).read_bytes() == data
            assert waiting.value.suggested_filename == name.replace("\N{ZERO WIDTH JOINER}", "_")
    finally:
        page.close()


def test_chromium_runs_nothing_of_a_file(served: Served, browser: Browser) -> None:
    """Framed or opened, a picture that is also a page stays a download."""
    page = browser.new_page()
    try:
        address = f"{served.url}/any-file/{put(served.app, picture(form='JPEG', comment=HTML), '写真.jpg')}"
        page.goto(f"{served.url}/healthz")
        with page.expect_download() as waiting:
            page.evaluate("address => { location.href = address }", address)
        assert waiting.value.suggested_filename == "写真.jpg"
        assert page.url == f"{served.url}/healthz"
    finally:
        page.close()
