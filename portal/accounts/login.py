"""The first step: e-mail and password. Whatever is wrong, the answer, the work and the time are the same."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Row, select

from models.base import db
from models.organizations import Organization
from models.people import Account
from models.states import MEMBER_ROLES, SECRETARIAT_ROLES, Role
from portal import audit
from portal.accounts import browsers, letters, passwords, throttles
from portal.accounts.origins import Origin, network
from portal.accounts.throttles import STRANGERS, WARNINGS, WRONG_PASSWORDS
from portal.actors import Actor
from portal.database import begin_write
from portal.email_addresses import normalize_email
from portal.errors import Refused, Throttled
from portal.settings import Settings

WRONG = "メールアドレスまたはパスワードが正しくありません。"
CLOSED = (
    "ログインの失敗が続いたため、はじめての端末からのログインを止めています。"
    "「パスワード再発行」でパスワードを設定し直すか、ログインしたことのある端末をお使いください。"
)
A_DAY = 86_400  # seconds
STAFF = frozenset((*MEMBER_ROLES, *SECRETARIAT_ROLES))
TALENTS = frozenset({Role.talent})


def check_password(
    email: str, password: str, *, roles: Collection[Role], origin: Origin, now: datetime, settings: Settings
) -> Account:
    """The account behind the pair, if it may log in at a door for `roles`; else Refused or Throttled.

    Ends the transaction it is called in and begins a writing one after the hashing, which must not hold SQLite's
    single writer. A refusal leaves a count and an audit row: commit it too.
    """
    db.session.rollback()
    address = normalize_email(email)
    found = _find(address)
    counters = _counters(address, found, origin=origin, now=now, settings=settings)
    throttles.refuse_if_full(WRONG_PASSWORDS, counters, now=now)
    strangers = _strangers(address, found, origin=origin, now=now, settings=settings)
    if throttles.is_full(STRANGERS, strangers, now=now):
        raise Throttled(CLOSED, retry_after=A_DAY)
    db.session.rollback()
    right = passwords.verify_password(found.password_hash if found else "", password)
    begin_write()
    reason = _reason(found, roles, is_right=right)
    if found is None or reason:
        _count_stranger(strangers, address, origin=origin, now=now, settings=settings)
        raise _failure(reason, found, counters, origin=origin, now=now)
    # Guesses beside this one may have filled the window meanwhile: the first ten counted are all that get an answer.
    throttles.refuse_if_full(WRONG_PASSWORDS, counters, now=now)
    account = db.session.get_one(Account, found.id, populate_existing=True)
    if account.password_hash != found.password_hash:  # changed while the old one was being hashed
        raise _failure("password", found, counters, origin=origin, now=now)
    if passwords.needs_rehash(account.password_hash):
        account.password_hash = passwords.hash_password(password)
    return account


def _find(address: str) -> Row | None:
    return db.session.execute(
        select(
            Account.id,
            Account.role,
            Account.password_hash,
            Account.suspended_at,
            Organization.suspended_at.label("organization_suspended_at"),
        )
        .join(Organization, Organization.id == Account.organization_id, isouter=True)
        .where(Account.email == address)
    ).one_or_none()


def _counters(address: str, found: Row | None, *, origin: Origin, now: datetime, settings: Settings) -> list[str]:
    """A browser that logged in before counts by itself, so that strangers' failures do not lock it out."""
    if browsers.is_known(found.id if found else 0, origin.token, now=now):
        return [throttles.key(WRONG_PASSWORDS, settings.secret_key, "browser", f"{address} {origin.token}")]
    return [
        throttles.key(WRONG_PASSWORDS, settings.secret_key, "account", address),
        throttles.key(WRONG_PASSWORDS, settings.secret_key, "address", network(origin.ip)),
    ]


def _strangers(address: str, found: Row | None, *, origin: Origin, now: datetime, settings: Settings) -> list[str]:
    """The count of failures in a row that this browser adds to; none for one that its owner logged in with before."""
    is_known = browsers.is_known(found.id if found else 0, origin.token, now=now)
    return [] if is_known else [throttles.key(STRANGERS, settings.secret_key, "account", address)]


def _count_stranger(keys: list[str], address: str, *, origin: Origin, now: datetime, settings: Settings) -> None:
    """The hundredth failure closes the way for strangers, and the owner is told, once a day at most."""
    if not keys or throttles.count(STRANGERS, keys, now=now) != STRANGERS.most:
        return
    warned = throttles.key(WARNINGS, settings.secret_key, "account", address)
    if throttles.count(WARNINGS, [warned], now=now) > WARNINGS.most:
        return
    owner = db.session.scalars(select(Account).where(Account.email == address)).one_or_none()
    if owner is not None and owner.suspended_at is None:
        letters.tell_of_failures(owner, origin=origin, now=now)


def _reason(found: Row | None, roles: Collection[Role], *, is_right: bool) -> str:
    """What the trail says of a failure; the person is not told."""
    if found is None:
        return "unknown"
    if not is_right:
        return "password"
    if found.suspended_at or found.organization_suspended_at:
        return "suspended"
    return "" if found.role in roles else "door"


def _failure(reason: str, found: Row | None, counters: list[str], *, origin: Origin, now: datetime) -> Refused:
    """Counts and records one failure. Raises Throttled when the window was full before it."""
    failures = throttles.take(WRONG_PASSWORDS, counters, now=now)
    about = {"subject": "account", "subject_id": found.id if found else None, "details": {"reason": reason}}
    nobody = Actor(Role.anonymous, ip=origin.ip)
    audit.record("login.failed", actor=nobody, now=now, **about)
    if failures == WRONG_PASSWORDS.most:
        audit.record("login.throttled", actor=nobody, now=now, **about)
    return Refused(WRONG)
