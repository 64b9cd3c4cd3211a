"""What is left of an application when its time is over: number, dates and state, and nothing that tells who it was."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from models.applications import Application, ApplicationDocument, RenderedResume
from models.base import db
from models.entries import Entry, EventVersion, JobVersion, Version
from portal import audit
from portal.actors import CLOCK, Actor
from portal.database import begin_write, claim
from portal.files import dropping
from portal.recruiting.submitting import erasure_of

CHUNK = 200
GONE = "（消去済み）"


def erase_due(now: datetime) -> int:
    """Erases what is past its retention; returns how many. Commits by chunk.

    A deadline that was moved since the application moves its end too: such rows are only put off.
    """
    erased = 0
    while True:
        begin_write()
        due = select(Application.id).where(Application.erased_at.is_(None), Application.erase_at <= now)
        ids = list(db.session.scalars(claim(due.order_by(Application.erase_at, Application.id).limit(CHUNK))))
        if not ids:
            db.session.rollback()
            return erased
        over = [key for key in ids if not _put_off(key, now=now)]
        erase(over, actor=CLOCK, now=now)
        db.session.commit()
        erased += len(over)


def _put_off(application_id: int, *, now: datetime) -> bool:
    version = db.session.scalars(
        select(Version)
        .join(Entry, Entry.live_version_id == Version.id)
        .join(Application, Application.entry_id == Entry.id)
        .where(Application.id == application_id)
    ).one_or_none()
    if not isinstance(version, JobVersion | EventVersion) or version.close_at is None:
        return False
    end = erasure_of(version, now=now)
    if end <= now:
        return False
    db.session.execute(
        update(Application)
        .where(Application.id == application_id)
        .values(erase_at=end)
        .execution_options(synchronize_session=False)
    )
    return True


def erase(application_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """At once: files are dropped, the résumé, the name, the address and the note are gone."""
    if not application_ids:
        return
    documents = db.session.scalars(
        select(ApplicationDocument.file_id).where(ApplicationDocument.application_id.in_(application_ids))
    )
    rendered = db.session.scalars(
        select(RenderedResume.file_id).where(RenderedResume.application_id.in_(application_ids))
    )
    files = [key for key in (*documents, *rendered) if key is not None]
    db.session.execute(delete(RenderedResume).where(RenderedResume.application_id.in_(application_ids)))
    for model, key, values in (
        (ApplicationDocument, ApplicationDocument.application_id, {"file_id": None}),
        (
            Application,
            Application.id,
            {"name": GONE, "name_kana": "", "email": "", "resume": {}, "photo_id": None, "note": "", "erased_at": now},
        ),
    ):
        statement = update(model).where(key.in_(application_ids)).values(**values)
        db.session.execute(statement.execution_options(synchronize_session=False))
    dropping.drop(files, now=now)
    events = [{"subject": "application", "subject_id": key} for key in application_ids]
    audit.record_each("application.erase", events, actor=actor, now=now)
