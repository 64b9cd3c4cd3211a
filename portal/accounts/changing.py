"""A new password: by a mailed address, or by who is logged in and knows the present one."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, update

from models.base import db
from models.people import Account, KnownBrowser, LoginChallenge
from models.states import AddressPurpose
from portal import audit
from portal.accounts import addresses, letters, sessions, stepping_up, throttles
from portal.accounts.addresses import PASSWORDS
from portal.accounts.origins import Origin
from portal.accounts.passwords import check_policy, hash_password
from portal.accounts.tokens import digest
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Invalid
from portal.publishing.checks import ERROR, Finding
from portal.settings import Settings

MISMATCH = "もう一度入力したパスワードが一致しません。"
# What waits in mailboxes and has no business with an account whose password is another one now.
WAITING = (*PASSWORDS, AddressPurpose.email_old, AddressPurpose.email_new)


def set_by_address(
    token: str, password: str, again: str, *, origin: Origin, now: datetime, settings: Settings
) -> Account:
    """The password that an address of a reissue or an invitation leads to. Ends all sessions and opens none; the
    authenticator app stays. Raises Gone, or Invalid with findings, which leave the address usable.

    Ends the transaction it is called in and begins a writing one after the hashing.
    """
    row = addresses.find(token, PASSWORDS, now=now)
    _check(password, again, words=(row.name, row.login, row.organization), settings=settings)
    db.session.rollback()
    secret = hash_password(password)
    begin_write()
    used = addresses.use(token, PASSWORDS, now=now)
    account = db.session.get_one(Account, used.account_id, populate_existing=True)
    actor = actor_of(account, origin)
    _keep(account, secret, now=now)
    sessions.end_other_sessions(0, actor=actor, now=now)
    _forget_browsers(account, "", settings=settings)
    is_first = used.purpose is AddressPurpose.invitation
    action = "password.first" if is_first else "password.reissued"
    audit.record(action, actor=actor, now=now, subject="account", subject_id=account.id)
    if not is_first:
        letters.tell_of_change("パスワードが再設定されました", account, origin=origin, now=now)
    return account


def change(
    present: str,
    password: str,
    again: str,
    *,
    session_id: int,
    actor: Actor,
    origin: Origin,
    now: datetime,
    settings: Settings,
) -> str:
    """Replaces the password of who is logged in. Their other sessions end; returns the new token of this one.

    Raises Invalid with findings, or Throttled. Each leaves rows that must be committed.
    """
    account = stepping_up.own_account(actor)
    organization = account.organization.name if account.organization else ""
    _check(password, again, words=(account.name, account.email, organization), settings=settings)
    db.session.rollback()
    secret = hash_password(password)
    account = stepping_up.prove(present, actor=actor, origin=origin, now=now, settings=settings, field="present")
    _keep(account, secret, now=now)
    sessions.end_other_sessions(session_id, actor=actor, now=now)
    _forget_browsers(account, origin.token, settings=settings)
    audit.record("password.changed", actor=actor, now=now, subject="account", subject_id=account.id)
    letters.tell_of_change("パスワードが変更されました", account, origin=origin, now=now)
    return sessions.renew(session_id, now=now)


def actor_of(account: Account, origin: Origin) -> Actor:
    return Actor(account.role, account.id, account.organization_id, account.name, origin.ip)


def _check(password: str, again: str, *, words: Iterable[str], settings: Settings) -> None:
    problem = "新しいパスワードを入力してください。" if not password else None
    problem = problem or check_policy(password, shortest=settings.password_length, words=words)
    found = [("password", problem), ("again", "" if password == again else MISMATCH)]
    findings = [Finding("A-01", ERROR, field, message) for field, message in found if message]
    if findings:
        raise Invalid(findings)


def _keep(account: Account, secret: str, *, now: datetime) -> None:
    """With the password goes whatever was issued under the one before."""
    account.password_hash = secret
    account.password_version += 1
    db.session.flush()
    addresses.forget(account.id, WAITING)
    db.session.execute(
        update(LoginChallenge)
        .where(LoginChallenge.account_id == account.id, LoginChallenge.used_at.is_(None))
        .values(used_at=now)
        .execution_options(synchronize_session=False)
    )


def _forget_browsers(account: Account, here: str, *, settings: Settings) -> None:
    """Strangers' failures were about the password before, and no browser but this one is known by it any more."""
    db.session.execute(
        delete(KnownBrowser)
        .where(KnownBrowser.account_id == account.id, KnownBrowser.token_hash != digest(account.id, here))
        .execution_options(synchronize_session=False)
    )
    throttles.forget(throttles.of_address(account.email, settings.secret_key))
