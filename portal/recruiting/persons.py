"""All that the portal holds of one talent, by table, and how it is handed over.

A table that refers to a person, to an application or to a file and is not named here fails a test.
"""

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO, cast

from sqlalchemy import ColumnElement, Select, Table, or_, select

from models.applications import Application, ApplicationDocument, Download, RenderedResume
from models.base import Base, db
from models.files import StoredFile
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account, KnownBrowser, LoginChallenge, LoginSession
from models.records import AuditEvent
from models.states import Role
from models.talents import Registration, Resume, Talent, TalentBlock
from portal.accounts.login import normalize_email
from portal.actors import Actor
from portal.errors import NotFound, Refused
from portal.files import names, reading
from portal.recruiting.applicants import READINGS

DATA = "data.json"
# What proves who somebody is, and where bytes are: of no use to the person, and of much to a thief.
SECRETS = frozenset({"password_hash", "token_hash", "code_mac", "key", "owner", "digest", "params"})


@dataclass(frozen=True)
class Person:
    account_id: int
    talent_id: int
    email: str
    code: str

    @property
    def applications(self) -> Select:
        return select(Application.id).where(Application.talent_id == self.talent_id)


def _of_account(model: Any) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: model.account_id == person.account_id


def _of_application(model: Any) -> Callable[[Person], ColumnElement[bool]]:
    return lambda person: model.application_id.in_(person.applications)


def _files(person: Person) -> ColumnElement[bool]:
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


HELD: Mapping[type[Base], Callable[[Person], ColumnElement[bool]]] = {
    Account: lambda person: Account.id == person.account_id,
    Talent: lambda person: Talent.id == person.talent_id,
    Resume: lambda person: Resume.talent_id == person.talent_id,
    TalentBlock: lambda person: TalentBlock.talent_id == person.talent_id,
    Application: lambda person: Application.talent_id == person.talent_id,
    ApplicationDocument: _of_application(ApplicationDocument),
    RenderedResume: _of_application(RenderedResume),
    Download: _of_account(Download),
    StoredFile: _files,
    Registration: lambda person: Registration.email == person.email,
    OutboxMail: lambda person: OutboxMail.recipient == person.email,
    LoginChallenge: _of_account(LoginChallenge),
    LoginSession: _of_account(LoginSession),
    KnownBrowser: _of_account(KnownBrowser),
    AuditEvent: lambda person: AuditEvent.actor_id == person.account_id,
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


def export(person: Person, target: BinaryIO) -> int:
    """A ZIP of the files and of data.json, which has the rows of each table; returns how many files.

    Also what organizations noted for themselves: it is for the operator, who decides what is disclosed. What talents
    fetch themselves is `own_data`.
    """
    data: dict[str, Any] = {model.__tablename__: list(_rows(model, person)) for model in HELD}
    data["readings"] = _readings(person)
    # An earlier export would only say the same again.
    made = select(Download.file_id).where(Download.file_id.is_not(None))
    files = db.session.scalars(
        select(StoredFile)
        .where(_files(person), StoredFile.dropped_at.is_(None), StoredFile.id.not_in(made))
        .order_by(StoredFile.id)
    ).all()
    closed = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED, allowZip64=True) as archive:
        for stored in files:
            try:
                source = reading.open_file(stored)
            except Refused as refusal:  # infected, damaged or waiting: all the rest is handed over nevertheless
                closed[stored.id] = str(refusal)
                continue
            with source, archive.open(path_of(stored), "w", force_zip64=True) as place:
                shutil.copyfileobj(source, place)
        data["files_not_included"] = closed
        archive.writestr(DATA, json.dumps(data, ensure_ascii=False, indent=2))
    return len(files) - len(closed)


def path_of(stored: StoredFile) -> str:
    """In the ZIP; the number is the id of the file's row in data.json."""
    return f"files/{stored.id}_{names.of_words(stored.name)}"


def _rows(model: type[Base], person: Person) -> Iterator[dict[str, Any]]:
    table = cast("Table", model.__table__)
    columns = [column for column in table.columns if column.name not in SECRETS]
    query = select(*columns).where(HELD[model](person)).order_by(*table.primary_key)
    for row in db.session.execute(query):
        yield {column.name: _plain(value) for column, value in zip(columns, row, strict=True)}


def _readings(person: Person) -> list[dict[str, Any]]:
    """Which organization read which application when; who of its members did is theirs."""
    rows = db.session.execute(
        select(AuditEvent.at, AuditEvent.action, AuditEvent.subject_id, Organization.name)
        .outerjoin(Organization, Organization.id == AuditEvent.organization_id)
        .where(
            AuditEvent.subject == "application",
            AuditEvent.subject_id.in_(person.applications),
            AuditEvent.action.in_(READINGS),
        )
        .order_by(AuditEvent.id)
    )
    return [
        {"at": _plain(row.at), "action": row.action, "application_id": row.subject_id, "organization": row.name}
        for row in rows
    ]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
