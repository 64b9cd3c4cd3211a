"""A wrong or missing setting stops the start with one line that names it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal import settings
from portal.settings import SettingError
from tests.databases import ROOT

SECRET = "0123456789abcdef0123456789abcdef"
WRONG = {
    "PORTAL_DATABASE_URL": ["mysql://host/name", "sqlite:///relative.sqlite", "portal.sqlite", ""],
    "PORTAL_SECRET_KEY": ["", "short"],
    "PORTAL_BASE_URL": [
        "partner.example.jp",
        "ftp://partner.example.jp",
        "https://partner.example.jp/path",
        "https://",
    ],
    "PORTAL_PORT": ["0", "65536", "http", "-1", "80 80"],
    "PORTAL_MAIL_PORT": ["0", "smtp"],
    "PORTAL_MAIL_USE_TLS": ["maybe"],
    "PORTAL_STORAGE_URL": [
        "files",
        "/var/files",
        "ftp://host/files",
        "file:///",
        "s3://",
        "s3://Bucket/x",
        "s3:///x",
        f"file://{ROOT}/static",
        f"file://{ROOT}/var/../static/files",
    ],
    "PORTAL_SCANNER": ["clamd", "clamd://", "clamd://host", "clamd://host:port", "unix://", "http://host:3310"],
    "PORTAL_TIMEZONE": ["Tokyo", "../etc/passwd"],
    "PORTAL_TICK_SECONDS": ["0", "-1", "soon"],
    "PORTAL_WEB_WORKERS": ["many", "0"],
    "PORTAL_MAIL_HOLD_SECONDS": ["-1", "3601", "two"],
    "PORTAL_QUIET_HOURS": ["21", "21-24", "7-7", "21:00-7:00", "-", "２１-7"],
    "PORTAL_OFFERS_A_MAIL": ["0", "1001"],
    "PORTAL_OFFERS_A_DAY": ["0", "1001", "many"],
    "PORTAL_OFFER_INTERVAL_DAYS": ["-1", "367"],
}
CASES = [(name, value) for name, values in WRONG.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES)
def test_a_wrong_setting_is_named_in_one_line(name: str, value: str) -> None:
    with pytest.raises(SettingError) as caught:
        settings.load({"PORTAL_SECRET_KEY": SECRET, name: value})
    assert str(caught.value).startswith(f"{name}: ")
    assert "\n" not in str(caught.value)


def test_a_missing_secret_is_named() -> None:
    with pytest.raises(SettingError, match=r"^PORTAL_SECRET_KEY: "):
        settings.load({})


@pytest.mark.parametrize("command", ["migrate", "web", "scheduler", "doctor", "demo-data", "run"])
def test_every_command_stops_without_a_traceback(command: str, tmp_path: Path) -> None:
    environment = {"PATH": os.environ["PATH"], "PORTAL_SECRET_KEY": SECRET, "PORTAL_STORAGE_URL": "nowhere"}
    done = subprocess.run(
        [sys.executable, "-m", "portal.commands", command],
        cwd=ROOT,
        check=False,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("PORTAL_STORAGE_URL: ")
    assert len(done.stderr.splitlines()) == 1


def test_postgresql_is_spoken_with_psycopg() -> None:
    for address in ("postgres://host/name", "postgresql://host/name", "postgresql+psycopg://host/name"):
        chosen = settings.load({"PORTAL_SECRET_KEY": SECRET, "PORTAL_DATABASE_URL": address})
        assert chosen.sqlalchemy_url == "postgresql+psycopg://host/name"
        assert not chosen.is_sqlite


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORTAL_STORAGE_URL", "file:///srv/partner/files"),
        ("PORTAL_STORAGE_URL", "s3://partner-files"),
        ("PORTAL_STORAGE_URL", "s3://partner.files-1/a/b/"),
        ("PORTAL_SCANNER", ""),
        ("PORTAL_SCANNER", "clamd://127.0.0.1:3310"),
        ("PORTAL_SCANNER", "clamd://[::1]:3310"),
        ("PORTAL_SCANNER", "clamd://clamav.internal:3310"),
        ("PORTAL_SCANNER", "unix:///run/clamav/clamd.ctl"),
    ],
)
def test_places_of_files_and_scanner_that_are_right(name: str, value: str) -> None:
    chosen = settings.load({"PORTAL_SECRET_KEY": SECRET, name: value})
    assert getattr(chosen, name.removeprefix("PORTAL_").lower()) == value


def test_an_empty_optional_setting_is_as_if_unset() -> None:
    empty = dict.fromkeys(("PORTAL_PORT", "PORTAL_MAIL_SERVER", "PORTAL_MAIL_USE_TLS"), "")
    chosen = settings.load({"PORTAL_SECRET_KEY": SECRET, **empty})
    assert (chosen.port, chosen.mail_server, chosen.mail_use_tls) == (8000, "", False)
