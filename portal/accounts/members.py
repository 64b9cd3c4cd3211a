"""Who belongs to an organization: its owners invite people, change their roles, and take them out when they leave."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from models.base import db
from models.favorites import SavedSearch
from models.messages import Message
from models.people import Account, KnownBrowser
from models.states import MEMBER_ROLES, Role
from portal import audit
from portal.accounts import addresses, authenticators, changing, invitations, letters, sessions, throttles
from portal.accounts.origins import Origin
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.permissions import may, visible
from portal.settings import Settings
from portal.wording import ROLE_LABEL

INVITATIONS = Limit("invitations", 20, timedelta(hours=1))  # of one organization
ROLES = (Role.owner, Role.editor, Role.viewer)
MAY_DO = {
    Role.owner: "メンバーの管理を含む、すべての操作",
    Role.editor: "掲載情報の作成と申請、応募の選考、メールの送信",
    Role.viewer: "閲覧だけ（変更と送信はできません）",
}
LAST_OWNER = "管理者は1人以上必要です。先に、ほかのメンバーを管理者にしてください。"


@dataclass(frozen=True)
class Left:
    """What a member who goes leaves to the organization."""

    searches: int
    mails: int  # that they wrote


def listed(*, actor: Actor) -> Sequence[Account]:
    """All members, also those invited and those suspended; owners first. In one statement."""
    _require(actor)
    rank = {role: place for place, role in enumerate(ROLES)}
    rows = db.session.scalars(select(Account).where(visible(actor, Account)).order_by(Account.id)).all()
    return sorted(rows, key=lambda account: (rank[account.role], account.id))


def find(account_id: int, *, actor: Actor) -> Account:
    """Raises NotFound for another organization's member, and for one who left."""
    _require(actor)
    found = db.session.scalars(select(Account).where(Account.id == account_id, visible(actor, Account))).one_or_none()
    if found is None:
        raise NotFound
    return found


def invite(email: str, name: str, role: Role, *, actor: Actor, now: datetime, settings: Settings) -> Account:
    _require(actor)
    _count(actor, now=now, settings=settings)
    return invitations.invite(email, name, organization_id=actor.organization_id, role=role, actor=actor, now=now)


def invite_again(account_id: int, *, actor: Actor, now: datetime, settings: Settings) -> Account:
    account = find(account_id, actor=actor)
    _count(actor, now=now, settings=settings)
    invitations.invite_again(account, actor=actor, now=now)
    return account


def cancel_invitation(account_id: int, *, actor: Actor, now: datetime) -> str:
    """Returns whose it was."""
    account = find(account_id, actor=actor)
    name = account.name
    invitations.cancel(account, actor=actor, now=now)
    return name


def change_role(account_id: int, role: Role, *, actor: Actor, origin: Origin, now: datetime) -> Account:
    """Acts on the member's next request. Raises Refused when no owner would be left."""
    account = find(account_id, actor=actor)
    if role not in MEMBER_ROLES:
        raise Refused("権限を選んでください。")
    owners = _lock_owners(actor)
    before = account.role
    if before is role:
        return account
    if before is Role.owner and owners <= {account.id}:
        raise Refused(LAST_OWNER)
    account.role = role
    db.session.flush()
    details = {"before": before, "after": role}
    audit.record("member.role", actor=actor, now=now, subject="account", subject_id=account.id, details=details)
    if account.id != actor.account_id and not invitations.is_waiting(account):
        what = f"あなたの権限が「{ROLE_LABEL[role]}」に変更されました"
        letters.tell_of_change(what, account, origin=origin, now=now)
    return account


def what_stays(account: Account) -> Left:
    searches = select(func.count()).where(SavedSearch.account_id == account.id)
    mails = select(func.count()).where(Message.account_id == account.id)
    return Left(db.session.scalar(searches) or 0, db.session.scalar(mails) or 0)


def successors(account: Account, *, actor: Actor) -> list[Account]:
    """Who can take over what the member looked after: everybody else who can log in."""
    return [
        other
        for other in listed(actor=actor)
        if other.id != account.id and other.suspended_at is None and not invitations.is_waiting(other)
    ]


def remove(account_id: int, *, successor_id: int, actor: Actor, now: datetime) -> str:
    """Ends the member's sessions and access at once; returns the name. Drafts, mails and favorites are the
    organization's and stay; saved searches, with their mails of news, go to the successor. The address is free again.

    Raises Refused when no owner would be left.
    """
    account = find(account_id, actor=actor)
    if invitations.is_waiting(account):
        raise Conflict(f"{account.name}さんはまだ登録を終えていません。招待を取り消してください。")
    if account.role is Role.owner and _lock_owners(actor) <= {account.id}:
        raise Refused(LAST_OWNER)
    if successor_id not in {other.id for other in successors(account, actor=actor)}:
        raise Refused("引き継ぐ人を選んでください。")
    name, email = account.name, account.email
    _hand_over(account.id, successor_id)
    sessions.end_other_sessions(0, actor=changing.actor_of(account, Origin(actor.ip)), now=now)
    addresses.forget(account.id, addresses.ALL)
    authenticators.forget(account.id)
    db.session.execute(delete(KnownBrowser).where(KnownBrowser.account_id == account.id))
    account.email = f"removed-{account.id}@invalid"
    account.password_hash = ""
    account.password_version += 1
    account.removed_at = now
    account.suspended_at = account.suspended_at or now
    db.session.flush()
    audit.record("member.remove", actor=actor, now=now, subject="account", subject_id=account.id)
    params = {"name": name, "place": account.organization.name if account.organization else "", "by": actor.name}
    outbox.queue([Letter("member_removed", email, params, actor.organization_id)], now=now)
    return name


def _hand_over(account_id: int, successor_id: int) -> None:
    db.session.execute(
        update(SavedSearch)
        .where(SavedSearch.account_id == account_id)
        .values(account_id=successor_id)
        .execution_options(synchronize_session=False)
    )


def _lock_owners(actor: Actor) -> set[int]:
    """The owners who can log in. They stay as they are until the end of the transaction: two owners who take each
    other out at the same moment do not leave the organization without one."""
    owners = (
        select(Account)
        .where(Account.organization_id == actor.organization_id, Account.role == Role.owner)
        .order_by(Account.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    rows = db.session.scalars(owners).all()
    return {row.id for row in rows if row.role is Role.owner and row.suspended_at is None and row.password_hash}


def _require(actor: Actor) -> None:
    if not may(actor, "member.manage"):
        raise Forbidden("メンバーの管理は、団体の管理者だけができます。")


def _count(actor: Actor, *, now: datetime, settings: Settings) -> None:
    key = throttles.key(INVITATIONS, settings.secret_key, "organization", actor.organization_id)
    throttles.take(INVITATIONS, [key], now=now, sentence="招待のメールが続いています。")
