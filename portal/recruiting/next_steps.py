"""What a talent should do next, the most urgent first: the list on 人材マイページ."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import exists, select

from models.applications import Application
from models.base import db
from models.states import ApplicationState
from models.talents import Resume, Talent


class Cause(StrEnum):
    documents = "documents"  # asked for again, until a date
    message = "message"  # something new in the mailbox
    draft = "draft"  # begun and not handed in
    profile = "profile"
    resume = "resume"


ORDER = tuple(Cause)


@dataclass(frozen=True)
class NextStep:
    """`at` is the last moment for it, if there is one."""

    cause: Cause
    application: Application | None = None
    at: datetime | None = None
    count: int = 0


def next_steps(talent: Talent, applications: Sequence[Application], *, unread: int, now: datetime) -> list[NextStep]:
    """From the talent's applications in which something is left to do, the count of unread threads, and one look at
    the résumés."""
    steps = [*_documents(applications, now=now), *_drafts(applications, now=now)]
    if unread:
        steps.append(NextStep(Cause.message, count=unread))
    steps.sort(key=lambda step: (ORDER.index(step.cause), step.at is None, step.at or now))
    if not talent.name_kana:
        steps.append(NextStep(Cause.profile))
    if not db.session.scalar(select(exists().where(Resume.talent_id == talent.id))):
        steps.append(NextStep(Cause.resume))
    return steps


def _documents(applications: Iterable[Application], *, now: datetime) -> Iterable[NextStep]:
    for application in applications:
        until = application.reopened_until
        if application.state is ApplicationState.resubmit_wait and until is not None and until >= now:
            yield NextStep(Cause.documents, application, until)


def _drafts(applications: Iterable[Application], *, now: datetime) -> Iterable[NextStep]:
    """One whose posting is over has nothing to do any more; it stays in the list of applications."""
    for application in applications:
        close_at = application.version.close_at
        if application.state is ApplicationState.draft and (close_at is None or close_at >= now):
            yield NextStep(Cause.draft, application, close_at)
