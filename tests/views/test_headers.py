"""What every answer carries, whatever it says (G28), and how errors look when little is left to show them with."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.states import Kind
from portal.app import create_app, trusted_hosts
from portal.errors import Throttled
from portal.settings import Settings
from tests.client import Browser
from tests.conftest import hang_up
from tests.make import Maker
from tests.views.login import log_in
from tests.views.pages import Page, problems
from tests.views.posting import posted

EXACT = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
NONCE = re.compile(r"'nonce-([A-Za-z0-9_-]{22,})'")  # 128 bits at least
CLOSED = ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'")
TRACES = ("Traceback", "sqlite3", "psycopg", "sqlalchemy", "SELECT ", "/work", "site-packages")
# A signed token may by chance have a part that begins with "py".
SOURCE_FILE = re.compile(r"\.py(?![\w-])")


def traces(text: str) -> list[str]:
    return [trace for trace in TRACES if trace in text] + SOURCE_FILE.findall(text)


def assert_guarded(answer: TestResponse, about: object = "") -> str:
    """Returns the policy."""
    for name, value in EXACT.items():
        assert answer.headers.getlist(name) == [value], f"{about} {name}"
    (policy,) = answer.headers.getlist("Content-Security-Policy")
    assert "unsafe" not in policy
    assert "http" not in policy
    assert "*" not in policy
    assert all(part in policy for part in CLOSED)
    assert len(NONCE.findall(policy)) == 1
    assert "Server" not in answer.headers
    assert "Cookie" in answer.headers.get("Vary", "")
    return policy


@pytest.fixture
def member(client: FlaskClient, make_here: Maker) -> FlaskClient:
    log_in(client, make_here.member())
    return client


def throttled(client: FlaskClient) -> TestResponse:
    for _ in range(11):
        answer = client.post("/login", data={"email": "x@example.jp", "password": "x"})
    return answer


def stale(client: FlaskClient, now) -> TestResponse:
    address = client.post("/mypage/notices/new/", data=posted(Kind.notice, now=now)).location
    return client.post(address, data=posted(Kind.notice, now=now, revision=99, title="別の題名にする"))


def revalidated(client: FlaskClient) -> TestResponse:
    tag = client.get("/jobs/feed.atom").headers["ETag"]
    return client.get("/jobs/feed.atom", headers={"If-None-Match": tag})


KINDS_OF_ANSWERS: list[tuple[int, str, Callable[[FlaskClient, FlaskClient, Maker], TestResponse]]] = [
    (200, "public", lambda anyone, _member, _make: anyone.get("/")),
    (200, "member", lambda _anyone, member, _make: member.get("/mypage/")),
    (200, "static", lambda anyone, _member, _make: anyone.get("/static/portal.css")),
    (200, "atom", lambda anyone, _member, _make: anyone.get("/jobs/feed.atom")),
    (200, "robots", lambda anyone, _member, _make: anyone.get("/robots.txt")),
    (200, "alive", lambda anyone, _member, _make: anyone.get("/healthz")),
    (200, "head", lambda anyone, _member, _make: anyone.head("/")),
    (200, "options", lambda anyone, _member, _make: anyone.options("/")),
    (302, "to the login", lambda anyone, _member, _make: anyone.get("/mypage/")),
    (302, "saved", lambda _a, member, make: member.post("/mypage/jobs/new/", data=posted(Kind.job, now=make.now))),
    (303, "logged out", lambda _anyone, member, _make: member.post("/logout")),
    (304, "unchanged", lambda anyone, _member, _make: revalidated(anyone)),
    (308, "to the slash", lambda anyone, _member, _make: anyone.get("/jobs")),
    (400, "a NUL", lambda anyone, _member, _make: anyone.get("/jobs/?q=%00")),
    (400, "a number", lambda anyone, _member, _make: anyone.get("/jobs/?page=-1")),
    (400, "a host", lambda anyone, _member, _make: anyone.get("/", headers={"Host": "evil.example"})),
    (403, "another's door", lambda _anyone, member, _make: member.get("/desk/")),
    (404, "no address", lambda anyone, _member, _make: anyone.get("/nowhere")),
    (404, "no file", lambda anyone, _member, _make: anyone.get("/static/nowhere.css")),
    (404, "no entry", lambda anyone, _member, _make: anyone.get("/jobs/J-1999-00001")),
    (405, "a method", lambda anyone, _member, _make: anyone.delete("/")),
    (409, "a stale save", lambda _anyone, member, make: stale(member, make.now)),
    (413, "too large", lambda anyone, _member, _make: anyone.post("/login", data={"email": "x" * 18_000_000})),
    (416, "a range", lambda anyone, _m, _k: anyone.get("/static/portal.css", headers={"Range": "bytes=9999999-"})),
    (422, "a wrong pair", lambda anyone, _m, _k: anyone.post("/login", data={"email": "x@x.jp", "password": "x"})),
    (429, "too often", lambda anyone, _member, _make: throttled(anyone)),
]


@pytest.mark.parametrize(
    ("status", "what", "get"), KINDS_OF_ANSWERS, ids=[f"{row[0]} {row[1]}" for row in KINDS_OF_ANSWERS]
)
def test_every_kind_of_answer_is_guarded(
    status: int, what: str, get: Callable, site: Flask, member: FlaskClient, make_here: Maker
) -> None:
    answer = get(site.test_client(), member, make_here)

    assert answer.status_code == status
    assert_guarded(answer, what)
    if status >= 400:
        page = Page(answer.text)
        assert problems(page) == []
        assert traces(answer.text) == []
        assert re.search("[ぁ-ん]", page.h1 + page.text)


def test_scripts_run_by_the_nonce_of_their_own_answer_alone(client: FlaskClient) -> None:
    nonces = set()
    for _ in range(5):
        answer = client.get("/jobs/")
        (nonce,) = NONCE.findall(assert_guarded(answer))
        scripts = Page(answer.text).all("script")
        assert {script.get("nonce") for script in scripts} == {nonce}
        nonces.add(nonce)
    assert len(nonces) == 5


def test_what_a_person_sees_is_kept_by_nobody(site: Flask, member: FlaskClient) -> None:
    stranger = site.test_client()
    for path in ("/mypage/", "/mypage/jobs/", "/account/sessions", "/", "/jobs/", "/help"):
        assert member.get(path).headers["Cache-Control"] == "no-store", path
    for path in ("/login", "/mypage/", "/nowhere"):
        assert stranger.get(path).headers["Cache-Control"] == "no-store", path
    assert "no-store" not in stranger.get("/jobs/").headers.get("Cache-Control", "")


def test_a_host_that_is_not_ours_gets_nothing(client: FlaskClient) -> None:
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.nip.io", "evil.example:80", "local host", ""):
        assert client.get("/login", headers={"Host": host}).status_code == 400, host
    for host in ("localhost", "127.0.0.1:8000"):
        assert client.get("/login", headers={"Host": host}).status_code == 200, host


def test_on_machines_of_its_own_a_site_answers_to_the_address_where_it_listens() -> None:
    """By which what watches it calls it; not by one that stands for any address."""
    site = Settings(base_url="https://partner.example.jp")
    assert trusted_hosts(replace(site, host="10.0.0.11")) == ["partner.example.jp", "10.0.0.11"]
    for anywhere in ("0.0.0.0", "::"):
        assert trusted_hosts(replace(site, host=anywhere)) == ["partner.example.jp"]


def test_forwarded_headers_of_strangers_are_not_believed(client: FlaskClient) -> None:
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-For": "6.6.6.6"}
    answer = client.get("/jobs", headers=forged)

    assert answer.location == "http://localhost/jobs/"
    assert "Strict-Transport-Security" not in answer.headers
    assert "evil" not in client.get("/jobs/feed.atom", headers=forged).text


@pytest.fixture
def secure(settings: Settings, client: FlaskClient) -> Iterator[Flask]:
    """The application as it is served: https, behind one proxy, with a route that fails."""
    app = create_app(replace(settings, base_url="https://partner.example.jp", proxies=1))
    app.test_client_class = Browser

    @app.get("/fails")
    def fails() -> str:
        raise RuntimeError("SELECT secret FROM somewhere")

    @app.get("/waits")
    def waits() -> str:
        raise Throttled("少し待ってください。", retry_after=77)

    yield app
    hang_up(app)


HTTPS = {"Host": "partner.example.jp", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


def test_over_https_cookies_stay_with_the_host(secure: Flask) -> None:
    answer = secure.test_client().get("/login", headers=HTTPS)
    cookies = answer.headers.getlist("Set-Cookie")

    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-sid"]
    for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"):
        assert part in cookies[0]
    assert "Domain" not in cookies[0]
    assert "Expires" not in cookies[0]


def test_a_fault_is_told_with_a_reference_and_nothing_else(secure: Flask, caplog: pytest.LogCaptureFixture) -> None:
    answer = secure.test_client().get("/fails", headers=HTTPS)
    page = Page(answer.text)

    assert answer.status_code == 500
    assert_guarded(answer)
    assert page.h1 == "ページを表示できません"
    assert problems(page) == []
    assert traces(answer.text) == []
    assert "RuntimeError" not in answer.text
    assert "secret" not in answer.text
    reference = re.search(r"参照番号 ([0-9a-f]{8})", page.text)
    assert reference
    assert reference[1] in {getattr(record, "reference", "") for record in caplog.records}


def test_whoever_must_wait_is_told_how_long(secure: Flask) -> None:
    answer = secure.test_client().get("/waits", headers=HTTPS)

    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "77")
    assert "少し待ってください。" in answer.text


@pytest.fixture
def stranded(settings: Settings, client: FlaskClient) -> Iterator[Flask]:
    """The application while its database is away: nothing listens at this port."""
    app = create_app(replace(settings, database_url="postgresql://nobody@127.0.0.1:9/none"))
    app.test_client_class = Browser
    yield app
    hang_up(app)


@pytest.mark.parametrize("has_cookie", [False, True])
def test_without_a_database_people_are_told_in_japanese(has_cookie: bool, stranded: Flask) -> None:
    visitor = stranded.test_client()
    if has_cookie:
        with visitor.session_transaction() as cookie:
            cookie["_user_id"] = "a token that only the database could tell"
    for path, status in (("/jobs/", 503), ("/mypage/", 503 if has_cookie else 302), ("/nowhere", 404)):
        answer = visitor.get(path)
        assert answer.status_code == status, path
        assert_guarded(answer, path)
        if status >= 400:
            assert problems(Page(answer.text)) == []
            assert traces(answer.text) == []
    assert "しばらくしてからもう一度お試しください" in visitor.get("/").text
    assert visitor.get("/healthz").status_code == 200
    assert visitor.get("/readyz").status_code == 503
    assert visitor.get("/static/portal.css").status_code == 200


def test_readiness_wants_the_schema(settings: Settings, client: FlaskClient, tmp_path, site: Flask) -> None:
    assert site.test_client().get("/readyz").text == "ok\n"
    app = create_app(replace(settings, database_url=f"sqlite:///{tmp_path}/empty.sqlite"))
    app.test_client_class = Browser

    assert app.test_client().get("/readyz").status_code == 503
    hang_up(app)
