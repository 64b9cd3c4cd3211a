"""Shutting out an organization or an account, and letting it in again exactly as it was.

Nothing is moved or deleted: `suspended_at` is asked for wherever something is shown, logged in with or delivered. So
the next request of an open session ends, public pages lose the entries at once, and a restoration needs no repair.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, update

from models.base import db
from models.office import Suspension
from models.organizations import Organization
from models.people import Account
from models.states import Role
from models.talents import Talent
from portal import audit
from portal.actors import Actor
from portal.administration.reasons import reason_of, require
from portal.database import lock_table, write
from portal.errors import Conflict, NotFound, Refused
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.matching import search_index
from portal.permissions import visible

OUT_ALREADY = "競合：すでに利用を停止しています。"
IN_ALREADY = "競合：利用を停止していません。"


def suspend_organization(organization_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Its entries leave the public site, its members cannot log in. Its owners are told by mail."""
    _turn(Organization, organization_id, reason, suspended_at=now, actor=actor, now=now)
    _tell(organization_id, reason.strip(), letter="organization_suspended", now=now)


def restore_organization(organization_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    _turn(Organization, organization_id, reason, suspended_at=None, actor=actor, now=now)
    _tell(organization_id, reason.strip(), letter="organization_reopened", now=now)


def suspend_account(account_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """A talent's profile leaves the search, too. Nobody shuts themselves out, nor the last administrator."""
    require_another(account_id, actor=actor)
    _turn(Account, account_id, reason, suspended_at=now, actor=actor, now=now)
    require_an_administrator()
    _follow(account_id)


def restore_account(account_id: int, reason: str, *, actor: Actor, now: datetime) -> None:
    """Not of a person who was erased: there is nobody left to let in."""
    if db.session.scalar(select(Account.password_hash == "").where(Account.id == account_id, _is_erased())):
        raise Refused("個人情報を消去したアカウントは再開できません。")
    _turn(Account, account_id, reason, suspended_at=None, actor=actor, now=now)
    _follow(account_id)


def history(*, organization_id: int | None = None, account_id: int | None = None) -> Sequence[Suspension]:
    """The newest first, with who began them."""
    subject = Suspension.organization_id == organization_id if organization_id else Suspension.account_id == account_id
    return db.session.scalars(select(Suspension).where(subject).order_by(Suspension.id.desc()).limit(20)).all()


def require_another(account_id: int, *, actor: Actor) -> None:
    if account_id == actor.account_id:
        raise Refused("自分のアカウントには行えません。ほかの事務局管理者に依頼してください。")


def require_an_administrator() -> None:
    """After the change: somebody must be left who can take it back. Two who do it at once are asked one by one."""
    left = select(func.count()).where(
        Account.role == Role.administrator, Account.suspended_at.is_(None), Account.password_hash != ""
    )
    if not db.session.scalar(left):
        raise Refused("事務局管理者が1人もいなくなるため、実行できません。")


def _turn(
    model: type[Organization | Account],
    subject_id: int,
    reason: str,
    *,
    suspended_at: datetime | None,
    actor: Actor,
    now: datetime,
) -> None:
    """One conditional UPDATE decides between two who do it at once; then the reason, then the trail."""
    require(actor, "desk.administer")
    reason, ends = reason_of(reason), suspended_at is None
    if model is Account:
        lock_table(Account)
    stands = model.suspended_at.is_not(None) if ends else model.suspended_at.is_(None)
    turned = write(
        update(model)
        .where(model.id == subject_id, stands, visible(actor, model))
        .values(suspended_at=suspended_at)
        .execution_options(synchronize_session=False)
    )
    if not turned:
        there = db.session.scalar(select(model.id).where(model.id == subject_id, visible(actor, model)))
        raise Conflict(IN_ALREADY if ends else OUT_ALREADY) if there else NotFound
    db.session.expire_all()
    name = model.__tablename__
    _keep(name, subject_id, reason, ends=ends, actor=actor, now=now)
    act = f"{name}.restore" if ends else f"{name}.suspend"
    # Of a person the reason goes with the person; the trail stays.
    details = {"reason": reason} if model is Organization else {}
    audit.record(act, subject=name, subject_id=subject_id, actor=actor, now=now, details=details)


def _keep(name: str, subject_id: int, reason: str, *, ends: bool, actor: Actor, now: datetime) -> None:
    if not ends:
        columns = {f"{name}_id": subject_id, "reason": reason, "begun_at": now, "begun_by_id": actor.account_id}
        db.session.add(Suspension(**columns))
        db.session.flush()
        return
    of_subject = getattr(Suspension, f"{name}_id") == subject_id
    ended = update(Suspension).where(of_subject, Suspension.ended_at.is_(None))
    values = {"ended_at": now, "ended_by_id": actor.account_id, "end_reason": reason}
    db.session.execute(ended.values(**values).execution_options(synchronize_session=False))


def _is_erased() -> ColumnElement[bool]:
    return Account.email.like("erased-%@invalid")


def _follow(account_id: int) -> None:
    """The search for talents knows published profiles of those alone who may log in."""
    ids = db.session.scalars(select(Talent.id).where(Talent.account_id == account_id)).all()
    if ids:
        search_index.refresh(ids)


def _tell(organization_id: int, reason: str, *, letter: str, now: datetime) -> None:
    organization = db.session.get_one(Organization, organization_id)
    people = db.session.execute(
        select(Account.email, Account.name).where(
            Account.organization_id == organization_id,
            Account.role == Role.owner,
            Account.suspended_at.is_(None),
        )
    )
    outbox.queue(
        [
            Letter(
                letter,
                person.email,
                {"name": person.name, "organization": organization.name, "reason": reason, "when": now.isoformat()},
                organization_id,
            )
            for person in people
        ],
        now=now,
    )
