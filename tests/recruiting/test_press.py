"""The press fetches nothing, survives everything, and knows nothing but its page."""

import json
import logging
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from models.states import ResumeType
from portal.apart.workshop import MEMORY
from portal.app import create_app
from portal.files.inspector import pdf as inspector
from portal.press.client import AT_ONCE, Press, PressDown, Unprintable, judged, press
from portal.press.printer import MADE, SECONDS
from portal.press.typesetting import NothingButFonts, NothingButPhotos
from portal.publishing.shapes import Field, Type
from portal.recruiting import resume_page
from portal.recruiting.resume_fields import fields_of
from portal.settings import Settings
from tests.recruiting import printed
from tests.recruiting.printed import frozen, portrait, read, somebody, text

PAGE = '<!doctype html><html lang="ja"><title>試し</title><body class="general"><p>試し刷り</p></body></html>'
ENDLESS = PAGE.replace("試し刷り", "国際協力" * 500_000)


@pytest.fixture(scope="module", autouse=True)
def paper(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    folder = tmp_path_factory.mktemp("paper")
    app = create_app(Settings(database_url=f"sqlite:///{folder}/none.sqlite", secret_key="x" * 32), doors=False)
    with app.app_context():
        yield app


def printers() -> list[int]:
    """Processes that the press has forked and that are still there."""
    process = press.workshop._process
    if process is None:
        return []
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    try:
        return [number for number in map(int, children.read_text().split()) if is_at_work(number)]
    except FileNotFoundError:
        return []


def is_at_work(number: int) -> bool:
    """One whose files are closed has answered and is being buried; its place is free."""
    try:
        return any(Path(f"/proc/{number}/fd").iterdir())
    except OSError:
        return False


def all_gone() -> bool:
    """The system may take a moment to bury the last one."""
    end = time.monotonic() + 1
    while printers() and time.monotonic() < end:
        time.sleep(0.01)
    return printers() == []


# ---- nothing is fetched: A22


class Canary(ThreadingHTTPServer):
    """Sings when anybody asks it for anything."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Listener)
        self.heard: list[str] = []
        self.address = f"http://127.0.0.1:{self.server_address[1]}"


class Listener(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.heard.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"CANARY-BODY")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def canary() -> Iterator[Canary]:
    server = Canary()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "secret.txt"
    file.write_text("CANARY-SECRET")
    return file


def attacks(address: str, secret: Path) -> list[str]:
    local = secret.as_uri()
    return [
        f'<img src="{address}/img"><img src="{local}">',
        f'<link rel=attachment href="{address}/attachment"><link rel="attachment" href="{local}">',
        f'<a rel=attachment href="{local}">a</a><a rel=attachment href="{address}/a">b</a>',
        f'<link rel=stylesheet href="{address}/sheet.css"><style>@import url({address}/import.css);</style>',
        f"<style>@font-face{{font-family:x;src:url({address}/font.ttf)}}p{{font-family:x;background:url({local})}}</style>",
        f'<p style="background:url({address}/style);list-style-image:url({address}/list)">x</p>',
        f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{address}/svg"/><use href="{address}/use#x"/></svg>',
        f'<object data="{address}/object"></object><embed src="{local}"><iframe src="{address}/frame"></iframe>',
        f'<img src="data:image/svg+xml,<svg xmlns=%22http://www.w3.org/2000/svg%22><image href=%22{address}/in%22/>">',
        f'<base href="{address}/"><img src="relative"><input type=image src="{address}/input">',
        f'<meta http-equiv=refresh content="0;url={address}/refresh"><script src="{address}/script"></script>',
        f'<img srcset="{address}/set 1x"><picture><source srcset="{address}/source"></picture>',
        f"'\"></p></td></table></section><img src={address}/broken-out><!--",
        "{{ 7 * 7 }}{% include '/etc/passwd' %}${7*7}#{7*7}\\input{/etc/passwd}",
        f"<img src='file:///proc/self/environ'><img src='ftp://127.0.0.1/x'><img src='{address}/redirect'>",
        "</title><script>alert(1)</script>\u202e\u2028\u200b",
    ]


def test_a_hostile_page_reaches_nothing(canary: Canary, secret: Path) -> None:
    """As if no text were ever escaped."""
    for attack in attacks(canary.address, secret):
        pdf = press.print(PAGE.replace("試し刷り", "試し刷り" + attack))
        assert_inert(pdf, canary)


def test_the_same_page_reaches_out_with_the_usual_fetcher(canary: Canary, secret: Path) -> None:
    """So the test above can fail."""
    import weasyprint

    logging.getLogger("weasyprint").setLevel(logging.CRITICAL)
    page = PAGE.replace("試し刷り", "".join(attacks(canary.address, secret)[:8]))
    pdf = weasyprint.HTML(string=page).write_pdf()
    assert len(canary.heard) >= 4
    assert b"CANARY-SECRET" in printed.everything(pdf)


@pytest.mark.parametrize("part", range(3))
@pytest.mark.parametrize("resume_type", ResumeType)
def test_hostile_words_in_every_field_are_words(
    resume_type: ResumeType, part: int, canary: Canary, secret: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "seconds", 120)  # many pages; how long one may take is the matter of other tests
    attack = "".join(attacks(canary.address, secret)[part::3])
    content = {field.name: hostile(field, attack) for field in fields_of(resume_type)}
    person = somebody(attack, name_kana=attack, gender_text=attack, phone=attack, postal=attack, address=attack)
    person.account.email = attack
    shown = frozen(resume_type, talent=person, content=content)
    pdf = press.print(resume_page.html(shown, number="E7K2M9QX4T", applied_at=printed.APPLIED, photo=portrait()))
    assert_inert(pdf, canary)
    seen = "".join(text(pdf).split())
    assert seen.count("".join(attack.split())[:12]) >= len(list(fields_of(resume_type)))


def hostile(field: Field, attack: str) -> Any:
    if field.type is Type.rows:
        return [{cell.name: "2019-04" if cell.type is Type.month else attack for cell in field.cells}]
    return [attack] if field.type is Type.choices else attack


def assert_inert(pdf: bytes, canary: Canary) -> None:
    from io import BytesIO

    assert canary.heard == []
    assert inspector.look(BytesIO(pdf)) == "pdf"  # no script, no attachment, nothing that acts
    inside = printed.everything(pdf) + pdf
    for sign in (b"CANARY", b"root:", b"/EmbeddedFile", b"/JavaScript", b"PORTAL_"):
        assert sign not in inside
    assert "CANARY" not in text(pdf)


def test_the_fetchers_open_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_a, **_k: pytest.fail("a connection"))
    font = tmp_path / "a.ttf"
    font.write_bytes(b"font")
    photos, fonts = NothingButPhotos(), NothingButFonts(font)
    assert photos.fetch("data:image/jpeg;base64,aGFsbG8=").read() == b"hallo"
    assert fonts.fetch(font.as_uri()).read() == b"font"
    refused = [
        "data:image/jpeg;base64,%%%",
        "data:image/svg+xml;base64,aGFsbG8=",
        "data:text/css,p{}",
        "DATA:image/jpeg;base64,aGFsbG8=",
        "http://127.0.0.1/",
        "https://127.0.0.1/",
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        font.as_uri() + "?x",
        "data:image/jpeg;base64," + "A" * (5 * 1024 * 1024),
    ]
    for url in refused:
        for fetcher in (photos, fonts):
            with pytest.raises(ValueError, match="refused"):
                fetcher.fetch(url)
            with pytest.raises(ValueError, match="refused"):
                fetcher.open(url)


def test_the_press_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "CANARY-KEY")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "CANARY-KEY")
    own = Press()
    try:
        own.print(PAGE)
        assert own.workshop._process is not None
        environment = Path(f"/proc/{own.workshop._process.pid}/environ").read_bytes()
        names = {entry.partition(b"=")[0] for entry in environment.split(b"\0") if entry}
        assert names == {b"PATH", b"LC_ALL"}
        opened = [str(file.readlink()) for file in Path(f"/proc/{own.workshop._process.pid}/fd").iterdir()]
        assert len([name for name in opened if name.startswith("socket:")]) == 1
        assert not [name for name in opened if name.endswith((".sqlite", "-wal"))]
    finally:
        own.close()


# ---- nothing brings it down: A23

BOMBS = {
    "30,000 rows": PAGE.replace(
        "<p>試し刷り</p>",
        "<table>" + "<tr><td>2019年4月</td><td>独立行政法人国際協力機構 入構</td></tr>" * 30_000 + "</table>",
    ),
    "2,000,000 characters without a break": ENDLESS,
    "3,000 levels": PAGE.replace("試し刷り", "<div>" * 3000 + "深い" + "</div>" * 3000),
    "a page of ten million pixels": PAGE.replace("<p>", '<p style="width:10000000px;height:10000000px">'),
}


HURRIED = 6  # where it is not the figure itself that matters


def test_a_document_has_fifteen_seconds() -> None:
    assert press.seconds == SECONDS == 15


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_ends_within_its_limits_beside_another_document(bomb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them has all the time that there is."""
    if BOMBS[bomb] is not ENDLESS:
        monkeypatch.setattr(press, "seconds", HURRIED)
    press.print(PAGE)  # the press has started
    with ThreadPoolExecutor(2) as pool:
        begun = time.monotonic()
        heavy = pool.submit(outcome, BOMBS[bomb])
        time.sleep(0.2)
        lines = text(press.print(resume_page.html(frozen(ResumeType.general), **MORE)))
        beside = time.monotonic() - begun
        verdict, seconds, most = heavy.result()
    print(f"\n{bomb}: {verdict} after {seconds:.1f} s, at most {most // 2**20} MiB; beside it {beside:.1f} s")
    assert "山田 花子" in lines
    assert seconds < press.seconds + 3
    assert most <= MEMORY
    assert beside < SECONDS / 2
    assert all_gone()
    assert verdict == "heavy" or bomb.startswith("a page")
    assert text(press.print(PAGE)).startswith("試し刷り")


MORE: dict[str, Any] = {"number": "E7K2M9QX4T", "applied_at": printed.APPLIED, "photo": b""}


def outcome(page: str) -> tuple[str, float, int]:
    """How it ended, after how long, and the most address space a printer had meanwhile."""
    begun, most, over = time.monotonic(), [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.05):
            for number in printers():
                most[0] = max(most[0], size_of(number))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        press.print(page)
        verdict = "made"
    except Unprintable as problem:
        verdict = str(problem)
    finally:
        over.set()
        watcher.join()
    return verdict, time.monotonic() - begun, most[0]


def size_of(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, IndexError):
        return 0


def test_each_printer_is_bound() -> None:
    """Seen from outside, in the middle of its work."""
    press.print(PAGE)  # the press has started, and what that took has ended
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(outcome, ENDLESS)
        number = wait_for_printer()
        time.sleep(0.3)
        limits = Path(f"/proc/{number}/limits").read_text().splitlines()
        os.kill(number, signal.SIGKILL)
        with pytest.raises(PressDown):
            running.result()
    told = {line[:26].strip(): line[26:].split()[:2] for line in limits}
    assert told["Max cpu time"] == [str(SECONDS), str(SECONDS + 2)]
    assert told["Max address space"] == [str(MEMORY)] * 2
    assert told["Max file size"] == ["0", "0"]
    assert told["Max core file size"] == ["0", "0"]


def wait_for_printer() -> int:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if found := printers():
            return found[0]
        time.sleep(0.01)
    raise AssertionError("no printer came")


def test_memory_ends_before_the_machine_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that is too large, and one that grows quicker than it is laid out."""
    verdict, seconds, most = outcome(PAGE.replace("試し刷り", "国" * 100_000_000))
    print(f"\nlarge: {verdict} after {seconds:.1f} s, at most {most // 2**20} MiB")
    assert verdict == "heavy"
    assert seconds < SECONDS, "it was the memory that ended, not the time"
    assert most <= MEMORY
    monkeypatch.setattr(press, "seconds", HURRIED)
    verdict, seconds, most = outcome(PAGE.replace("試し刷り", "<i>国</i>" * 400_000))
    print(f"growing: {verdict} after {seconds:.1f} s, at most {most // 2**20} MiB")
    assert verdict in ("heavy", "broken")
    assert seconds < HURRIED + 3
    assert most <= MEMORY


def test_fifty_at_once_are_printed_two_at_a_time() -> None:
    press.print(PAGE)
    most, over = [0], threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            most[0] = max(most[0], len(printers()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    with ThreadPoolExecutor(50) as pool:
        pages = [PAGE.replace("試し刷り", f"{number}枚目") for number in range(50)]
        done = list(pool.map(press.print, pages))
    over.set()
    watcher.join()
    assert [text(pdf).split()[0] for pdf in done] == [f"{number}枚目" for number in range(50)]
    assert 1 <= most[0] <= AT_ONCE


def test_a_press_that_was_killed_starts_again() -> None:
    own = Press()
    try:
        own.print(PAGE)
        assert own.workshop._process is not None
        before = own.workshop._process.pid
        own.workshop._process.kill()
        own.workshop._process.wait()
        assert text(own.print(PAGE)).startswith("試し刷り")
        assert own.workshop._process.pid != before
    finally:
        own.close()


def test_a_press_whose_owner_died_ends() -> None:
    own = Press()
    own.print(PAGE)
    process, door = own.workshop._process, own.workshop._door
    assert process is not None
    assert door is not None
    door.close()  # what the system does for a process that is killed
    assert process.wait(10) == 0
    own.close()


def test_without_fonts_the_press_says_why(caplog: pytest.LogCaptureFixture) -> None:
    """The process looks for itself; here it finds a house without them."""
    program = "import portal.press.fonts as f; f.FOLDERS = (); from portal.press.printer import main; main()"
    own = Press()
    own.workshop.command = (sys.executable, "-c", program)
    with pytest.raises(PressDown):
        own.print(PAGE)
    assert "ipaexg.ttf is not installed" in caplog.text
    assert own.workshop._process is None


@pytest.mark.parametrize(("verdict", "made"), [(MADE, b""), (b"odd", b"1234"), (b"", b"1234")])
def test_an_answer_that_is_none_is_not_believed(verdict: bytes, made: bytes) -> None:
    with pytest.raises(PressDown):
        judged(verdict, made)


def test_what_is_printed_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unprintable), caplog.at_level(logging.DEBUG):
        press.print(BOMBS["3,000 levels"])
    assert "深い" not in json.dumps([record.getMessage() for record in caplog.records], ensure_ascii=False)


def test_a_page_that_cannot_be_read_breaks_only_its_printer() -> None:
    with pytest.raises((Unprintable, UnicodeEncodeError)):
        press.print("\ud800")
    assert len(read(press.print(PAGE)).pages) == 1
