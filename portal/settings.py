"""Settings come from the environment, all with one prefix; a wrong one stops the start with a line that names it."""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

PREFIX = "PORTAL_"
ROOT = Path(__file__).resolve().parent.parent
SHORTEST_SECRET = 32
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 64  # that the setting may ask for
LONGEST_REISSUE = 1440  # minutes
LONGEST_HOLD = 3600  # seconds
LONGEST_INTERVAL = 366  # days
MOST_OFFERS = 1000
STORES = re.compile(r"file:///.+|s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/.*)?")
QUIET = re.compile(r"([01]?\d|2[0-3])-([01]?\d|2[0-3])", re.ASCII)
SCANNERS = re.compile(r"clamd://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}|unix:///.+")


class SettingError(Exception):
    """One line for the operator, with the name of the setting."""


@dataclass(frozen=True)
class Settings:
    """Names are those of the environment in lower case; durations are in the unit of the name."""

    database_url: str = f"sqlite:///{ROOT}/var/portal.sqlite"
    secret_key: str = ""
    base_url: str = "http://127.0.0.1:8000"
    host: str = "127.0.0.1"
    port: int = 8000
    mail_server: str = ""
    mail_port: int = 25
    mail_username: str = ""
    mail_password: str = ""
    mail_use_tls: bool = False
    mail_default_sender: str = "PARTNER事務局 <no-reply@partner.example.jp>"
    storage_url: str = f"file://{ROOT}/var/files"
    scanner: str = ""  # a clamd that looks at files: clamd://host:port or unix:///socket
    postgresql_bin: str = ""  # the folder of pg_dump and pg_restore, where it is not on the PATH
    timezone: str = "Asia/Tokyo"
    proxies: int = 0  # trusted proxies in front, for X-Forwarded-For and -Proto
    demo: bool = False  # the catcher's page and the demo accounts
    mail_folder: str = f"{ROOT}/var/mail"  # where the demo's catcher keeps what it caught
    web_workers: int = 2
    password_length: int = 12
    reissue_minutes: int = 60  # how long the address of a password reissue lives
    administrators_need_authenticator: bool = False
    code_minutes: int = 10
    code_tries: int = 5
    code_resends: int = 5
    code_resend_seconds: int = 30
    session_idle_minutes: int = 60
    session_hours: int = 12
    sessions_at_once: int = 5  # of one account; the one that was used longest ago gives way
    hold_seconds: int = 10
    approval_days: int = 3
    mail_hold_seconds: int = 120  # in which a mail to talents can be taken back
    quiet_hours: str = ""  # in which no offer leaves, such as 21-7: hours of `timezone`
    offers_a_mail: int = 200  # recipients of one offer
    offers_a_day: int = 200  # of one organization
    offer_interval_days: int = 30  # until the same talent gets another one without having answered
    tick_seconds: float = 1.0
    look_seconds: float = 2.0  # after which every process goes by what the desk decided
    audit_key: str = ""  # seals the trail; without one it is made from secret_key, which then must never change
    log: str = "text"  # or json: one object a line, and a line for each answer
    metrics_token: str = ""  # opens /metrics; without one there is no such page
    trail_anchor: str = ""  # file that keeps the newest seal outside the database
    # What one member may do, so that nobody copies the register of talents.
    searches_per_minute: int = 120
    searches_per_hour: int = 1200
    views_per_hour: int = 300
    views_per_day: int = 2000

    @property
    def secure(self) -> bool:
        return self.base_url.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def anchor_file(self) -> str:
        """Beside the folder of the files unless it is named; with files on S3 and no name, the log alone keeps it."""
        if self.trail_anchor or not self.storage_url.startswith("file://"):
            return self.trail_anchor
        return str(Path(self.storage_url.removeprefix("file://")).parent / "trail-heads.txt")

    @property
    def sqlalchemy_url(self) -> str:
        """PostgreSQL is spoken with psycopg 3, whichever of its usual names the operator wrote."""
        for name in ("postgresql://", "postgres://"):
            if self.database_url.startswith(name):
                return "postgresql+psycopg://" + self.database_url.removeprefix(name)
        return self.database_url


def _flag(text: str) -> bool:
    answer = {
        "1": True,
        "true": True,
        "yes": True,
        "on": True,
        "0": False,
        "false": False,
        "no": False,
        "off": False,
        "": False,
    }
    return answer[text.strip().lower()]


