"""Where a second step stands: whether it can go on, what its page shows, and why it cannot."""

import unicodedata
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import ColumnElement, Row, select

from models.base import db
from models.people import Account, LoginChallenge
from portal.accounts import authenticators
from portal.accounts.tokens import digest
from portal.errors import Refused, Throttled
from portal.settings import Settings

DIGITS = 6
ONCE_MORE = "もう一度メールアドレスとパスワードを入力してください。"
OVER = {
    "missing": f"ログインの手続きが見つかりません。{ONCE_MORE}",
    "used": f"このワンタイムパスワードは使用済みです。{ONCE_MORE}",
    "tries": f"ワンタイムパスワードを入力できる回数の上限に達しました。{ONCE_MORE}",
    "expired": f"ワンタイムパスワードの有効期限が切れました。{ONCE_MORE}",
    "closed": f"ログインの手続きを続けられません。{ONCE_MORE}",
}


class StartOver(Refused):
    """This login cannot go on; `reason` is a key of OVER."""

    def __init__(self, reason: str) -> None:
        super().__init__(OVER[reason])
        self.reason = reason


@dataclass(frozen=True)
class Waiting:
    """What the page of the second step shows."""

    masked_email: str
    resends_left: int
    resend_in: int  # seconds; 0 = now
    minutes: int
    by_app: bool  # the authenticator app shows the code


def find_waiting(token: str, *, now: datetime, settings: Settings) -> Waiting:
    """Changes nothing. Raises StartOver when the login cannot go on."""
    row = find(token)
    if row is None or (reason := end_of(row, now=now, settings=settings)):
        raise StartOver("missing" if row is None else reason)
    return Waiting(
        mask_email(row.email),
        settings.code_resends - row.resends,
        _resend_in(row, now=now, settings=settings),
        settings.code_minutes,
        row.by_app,
    )


def normalize_code(code: str) -> str:
    """Six half-width digits, however they were typed, or a recovery code; anything else is refused and costs no try."""
    text = "".join(unicodedata.normalize("NFKC", code[:100]).split())
    if authenticators.is_recovery_code(recovery := authenticators.normalize(code)):
        return recovery
    if len(text) != DIGITS or not (text.isascii() and text.isdigit()):
        raise Refused(f"{DIGITS}桁の数字を入力してください。")
    return text


def mask_email(email: str) -> str:
    """or***@example.jp: enough for the owner to know which mailbox to open."""
    name, _, domain = email.rpartition("@")
    return f"{name[: min(2, max(1, len(name) - 1))]}***@{domain}"


def is_open(token: str, *, now: datetime, settings: Settings) -> tuple[ColumnElement[bool], ...]:
    return (
        LoginChallenge.token_hash == digest(token),
        LoginChallenge.used_at.is_(None),
        LoginChallenge.tries < settings.code_tries,
        LoginChallenge.expires_at >= now,
    )


def find(token: str) -> Row | None:
    return db.session.execute(
        select(
            LoginChallenge.used_at,
            LoginChallenge.tries,
            LoginChallenge.expires_at,
            LoginChallenge.resends,
            LoginChallenge.sent_at,
            LoginChallenge.by_app,
            Account.email,
        )
        .join(Account, Account.id == LoginChallenge.account_id)
        .where(LoginChallenge.token_hash == digest(token))
    ).one_or_none()


def end_of(row: Row | None, *, now: datetime, settings: Settings) -> str:
    if row is None:
        return "missing"
    if row.used_at:
        return "used"
    if row.tries >= settings.code_tries:
        return "tries"
    return "expired" if row.expires_at < now else ""


def _resend_in(row: Row, *, now: datetime, settings: Settings) -> int:
    return max(0, ceil(settings.code_resend_seconds - (now - row.sent_at).total_seconds()))


def why_not_again(token: str, *, now: datetime, settings: Settings) -> Refused:
    row = find(token)
    if row is None or (reason := end_of(row, now=now, settings=settings)):
        return StartOver("missing" if row is None else reason)
    if row.by_app:
        return Refused("認証アプリに表示されている数字を入力してください。メールでは送られません。")
    if row.resends >= settings.code_resends:
        return Refused(f"再送できるのは{settings.code_resends}回までです。届かないときは、最初からやり直してください。")
    seconds = max(1, _resend_in(row, now=now, settings=settings))
    return Throttled(f"あと{seconds}秒で再送できます。", retry_after=seconds)
