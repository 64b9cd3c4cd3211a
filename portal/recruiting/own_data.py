"""All that the portal keeps about a talent, as a ZIP for the talent: data.json to read by machine, and the files.

The organizations' private notes are not in it: they are disclosed by the secretariat on request.
"""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, BinaryIO

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application, ApplicationDocument
from models.base import Base, db
from models.files import StoredFile
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import LoginSession
from models.records import AuditEvent
from models.states import Lane
from models.talents import Registration, Resume, Talent, TalentBlock
from portal.actors import Actor
from portal.files import names, reading
from portal.permissions import visible
from portal.recruiting import following, readings
from portal.recruiting.drafting import own_talent

NAME = "PARTNER_登録情報.zip"
INDEX = "data.json"
README = "はじめにお読みください.txt"
ABOUT = (
    "PARTNER（国際協力キャリア総合情報サイト）が保存している、あなたの情報です。\r\n\r\n"
    "data.json\r\n"
    "  プロフィール、履歴書、応募、団体が開いた記録、ログインの記録、送信したメール、操作の記録。\r\n"
    "  文字コードはUTF-8、時刻は協定世界時（日本時間より9時間前）です。テキストエディターで開けます。\r\n"
    "応募書類/、写真/\r\n"
    "  保存しているファイル。提出したときの内容のままです。\r\n\r\n"
    "団体が選考のために書いたメモは含みません。開示を希望する場合は、PARTNER事務局へお問い合わせください。\r\n"
)
Files = Sequence[tuple[str, StoredFile]]


def write(target: BinaryIO, *, actor: Actor, tell: Callable[[int], bool]) -> bool:
    """Streams it into `target`; False when it was told to stop."""
    talent = own_talent(actor)
    applications = _applications(actor)
    files = [*_photos(talent, applications), *_documents(applications)]
    data = _data(talent, applications, files, actor=actor)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, allowZip64=True) as archive:
        archive.writestr(README, "\ufeff" + ABOUT)
        archive.writestr(INDEX, json.dumps(data, ensure_ascii=False, indent=2))
        for path, stored in files:
            with (
                reading.open_file(stored) as source,
                archive.open(zipfile.ZipInfo(path), "w", force_zip64=True) as place,
            ):
                shutil.copyfileobj(source, place)
    return tell(1)


def _applications(actor: Actor) -> Sequence[Application]:
    return db.session.scalars(
        select(Application)
        .options(
            selectinload(Application.documents).joinedload(ApplicationDocument.file),
            joinedload(Application.version),
            joinedload(Application.entry),
        )
        .where(visible(actor, Application))
        .order_by(Application.id)
    ).all()


def _photos(talent: Talent, applications: Sequence[Application]) -> Iterator[tuple[str, StoredFile]]:
    """The present one, and those that applications froze."""
    ids = {application.photo_id for application in applications} | {talent.photo_id}
    photos = db.session.scalars(
        select(StoredFile).where(StoredFile.id.in_([key for key in ids if key])).order_by(StoredFile.id)
    )
    for place, stored in enumerate(photos, start=1):
        yield f"写真/{place}{names.suffix_of(stored.name)}", stored


def _documents(applications: Sequence[Application]) -> Iterator[tuple[str, StoredFile]]:
    for application in applications:
        for document in application.documents:
            if document.file is not None and document.file.dropped_at is None:
                yield _path(application, document), document.file


def _path(application: Application, document: ApplicationDocument) -> str:
    suffix = names.suffix_of(document.file.name) if document.file else ""
    return f"応募書類/{application.number}/{document.position}_{names.of_words(document.name)}{suffix}"


# ---- data.json


def _data(talent: Talent, applications: Sequence[Application], files: Files, *, actor: Actor) -> dict[str, Any]:
    account = talent.account
    return {
        "account": _plain(account, "email", "name", "created_at", "last_login_at"),
        "profile": _plain(talent, *_columns(Talent, "id", "account_id", "photo_id", "revision")),
        "resumes": [
            _plain(resume, "type", "content", "updated_at")
            for resume in _rows(select(Resume).where(Resume.talent_id == talent.id).order_by(Resume.id))
        ],
        "hidden_from": list(_hidden_from(talent)),
        "consents": [
            {"at": _json(row.used_at), "text": row.consent_text}
            for row in _rows(
                select(Registration).where(Registration.email == account.email, Registration.used_at.is_not(None))
            )
        ],
        "applications": [_application(application, actor=actor) for application in applications],
        "opened_by": [_plain(row, "at", "organization", "what", "title") for row in _readings(actor)],
        "logins": [
            _plain(row, "created_at", "seen_at", "ended_at", "ip", "browser")
            for row in _rows(
                select(LoginSession).where(LoginSession.account_id == account.id).order_by(LoginSession.id)
            )
        ],
        "mails": [_mail(row) for row in _rows(_mails_to(account.email))],
        "acts": [
            _plain(row, "at", "action", "subject", "subject_id", "ip", "details")
            for row in _rows(select(AuditEvent).where(AuditEvent.actor_id == account.id).order_by(AuditEvent.id))
        ],
        "files": [
            {"path": path, **_plain(stored, "name", "media_type", "size", "sha256", "created_at")}
            for path, stored in files
        ],
    }


def _readings(actor: Actor) -> Sequence[Any]:
    return readings.of_talent(actor=actor, size=None)


def _hidden_from(talent: Talent) -> Sequence[str]:
    return db.session.scalars(
        select(Organization.name)
        .join(TalentBlock, TalentBlock.organization_id == Organization.id)
        .where(TalentBlock.talent_id == talent.id)
        .order_by(Organization.id)
    ).all()


def _confirmed(email: str) -> Any:
    return select(Registration).where(Registration.email == email, Registration.used_at.is_not(None))


def _mails_to(email: str) -> Any:
    return select(OutboxMail).where(OutboxMail.recipient == email).order_by(OutboxMail.id)


def _mail(row: OutboxMail) -> dict[str, Any]:
    """Letters of the login are told without what they carried."""
    told = _plain(row, "letter", "created_at", "sent_at")
    return told if row.lane is Lane.login else told | {"params": row.params}


def _application(application: Application, *, actor: Actor) -> dict[str, Any]:
    kept = _columns(
        Application, "id", "entry_id", "version_id", "organization_id", "talent_id", "photo_id", *_OF_ORGANIZATIONS
    )
    return {
        "posting": application.version.title,
        "posting_number": application.entry.number,
        "organization": application.version.organization.name,
        **_plain(application, *kept),
        "course": [_plain(step, "at", "state") for step in following.course(application, actor=actor)],
        "documents": [
            _plain(document, "name", "required", "state", "handed_at")
            | {"path": _path(application, document) if document.file else None}
            for document in application.documents
        ],
    }


_OF_ORGANIZATIONS = ("note", "note_revision", "revision", "missing_count")


def _rows(query: Any) -> Sequence[Any]:
    return db.session.scalars(query).all()


def _columns(model: type[Base], *without: str) -> list[str]:
    return [column.key for column in model.__mapper__.column_attrs if column.key not in without]


def _plain(row: Any, *columns: str) -> dict[str, Any]:
    return {name: _json(getattr(row, name)) for name in columns}


def _json(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping | list):
        return value
    return value if isinstance(value, str | int | bool) or value is None else str(value)
