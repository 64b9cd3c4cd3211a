"""One-time addresses: mailed, kept as a digest, bound to an account and its password, used once.

Opening one changes nothing, so that a mail program may look first; using one is a conditional UPDATE, which decides all
races.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Row, delete, func, or_, select, update

from models.base import db
from models.organizations import Organization
from models.people import Account, OneTimeAddress
from models.states import AddressPurpose
from portal.accounts.tokens import digest, new_token
from portal.database import write
from portal.errors import Refused

PASSWORDS = frozenset({AddressPurpose.reissue, AddressPurpose.invitation})  # lead to 「パスワード設定」
ALL = frozenset(AddressPurpose)


class Gone(Refused):
    """Wrong, used, replaced or expired: nobody is told which."""

    status = 410

    def __init__(self) -> None:
        super().__init__("このアドレスは使えません。期限が切れたか、すでに使われています。")


def issue(
    purpose: AddressPurpose,
    account_id: int,
    email: str,
    *,
    password_version: int,
    now: datetime,
    life: timedelta,
    new_email: str = "",
) -> str:
    """The token of a new address, for the mail to `email`. Those of this purpose that are still unused die."""
    forget(account_id, {purpose})
    token = new_token()
    db.session.add(
        OneTimeAddress(
            token_hash=digest(token),
            purpose=purpose,
            account_id=account_id,
            email=email,
            new_email=new_email,
            password_version=password_version,
            created_at=now,
            expires_at=now + life,
        )
    )
    db.session.flush()
    return token


def forget(account_id: int, purposes: Collection[AddressPurpose]) -> None:
    """Whatever waits in a mailbox leads nowhere any more."""
    db.session.execute(
        delete(OneTimeAddress)
        .where(
            OneTimeAddress.account_id == account_id,
            OneTimeAddress.purpose.in_(purposes),
            OneTimeAddress.used_at.is_(None),
        )
        .execution_options(synchronize_session=False)
    )


def find(token: str, purposes: Collection[AddressPurpose], *, now: datetime) -> Row:
    """What the address stands for, with `role`, `name`, `organization` of its account. Raises Gone."""
    row = db.session.execute(
        select(
            OneTimeAddress.id,
            OneTimeAddress.purpose,
            OneTimeAddress.account_id,
            OneTimeAddress.email,
            OneTimeAddress.new_email,
            OneTimeAddress.created_at,
            OneTimeAddress.expires_at,
            Account.email.label("login"),
            Account.name,
            Account.role,
            func.coalesce(Organization.name, "").label("organization"),
        )
        .join(Account, Account.id == OneTimeAddress.account_id)
        .join(Organization, Organization.id == Account.organization_id, isouter=True)
        .where(OneTimeAddress.token_hash == digest(token), OneTimeAddress.purpose.in_(purposes), *_is_alive(now))
    ).one_or_none()
    if row is None:
        raise Gone
    return row


def use(token: str, purposes: Collection[AddressPurpose], *, now: datetime) -> Row:
    """The same, and nobody else gets it again. Raises Gone."""
    row = find(token, purposes, now=now)
    unused = update(OneTimeAddress).where(OneTimeAddress.id == row.id, OneTimeAddress.used_at.is_(None))
    if write(unused.values(used_at=now).execution_options(synchronize_session=False)) != 1:
        raise Gone
    return row


def _is_alive(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """A new password ends all but what takes a change of address back; a login ends a reissue, which it makes
    needless, and so does a change of the address that it was mailed to."""
    is_undo = OneTimeAddress.purpose == AddressPurpose.email_undo
    is_before_a_login = (Account.last_login_at.is_(None)) | (OneTimeAddress.created_at >= Account.last_login_at)
    return (
        OneTimeAddress.used_at.is_(None),
        OneTimeAddress.expires_at >= now,
        or_(is_undo, OneTimeAddress.password_version == Account.password_version),
        or_(
            OneTimeAddress.purpose != AddressPurpose.reissue,
            is_before_a_login & (OneTimeAddress.email == Account.email),
        ),
        Account.suspended_at.is_(None),
        Organization.suspended_at.is_(None),
    )
