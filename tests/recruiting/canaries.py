"""A talent whose every word can be found again, with all that using the portal leaves of somebody."""

import io
import sqlite3
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Text, func, select

from models.applications import Application
from models.base import Base, db
from models.entries import Version
from models.people import (
    Authenticator,
    KnownBrowser,
    LoginChallenge,
    LoginSession,
    OneTimeAddress,
    RecoveryCode,
)
from models.reminders import Reminder, ReminderOff
from models.states import AddressPurpose, DownloadKind, ReminderKind, ReminderState, ResumeType
from models.talents import Registration, Talent
from portal import storage
from portal.actors import Actor
from portal.database import begin_write
from portal.files import intake
from portal.matching import search_index
from portal.recruiting import decisions, downloads, drafting, opening, resume_pdf, resumes
from tests.files.pictures import picture
from tests.make import Maker
from tests.messaging import builders as messages
from tests.recruiting.builders import posting, profile_of, submit, talent
from tests.recruiting.pages import pdf

MARK = "CANARY"
EMAIL = f"{MARK.lower()}@example.jp"
POSTING = {
    "documents": [{"name": "語学力を証明する書類", "required": True, "note": ""}],
    "resume_type": "general",
    "resume_items": ["photo", "contact", "birthdate", "education", "work", "appeal"],
}


@dataclass(frozen=True)
class Nest:
    """Who left the traces, who may read them, and the application they stand in."""

    talent: Actor
    owner: Actor
    application_id: int
    entry_id: int


def printed(_page: str) -> bytes:
    """Stands in for the press."""
    return pdf(f"{MARK} printed")


def nest(make: Maker) -> Nest:
    owner = make.member()
    return settled(make, owner, posting(make, actor=owner, **POSTING))


def settled(make: Maker, owner: Actor, version: Version) -> Nest:
    """In a posting of the owner's that is open."""
    someone = talent(make, f"青木 {MARK}")
    _say(make, someone)
    entry_id, application_id = version.entry_id, _apply(make, someone, version.entry_id)
    _write(make, owner, someone, application_id)
    _read(make, owner, application_id, entry_id)
    _log_in(make, someone)
    return Nest(someone, owner, application_id, entry_id)


def _say(make: Maker, someone: Actor) -> None:
    begin_write()
    profile = profile_of(someone)
    for column in Talent.__table__.columns:
        if isinstance(column.type, Text) and column.name not in ("code", "level") and not column.foreign_keys:
            setattr(profile, column.name, f"{MARK} {column.name}")
    profile.languages = [{"language": "en", "level": "C1", "test": MARK, "score": MARK}]
    profile.birthdate = make.now.date().replace(year=1985)
    profile.is_public = True
    search_index.refresh([profile.id])
    profile.account.email = EMAIL
    profile.photo_id = intake.take_in_photo(
        io.BytesIO(picture()), f"{MARK}.png", owner_id=someone.account_id, now=make.now
    ).id
    content = {
        "education": [{"at": "2010-03", "text": f"{MARK} 大学"}],
        "work": [{"at": "2010-04", "text": f"{MARK} 水道局"}],
        "appeal": MARK,
        "alt_address": MARK,
    }
    resumes.save(profile, ResumeType.general, content, revision=1, actor=someone, now=make.now)
    db.session.add(
        Registration(
            token_hash="canary",
            email=EMAIL,
            name=MARK,
            password_hash="",
            consent_text="",
            created_at=make.now,
            expires_at=make.now,
            used_at=make.now,
        )
    )
    db.session.commit()


def _apply(make: Maker, someone: Actor, entry_id: int) -> int:
    begin_write()
    application = drafting.start(entry_id, actor=someone, now=make.now)
    (document,) = application.documents
    for name in ("before", "now"):  # the first is replaced, and waits for its sweep
        file = io.BytesIO(pdf(f"{MARK} {name}"))
        stored = intake.take_in(file, f"{MARK} {name}.pdf", owner_id=someone.account_id, now=make.now)
        drafting.put_document(document.id, stored, application=application, now=make.now)
    db.session.commit()
    return submit(application, someone, now=make.now).id


