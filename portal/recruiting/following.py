"""What a talent does after handing in: stepping back, handing in again what was asked for, looking it all up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy import Select, func, select
from sqlalchemy.orm import joinedload

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState
from portal.actors import Actor
from portal.errors import NotFound
from portal.permissions import visible
from portal.recruiting import erasing, grid, letters, seats
from portal.recruiting.drafting import find
from portal.recruiting.moves import SeenApplication, move_one
from portal.recruiting.stages import ENDED
from portal.recruiting.submitting import lock

PAGE = 20
# Who was chosen may still decline; where the selection ended otherwise there is nothing left to step back from.
WITHDRAWABLE = frozenset(ApplicationState) - ENDED - {ApplicationState.draft} | {ApplicationState.hired}


def withdraw(seen: SeenApplication, *, actor: Actor, now: datetime) -> None:
    """The talent steps back: the papers go at once, the organization keeps a line, a place goes to who waits."""
    application = find(seen.application_id, actor=actor)
    lock(application)
    move_one(seen, sources=WITHDRAWABLE, to=ApplicationState.withdrawn, actor=actor, now=now, mailed=True)
    erasing.erase_papers([application.id], now=now)
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


@dataclass(frozen=True)
class Page:
    rows: Sequence[Application]
    total: int
    number: int
    last: int


def page_of(number: int = 1, *, actor: Actor, size: int = PAGE) -> Page:
    """The talent's own applications with their postings and organizations, newest first, in two statements.

    Raises NotFound beyond the last page.
    """
    total = db.session.scalar(select(func.count()).select_from(Application).where(visible(actor, Application))) or 0
    last = max(1, ceil(total / size))
    if number > last:
        raise NotFound
    return Page(db.session.scalars(_own(actor).limit(size).offset((number - 1) * size)).all(), total, number, last)


def unfinished(*, actor: Actor) -> Sequence[Application]:
    """Those in which the talent has something to do: begun, or asked for documents again. In one statement."""
    states = (ApplicationState.draft, ApplicationState.resubmit_wait)
    return db.session.scalars(_own(actor).where(Application.state.in_(states))).all()


def _own(actor: Actor) -> Select[Application]:
    return (
        select(Application)
        .options(joinedload(Application.version).joinedload(Version.organization), joinedload(Application.entry))
        .where(visible(actor, Application))
        .order_by(Application.id.desc())
    )


def was_submitted(application_id: int, *, actor: Actor) -> bool:
    """Whether this talent has handed it in already: the second click of two."""
    return find(application_id, actor=actor).state not in (ApplicationState.draft, ApplicationState.withdrawn)


@dataclass(frozen=True)
class Step:
    """When the application came to stand where."""

    at: datetime
    state: ApplicationState


def course(application: Application, *, actor: Actor) -> list[Step]:
    """How the application went, oldest first, as its talent may read it: nobody's name, no note."""
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.details)
        .join(Application, Application.id == AuditEvent.subject_id)
        .where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id == application.id,
            AuditEvent.action == "application.move",
            visible(actor, Application),
        )
        .order_by(AuditEvent.id)
    )
    steps = [Step(at, ApplicationState(details["to"])) for at, details in rows]
    return [step for step in steps if step.state is not ApplicationState.draft]
