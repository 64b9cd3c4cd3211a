"""A new login e-mail: asked for by who is logged in, confirmed from the mailbox of the present address and from that of
the new one, and for three days taken back by the old one.
"""

from datetime import datetime, timedelta

from sqlalchemy import Row, delete, func, select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.people import Account, KnownBrowser, OneTimeAddress
from models.states import AddressPurpose, Lane
from portal import audit
from portal.accounts import addresses, letters, sessions, throttles
from portal.accounts.addresses import Gone
from portal.accounts.changing import actor_of
from portal.accounts.origins import Origin
from portal.accounts.stepping_up import own_account
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.email_addresses import NO_EMAIL, is_email, normalize_email
from portal.errors import Invalid
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.publishing.checks import ERROR, Finding
from portal.settings import Settings

LIFE = timedelta(hours=24)
UNDO = timedelta(hours=72)
CHANGES = Limit("email change", 5, timedelta(days=1))
OLD, NEW = AddressPurpose.email_old, AddressPurpose.email_new
BOTH = frozenset({OLD, NEW})
UNDOING = frozenset({AddressPurpose.email_undo})


def ask(email: str, *, actor: Actor, origin: Origin, now: datetime, settings: Settings) -> None:
    """Mails both mailboxes. An address that is taken gets another letter; the page says the same (G9).

    Raises Invalid with a finding at `email`, or Throttled.
    """
    address, account = normalize_email(email), own_account(actor)
    if problem := _wrong(address, account):
        raise Invalid([Finding("A-05", ERROR, "email", problem)])
    key = throttles.key(CHANGES, settings.secret_key, "account", account.id)
    throttles.take(CHANGES, [key], now=now)
    db.session.execute(
        delete(OneTimeAddress)
        .where(OneTimeAddress.account_id == account.id, OneTimeAddress.purpose.in_(BOTH))
        .execution_options(synchronize_session=False)
    )
    is_taken = db.session.scalar(select(Account.id).where(Account.email == address)) is not None
    for purpose, mailbox in ((OLD, account.email), (NEW, address)):
        _mail(purpose, mailbox, address, account, is_taken=is_taken and purpose is NEW, origin=origin, now=now)
    audit.record("email.asked", actor=actor, now=now, subject="account", subject_id=account.id)


def pending(account: Account, *, now: datetime) -> Row | None:
    """`new_email`, and how many of the two mailboxes confirmed it; None when no change is under way."""
    return db.session.execute(
        select(OneTimeAddress.new_email, func.count(OneTimeAddress.used_at).label("confirmed"))
        .where(
            OneTimeAddress.account_id == account.id,
            OneTimeAddress.purpose.in_(BOTH),
            OneTimeAddress.expires_at >= now,
            OneTimeAddress.password_version == account.password_version,
            OneTimeAddress.new_email != account.email,
        )
        .group_by(OneTimeAddress.new_email)
        .having(func.count() == len(BOTH))
    ).one_or_none()


def confirm(token: str, *, origin: Origin, now: datetime) -> bool:
    """Whether both mailboxes have confirmed it now, and the login e-mail is the new one. Raises Gone."""
    row = addresses.use(token, BOTH, now=now)
    account = db.session.get_one(Account, row.account_id, with_for_update=True, populate_existing=True)
    actor = actor_of(account, origin)
    audit.record("email.confirmed", actor=actor, now=now, subject="account", subject_id=account.id)
    change = pending(account, now=now)
    if change is None or change.confirmed < len(BOTH):
        return False
    old = account.email
    _move(account, change.new_email)
    token = addresses.issue(
        AddressPurpose.email_undo,
        account.id,
        old,
        password_version=account.password_version,
        now=now,
        life=UNDO,
        new_email=account.email,
    )
    addresses.forget(account.id, addresses.PASSWORDS)
    _forget_browsers(account)
    audit.record("email.changed", actor=actor, now=now, subject="account", subject_id=account.id)
    letters.tell_of_change("ログインに使うメールアドレスが変更されました", account, origin=origin, now=now)
    said = {"name": account.name, "new_email": account.email, "when": now.isoformat(), "token": token}
    params = said | {"expires_at": (now + UNDO).isoformat()}
    outbox.queue([Letter("email_changed", old, params, account.organization_id)], now=now, lane=Lane.login)
    return True


def undo(token: str, *, origin: Origin, now: datetime) -> Account:
    """The old address again, and nobody stays logged in: whoever changed it may not have been the owner."""
    row = addresses.use(token, UNDOING, now=now)
    account = db.session.get_one(Account, row.account_id, populate_existing=True)
    if account.email != row.new_email:  # changed once more since
        raise Gone
    _move(account, row.email)
    actor = actor_of(account, origin)
    account.password_version += 1  # ends whatever else was mailed
    db.session.flush()
    sessions.end_other_sessions(0, actor=actor, now=now)
    _forget_browsers(account)
    audit.record("email.undone", actor=actor, now=now, subject="account", subject_id=account.id)
    letters.tell_of_change("メールアドレスの変更が取り消されました", account, origin=origin, now=now)
    return account


def _wrong(address: str, account: Account) -> str:
    if not is_email(address):
        return NO_EMAIL
    return "いまお使いのメールアドレスと同じです。" if address == account.email else ""


def _mail(
    purpose: AddressPurpose,
    mailbox: str,
    new_email: str,
    account: Account,
    *,
    is_taken: bool,
    origin: Origin,
    now: datetime,
) -> None:
    token = addresses.issue(
        purpose,
        account.id,
        mailbox,
        password_version=account.password_version,
        now=now,
        life=LIFE,
        new_email=new_email,
    )
    params = {
        "name": account.name,
        "new_email": new_email,
        "token": token,
        "expires_at": (now + LIFE).isoformat(),
        "when": now.isoformat(),
        "ip": origin.ip,
        "browser": origin.browser,
    }
    letter = Letter("email_confirm", mailbox, params, account.organization_id)
    if is_taken:
        letter = Letter("email_taken", mailbox, {"when": now.isoformat()})
    outbox.queue([letter], now=now, lane=Lane.login, expires_at=now + LIFE)


def _move(account: Account, email: str) -> None:
    """Raises Gone when somebody else has the address by now."""
    point = db.session.begin_nested()
    account.email = email
    try:
        point.commit()
    except IntegrityError:
        point.rollback()
        raise Gone from None


def _forget_browsers(account: Account) -> None:
    db.session.execute(
        delete(KnownBrowser).where(KnownBrowser.account_id == account.id).execution_options(synchronize_session=False)
    )
