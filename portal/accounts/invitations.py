"""Asking somebody in: an account without a password."""

from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.people import Account
from models.states import Role
from portal import audit
from portal.accounts.login import normalize_email
from portal.actors import Actor
from portal.errors import Conflict, Refused


def invite(email: str, name: str, *, organization_id: int | None, role: Role, actor: Actor, now: datetime) -> Account:
    """Raises Refused for an address that is none or is taken."""
    address = normalize_email(email)
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise Refused("メールアドレスは name@example.jp の形で入力してください。") from None
    account = Account(email=address, name=name.strip(), role=role, organization_id=organization_id, created_at=now)
    db.session.add(account)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("このメールアドレスのアカウントはすでにあります。") from None
    audit.record("account.invite", subject="account", subject_id=account.id, actor=actor, now=now)
    return account
