"""The second step: a code of six digits, mailed, single use, bound to the browser that gave the password.

Two conditional UPDATEs decide all races: a try is counted before the code is compared, and the code is used once.
"""

import hmac
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import Row, update

from models.base import db
from models.people import Account, LoginChallenge
from models.states import Role
from portal import audit
from portal.accounts import authenticators, letters, throttles
from portal.accounts.browsers import counters
from portal.accounts.origins import Origin
from portal.accounts.throttles import CODES_SENT, STRANGERS, WRONG_CODES
from portal.accounts.tokens import digest, keyed, new_token
from portal.accounts.waiting import DIGITS, StartOver, end_of, find, is_open, normalize_code, why_not_again
from portal.actors import Actor
from portal.database import write
from portal.errors import Refused
from portal.settings import Settings


def issue_challenge(account: Account, *, origin: Origin, now: datetime, settings: Settings, replaces: str = "") -> str:
    """Mails a code, unless an authenticator app shows it; returns the token that the asking browser keeps. `replaces`
    is the token it kept before."""
    throttles.take(CODES_SENT, counters(CODES_SENT, account.id, origin=origin, now=now, settings=settings), now=now)
    _end(replaces, now=now)
    token, code, by_app = new_token(), _new_code(), authenticators.has_app(account.id)
    challenge = LoginChallenge(
        token_hash=digest(token),
        account_id=account.id,
        code_mac="" if by_app else _mac(token, code, settings),
        by_app=by_app,
        password_version=account.password_version,
        created_at=now,
        sent_at=now,
        expires_at=now + timedelta(minutes=settings.code_minutes),
    )
    db.session.add(challenge)
    db.session.flush()
    if by_app:
        return token
    letters.send_code(
        account, code, challenge_id=challenge.id, resend=0, origin=origin, now=now, expires_at=challenge.expires_at
    )
    _record("code.issued", account.id, origin=origin, now=now, details={"resend": 0})
    return token


def resend(token: str, *, origin: Origin, now: datetime, settings: Settings) -> None:
    """Mails a new code, which ends the one before. The tries of the login stay counted."""
    code = _new_code()
    expires_at = now + timedelta(minutes=settings.code_minutes)
    row = db.session.execute(
        update(LoginChallenge)
        .where(*is_open(token, now=now, settings=settings))
        .where(
            ~LoginChallenge.by_app,
            LoginChallenge.resends < settings.code_resends,
            LoginChallenge.sent_at <= now - timedelta(seconds=settings.code_resend_seconds),
        )
        .values(
            code_mac=_mac(token, code, settings), resends=LoginChallenge.resends + 1, sent_at=now, expires_at=expires_at
        )
        .returning(LoginChallenge.id, LoginChallenge.account_id, LoginChallenge.resends)
    ).one_or_none()
    if row is None:
        raise why_not_again(token, now=now, settings=settings)
    throttles.take(CODES_SENT, counters(CODES_SENT, row.account_id, origin=origin, now=now, settings=settings), now=now)
    account = db.session.get_one(Account, row.account_id)
    letters.send_code(
        account, code, challenge_id=row.id, resend=row.resends, origin=origin, now=now, expires_at=expires_at
    )
    _record("code.issued", account.id, origin=origin, now=now, details={"resend": row.resends})


def answer_challenge(token: str, code: str, *, origin: Origin, now: datetime, settings: Settings) -> Account:
    """The account that is now logged in by its code; the caller opens the session in the same transaction.

    Raises Refused with the tries that are left, Throttled, or StartOver. Each leaves rows that must be committed.
    """
    text = normalize_code(code)
    row = db.session.execute(
        update(LoginChallenge)
        .where(*is_open(token, now=now, settings=settings))
        .values(tries=LoginChallenge.tries + 1)
        .returning(
            LoginChallenge.id,
            LoginChallenge.account_id,
            LoginChallenge.code_mac,
            LoginChallenge.by_app,
            LoginChallenge.password_version,
            LoginChallenge.tries,
        )
    ).one_or_none()
    if row is None:
        raise StartOver(end_of(find(token), now=now, settings=settings))
    tally = counters(WRONG_CODES, row.account_id, origin=origin, now=now, settings=settings)
    throttles.refuse_if_full(WRONG_CODES, tally, now=now)
    if row.by_app:
        is_right = authenticators.accept(row.account_id, text, origin=origin, now=now, settings=settings)
    else:
        is_right = hmac.compare_digest(row.code_mac, _mac(token, text, settings))
    if not is_right:
        raise _wrong(row, tally, origin=origin, now=now, settings=settings)
    return _use(row, origin=origin, now=now, settings=settings)


def _new_code() -> str:
    return pyotp.HOTP(pyotp.random_base32(), digits=DIGITS).at(0)


def _mac(token: str, code: str, settings: Settings) -> str:
    return keyed(settings.secret_key, "login code", digest(token), code)


def _end(token: str, *, now: datetime) -> None:
    if token:
        db.session.execute(
            update(LoginChallenge)
            .where(LoginChallenge.token_hash == digest(token), LoginChallenge.used_at.is_(None))
            .values(used_at=now)
        )


def _wrong(row: Row, tally: list[str], *, origin: Origin, now: datetime, settings: Settings) -> Refused:
    throttles.take(WRONG_CODES, tally, now=now)
    _record("code.failed", row.account_id, origin=origin, now=now, details={"tries": row.tries})
    left = settings.code_tries - row.tries
    return Refused(f"ワンタイムパスワードが違います。あと{left}回入力できます。") if left > 0 else StartOver("tries")


def _use(row: Row, *, origin: Origin, now: datetime, settings: Settings) -> Account:
    unused = update(LoginChallenge).where(LoginChallenge.id == row.id, LoginChallenge.used_at.is_(None))
    if write(unused.values(used_at=now)) != 1:
        raise StartOver("used")
    account = db.session.get_one(Account, row.account_id, populate_existing=True)
    organization = account.organization
    is_suspended = account.suspended_at or (organization and organization.suspended_at)
    if is_suspended or account.password_version != row.password_version:
        raise StartOver("closed")
    throttles.forget([throttles.key(STRANGERS, settings.secret_key, "account", account.email)])
    for limit in (WRONG_CODES, CODES_SENT):  # whoever completes a login is not the one these are for
        throttles.forget(counters(limit, account.id, origin=origin, now=now, settings=settings))
    _record("code.used", account.id, origin=origin, now=now)
    return account


def _record(action: str, account_id: int, *, origin: Origin, now: datetime, **columns: object) -> None:
    nobody = Actor(Role.anonymous, ip=origin.ip)
    audit.record(action, actor=nobody, now=now, subject="account", subject_id=account_id, **columns)
