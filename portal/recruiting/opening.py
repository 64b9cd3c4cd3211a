"""One application as the organization opens it. Whoever reads personal data is on record before it is shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application, ApplicationDocument
from models.base import db
from models.talents import Talent
from portal import audit
from portal.actors import Actor
from portal.clock import local
from portal.errors import NotFound
from portal.permissions import visible

ListsRead = tuple[str, list[int]]  # a day, and the postings whose lists were read on it; 0 is the list of all
MOST_LISTS = 50  # that a cookie has room for
# What the trail calls each way of reading personal data.
READINGS = ("application.read", "application.file", "application.resume_pdf")


def published_code(talent_id: int, *, actor: Actor) -> str | None:
    """登録コード of a talent whose profile this organization may open."""
    return db.session.scalar(select(Talent.code).where(Talent.id == talent_id, visible(actor, Talent)))


def find(application_id: int, *, actor: Actor) -> Application:
    application = db.session.scalars(
        select(Application)
        .options(
            selectinload(Application.documents).joinedload(ApplicationDocument.file),
            joinedload(Application.version),
            joinedload(Application.entry),
        )
        .where(Application.id == application_id, visible(actor, Application))
    ).one_or_none()
    if application is None:
        raise NotFound
    return application


def identify(application_id: int, *, actor: Actor) -> Row:
    """Its id and its organization alone, for the record of what is about to be read."""
    found = db.session.execute(
        select(Application.id, Application.organization_id).where(
            Application.id == application_id, visible(actor, Application)
        )
    ).one_or_none()
    if found is None:
        raise NotFound
    return found


def after_list(entry_id: int | None, told: ListsRead | None, *, now: datetime) -> ListsRead | None:
    """What a login remembers once it is on record that a list was read; None when it is already, for once a day is
    enough. `told` is what it remembers so far."""
    today, key = local(now).date().isoformat(), entry_id or 0
    read = told[1] if told and told[0] == today else []
    return None if key in read else (today, [*read, key][-MOST_LISTS:])


def record_list(entry_id: int | None, *, actor: Actor, now: datetime) -> None:
    """That a member reads who applied: to one posting, or to anything of the organization."""
    audit.record(
        "application.list",
        subject="entry" if entry_id else "organization",
        subject_id=entry_id or actor.organization_id,
        organization_id=actor.organization_id,
        actor=actor,
        now=now,
    )


def record_reading(application: Application | Row, what: str, *, actor: Actor, now: datetime, **details: Any) -> None:
    """That a member reads personal data: written before it is shown. The first time marks the application read."""
    audit.record(
        f"application.{what}",
        subject="application",
        subject_id=application.id,
        organization_id=application.organization_id,
        details=details,
        actor=actor,
        now=now,
    )
    db.session.execute(
        update(Application)
        .where(Application.id == application.id, Application.read_at.is_(None))
        .values(read_at=now)
        .execution_options(synchronize_session=False)
    )
