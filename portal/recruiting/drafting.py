"""A talent's draft of an application: begun once for each entry, with the documents asked for and their files."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Entry, EventVersion, JobVersion, Version
from models.files import StoredFile
from models.states import ApplicationState, DocumentState, Kind
from models.talents import Talent
from portal.actors import Actor
from portal.codes import ANY_FORMAT
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.files import dropping
from portal.permissions import may, visible
from portal.recruiting import retention
from portal.recruiting.moves import SeenApplication, move_one
from portal.recruiting.openness import live_version, refuse_level

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O, U: it is read out on the telephone
Posting = JobVersion | EventVersion
ALREADY = "この募集にはすでに応募しています。"
OWN_RESUME = "履歴書を添付してください。"


def own_talent(actor: Actor) -> Talent:
    talent = db.session.scalars(
        select(Talent).options(joinedload(Talent.account)).where(visible(actor, Talent))
    ).one_or_none()
    if talent is None:
        raise Forbidden("人材登録をした人だけが応募できます。")
    return talent


def find(application_id: int, *, actor: Actor) -> Application:
    application = db.session.scalars(
        select(Application)
        .options(
            selectinload(Application.documents).joinedload(ApplicationDocument.file),
            joinedload(Application.version).joinedload(Version.organization),
            joinedload(Application.entry),
            joinedload(Application.talent),
        )
        .where(Application.id == application_id, visible(actor, Application))
    ).one_or_none()
    if application is None:
        raise NotFound
    return application


def entry_of(number: str) -> int:
    """The entry that an address names; whether it can be applied to is another question."""
    entry_id = db.session.scalar(select(Entry.id).where(Entry.number == number, Entry.kind != Kind.notice))
    if entry_id is None:
        raise NotFound
    return entry_id


def begun(entry_id: int, *, actor: Actor) -> Application | None:
    """The talent's application to the entry as it stands, if there is one. Changes nothing."""
    return _of(entry_id, own_talent(actor))


@dataclass(frozen=True)
class Asked:
    """One document as the form shows it, with what is there already."""

    position: int
    name: str
    required: bool
    note: str
    format: str
    file: StoredFile | None = None


def asked_for(version: Posting, application: Application | None) -> list[Asked]:
    had = {row.name: row.file for row in application.documents} if application else {}
    rows = [(row.name, row.required, row.note, row.format) for row in version.documents]
    if version.resume_file_name:
        rows.insert(0, (version.resume_file_name, True, OWN_RESUME, ANY_FORMAT))
    return [Asked(place, *row, file=had.get(row[0])) for place, row in enumerate(rows, start=1)]


def remember(application: Application, *, session_at: datetime | None, consent: bool) -> None:
    """What was chosen on the form, so that the confirmation and a later visit know it."""
    application.session_at = session_at
    application.consent_text = "given" if consent else ""
    db.session.flush()


def file_of(application: Application, document_id: int) -> StoredFile:
    stored = _document(application, document_id).file
    if stored is None or stored.dropped_at is not None:
        raise NotFound
    return stored


def start(entry_id: int, *, actor: Actor, now: datetime) -> Application:
    """The talent's draft for the entry, begun now or earlier; its documents are those that are asked for today.

    Raises Conflict when the talent has applied already; after a withdrawal the same row is filled in again.
    """
    if not may(actor, "application.apply"):
        raise Forbidden("人材登録をした人だけが応募できます。")
    talent, version = own_talent(actor), live_version(entry_id, now=now)
    refuse_level(talent, version)
    application = _of(entry_id, talent)
    if application is None:
        application = _new(version, talent, now=now)
    elif application.state is ApplicationState.withdrawn:
        _begin_again(application, actor=actor, now=now)
    elif application.state is not ApplicationState.draft:
        raise Conflict(ALREADY)
    ask_for(application, version)
    application.erase_at = retention.end_for_draft(version, now=now)
    db.session.flush()
    return application