READERS: dict[type, Callable[[str], Any]] = {str: str, int: int, float: float, bool: _flag}


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Raises SettingError for the first setting that cannot be used."""
    values = {}
    for field in fields(Settings):
        text = environ.get(PREFIX + field.name.upper())
        if text is None or (text == "" and field.type is not str):
            continue
        try:
            values[field.name] = READERS[field.type](text)  # type: ignore[index]  # dataclass types are classes here
        except (ValueError, KeyError):
            raise SettingError(f"{PREFIX}{field.name.upper()}: {text!r} は使えません。") from None
    return check(Settings(**values))


def check(settings: Settings) -> Settings:
    for name, problem in _problems(settings):
        raise SettingError(f"{PREFIX}{name.upper()}: {problem}")
    return settings


def _problems(settings: Settings) -> list[tuple[str, str]]:
    """Setting and advice, for each that cannot be used."""
    return [*_odd_addresses(settings), *_odd_values(settings)]


def _odd_addresses(settings: Settings) -> list[tuple[str, str]]:
    url = urlsplit(settings.base_url)
    database = settings.database_url.split(":", 1)[0]
    found = []
    if database not in ("sqlite", "postgresql", "postgres", "postgresql+psycopg"):
        found.append(("database_url", "sqlite:////絶対パス または postgresql://… で指定してください。"))
    if database == "sqlite" and not settings.database_url.startswith("sqlite:////"):
        found.append(("database_url", "SQLite は sqlite:////絶対パス で指定してください。"))
    if url.scheme not in ("http", "https") or not url.hostname or url.path not in ("", "/"):
        found.append(("base_url", "https://ホスト名 の形で指定してください（パスは付けられません）。"))
    if not STORES.fullmatch(settings.storage_url):
        found.append(("storage_url", "file:///絶対パス または s3://バケット/接頭辞 で指定してください。"))
    if settings.storage_url.startswith("file://") and _is_served(settings.storage_url.removeprefix("file://")):
        found.append(("storage_url", "Webで配信するフォルダー（static）の外を指定してください。"))
    if settings.scanner and not SCANNERS.fullmatch(settings.scanner):
        found.append(("scanner", "clamd://ホスト:ポート または unix:///絶対パス で指定してください。"))
    return found


def _is_served(folder: str) -> bool:
    return Path(folder).resolve().is_relative_to(ROOT / "static")


def _odd_values(settings: Settings) -> list[tuple[str, str]]:
    found = [(name, words) for name, is_right, words in _bounds(settings) if not is_right]
    found += _odd_mails(settings)
    try:
        ZoneInfo(settings.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        found.append(("timezone", "Asia/Tokyo のような名前で指定してください。"))
    return found


def _bounds(settings: Settings) -> tuple[tuple[str, bool, str], ...]:
    """A setting, whether it is within its bounds, and what is said when it is not."""
    secret, key, password, minutes = (
        settings.secret_key, settings.audit_key, settings.password_length, settings.reissue_minutes
    )  # fmt: skip
    port, long = "1〜65535 で指定してください。", f"{SHORTEST_SECRET}文字以上の乱数を指定してください。"
    return (
        ("secret_key", len(secret) >= SHORTEST_SECRET, long),
        ("audit_key", not key or len(key) >= SHORTEST_SECRET, long),
        ("port", 0 < settings.port < 65536, port),
        ("mail_port", 0 < settings.mail_port < 65536, port),
        (
            "password_length",
            SHORTEST_PASSWORD <= password <= LONGEST_PASSWORD,
            f"{SHORTEST_PASSWORD}〜{LONGEST_PASSWORD} で指定してください。",
        ),
        ("reissue_minutes", 1 <= minutes <= LONGEST_REISSUE, f"1〜{LONGEST_REISSUE:,} の分数で指定してください。"),
        ("log", settings.log in ("text", "json"), "text または json を指定してください。"),
        (
            "metrics_token",
            not settings.metrics_token or len(settings.metrics_token) >= SHORTEST_SECRET,
            long,
        ),
        ("web_workers", settings.web_workers >= 1, "1以上で指定してください。"),
        ("tick_seconds", settings.tick_seconds > 0, "0より大きい秒数を指定してください。"),
        ("look_seconds", settings.look_seconds > 0, "0より大きい秒数を指定してください。"),
    )


def _odd_mails(settings: Settings) -> list[tuple[str, str]]:
    found = []
    if not 0 <= settings.mail_hold_seconds <= LONGEST_HOLD:
        found.append(("mail_hold_seconds", f"0〜{LONGEST_HOLD:,} の秒数で指定してください。"))
    hours = QUIET.fullmatch(settings.quiet_hours)
    if settings.quiet_hours and (hours is None or int(hours[1]) == int(hours[2])):
        found.append(("quiet_hours", "21-7 のように、始まりと終わりの時刻（0〜23時）で指定してください。"))
    found += [
        (name, f"1〜{MOST_OFFERS:,} で指定してください。")
        for name in ("offers_a_mail", "offers_a_day")
        if not 1 <= getattr(settings, name) <= MOST_OFFERS
    ]
    if not 0 <= settings.offer_interval_days <= LONGEST_INTERVAL:
        found.append(("offer_interval_days", f"0〜{LONGEST_INTERVAL} の日数で指定してください。"))
    return found
