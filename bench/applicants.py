"""The second layer of data: talents, and what they handed in for the entries of the first one.

Narrow rows, loaded past the tables' types. Applications stand in the order in which people hand them in: those of one
posting lie scattered among all others, as they do in life.
"""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, insert, select, text, update

from bench import weeks
from bench.generate import Size, restart_ids
from bench.load import load
from bench.rows import BUSY_ORGANIZATION
from models.applications import Application, ApplicationDocument
from models.entries import DocumentRequirement, JobVersion, Version
from models.files import StoredFile
from models.people import Account
from models.states import ApplicationState, DocumentState, Kind, ResumeType, Role
from models.talents import Resume, Talent
from tests.recruiting import printed

PER_PERSON = 5  # documents of the postings below
ARCHIVED = 256 * 1024  # bytes of each document of the posting that goes into a ZIP
NAMES = ("あおき", "いとう", "おがわ", "こばやし", "さとう", "たなか", "はやし", "まつもと", "やまだ", "わたなべ")
DOCUMENTS = (
    ("語学力を証明する書類", True),
    ("業務経歴一覧", False),
    ("志望動機書", True),
    ("推薦状", False),
    ("健康診断書", True),
)
STATES = {
    Kind.job: ("applied", "applied", "applied", "received", "screened", "interview", "declined_documents", "withdrawn"),
    Kind.event: ("applied", "applied", "received", "accepted", "accepted", "lost", "withdrawn"),
}


@dataclass(frozen=True)
class Posting:
    id: int  # of its entry and of its version, which are the same here
    kind: Kind
    organization_id: int
    first: datetime
    last: datetime
    documents: int


@dataclass(frozen=True)
class Special:
    """The postings that workloads look at: all of one organization, public, jobs."""

    busy: int  # many thousands of applicants
    table: int  # some hundred, with five documents each
    archive: int  # 500 documents that are really there


def fill(connection: Connection, size: Size, *, now: datetime) -> None:
    dice = random.Random(size.seed + 1)  # data, not secrets
    special = special_of(connection)
    postings = _postings(connection, special, now=now)
    first_account = size.organizations + 2
    load(connection, Account, _accounts(size, first_account, now))
    load(connection, Talent, _talents(size, first_account, now, dice))
    connection.execute(insert(Resume.__table__), _resume(size, now))
    _ask_for_documents(connection, special)
    plan = _plan(postings, size, dice)
    load(connection, Application, _applications(plan, special, now, dice))
    documents = list(_documents(plan, special, random.Random(size.seed + 2)))
    load(connection, StoredFile, _files(documents, first_account, now))
    load(connection, ApplicationDocument, _document_rows(documents, now))
    connection.execute(
        text(
            "UPDATE entry SET application_count = (SELECT count(*) FROM application WHERE entry_id = entry.id) "
            "WHERE live_version_id IS NOT NULL"
        )
    )
    weeks.fill(connection, random.Random(size.seed + 3))
    restart_ids(connection, "account", "talent", "application", "application_document", "stored_file", "resume")
    connection.commit()


def special_of(connection: Connection) -> Special:
    found = connection.scalars(
        text(
            f"SELECT id FROM version WHERE organization_id = {BUSY_ORGANIZATION} "
            "AND state = 'published' AND kind = 'job' ORDER BY id LIMIT 3"
        )
    ).all()
    return Special(*found)


def talent_email(size: Size) -> str:
    """Of the last talent, who has a résumé and applied to none of the postings above."""
    return _email(size.talents)


def name_of(number: int) -> str:
    return f"応募 花子{number}"


def content_of(key: str) -> bytes:
    """What stands under a key of the archive's documents."""
    return random.Random(key).randbytes(ARCHIVED)


def _email(number: int) -> str:
    return f"talent{number}@example.jp"


def _postings(connection: Connection, special: Special, *, now: datetime) -> list[Posting]:
    ours = (special.busy, special.table, special.archive)
    asked = {special.busy: 3, special.table: PER_PERSON, special.archive: PER_PERSON}
    rows = connection.execute(_published_and_closed()).all()
    found = [
        Posting(
            row.id, Kind(row.kind), row.organization_id, row.publish_at, min(row.close_at, now), asked.get(row.id, 2)
        )
        for row in rows
    ]
    return sorted(found, key=lambda posting: (posting.id not in ours, posting.id))


def _published_and_closed() -> Select[Any]:
    version = Version.__table__.c
    return (
        select(version.id, version.kind, version.organization_id, version.publish_at, version.close_at)
        .where(version.state.in_(("published", "closed")), version.kind != "notice")
        .order_by(version.id)
    )


def _accounts(size: Size, first: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.talents + 1):
        yield {
            "id": first + number - 1,
            "email": _email(number),
            "name": name_of(number),
            "role": Role.talent.value,
            "created_at": now,
        }


