"""Who is logged in proves it once more before a sensitive act: an open window alone is not enough."""

from datetime import datetime, timedelta
from typing import Any

from models.base import db
from models.people import Account
from portal import audit
from portal.accounts import authenticators, login
from portal.accounts.origins import Origin
from portal.actors import Actor
from portal.errors import Invalid, Refused, Throttled
from portal.publishing.checks import ERROR, Finding
from portal.settings import Settings

MINUTES = 15


def is_fresh(session: Any, now: datetime, *, minutes: int = MINUTES) -> bool:
    """Whether the session's owner logged in or proved themselves within the last minutes. `session` is a row with
    `created_at` and `confirmed_at`."""
    return (session.confirmed_at or session.created_at) >= now - timedelta(minutes=minutes)


def own_account(actor: Actor) -> Account:
    return db.session.get_one(Account, actor.account_id)


def prove(
    password: str,
    *,
    actor: Actor,
    origin: Origin,
    now: datetime,
    settings: Settings,
    field: str = "password",
    code: str | None = None,
) -> Account:
    """The account of who knows its password and, when `code` is given and there is one, has its authenticator app.

    Ends the transaction it is called in and begins a writing one. Raises Invalid with a finding at `field` or at
    `code`, or Throttled; each leaves rows that must be committed.
    """
    if not password:
        raise Invalid([Finding("A-02", ERROR, field, "現在のパスワードを入力してください。")])
    email = own_account(actor).email
    try:
        account = login.check_password(email, password, roles={actor.role}, origin=origin, now=now, settings=settings)
    except Throttled:
        raise
    except Refused:
        raise Invalid([Finding("A-02", ERROR, field, "現在のパスワードが正しくありません。")]) from None
    if code is not None and authenticators.has_app(account.id):
        _prove_app(account, code, origin=origin, now=now, settings=settings)
    audit.record("session.confirmed", actor=actor, now=now, subject="account", subject_id=account.id)
    return account


def _prove_app(account: Account, code: str, *, origin: Origin, now: datetime, settings: Settings) -> None:
    tally = authenticators.counters(account.id, origin=origin, now=now, settings=settings)
    authenticators.refuse_if_full(tally, now=now)
    if not authenticators.accept(account.id, code, origin=origin, now=now, settings=settings):
        authenticators.count_failure(tally, now=now)
        raise Invalid([Finding("A-03", ERROR, "code", "認証アプリの数字、または復旧コードが正しくありません。")])
