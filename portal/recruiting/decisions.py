"""What an organization does with applications: stages, documents asked for again, its private note."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Entry, Version
from models.states import ApplicationState, DocumentState, Kind
from portal import audit
from portal.actors import Actor
from portal.database import write
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.permissions import may, visible
from portal.recruiting import grid, letters, seats
from portal.recruiting.moves import Moved, SeenApplication, move_each
from portal.recruiting.stages import ENDED, SEATED, STAGES, choosable

MOST = 500
LONGEST_NOTE = 4000
LONGEST_MESSAGE = 2000
JUDGED = (DocumentState.received, DocumentState.defective)


def require_decide(actor: Actor) -> None:
    if not may(actor, "application.decide"):
        raise Forbidden("この操作を行う権限がありません。")


def set_stage(
    seen: Sequence[SeenApplication],
    to: ApplicationState,
    *,
    kind: Kind,
    actor: Actor,
    now: datetime,
    mailed: bool = False,
) -> list[Moved]:
    """Puts applications of one kind into a stage, from wherever they stand; withdrawn ones stay withdrawn."""
    require_decide(actor)
    if to not in choosable(kind):
        raise Refused("この選考状態には変更できません。")
    if not 1 <= len(seen) <= MOST:
        raise Refused(f"1〜{MOST}名を選択してください。")
    sources = [state for state in STAGES[kind] if state not in (ApplicationState.withdrawn, to)]
    within = [Application.kind == kind]  # an event's applicant is not hired
    moved = move_each(seen, sources=sources, to=to, actor=actor, now=now, mailed=mailed, within=within)
    if to is not ApplicationState.resubmit_wait:
        grid.close_requests([outcome.application_id for outcome in moved if outcome.done])
    if kind is Kind.event and to not in SEATED:
        _fill_places([outcome.application_id for outcome in moved if outcome.done], now=now)
    return moved


def _fill_places(application_ids: Collection[int], *, now: datetime) -> None:
    """Who waits moves up to each free place; the entry is locked, so that two do not give it away twice."""
    freed = db.session.execute(
        select(Application.entry_id, Application.session_at).where(Application.id.in_(application_ids)).distinct()
    ).all()
    for entry_id, session_at in freed:
        entry = db.session.execute(
            update(Entry)
            .where(Entry.id == entry_id)
            .values(application_count=Entry.application_count)
            .returning(Entry.live_version_id)
            .execution_options(synchronize_session=False)
        ).one()
        seats.move_up(db.session.get_one(Version, entry.live_version_id), session_at=session_at, now=now)


# ---- documents


def judge_document(document_id: int, state: DocumentState, *, actor: Actor, now: datetime) -> None:
    """「受領」 or 「不備」 for one document that was handed in."""
    require_decide(actor)
    if state not in JUDGED:
        raise Refused("「受領」か「不備」を選択してください。")
    document = db.session.scalars(
        select(ApplicationDocument)
        .join(Application)
        .where(ApplicationDocument.id == document_id, visible(actor, Application))
    ).one_or_none()
    if document is None:
        raise NotFound
    if document.file_id is None:
        raise Conflict("この書類はまだ提出されていません。")
    document.state = state
    grid.recount(document.application_id)
    audit.record(
        "application.document",
        subject="application",
        subject_id=document.application_id,
        details={"document": document.name, "state": state},
        actor=actor,
        now=now,
    )


def ask_again(
    chosen: Mapping[int, Collection[int]],
    *,
    until: datetime,
    message: str,
    actor: Actor,
    now: datetime,
) -> list[Moved]:
    """Opens documents for handing in again until a moment, and writes to each person about just these.

    `chosen` maps an application to ids of its documents. Applications whose selection is over are refused one by one.
    """
    require_decide(actor)
    if until <= now:
        raise Refused("再提出の期限は今より後の日時にしてください。")
    if not 1 <= len(chosen) <= MOST:
        raise Refused(f"1〜{MOST}名を選択してください。")
    applications = db.session.scalars(
        select(Application).where(Application.id.in_(chosen), visible(actor, Application)).order_by(Application.id)
    ).all()
    found = {application.id: application for application in applications}
    return [
        _ask(found.get(key), key, chosen[key], until=until, message=message, actor=actor, now=now) for key in chosen
    ]


def _ask(
    application: Application | None,
    application_id: int,
    document_ids: Collection[int],
    *,
    until: datetime,
    message: str,
    actor: Actor,
    now: datetime,
) -> Moved:
    if application is None:
        return Moved(application_id, refusal=NotFound())
    if application.state in ENDED:
        return Moved(application.id, application.name, Conflict("選考が終わっているため、依頼できません。"))
    documents = [row for row in application.documents if row.id in set(document_ids)]
    if not documents:
        return Moved(application.id, application.name, Refused("依頼する書類を選択してください。"))
    if application.reopened_until == until and all(row.state is DocumentState.reopened for row in documents):
        return Moved(application.id, application.name, Conflict("同じ書類を、同じ期限ですでに依頼しています。"))
    sources = [state for state in STAGES[application.kind] if state not in ENDED]
    (moved,) = move_each(
        [SeenApplication(application.id, application.revision)],
        sources=sources,
        to=ApplicationState.resubmit_wait,
        actor=actor,
        now=now,
        mailed=True,
        reopened_until=until,
    )
    if moved.done:
        for document in documents:
            document.state = DocumentState.reopened
        grid.recount(application.id)
        names = [document.name for document in documents]
        letters.tell_talents("documents_again", [application.id], now=now, documents=names, message=message)
    return moved


# ---- the private note, and mail outside the portal


def save_note(application_id: int, note: str, *, revision: int, actor: Actor, now: datetime) -> None:
    """The note is the organization's alone. Two members who write at once: the second is told, nothing is lost."""
    require_decide(actor)
    note = note.strip()
    if len(note) > LONGEST_NOTE:
        raise Refused(f"メモは{LONGEST_NOTE:,}文字以内で入力してください（現在{len(note):,}文字）。")
    saved = write(
        update(Application)
        .where(Application.id == application_id, Application.note_revision == revision, visible(actor, Application))
        .values(note=note, note_revision=Application.note_revision + 1)
        .execution_options(synchronize_session=False)
    )
    if not saved:
        there = select(func.count()).select_from(Application).where(Application.id == application_id)
        if not db.session.scalar(there.where(visible(actor, Application))):
            raise NotFound
        raise Conflict("競合：ほかの人がメモを書き換えました。入力した内容はまだ保存されていません。")
    audit.record("application.note", subject="application", subject_id=application_id, actor=actor, now=now)


def addresses(application_ids: Sequence[int], *, actor: Actor, now: datetime) -> list[str]:
    """E-mail addresses for the person's own mail program, on record: what is sent there leaves no trace here."""
    rows = db.session.execute(
        select(Application.id, Application.email)
        .where(
            Application.id.in_(application_ids),
            visible(actor, Application),
            Application.state != ApplicationState.withdrawn,
            Application.erased_at.is_(None),
        )
        .order_by(Application.id)
    ).all()
    events = [{"subject": "application", "subject_id": row.id} for row in rows]
    audit.record_each("application.address", events, actor=actor, now=now)
    return [row.email for row in rows]
