"""A real portal for the browser: the command of `make run`, its clock, its SMTP catcher, and Debian's Chromium."""

import email
import email.policy
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.demo_mail import free_port
from tests.databases import ROOT
from tests.demo import loaded

expect.set_options(timeout=15_000)  # what comes comes; a slow machine is no fault
PASSWORD = "partner-demo"
CODE = re.compile(r"^\s*(\d{6})\s*$", re.MULTILINE)


@dataclass(frozen=True)
class Running:
    url: str
    mail: Path

    def letters(self, recipient: str) -> list[EmailMessage]:
        """What the catcher holds for this address, oldest first."""
        found = [read_letter(path) for path in sorted(self.mail.glob("*.eml"), key=lambda path: path.stat().st_mtime)]
        return [letter for letter in found if recipient in str(letter["To"])]

    def wait_for_letter(self, recipient: str, words: str, *, known: int = 0, seconds: float = 20) -> EmailMessage:
        """The newest letter to this address whose subject or body holds the words, beyond `known` earlier ones."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            matching = [letter for letter in self.letters(recipient) if words in text_of(letter)]
            if len(matching) > known:
                return matching[-1]
            time.sleep(0.1)
        raise AssertionError(f"no letter to {recipient} with {words!r}")

    def code_for(self, recipient: str, *, known: int) -> str:
        letter = self.wait_for_letter(recipient, "ワンタイムパスワード", known=known)
        match = CODE.search(body_of(letter))
        assert match, "the code stands on a line of its own"
        return match.group(1)


def read_letter(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=email.policy.default)  # type: ignore[return-value]


def body_of(letter: EmailMessage) -> str:
    part = letter.get_body(("plain",))
    return part.get_content() if part else ""


def text_of(letter: EmailMessage) -> str:
    return f"{letter['Subject']}\n{body_of(letter)}"


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("running")
    loaded.load(shared).copy_to(folder)
    port = free_port()
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "PORTAL_DATABASE_URL": f"sqlite:///{folder / loaded.DATABASE}",
        "PORTAL_STORAGE_URL": f"file://{folder / loaded.FILES}",
        "PORTAL_MAIL_FOLDER": str(folder / "mail"),
        "PORTAL_SECRET_KEY": "a secret for the browser's own portal",
        "PORTAL_PORT": str(port),
        "PORTAL_BASE_URL": f"http://127.0.0.1:{port}",
        "PORTAL_TICK_SECONDS": "0.5",
        "PORTAL_HOLD_SECONDS": "5",
        "PORTAL_SESSIONS_AT_ONCE": "100",
        "PORTAL_MAIL_HOLD_SECONDS": "30",
    }
    log = (folder / "portal.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.commands", "run"],
        cwd=ROOT,
        env=environment,
        stdout=log,
        stderr=subprocess.STDOUT,
    )
    try:
        wait_until_ready(f"http://127.0.0.1:{port}/readyz", process, folder / "portal.log")
        yield Running(f"http://127.0.0.1:{port}", folder / "mail")
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=30)
        log.close()


def wait_until_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + 240  # the demo's half year on a busy machine
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # our own server on loopback
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError(f"the portal did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture
def page(browser: Browser, portal: Running) -> Iterator[Page]:
    """A window of a person without a login; fails the test on a script error or a breach of the CSP."""
    yield from window(browser, portal, width=1280)


@pytest.fixture
def office_page(browser: Browser, portal: Running) -> Iterator[Page]:
    """A second person's window, with cookies of its own."""
    yield from window(browser, portal, width=1280)


@pytest.fixture
def phone(browser: Browser, portal: Running) -> Iterator[Page]:
    yield from window(browser, portal, width=390)


@pytest.fixture(scope="session")
def walked(browser: Browser, portal: Running) -> Any:
    """`walks.walk` once, with its minute still to come."""
    from tests.browser import walks

    for page in window(browser, portal, width=1280):
        log_in(page, portal, walks.ORGANIZATION)
        for office_page in window(browser, portal, width=1280):
            log_in(office_page, portal, walks.OFFICE)
            done = walks.walk(page, office_page, portal)
    return done


def window(browser: Browser, portal: Running, *, width: int, scripts: bool = True, **options: Any) -> Iterator[Page]:
    context = browser.new_context(
        base_url=portal.url,
        locale="ja-JP",
        timezone_id="Asia/Tokyo",
        viewport={"width": width, "height": 900},
        java_script_enabled=scripts,
        **options,
    )
    context.set_default_timeout(10_000)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield page
    context.close()
    assert faults == []


def log_in(page: Page, portal: Running, address: str, *, door: str = "/login", password: str = PASSWORD) -> None:
    """Chapter 1 of the manual: e-mail and password, then the mailed code."""
    known = len([letter for letter in portal.letters(address) if "ワンタイムパスワード" in text_of(letter)])
    page.goto(door)
    page.get_by_label("メールアドレス").fill(address)
    page.get_by_label("パスワード", exact=True).fill(password)
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("ワンタイムパスワード").fill(portal.code_for(address, known=known))
    page.get_by_role("button", name="ログイン", exact=True).click()


def press(page: Page, *keys: str) -> None:
    """Keys as a person strikes them: once the page that shows is there whole, its scripts too."""
    for key in keys:
        page.wait_for_load_state()
        page.keyboard.press(key)
