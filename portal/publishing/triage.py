"""What colleagues at the desk do with an entry beside deciding it: put it aside, learn who was quicker."""

from datetime import datetime, timedelta

from sqlalchemy import select, update

from models.base import db
from models.entries import Version
from models.people import Account
from models.records import AuditEvent
from models.states import Action, State
from portal import audit
from portal.actors import Actor
from portal.administration.reasons import require_short
from portal.clock import local
from portal.errors import Conflict, Forbidden, Refused
from portal.permissions import may
from portal.publishing.drafts import find
from portal.publishing.workflow import Seen, as_seen

LONGEST_REASON = 200
LONGEST_ASIDE = timedelta(days=60)
# Put aside without a day: until someone takes it up again.
FOR_GOOD = timedelta(days=365 * 20)
DONE = {"approve": "承認しました", "return": "差戻しました", "withdraw": "取り下げました", "submit": "申請し直しました"}


def put_aside(seen: Seen, reason: str, *, until: datetime | None, actor: Actor, now: datetime) -> None:
    """保留: to the end of the queue until a time, or until someone takes it up; the deadline runs on.

    Raises Refused for a time that has passed, Conflict for what does not wait as it was seen any more.
    """
    _require(actor)
    reason = reason.strip()
    require_short(reason, "保留の理由", LONGEST_REASON)
    if until is not None and not now < until <= now + LONGEST_ASIDE:
        raise Refused(f"保留の期限は、今より後の{LONGEST_ASIDE.days}日以内の日時にしてください。")
    _set_aside(seen, until or now + FOR_GOOD, reason, actor=actor, now=now)


def take_up(seen: Seen, *, actor: Actor, now: datetime) -> None:
    """Back to its place."""
    _require(actor)
    _set_aside(seen, None, "", actor=actor, now=now)


def _set_aside(seen: Seen, until: datetime | None, reason: str, *, actor: Actor, now: datetime) -> None:
    """What was seen stays seen: nothing of the content changes, so the revision does not."""
    row = db.session.execute(
        update(Version)
        .where(as_seen([seen], actor=actor), Version.state == State.submitted)
        .values(aside_until=until, aside_reason=reason)
        .returning(Version.id, Version.organization_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        find(seen.version_id, actor=actor)
        raise Conflict(overtaken(seen.version_id, actor=actor, now=now))
    details = {"comment": reason} if reason else {}
    audit.record(
        f"entry.{'aside' if until else 'take_up'}",
        subject="version",
        subject_id=row.id,
        organization_id=row.organization_id,
        details=details,
        actor=actor,
        now=now,
    )


def is_for_good(until: datetime, now: datetime) -> bool:
    return until > now + LONGEST_ASIDE


def overtaken(version_id: int, *, actor: Actor, now: datetime) -> str:
    """Who did what with it meanwhile, and when; for a conflict."""
    told = select(AuditEvent.action, AuditEvent.at, AuditEvent.actor_role, AuditEvent.actor_id, Account.name).where(
        AuditEvent.subject == "version",
        AuditEvent.subject_id == version_id,
        AuditEvent.action.in_([f"entry.{action}" for action in DONE]),
    )
    last = db.session.execute(
        told.outerjoin(Account, Account.id == AuditEvent.actor_id).order_by(AuditEvent.id.desc()).limit(1)
    ).one_or_none()
    if last is None:
        return "競合：確認していた間に内容が変わりました。新しい内容を確認してください。"
    who = "あなた" if last.actor_id == actor.account_id else f"{last.name}さん" if last.name else "ほかの人"
    act = DONE[last.action.removeprefix("entry.")]
    return f"競合：{who}が{ago(last.at, now)}{act}。この操作は実行していません。"


def ago(at: datetime, now: datetime) -> str:
    """たった今, 3分前に, 2時間前に, else the day."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "たった今"
    if minutes < 60:
        return f"{minutes}分前に"
    if minutes < 24 * 60:
        return f"{minutes // 60}時間前に"
    day = local(at)
    return f"{day.month}月{day.day}日に"


def _require(actor: Actor) -> None:
    if not may(actor, Action.approve):
        raise Forbidden("この操作を行う権限がありません。")
