"""What is left of an application when its time is over: number, dates and state, and nothing that tells who it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import aliased

from models.applications import Application, ApplicationDocument, RenderedResume
from models.base import db
from models.entries import Entry, EventVersion, JobVersion, Version
from models.organizations import Organization
from models.states import ApplicationState
from models.talents import Talent
from portal import audit
from portal.actors import CLOCK, Actor
from portal.database import begin_write, claim
from portal.files import dropping
from portal.messaging import forgetting
from portal.messaging.forgetting import GONE
from portal.recruiting import grid, holds, recalling, retention

CHUNK = 200
IS_DRAFT = Application.state == ApplicationState.draft


@dataclass(frozen=True)
class Due:
    """What will be erased of one posting."""

    entry_id: int
    number: str
    title: str
    organization: str
    at: datetime  # the first of them
    count: int


def erase_due(now: datetime) -> int:
    """Erases what is past its retention; returns how many. Commits by chunk.

    A deadline that was moved since the application moves its end too: such rows are only put off.
    """
    erased = 0
    while True:
        begin_write()
        is_due = Application.erased_at.is_(None) & (Application.erase_at <= now) & ~holds.is_held()
        due = select(Application.id).where(is_due)
        ids = list(db.session.scalars(claim(due.order_by(Application.erase_at, Application.id).limit(CHUNK))))
        if not ids:
            db.session.rollback()
            return erased
        over = _put_off(ids, now=now)
        erase(over, actor=CLOCK, now=now)
        db.session.commit()
        dropping.sweep_dropped(now)
        erased += len(over)


def preview(until: datetime) -> list[Due]:
    """Whose time is over until then, by posting, the first first: what `erase_due` will erase, but for what is held.
    Changes nothing."""
    rows: Sequence[Any] = db.session.execute(
        select(Application.entry_id, IS_DRAFT, func.count(), func.min(Application.erase_at))
        .where(Application.erased_at.is_(None), Application.erase_at <= until)
        .group_by(Application.entry_id, IS_DRAFT)
    ).all()
    live = _live_versions({row.entry_id for row in rows})
    found: dict[int, Due] = {}
    for entry_id, is_draft, count, at in rows:
        version, number, organization = live[entry_id]
        end = _end(version, is_draft=is_draft, now=until)
        if end is not None and end > until:
            continue
        had = found.get(entry_id)
        first, total = (min(had.at, at), had.count + count) if had else (at, count)
        found[entry_id] = Due(entry_id, number, version.title, organization, first, total)
    return sorted(found.values(), key=lambda due: (due.at, due.number))


def _live_versions(entry_ids: set[int]) -> dict[int, tuple[JobVersion | EventVersion, str, str]]:
    """Each with the number of its entry and the name of its organization."""
    rows = db.session.execute(
        select(Entry.id, Version, Entry.number, Organization.name)
        .join(Version, Version.id == Entry.live_version_id)
        .join(Organization, Organization.id == Entry.organization_id)
        .where(Entry.id.in_(entry_ids))
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows if isinstance(row[1], JobVersion | EventVersion)}


def _end(version: JobVersion | EventVersion, *, is_draft: bool, now: datetime) -> datetime | None:
    """By the deadline as it is today; None when there is none, so that what was said at the application counts."""
    if version.close_at is None:
        return None
    return (retention.end_for_draft if is_draft else retention.end_for)(version, now=now)


def _put_off(application_ids: Sequence[int], *, now: datetime) -> list[int]:
    """Moves the end of those whose deadline was moved; returns the others."""
    rows = db.session.execute(
        select(Application.id, Application.entry_id, IS_DRAFT).where(Application.id.in_(application_ids))
    ).all()
    live = _live_versions({row.entry_id for row in rows})
    over = []
    for application_id, entry_id, is_draft in rows:
        end = _end(live[entry_id][0], is_draft=is_draft, now=now)
        if end is None or end <= now:
            over.append(application_id)
            continue
        db.session.execute(
            update(Application)
            .where(Application.id == application_id)
            .values(erase_at=end)
            .execution_options(synchronize_session=False)
        )
    return over


def erase(application_ids: Sequence[int], *, actor: Actor, now: datetime) -> None:
    """Papers, messages, name, address and note are gone; what was never handed in goes as a whole."""
    if not application_ids:
        return
    recalling.recall(application_ids, kinds=recalling.LISTS, now=now)
    erase_papers(application_ids, now=now)
    forgetting.forget_applications(application_ids, now=now)
    _delete_never_handed_in(application_ids)
    _set(application_ids, name=GONE, name_kana="", email="", note="", erased_at=now)
    events = [{"subject": "application", "subject_id": key} for key in application_ids]
    audit.record_each("application.erase", events, actor=actor, now=now)


def erase_papers(application_ids: Sequence[int], *, now: datetime) -> None:
    """The documents, the résumé, what was printed of it and archives with it; their bytes go with the next sweep."""
    recalling.recall(application_ids, kinds=recalling.ARCHIVES, now=now)
    grid.close_requests(application_ids)
    files = list(_files_of(application_ids))
    db.session.execute(delete(RenderedResume).where(RenderedResume.application_id.in_(application_ids)))
    db.session.execute(
        update(ApplicationDocument)
        .where(ApplicationDocument.application_id.in_(application_ids))
        .values(file_id=None)
        .execution_options(synchronize_session=False)
    )
    _set(application_ids, resume={}, photo_id=None)
    dropping.drop_at_once(files, now=now)


def _set(application_ids: Sequence[int], **values: Any) -> None:
    statement = update(Application).where(Application.id.in_(application_ids)).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _delete_never_handed_in(application_ids: Sequence[int]) -> None:
    never = select(Application.id).where(Application.id.in_(application_ids), Application.applied_at.is_(None))
    ids = list(db.session.scalars(never))
    for model, key in ((ApplicationDocument, ApplicationDocument.application_id), (Application, Application.id)):
        db.session.execute(delete(model).where(key.in_(ids)).execution_options(synchronize_session=False))


def _files_of(application_ids: Sequence[int]) -> Iterator[int]:
    """Of documents, printed résumés, and photos that neither a profile nor another application has."""
    other = aliased(Application)
    of_profile = select(Talent.id).where(Talent.photo_id == Application.photo_id)
    of_other = select(other.id).where(other.photo_id == Application.photo_id, other.id.not_in(application_ids))
    queries: tuple[Any, ...] = (
        select(ApplicationDocument.file_id).where(ApplicationDocument.application_id.in_(application_ids)),
        select(RenderedResume.file_id).where(RenderedResume.application_id.in_(application_ids)),
        select(Application.photo_id)
        .where(Application.id.in_(application_ids), ~of_profile.exists(), ~of_other.exists())
        .distinct(),
    )
    for query in queries:
        yield from (file_id for file_id in db.session.scalars(query) if file_id is not None)
