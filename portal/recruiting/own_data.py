"""What `persons` gathers of a talent, in the words and the folders of a ZIP for the talent.

The organizations' private notes and favorites are not in it: they are disclosed by the secretariat on request. Nor is a
message that has not reached the talent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlalchemy import select

from models.applications import Application, ApplicationDocument, Download, RenderedResume
from models.base import Base, db
from models.favorites import Favorite, OfferStop
from models.files import StoredFile
from models.mail import OutboxMail
from models.messages import Message, MessageFile, Thread
from models.office import Suspension
from models.organizations import Organization
from models.people import (
    Account,
    Authenticator,
    KnownBrowser,
    LoginChallenge,
    LoginSession,
    OneTimeAddress,
    RecoveryCode,
)
from models.records import AuditEvent
from models.reminders import Reminder, ReminderOff
from models.searching import TalentIndex
from models.states import Lane, MessageState, Side
from models.talents import Registration, Resume, Talent, TalentBlock
from portal.actors import Actor
from portal.files import names
from portal.recruiting import following, persons
from portal.recruiting.persons import Gathered, Person, plain

NAME = "PARTNER_登録情報.zip"
README = "はじめにお読みください.txt"
ABOUT = (
    "PARTNER（国際協力キャリア総合情報サイト）が保存している、あなたの情報です。\r\n\r\n"
    "data.json\r\n"
    "  プロフィール、履歴書、応募、メールボックスのメッセージ、団体が開いた記録、ログインの記録、\r\n"
    "  送信したメール、操作の記録。\r\n"
    "  文字コードはUTF-8、時刻は協定世界時（日本時間より9時間前）です。テキストエディターで開けます。\r\n"
    "応募書類/、写真/、履歴書PDF/、メッセージ/、その他/\r\n"
    "  保存しているファイル。提出したときの内容のままです。開けなかったファイルは、data.jsonの\r\n"
    "  files_not_includedに理由とともに示します。\r\n\r\n"
    "団体が選考のために書いたメモは含みません。開示を希望する場合は、PARTNER事務局へお問い合わせください。\r\n"
)


@dataclass(frozen=True)
class Sheet:
    """What the rows of data.json are told from."""

    person: Person
    held: Gathered
    paths: Mapping[int, str]  # of each file, by its id
    closed: Mapping[str, str]
    organizations: Mapping[int, str] = field(default_factory=dict)


def write(target: BinaryIO, *, actor: Actor, tell: Callable[[int], bool]) -> bool:
    """Streams it into `target`; False when it was told to stop."""
    person = persons.of(actor)
    held = persons.gather(person)
    paths, organizations = _paths(held), _organizations(held)
    files = {paths[stored.id]: stored for stored in held.files if stored.id in paths}

    def said(closed: Mapping[str, str]) -> Mapping[str, Any]:
        return _said(Sheet(person, held, paths, closed, organizations))

    persons.pack(target, files, said, {README: ABOUT})
    return tell(1)


def _organizations(held: Gathered) -> dict[int, str]:
    ids = [row.organization_id for model in (TalentBlock, OfferStop, Message) for row in held.rows[model]]
    rows = db.session.execute(select(Organization.id, Organization.name).where(Organization.id.in_(ids)))
    return {row.id: row.name for row in rows}


# ---- where each file is


def _paths(held: Gathered) -> dict[int, str]:
    """Of all that the talent may have: what hangs on a message that is still held is the organization's."""
    places = dict(_places(held))
    unseen = {row.file_id for message in held.rows[Message] if not _has_reached(message) for row in message.files}
    return {
        stored.id: places[stored.id] + names.suffix_of(stored.name)
        if stored.id in places
        else f"その他/{stored.id}_{names.of_words(stored.name)}"
        for stored in held.files
        if stored.id in places or stored.id not in unseen
    }


def _places(held: Gathered) -> Iterator[tuple[int, str]]:
    """Folder and name without its ending, of what is known to be a photo, a document or a printed résumé."""
    numbers = {row.id: row.number for row in held.rows[Application]}
    photos = {row.photo_id for row in (*held.rows[Talent], *held.rows[Application]) if row.photo_id}
    for place, file_id in enumerate(sorted(photos), start=1):  # the present one, and those that applications froze
        yield file_id, f"写真/{place}"
    for row in held.rows[ApplicationDocument]:
        yield row.file_id, f"応募書類/{numbers[row.application_id]}/{row.position}_{names.of_words(row.name)}"
    for row in held.rows[RenderedResume]:
        yield row.file_id, f"履歴書PDF/{numbers[row.application_id]}_{row.file_id}"
    for message in filter(_has_reached, held.rows[Message]):
        for row in message.files:
            yield row.file_id, f"メッセージ/{message.id}_{row.position}"


def _has_reached(message: Message) -> bool:
    return message.side is Side.talent or message.state is MessageState.delivered


# ---- data.json


