"""All that the portal holds of one talent, by table, and how it is handed over.

A table that refers to a person, to an application or to a file and is not named here fails a test.
"""

import json
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, BinaryIO, cast

from sqlalchemy import ColumnElement, Select, Table, or_, select
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application, ApplicationDocument, Download, RenderedResume
from models.base import Base, db
from models.entries import Version
from models.favorites import Favorite, OfferStop
from models.files import StoredFile
from models.mail import OutboxMail
from models.messages import Message, MessageFile, Thread
from models.office import Suspension
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
from models.states import Role
from models.talents import Registration, Resume, Talent, TalentBlock
from portal.actors import Actor
from portal.email_addresses import normalize_email
from portal.errors import NotFound, Refused, Unavailable
from portal.files import names, reading
from portal.messaging.forgetting import files_of
from portal.recruiting import readings
from portal.recruiting.readings import Reading

DATA = "data.json"
# What proves who somebody is, and where bytes are: of no use to the person, and of much to a thief.
SECRETS = frozenset(
    {"password_hash", "token_hash", "code_mac", "key", "owner", "digest", "params", "secret", "code_hash"}
)


@dataclass(frozen=True)
class Person:
    account_id: int
    talent_id: int
    email: str
    code: str

    @property
    def actor(self) -> Actor:
        return Actor(Role.talent, self.account_id)

    @property
    def applications(self) -> Select:
        return select(Application.id).where(Application.talent_id == self.talent_id)


def _of_account(model: Any) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: model.account_id == person.account_id


def _of_talent(model: Any) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: model.talent_id == person.talent_id


def _of_application(model: Any) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: model.application_id.in_(person.applications)


def own_files(person: Person) -> ColumnElement[bool]:
    """Those they handed in, and those that were made of what they handed in."""
    applied = Application.talent_id == person.talent_id
    return or_(
        StoredFile.owner_id == person.account_id,
        StoredFile.id.in_(select(Talent.photo_id).where(Talent.id == person.talent_id)),
        StoredFile.id.in_(select(Application.photo_id).where(applied)),
        StoredFile.id.in_(select(Download.file_id).where(Download.account_id == person.account_id)),
        *(
            StoredFile.id.in_(select(model.file_id).where(model.application_id.in_(person.applications)))
            for model in (ApplicationDocument, RenderedResume)
        ),
    )


def _files(person: Person) -> ColumnElement[bool]:
    """Beside their own, what organizations attached to messages to them, and perhaps to others."""
    return own_files(person) | files_of(person.talent_id)


HELD: Mapping[type[Base], Callable[[Person], ColumnElement[bool]]] = {
    Account: lambda person: Account.id == person.account_id,
    Talent: lambda person: Talent.id == person.talent_id,
    Resume: _of_talent(Resume),
    TalentBlock: _of_talent(TalentBlock),
    TalentIndex: _of_talent(TalentIndex),
    Application: _of_talent(Application),
    ApplicationDocument: _of_application(ApplicationDocument),
    RenderedResume: _of_application(RenderedResume),
    Download: _of_account(Download),
    StoredFile: _files,
    Registration: lambda person: Registration.email == person.email,
    OutboxMail: lambda person: OutboxMail.recipient == person.email,
    LoginChallenge: _of_account(LoginChallenge),
    LoginSession: _of_account(LoginSession),
    KnownBrowser: _of_account(KnownBrowser),
    OneTimeAddress: _of_account(OneTimeAddress),
    Authenticator: _of_account(Authenticator),
    RecoveryCode: _of_account(RecoveryCode),
    Reminder: _of_account(Reminder),
    ReminderOff: _of_account(ReminderOff),
    OfferStop: _of_talent(OfferStop),
    Favorite: _of_talent(Favorite),
    Thread: _of_talent(Thread),
    Message: _of_talent(Message),
    MessageFile: lambda person: MessageFile.message_id.in_(
        select(Message.id).where(Message.talent_id == person.talent_id)
    ),
    AuditEvent: lambda person: AuditEvent.actor_id == person.account_id,
    Suspension: _of_account(Suspension),
}


