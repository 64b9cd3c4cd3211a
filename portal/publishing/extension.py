"""The secretariat moves the end of a public posting, with a reason on record. It rewrites nothing else."""

from datetime import datetime

from sqlalchemy import update

from models.base import db
from models.entries import Version
from models.states import Kind, State
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, Refused
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.permissions import may, visible
from portal.publishing import letters
from portal.publishing.workflow import Seen


def extend(seen: Seen, *, until: datetime | None, reason: str, actor: Actor, now: datetime) -> None:
    """`until` becomes the end of the publication, and the deadline of a posting that takes applications."""
    if not may(actor, "entry.extend"):
        raise Forbidden("この操作を行う権限がありません。")
    if until is None or until <= now:
        raise Refused("新しい期限は今より後の日時にしてください。")
    if not reason.strip():
        raise Refused("コメントを入力してください。")
    row = db.session.execute(
        update(Version)
        .where(
            Version.id == seen.version_id,
            Version.revision == seen.revision,
            Version.state == State.published,
            visible(actor, Version),
        )
        .values(unpublish_at=until, revision=Version.revision + 1)
        .returning(Version.id, Version.entry_id, Version.title, Version.kind, Version.organization_id)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if row is None:
        raise Conflict("競合：公開が終わったか、ほかの人が先に変更しました。")
    if row.kind is not Kind.notice:
        db.session.execute(
            update(Version).where(Version.id == row.id, Version.close_at.is_not(None)).values(close_at=until)
        )
    details = {"until": until.isoformat(), "comment": reason.strip()}
    audit.record(
        "entry.extend",
        subject="version",
        subject_id=row.id,
        organization_id=row.organization_id,
        details=details,
        actor=actor,
        now=now,
    )
    params = {
        "title": row.title,
        "kind": row.kind,
        "entry_id": row.entry_id,
        "until": until.isoformat(),
        "comment": reason.strip(),
    }
    members = letters.recipients({row.organization_id}).get(row.organization_id, [])
    outbox.queue([Letter("entry_extended", email, params, row.organization_id, row.id) for email in members], now=now)