def _said(sheet: Sheet) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for model, (name, told) in TOLD.items():
        rows = [told(row, sheet) for row in sheet.held.rows[model]]
        said[name] = rows[0] if model in SINGLE else [row for row in rows if row]
    said["opened_by"] = [_plain(row, "at", "organization", "what", "title") for row in sheet.held.readings]
    said["files_not_included"] = [{"path": path, "reason": reason} for path, reason in sheet.closed.items()]
    return said


Told = Callable[[Any, Sheet], Any]


def _only(*columns: str) -> Told:
    return lambda row, _sheet: _plain(row, *columns)


def _without(model: type[Base], *hidden: str) -> Told:
    return _only(*(column.key for column in model.__mapper__.column_attrs if column.key not in hidden))


def _organization(row: TalentBlock | OfferStop, sheet: Sheet) -> str:
    return sheet.organizations[row.organization_id]


def _message(message: Message, sheet: Sheet) -> dict[str, Any] | None:
    if not _has_reached(message):
        return None
    return {
        "organization": sheet.organizations[message.organization_id],
        "from": message.side.value,
        **_plain(message, "mail_class", "topic", "subject", "body", "signature", "delivered_at", "read_at"),
        "files": [sheet.paths.get(row.file_id) for row in message.files],
    }


def _consent(row: Registration, _sheet: Sheet) -> dict[str, Any] | None:
    return {"at": plain(row.used_at), "text": row.consent_text} if row.used_at else None


def _mail(row: OutboxMail, _sheet: Sheet) -> dict[str, Any]:
    """Letters of the login are told without what they carried."""
    told = _plain(row, "letter", "created_at", "sent_at")
    return told if row.lane is Lane.login else told | {"params": row.params}


def _file(row: StoredFile, sheet: Sheet) -> dict[str, Any] | None:
    path = sheet.paths.get(row.id)
    if path is None or path in sheet.closed:
        return None
    return {"path": path, **_plain(row, "name", "media_type", "size", "sha256", "created_at")}


def _application(application: Application, sheet: Sheet) -> dict[str, Any]:
    return {
        "posting": application.version.title,
        "posting_number": application.entry.number,
        "organization": application.version.organization.name,
        **APPLICATION(application, sheet),
        "course": [_plain(step, "at", "state") for step in following.course(application, actor=sheet.person.actor)],
        "documents": [
            _plain(row, "name", "required", "state", "handed_at") | {"path": sheet.paths.get(row.file_id or 0)}
            for row in application.documents
        ],
    }


def _printed(row: RenderedResume, sheet: Sheet) -> dict[str, Any]:
    numbers = {application.id: application.number for application in sheet.held.rows[Application]}
    path = sheet.paths.get(row.file_id or 0)
    return {"application": numbers[row.application_id], "created_at": plain(row.created_at), "path": path}


def _plain(row: Any, *columns: str) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in columns}


KEYS = ("id", "entry_id", "version_id", "organization_id", "talent_id", "photo_id")
OF_ORGANIZATIONS = ("note", "note_revision", "revision", "missing_count")
APPLICATION = _without(Application, *KEYS, *OF_ORGANIZATIONS)
SINGLE = (Account, Talent)
# What is told with something else, what is only kept to find the rest, and what organizations note for themselves.
UNTOLD = frozenset({ApplicationDocument, MessageFile, Thread, TalentIndex, Favorite, Suspension})
# Every other table of `persons.HELD` under a name of data.json.
TOLD: Mapping[type[Base], tuple[str, Told]] = {
    Account: ("account", _only("email", "name", "created_at", "last_login_at")),
    Talent: ("profile", _without(Talent, "id", "account_id", "photo_id", "revision")),
    Resume: ("resumes", _only("type", "content", "updated_at")),
    TalentBlock: ("hidden_from", _organization),
    Registration: ("consents", _consent),
    Application: ("applications", _application),
    RenderedResume: ("printed_resumes", _printed),
    Message: ("messages", _message),
    OfferStop: ("offers_stopped", _organization),
    LoginSession: ("logins", _only("created_at", "seen_at", "ended_at", "ip", "browser")),
    LoginChallenge: ("one_time_passwords", _only("created_at", "sent_at", "used_at", "tries", "resends")),
    KnownBrowser: ("browsers", _only("created_at", "seen_at")),
    OneTimeAddress: ("mailed_addresses", _only("purpose", "email", "new_email", "created_at", "expires_at", "used_at")),
    Authenticator: ("authenticator_apps", _only("created_at", "confirmed_at")),
    RecoveryCode: ("recovery_codes", _only("used_at")),
    Reminder: ("reminders", _only("kind", "occasion_at", "state", "at")),
    ReminderOff: ("reminders_not_wanted", _only("kind")),
    OutboxMail: ("mails", _mail),
    AuditEvent: ("acts", _only("at", "action", "subject", "subject_id", "ip", "details")),
    Download: ("downloads", _only("kind", "state", "created_at", "ready_at", "expires_at")),
    StoredFile: ("files", _file),
}
