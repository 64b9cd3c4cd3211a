"""Who works at the desk and in which role; and how somebody who cannot log in is helped."""

from datetime import datetime

from sqlalchemy import select, update

from models.base import db
from models.people import Account
from models.states import SECRETARIAT_ROLES, Role
from portal import audit
from portal.accounts import invitations, reissue, sessions
from portal.actors import Actor
from portal.administration.reasons import require, require_line, require_short
from portal.administration.suspension import require_an_administrator, require_another
from portal.database import lock_table, write
from portal.errors import Conflict, NotFound, Refused
from portal.permissions import visible
from portal.settings import Settings

LONGEST_NAME = 60


def invite(email: str, name: str, role: Role, *, actor: Actor, now: datetime) -> Account:
    """A colleague, who sets the password by the link of a mail."""
    require(actor, "desk.administer")
    if role not in SECRETARIAT_ROLES:
        raise Refused("役割を選んでください。")
    if not name.strip():
        raise Refused("氏名を入力してください。")
    require_line(require_short(name.strip(), "氏名", LONGEST_NAME), "氏名")
    return invitations.invite(email, name, organization_id=None, role=role, actor=actor, now=now)


def change_role(account_id: int, role: Role, *, actor: Actor, now: datetime) -> None:
    """Of a colleague: never one's own, and never so that no administrator is left."""
    require(actor, "desk.administer")
    if role not in SECRETARIAT_ROLES:
        raise Refused("役割を選んでください。")
    require_another(account_id, actor=actor)
    lock_table(Account)
    changed = write(
        update(Account)
        .where(
            Account.id == account_id,
            Account.role.in_(SECRETARIAT_ROLES),
            Account.role != role,
            visible(actor, Account),
        )
        .values(role=role)
        .execution_options(synchronize_session=False)
    )
    if not changed:
        find(account_id, SECRETARIAT_ROLES, actor=actor)
        raise Conflict("競合：すでにその役割です。")
    db.session.expire_all()
    require_an_administrator()
    details = {"role": role.value}
    audit.record("account.role", subject="account", subject_id=account_id, actor=actor, now=now, details=details)


def send_password_mail(account_id: int, settings: Settings, *, actor: Actor, now: datetime) -> None:
    """The same single-use address that a reissue mails; nobody at the desk sees or sets a password."""
    require(actor, "desk.administer")
    account = db.session.scalars(select(Account).where(Account.id == account_id, visible(actor, Account))).one_or_none()
    if account is None:
        raise NotFound
    if account.suspended_at is not None:
        raise Refused("利用を停止しているアカウントには送れません。先に再開してください。")
    reissue.send(account, actor=actor, now=now, settings=settings)
    audit.record("account.password_mail", subject="account", subject_id=account_id, actor=actor, now=now)


def end_sessions(account_id: int, *, actor: Actor, now: datetime) -> None:
    """A device was lost, or somebody left: all that is open is ended, and who comes back logs in anew."""
    require(actor, "desk.administer")
    require_another(account_id, actor=actor)
    if db.session.scalar(select(Account.id).where(Account.id == account_id, visible(actor, Account))) is None:
        raise NotFound
    ended = sessions.end_sessions_of(account_id, actor=actor, now=now)
    audit.record(
        "account.sessions", subject="account", subject_id=account_id, actor=actor, now=now, details={"ended": ended}
    )


def find(account_id: int, roles: tuple[Role, ...], *, actor: Actor) -> Account:
    account = db.session.scalars(
        select(Account).where(Account.id == account_id, Account.role.in_(roles), visible(actor, Account))
    ).one_or_none()
    if account is None:
        raise NotFound
    return account
