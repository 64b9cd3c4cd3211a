"""The secretariat moves the end of a public posting, with a reason on record. It rewrites nothing else."""

from datetime import datetime, timedelta

from sqlalchemy import Row, update

from models.base import db
from models.entries import Version
from models.states import Kind, State
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, Refused
from portal.permissions import may
from portal.publishing import letters
from portal.publishing.drafts import find
from portal.publishing.workflow import LONGEST_COMMENT, MOVED, Seen, as_seen

FARTHEST = timedelta(days=3 * 365)


def extend(seen: Seen, *, until: datetime | None, reason: str, actor: Actor, now: datetime) -> None:
    """`until` becomes the end of the publication, and the deadline of a posting that takes applications."""
    if not may(actor, "entry.extend"):
        raise Forbidden("この操作を行う権限がありません。")
    reason = _reason(reason)
    until = _later(until, find(seen.version_id, actor=actor).unpublish_at, now=now)
    row = db.session.execute(
        update(Version)
        .where(as_seen([seen], actor=actor), Version.state == State.published)
        .values(unpublish_at=until, revision=Version.revision + 1)
        .returning(*MOVED)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise Conflict("競合：公開が終わったか、ほかの人が先に変更しました。新しい内容を確認してください。")
    if row.kind is not Kind.notice:
        db.session.execute(
            update(Version)
            .where(Version.id == row.id, Version.close_at.is_not(None))
            .values(close_at=until)
            .execution_options(synchronize_session=False)
        )
    _record(row, until=until, reason=reason, actor=actor, now=now)
    letters.tell("entry_extended", [row], comment=reason, actor=actor, now=now, until=until.isoformat())


def _reason(reason: str) -> str:
    reason = reason.strip()
    if not reason:
        raise Refused("延長の理由を入力してください。")
    if len(reason) > LONGEST_COMMENT:
        raise Refused(f"延長の理由は{LONGEST_COMMENT:,}文字以内で入力してください（現在{len(reason):,}文字）。")
    return reason


def _later(until: datetime | None, present: datetime | None, *, now: datetime) -> datetime:
    if until is None or until <= now:
        raise Refused("新しい期限は今より後の日時にしてください。")
    if present is not None and until <= present:
        raise Refused("新しい期限は今の期限より後の日時にしてください。")
    if until > now + FARTHEST:
        raise Refused("新しい期限は3年以内の日時にしてください。")
    return until


def _record(row: Row, *, until: datetime, reason: str, actor: Actor, now: datetime) -> None:
    audit.record(
        "entry.extend",
        subject="version",
        subject_id=row.id,
        revision=row.revision,
        organization_id=row.organization_id,
        details={"until": until.isoformat(), "comment": reason},
        actor=actor,
        now=now,
    )
