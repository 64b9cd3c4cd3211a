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
from portal.recruiting.stages import ENDED, POSITIONS, SEATED, STAGES, choosable

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
    """Opens documents as `reopen` does, and writes to each person about just these."""
    moved = reopen(chosen, until=until, actor=actor, now=now)
    names = _names_of([key for outcome in moved if outcome.done for key in chosen[outcome.application_id]])
    for outcome in moved:
        if outcome.done:
            documents = names[outcome.application_id]
            letters.tell_talents(
                "documents_again", [outcome.application_id], now=now, documents=documents, message=message
            )
    return moved


def reopen(chosen: Mapping[int, Collection[int]], *, until: datetime, actor: Actor, now: datetime) -> list[Moved]:
    """Opens documents for handing in again until a moment; who tells the person of it, the caller decides.

    `chosen` maps an application to ids of its documents. Applications whose selection is over are refused one by one.
    The number of statements does not grow with them.
    """
    require_decide(actor)
    if until <= now:
        raise Refused("再提出の期限は今より後の日時にしてください。")
    if not 1 <= len(chosen) <= MOST:
        raise Refused(f"1〜{MOST}名を選択してください。")
    documents = _documents_of(chosen)
    refused, seen = _askable(chosen, documents, until=until, actor=actor)
    moved = move_each(
        seen,
        sources=[state for state in POSITIONS if state not in ENDED],
        to=ApplicationState.resubmit_wait,
        actor=actor,
        now=now,
        mailed=True,
        reopened_until=until,
    )
    done = {outcome.application_id: outcome for outcome in moved}
    _open([key for key, outcome in done.items() if outcome.done], documents)
    return [refused.get(key) or done[key] for key in chosen]


def _documents_of(chosen: Mapping[int, Collection[int]]) -> dict[int, dict[int, DocumentState]]:
    """Of each application those of its own documents that were chosen, with what became of them so far."""
    wanted = {key for keys in chosen.values() for key in keys}
    document = ApplicationDocument
    rows = db.session.execute(
        select(document.application_id, document.id, document.state).where(document.id.in_(wanted))
    )
    found: dict[int, dict[int, DocumentState]] = {}
    for application_id, document_id, state in rows:
        if document_id in set(chosen.get(application_id, ())):
            found.setdefault(application_id, {})[document_id] = state
    return found


def _askable(
    chosen: Mapping[int, Collection[int]],
    documents: Mapping[int, Mapping[int, DocumentState]],
    *,
    until: datetime,
    actor: Actor,
) -> tuple[dict[int, Moved], list[SeenApplication]]:
    """Who is refused, and the others as they stand now."""
    rows = db.session.execute(
        select(
            Application.id, Application.name, Application.state, Application.revision, Application.reopened_until
        ).where(Application.id.in_(chosen), visible(actor, Application))
    )
    found = {row.id: row for row in rows}
    refused, seen = {}, []
    for key in chosen:
        row = found.get(key)
        if row is None:
            refused[key] = Moved(key, refusal=NotFound())
        elif row.state in ENDED:
            refused[key] = Moved(key, row.name, Conflict("選考が終わっているため、依頼できません。"))
        elif key not in documents:
            refused[key] = Moved(key, row.name, Refused("依頼する書類を選択してください。"))
        elif row.reopened_until == until and set(documents[key].values()) == {DocumentState.reopened}:
            refused[key] = Moved(key, row.name, Conflict("同じ書類を、同じ期限ですでに依頼しています。"))
        else:
            seen.append(SeenApplication(key, row.revision))
    return refused, seen


def _open(application_ids: Collection[int], documents: Mapping[int, Collection[int]]) -> None:
    if not application_ids:
        return
    opened = [document_id for key in application_ids for document_id in documents[key]]
    db.session.execute(
        update(ApplicationDocument)
        .where(ApplicationDocument.id.in_(opened))
        .values(state=DocumentState.reopened)
        .execution_options(synchronize_session="fetch")
    )
    grid.recount(*application_ids)


def _names_of(document_ids: Collection[int]) -> dict[int, list[str]]:
    """By application, in the order of the posting."""
    rows = db.session.execute(
        select(ApplicationDocument.application_id, ApplicationDocument.name)
        .where(ApplicationDocument.id.in_(document_ids))
        .order_by(ApplicationDocument.application_id, ApplicationDocument.position)
    )
    names: dict[int, list[str]] = {}
    for application_id, name in rows:
        names.setdefault(application_id, []).append(name)
    return names


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