def _of(entry_id: int, talent: Talent) -> Application | None:
    return db.session.scalars(
        select(Application)
        .options(selectinload(Application.documents).joinedload(ApplicationDocument.file))
        .where(Application.entry_id == entry_id, Application.talent_id == talent.id)
    ).one_or_none()


def _new(version: Posting, talent: Talent, *, now: datetime) -> Application:
    application = Application(
        number="E" + "".join(secrets.choice(ALPHABET) for _ in range(9)),
        entry_id=version.entry_id,
        version_id=version.id,
        organization_id=version.organization_id,
        talent_id=talent.id,
        kind=version.kind,
        created_at=now,
        state_at=now,
        resume={},
    )
    db.session.add(application)
    try:
        db.session.flush()
    except IntegrityError as error:  # the same person in another window
        raise Conflict("競合：別の画面で応募の入力を始めています。応募状況から開いてください。") from error
    return application


def _begin_again(application: Application, *, actor: Actor, now: datetime) -> None:
    move_one(
        SeenApplication(application.id, application.revision),
        sources=[ApplicationState.withdrawn],
        to=ApplicationState.draft,
        actor=actor,
        now=now,
    )
    db.session.refresh(application)


def ask_for(application: Application, version: Posting) -> None:
    """Makes the rows of the draft those of the posting; a file stays with the document of its name."""
    asked = asked_for(version, None)
    had = {row.name: row for row in application.documents}
    for name, row in had.items():
        if name not in {wanted.name for wanted in asked}:
            application.documents.remove(row)
    for wanted in asked:
        row = had.get(wanted.name) or _new_document(application, wanted.name)
        row.position, row.required, row.note, row.format = (
            wanted.position, wanted.required, wanted.note, wanted.format,
        )  # fmt: skip
    application.version_id = version.id


def _new_document(application: Application, name: str) -> ApplicationDocument:
    document = ApplicationDocument(name=name, state=DocumentState.missing)
    application.documents.append(document)
    return document


def discard(application: Application, *, actor: Actor, now: datetime) -> None:
    """Throws a draft away with its files; one that had been withdrawn before stays as the withdrawn one it was."""
    if application.state is not ApplicationState.draft:
        raise Conflict("提出した応募は削除できません。辞退する場合は、応募の画面から手続をしてください。")
    if application.applied_at is not None:
        seen, draft = SeenApplication(application.id, application.revision), [ApplicationState.draft]
        move_one(seen, sources=draft, to=ApplicationState.withdrawn, actor=actor, now=now)
        return
    dropping.drop([row.file_id for row in application.documents if row.file_id is not None], now=now)
    db.session.delete(application)
    db.session.flush()


# ---- files of a draft, and of what was asked for again


def put_document(document_id: int, stored: StoredFile, *, application: Application, now: datetime) -> None:
    """Puts a file under its name; the one before is dropped. Only while the document may be handed in."""
    document = _document(application, document_id)
    refuse_closed_document(application, document, now=now)
    if document.file_id:
        dropping.drop([document.file_id], now=now)
    document.file_id, document.handed_at, document.state = stored.id, now, DocumentState.handed
    db.session.flush()


def remove_document(document_id: int, *, application: Application, now: datetime) -> None:
    document = _document(application, document_id)
    if application.state is not ApplicationState.draft or document.file_id is None:
        raise Conflict("提出した書類は取り消せません。")
    dropping.drop([document.file_id], now=now)
    document.file_id, document.handed_at, document.state = None, None, DocumentState.missing
    db.session.flush()


def _document(application: Application, document_id: int) -> ApplicationDocument:
    for document in application.documents:
        if document.id == document_id:
            return document
    raise NotFound


def refuse_closed_document(application: Application, document: ApplicationDocument, *, now: datetime) -> None:
    if application.state is ApplicationState.draft:
        return
    waits = application.state is ApplicationState.resubmit_wait and document.state is DocumentState.reopened
    if not waits or application.reopened_until is None:
        raise Conflict("この書類は、今は提出できません。")
    if now > application.reopened_until:
        raise Refused("再提出の期限を過ぎました。団体にお問い合わせください。")