def _write(make: Maker, owner: Actor, someone: Actor, application_id: int) -> None:
    """A mail about the application and an offer, each with an answer; both sides attach a file."""
    application = db.session.get_one(Application, application_id)
    for about in (application, None):
        enclosed = [messages.file(owner, f"{MARK} 案内", now=make.now)] if about else []
        first = messages.sent(
            owner,
            someone,
            now=make.now,
            application=about,
            subject=f"{MARK} 様",
            body=f"{MARK} 様へのご連絡",
            files=enclosed,
        )
        attached = [messages.file(someone, f"{MARK} 回答", now=make.now)] if about else []
        messages.answer(first.thread_id, someone, now=make.now, body=f"{MARK} です", files=attached)


def _read(make: Maker, owner: Actor, application_id: int, entry_id: int) -> None:
    begin_write()
    application = opening.find(application_id, actor=owner)
    opening.record_reading(application, "read", actor=owner, now=make.now)
    decisions.save_note(application_id, f"{MARK} の面接", revision=1, actor=owner, now=make.now)
    resume_pdf.request(application, actor=owner, now=make.now)
    for kind, target in (
        (DownloadKind.person, application_id),
        (DownloadKind.posting, entry_id),
        (DownloadKind.xlsx, entry_id),
        (DownloadKind.csv, entry_id),
    ):
        downloads.request(kind, target, actor=owner, now=make.now)
    db.session.commit()
    resume_pdf.work(make.now)
    downloads.work(make.now)


def _log_in(make: Maker, someone: Actor) -> None:
    begin_write()
    common: dict[str, Any] = {"account_id": someone.account_id, "created_at": make.now}
    end = make.now + timedelta(hours=1)
    db.session.add_all(
        [
            LoginSession(token_hash="c1", seen_at=make.now, expires_at=end, ip="192.0.2.77", browser=MARK, **common),
            LoginChallenge(
                token_hash="c2", code_mac=MARK, password_version=1, sent_at=make.now, expires_at=end, **common
            ),
            KnownBrowser(token_hash="c3", seen_at=make.now, **common),
            OneTimeAddress(
                token_hash="c4",
                purpose=AddressPurpose.reissue,
                email=EMAIL,
                password_version=1,
                expires_at=end,
                **common,
            ),
            Authenticator(secret=MARK, **common),
            RecoveryCode(code_hash="c5", account_id=someone.account_id),
            ReminderOff(account_id=someone.account_id, kind=ReminderKind.offer),
            Reminder(
                account_id=someone.account_id,
                kind=ReminderKind.event,
                subject_id=1,
                occasion_at=make.now,
                state=ReminderState.sent,
                at=make.now,
            ),
        ]
    )
    downloads.request(DownloadKind.own_data, 0, actor=someone, now=make.now)
    db.session.commit()
    downloads.work(make.now)


# ---- where they are found


def in_rows(*words: str) -> set[str]:
    """Tables in which a word stands, whatever the case."""
    found = set()
    db.session.rollback()
    for table in Base.metadata.sorted_tables:
        for row in db.session.execute(select(table)):
            said = repr(tuple(row)).lower()
            if any(word.lower() in said for word in words):
                found.add(table.name)
    db.session.rollback()
    return found


def in_files(*words: str) -> int:
    """How many files of the store hold a word, also inside an archive and whatever they are called."""
    files = (path.read_bytes() for path in Path(storage.current().root).rglob("*") if path.is_file())
    texts = (data + b"".join(_inside(data)) for data in files)
    return sum(any(word.lower().encode() in text.lower() for word in words) for text in texts)


def _inside(data: bytes) -> Iterator[bytes]:
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in archive.namelist():
            inner = archive.read(name)
            yield name.encode() + inner
            yield from _inside(inner)


def in_backup(folder: Path, *words: str) -> bool:
    """In the bytes of a new copy of a SQLite database, free pages included."""
    engine = db.engine
    if engine.dialect.name != "sqlite":
        return False
    copy = folder / "backup.sqlite"
    copy.unlink(missing_ok=True)
    with sqlite3.connect(str(engine.url.database)) as source, sqlite3.connect(copy) as target:
        source.backup(target)
    source.close()
    target.close()
    data = copy.read_bytes().lower()
    return any(word.lower().encode() in data for word in words)


def count(model: type[Base]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0