def _talents(size: Size, first: int, now: datetime, dice: random.Random) -> Iterator[dict[str, Any]]:
    for number in range(1, size.talents + 1):
        yield {
            "id": number,
            "account_id": first + number - 1,
            "code": f"T{number:09d}",
            "is_public": dice.random() < 0.4,
            "accepts_offers": dice.random() < 0.5,
            "name_kana": f"{dice.choice(NAMES)} はなこ",
            "created_at": now,
            "updated_at": now,
        }


def _resume(size: Size, now: datetime) -> dict[str, Any]:
    content = printed.CONTENTS[ResumeType.general]
    return {"talent_id": size.talents, "type": ResumeType.general, "content": content, "revision": 1, "updated_at": now}


def _ask_for_documents(connection: Connection, special: Special) -> None:
    for key in (special.busy, special.table, special.archive):
        connection.execute(
            insert(DocumentRequirement.__table__),
            [
                {"version_id": key, "position": position, "name": name, "required": required, "note": ""}
                for position, (name, required) in enumerate(DOCUMENTS, start=1)
            ],
        )
        connection.execute(
            update(JobVersion.__table__)
            .where(JobVersion.__table__.c.id == key)
            .values(resume_type="general", resume_items=list(printed.ALL))
        )


Plan = Sequence[tuple[Posting, int]]  # for each application, its posting and talent, in the order of their ids


def _plan(postings: Sequence[Posting], size: Size, dice: random.Random) -> Plan:
    busy, table, archive, *others = postings
    many = {busy.id: size.busy, table.id: size.posting, archive.id: size.archive // PER_PERSON}
    drawn = [posting for posting in (busy, table, archive) for _ in range(many[posting.id])]
    drawn += [others[number % len(others)] for number in range(size.applications - len(drawn))]
    dice.shuffle(drawn)
    turns: Counter[int] = Counter()
    plan = []
    for posting in drawn:
        plan.append((posting, (posting.id * 31 + turns[posting.id]) % (size.talents - 1) + 1))
        turns[posting.id] += 1
    return plan


def _applications(plan: Plan, special: Special, now: datetime, dice: random.Random) -> Iterator[dict[str, Any]]:
    resume = json.dumps(printed.frozen(ResumeType.general), ensure_ascii=False)
    for key, (posting, talent) in enumerate(plan, start=1):
        applied = posting.first + (posting.last - posting.first) * dice.random()
        state = dice.choice(STATES[posting.kind])
        is_shown = posting.id in (special.table, special.archive)
        yield {
            "id": key,
            "number": f"E{key:09d}",
            "entry_id": posting.id,
            "version_id": posting.id,
            "organization_id": posting.organization_id,
            "talent_id": talent,
            "kind": posting.kind.value,
            "state": state,
            "created_at": applied,
            "applied_at": applied,
            "state_at": min(now, applied + timedelta(days=dice.random() * 5)),
            "read_at": None if state == ApplicationState.applied else applied,
            "name": name_of(talent),
            "name_kana": f"{dice.choice(NAMES)} はなこ",
            "email": _email(talent),
            "missing_count": int(dice.random() < 0.05),
            "resume_type": ResumeType.general.value if is_shown else None,
            "resume": resume if is_shown else "{}",
        }


@dataclass(frozen=True, slots=True)
class Document:
    id: int
    application_id: int
    position: int
    file_id: int | None
    is_archived: bool


def _documents(plan: Plan, special: Special, dice: random.Random) -> Iterator[Document]:
    number, file = 0, 0
    for key, (posting, _talent) in enumerate(plan, start=1):
        is_archived = posting.id == special.archive
        for position in range(1, posting.documents + 1):
            number += 1
            is_handed = is_archived or dice.random() < (0.95 if DOCUMENTS[position - 1][1] else 0.5)
            file += is_handed
            yield Document(number, key, position, file if is_handed else None, is_archived)


def _files(documents: Iterable[Document], owner: int, now: datetime) -> Iterator[dict[str, Any]]:
    for document in documents:
        if document.file_id is None:
            continue
        key = f"{document.file_id:032x}"
        yield {
            "id": document.file_id,
            "key": key,
            "name": f"{DOCUMENTS[document.position - 1][0]}.pdf",
            "media_type": "application/pdf",
            "size": ARCHIVED,
            "sha256": hashlib.sha256(content_of(key)).hexdigest() if document.is_archived else "",
            "owner_id": owner,
            "scan": "clean",
            "created_at": now,
        }


def _document_rows(documents: Iterable[Document], now: datetime) -> Iterator[dict[str, Any]]:
    for document in documents:
        name, required = DOCUMENTS[document.position - 1]
        state = DocumentState.missing if document.file_id is None else DocumentState.handed
        yield {
            "id": document.id,
            "application_id": document.application_id,
            "position": document.position,
            "name": name,
            "required": required,
            "state": state.value,
            "file_id": document.file_id,
            "handed_at": None if document.file_id is None else now,
        }