def find(who: str) -> Person:
    """The talent with this e-mail address or 登録コード. Raises Refused when there is none."""
    named = (Account.email == normalize_email(who)) | (Talent.code == who.strip().upper())
    if person := _one(named):
        return person
    raise Refused("このメールアドレスまたは登録コードの登録人材はありません。")


def of(actor: Actor) -> Person:
    """The talent who asks."""
    person = _one(Account.id == actor.account_id) if actor.role is Role.talent else None
    if person is None:
        raise NotFound
    return person


def _one(which: ColumnElement[bool]) -> Person | None:
    row = db.session.execute(
        select(Account.id, Talent.id, Account.email, Talent.code)
        .join(Talent, Talent.account_id == Account.id)
        .where(which)
    ).one_or_none()
    return Person(*row) if row else None


@dataclass(frozen=True)
class Gathered:
    """All that is held: the rows of each table, who opened what, and the files, which may be closed."""

    rows: Mapping[type[Base], Sequence[Any]]
    readings: Sequence[Reading]
    files: Sequence[StoredFile]


def gather(person: Person) -> Gathered:
    rows = {model: _rows(model, person) for model in HELD}
    made = {row.file_id for row in rows[Download]}  # an earlier export would only say the same again
    files = [row for row in rows[StoredFile] if row.dropped_at is None and row.id not in made]
    return Gathered(rows, readings.of_talent(actor=person.actor, size=None), files)


def _rows(model: type[Base], person: Person) -> Sequence[Any]:
    table = cast("Table", model.__table__)
    query = select(model).where(HELD[model](person)).order_by(*table.primary_key)
    return db.session.scalars(query.options(*LOADED.get(model, ()))).all()


# What rows are told with, in one statement each.
LOADED: Mapping[type[Base], Sequence[Any]] = {
    Application: (
        selectinload(Application.documents),
        joinedload(Application.version).joinedload(Version.organization),
        joinedload(Application.entry),
    ),
    Message: (selectinload(Message.files), joinedload(Message.thread)),
}


def pack(
    target: BinaryIO,
    files: Mapping[str, StoredFile],
    tell: Callable[[Mapping[str, str]], Mapping[str, Any]],
    texts: Mapping[str, str] = MappingProxyType({}),
) -> int:
    """Streams a ZIP of files by path and of data.json into `target`; returns how many files are in it.

    `tell` gets the paths that are closed, each with the reason, and gives what data.json says.
    """
    closed: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for name, text in texts.items():
            archive.writestr(name, "\ufeff" + text)
        for path, stored in files.items():
            try:
                source = reading.open_file(stored)
            except Unavailable:  # the store is away: later is better than less
                raise
            except Refused as refusal:  # infected, damaged or waiting: all the rest is handed over nevertheless
                closed[path] = str(refusal)
                continue
            with source, archive.open(zipfile.ZipInfo(path), "w", force_zip64=True) as place:
                shutil.copyfileobj(source, place)
        said = json.dumps(tell(closed), ensure_ascii=False, indent=2)
        archive.writestr(DATA, said, compress_type=zipfile.ZIP_DEFLATED)
    return len(files) - len(closed)


def plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def export(person: Person, target: BinaryIO) -> int:
    """For the operator, who decides what is disclosed: every row as it is, also what organizations noted for
    themselves. Returns how many files. What talents fetch themselves is `own_data`.
    """
    held = gather(person)
    files = {f"files/{stored.id}_{names.of_words(stored.name)}": stored for stored in held.files}

    def tell(closed: Mapping[str, str]) -> Mapping[str, Any]:
        return {
            **{model.__tablename__: [_told(row) for row in rows] for model, rows in held.rows.items()},
            "readings": [_told_reading(row) for row in held.readings],
            "files_not_included": {str(files[path].id): reason for path, reason in closed.items()},
        }

    return pack(target, files, tell)


def _told(row: Any) -> dict[str, Any]:
    """The number in the name of a file is the id of its row here."""
    columns = [column.key for column in row.__mapper__.column_attrs if column.key not in SECRETS]
    return {name: plain(getattr(row, name)) for name in columns}


def _told_reading(row: Reading) -> dict[str, Any]:
    """Which organization; who of its members did is theirs."""
    return {name: plain(getattr(row, name)) for name in ("at", "action", "application_id", "organization")}
