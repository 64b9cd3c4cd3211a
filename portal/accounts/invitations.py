"""Somebody gets an account by invitation: it has no password until they set one by the mailed address."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.organizations import Organization
from models.people import Account, OneTimeAddress
from models.states import MEMBER_ROLES, SECRETARIAT_ROLES, AddressPurpose, Lane, Role
from portal import audit
from portal.accounts import addresses
from portal.actors import Actor
from portal.database import write
from portal.email_addresses import NO_EMAIL, is_email, normalize_email
from portal.errors import Conflict, Forbidden, Invalid
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.permissions import may
from portal.publishing.checks import ERROR, Finding, is_one_line

LIFE = timedelta(days=7)
LONGEST_NAME = 60
TAKEN = "このメールアドレスはすでに登録されています。別のメールアドレスを入力してください。"


def invite(email: str, name: str, *, organization_id: int | None, role: Role, actor: Actor, now: datetime) -> Account:
    """Makes an account without a password and mails the address to set one. `organization_id` is None for the
    secretariat's own roles.

    Raises Invalid with findings at `email` or `name`, also when the address is taken, and Forbidden when this actor
    may not give that role there.
    """
    _require(actor, organization_id, role)
    address, shown = normalize_email(email), " ".join(name.split())
    findings = [("name", _wrong_name(shown)), ("email", _wrong_email(address))]
    if found := [Finding("M-01", ERROR, field, message) for field, message in findings if message]:
        raise Invalid(found)
    account = Account(email=address, name=shown, role=role, organization_id=organization_id, created_at=now)
    point = db.session.begin_nested()
    db.session.add(account)
    try:
        point.commit()
    except IntegrityError:
        point.rollback()
        raise Invalid([Finding("M-01", ERROR, "email", TAKEN)]) from None
    _mail(account, actor=actor, now=now)
    _record("member.invite", account, actor=actor, now=now)
    return account


def is_waiting(account: Account) -> bool:
    """Invited, and no password set yet."""
    return not account.password_hash and account.last_login_at is None


def invite_again(account: Account, *, actor: Actor, now: datetime) -> None:
    """A new address; the one mailed before leads nowhere any more."""
    if not is_waiting(account):
        raise Conflict(f"{account.name}さんはすでに登録を終えています。")
    _mail(account, actor=actor, now=now)
    _record("member.invite_again", account, actor=actor, now=now)


def cancel(account: Account, *, actor: Actor, now: datetime) -> None:
    """As if it had never been: nobody entered with this account, and its address is free again."""
    db.session.execute(delete(OneTimeAddress).where(OneTimeAddress.account_id == account.id))
    still = (Account.id == account.id, Account.password_hash == "", Account.last_login_at.is_(None))
    name, account_id = account.name, account.id
    if write(delete(Account).where(*still).execution_options(synchronize_session=False)) != 1:
        raise Conflict(f"{name}さんはすでに登録を終えています。")
    db.session.expunge(account)
    audit.record("member.invite_cancel", actor=actor, now=now, subject="account", subject_id=account_id)


def _require(actor: Actor, organization_id: int | None, role: Role) -> None:
    """Owners invite into their own organization, the secretariat into any, its administrators into the secretariat."""
    if organization_id is None:
        allowed = role in SECRETARIAT_ROLES and actor.role in (Role.administrator, Role.system)
    else:
        is_own = may(actor, "member.manage") and actor.organization_id == organization_id
        allowed = role in MEMBER_ROLES and (is_own or actor.is_secretariat or actor.role is Role.system)
    if not allowed:
        raise Forbidden("この権限のメンバーを招待することはできません。")


def _wrong_name(name: str) -> str:
    if not name or not is_one_line(name):
        return "氏名を入力してください。"
    return (
        "" if len(name) <= LONGEST_NAME else f"氏名は{LONGEST_NAME}文字以内で入力してください（現在{len(name)}文字）。"
    )


def _wrong_email(address: str) -> str:
    if not is_email(address):
        return NO_EMAIL
    return TAKEN if db.session.scalar(select(Account.id).where(Account.email == address)) else ""


def _mail(account: Account, *, actor: Actor, now: datetime) -> None:
    token = addresses.issue(
        AddressPurpose.invitation,
        account.id,
        account.email,
        password_version=account.password_version,
        now=now,
        life=LIFE,
    )
    organization = db.session.get(Organization, account.organization_id) if account.organization_id else None
    params = {
        "name": account.name,
        "by": actor.name,
        "place": organization.name if organization else "PARTNER事務局",
        "token": token,
        "expires_at": (now + LIFE).isoformat(),
    }
    letter = Letter("invitation", account.email, params, account.organization_id)
    outbox.queue([letter], now=now, lane=Lane.login, expires_at=now + LIFE)


def _record(action: str, account: Account, *, actor: Actor, now: datetime) -> None:
    details = {"role": account.role}
    audit.record(action, actor=actor, now=now, subject="account", subject_id=account.id, details=details)
