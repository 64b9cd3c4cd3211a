"""What a talent does after handing in: stepping back, handing in again what was asked for, looking it all up."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Row, func, select
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState
from portal.actors import Actor
from portal.permissions import visible
from portal.recruiting import grid, letters, seats
from portal.recruiting.applicants import READINGS
from portal.recruiting.drafting import find
from portal.recruiting.moves import SeenApplication, move_one
from portal.recruiting.submitting import lock

WITHDRAWABLE = frozenset(ApplicationState) - {
    ApplicationState.draft,
    ApplicationState.withdrawn,
    ApplicationState.attended,
}


def withdraw(seen: SeenApplication, *, actor: Actor, now: datetime) -> None:
    """The talent steps back: the organization keeps a line, a place of an event goes to who waits."""
    application = find(seen.application_id, actor=actor)
    lock(application)
    move_one(seen, sources=WITHDRAWABLE, to=ApplicationState.withdrawn, actor=actor, now=now, mailed=True)
    letters.tell_organization("application_withdrawn", application.id, now=now)
    version = db.session.get_one(Version, db.session.get_one(Entry, application.entry_id).live_version_id)
    seats.move_up(version, session_at=application.session_at, now=now)


def hand_in_again(application: Application, *, actor: Actor, now: datetime) -> None:
    """Ends a request for documents once none of them is open any more; tells the organization."""
    if any(row.state is DocumentState.reopened for row in application.documents):
        return
    move_one(
        SeenApplication(application.id, application.revision),
        sources=[ApplicationState.resubmit_wait],
        to=ApplicationState.resubmitted,
        actor=actor,
        now=now,
        mailed=True,
        reopened_until=None,
    )
    grid.recount(application.id)
    letters.tell_organization("application_resubmitted", application.id, now=now)


def mine(*, actor: Actor) -> Sequence[Application]:
    """The talent's own applications with their postings, newest first, in three statements."""
    return db.session.scalars(
        select(Application)
        .options(joinedload(Application.version), joinedload(Application.entry), selectinload(Application.documents))
        .where(visible(actor, Application))
        .order_by(Application.id.desc())
    ).all()


def count_open(*, actor: Actor) -> int:
    waiting = (ApplicationState.draft, ApplicationState.resubmit_wait)
    return (
        db.session.scalar(
            select(func.count())
            .select_from(Application)
            .where(visible(actor, Application), Application.state.in_(waiting))
        )
        or 0
    )


def was_submitted(application_id: int, *, actor: Actor) -> bool:
    """Whether this talent has handed it in already: the second click of two."""
    return find(application_id, actor=actor).applied_at is not None


def readers(application: Application, *, actor: Actor) -> Sequence[Row]:
    """(at, organization) of each time somebody of the organization opened the application, newest first."""
    if application.talent.account_id != actor.account_id:
        return []
    return db.session.execute(
        select(AuditEvent.at, Organization.name.label("organization"))
        .join(Organization, Organization.id == AuditEvent.organization_id)
        .where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id == application.id,
            AuditEvent.action.in_(READINGS),
        )
        .order_by(AuditEvent.id.desc())
        .limit(20)
    ).all()
