"""Handing an application in, once: everything is tested and frozen in one transaction under the entry's lock."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.organizations import Organization
from models.states import ApplicationState, ResumeType
from models.talents import Talent
from portal.actors import Actor
from portal.errors import Conflict, Invalid, Refused
from portal.publishing.checks import ERROR, Finding
from portal.recruiting import letters, resumes, retention, seats, snapshot
from portal.recruiting.drafting import ALREADY, Posting, ask_for, find, own_talent
from portal.recruiting.moves import SeenApplication, move_one
from portal.recruiting.openness import CLOSED, live_version, refuse_level, takes_applications


@dataclass(frozen=True)
class Answers:
    """What the talent decides on the form itself."""

    consent: bool
    session_at: datetime | None = None


def findings_of(
    application: Application, version: Posting, answers: Answers, *, talent: Talent, now: datetime
) -> list[Finding]:
    """What is still missing, in the order of the form."""
    found = [Finding("A-02", ERROR, "resume", sentence) for sentence in resume_of(version, talent)]
    found += [
        Finding("A-01", ERROR, f"document-{row.position}", f"「{row.name}」のファイルを選択してください。")
        for row in application.documents
        if row.required and row.file_id is None
    ]
    if seats.needs_session(version) and answers.session_at not in seats.open_sessions(version, now=now):
        found.append(Finding("A-03", ERROR, "session", "参加する日時を選択してください。"))
    if not answers.consent:
        found.append(Finding("A-04", ERROR, "consent", "個人情報の取扱いを確認し、チェックを入れてください。"))
    return found


def consent_text(version: Posting) -> str:
    return (
        f"提供先：{version.organization.name}\n利用目的：{version.privacy_purpose}\n"
        f"保存期間：応募締切から{version.retention_months}か月"
    )


def submit(seen: SeenApplication, answers: Answers, *, actor: Actor, now: datetime) -> Application:
    """Hands the draft in: frozen résumé, frozen documents, a place or the waiting list, a letter to each side.

    Raises Invalid with what is missing, Refused outside the period or when an event is full, Conflict when another
    window was quicker. However many arrive at once, one is handed in.
    """
    application = find(seen.application_id, actor=actor)
    lock(application)
    if application.state is not ApplicationState.draft:
        raise Conflict(ALREADY)
    talent, version = own_talent(actor), live_version(application.entry_id, now=now)
    refuse_level(talent, version)
    ask_for(application, version)
    if problems := findings_of(application, version, answers, talent=talent, now=now):
        raise Invalid(problems)
    session_at = answers.session_at if seats.needs_session(version) else None
    move_one(
        seen,
        sources=[ApplicationState.draft],
        to=seats.state_for(version, session_at=session_at),
        actor=actor,
        now=now,
        mailed=True,
        applied_at=now,
        read_at=None,
        missing_count=0,
        session_at=session_at,
        consent_text=consent_text(version),
        erase_at=retention.end_for(version, now=now),
        erased_at=None,
        **_frozen(version, talent),
    )
    if not _was_open(application.entry_id, now=now):
        raise Refused(CLOSED)
    db.session.refresh(application)
    letters.tell_talents("application_received", [application.id], now=now)
    letters.tell_organization("application_arrived", application.id, now=now)
    return application


def resume_of(version: Posting, talent: Talent) -> list[str]:
    """What is still missing in the résumé that the posting asks for; empty when it is ready or none is asked for."""
    if not version.resume_type:
        return []
    return list(resumes.missing(talent, ResumeType(version.resume_type), items=version.resume_items))


def lock(application: Application) -> None:
    """Holds the entry's row until the end of the transaction, and counts an application that was never handed in."""
    more = 0 if application.applied_at else 1
    db.session.execute(
        update(Entry)
        .where(Entry.id == application.entry_id)
        .values(application_count=Entry.application_count + more)
        .execution_options(synchronize_session=False)
    )
    db.session.refresh(application)
    if more and application.applied_at:
        raise Conflict(ALREADY)


def _was_open(entry_id: int, *, now: datetime) -> bool:
    """Read again under the lock: the posting may have been ended while the form was being checked."""
    query = (
        select(Version.id)
        .join(Entry, Entry.live_version_id == Version.id)
        .join(Organization, Organization.id == Version.organization_id)
        .where(Entry.id == entry_id, takes_applications(now))
    )
    return db.session.scalar(query) is not None


def _frozen(version: Posting, talent: Talent) -> dict[str, object]:
    account = talent.account
    who = {"name": account.name, "name_kana": talent.name_kana, "email": account.email}
    if not version.resume_type:
        return who | {"resume_type": None, "resume": {}, "photo_id": None}
    resume_type = ResumeType(version.resume_type)
    frozen = snapshot.freeze(talent, resumes.find(talent, resume_type), type=resume_type, items=version.resume_items)
    photo_id = talent.photo_id if "photo" in version.resume_items else None
    return who | {"resume_type": resume_type, "resume": frozen, "photo_id": photo_id}
