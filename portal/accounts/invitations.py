"""A new account begins with an invitation by mail."""

from datetime import datetime

from sqlalchemy import select

from models.base import db
from models.people import Account
from models.states import Role
from portal import audit
from portal.accounts.login import normalize_email
from portal.actors import Actor
from portal.errors import Refused


def invite(email: str, name: str, *, organization_id: int | None, role: Role, actor: Actor, now: datetime) -> Account:
    """An account without a password, which its owner sets by the mailed address. Raises Refused for a taken address."""
    address = normalize_email(email)
    if db.session.scalar(select(Account.id).where(Account.email == address)):
        raise Refused("このメールアドレスは、すでに登録されています。")
    account = Account(email=address, name=name, role=role, organization_id=organization_id, created_at=now)
    db.session.add(account)
    db.session.flush()
    audit.record("account.invite", subject="account", subject_id=account.id, actor=actor, now=now)
    return account
