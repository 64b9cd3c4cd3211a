"""What the form of a mail offers to choose: whom it goes to, which posting it is about, documents to open again."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, select

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Entry, Version
from models.states import ApplicationState, Kind, MailClass, State
from models.talents import Talent
from portal.actors import Actor
from portal.database import among
from portal.errors import NotFound
from portal.matching import outlines
from portal.matching.viewing import require_search
from portal.messaging import merging, reach, recipients
from portal.messaging.reach import Written
from portal.messaging.recipients import Recipient
from portal.permissions import visible
from portal.settings import Settings

MOST_POSTINGS = 200
LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Addressee:
    """One row of 「一括メール送信対象者」. `key` is what forms call it: 登録コード, or an application's id."""

    key: str
    id: int
    code: str
    name: str
    about: str  # a line to recognize the person by
    state: ApplicationState | None
    reason: str  # why no mail can go there
    written: Written | None


@dataclass(frozen=True)
class Addressees:
    """Those of a form who are there; `lost` counts the others, of whom nothing is told."""

    rows: Sequence[Addressee]
    lost: int = 0
    kind: Kind | None = None  # of the postings that applications are for; of jobs when there is one among them
    postings: Mapping[int, str] | None = None  # id and title of what applications are for

    @property
    def reachable(self) -> Sequence[Addressee]:
        return [row for row in self.rows if not row.reason]


def addressees(
    keys: Sequence[str], mail_class: MailClass, *, actor: Actor, now: datetime, settings: Settings
) -> Addressees:
    """In a constant number of statements. Raises NotFound when of those named none is there, Forbidden for offers by
    organizations that may not search."""
    if mail_class is MailClass.offer:
        require_search(actor)
    wanted = list(dict.fromkeys(keys))
    if not wanted:
        return Addressees([])
    if mail_class is MailClass.offer:
        found = _talents(wanted, actor=actor, now=now, settings=settings)
    else:
        found = _applicants(wanted, mail_class, actor=actor)
    if not found.rows:
        raise NotFound
    return found


def _talents(wanted: Sequence[str], *, actor: Actor, now: datetime, settings: Settings) -> Addressees:
    known = recipients.codes(wanted, actor=actor)
    people = recipients.talents([known[code] for code in wanted if code in known], entry_id=None, actor=actor)
    ids = [person.talent_id for person in people]
    reasons = reach.offer_reasons(ids, actor=actor, now=now, settings=settings)
    written, about = reach.written_to(actor, ids), _about(ids, actor=actor)
    rows = [
        Addressee(
            key=person.code,
            id=person.talent_id,
            code=person.code,
            name=person.name,
            about=about.get(person.talent_id, ""),
            state=None,
            reason=reasons.get(person.talent_id, ""),
            written=written.get(person.talent_id),
        )
        for person in people
    ]
    return Addressees(rows, len(wanted) - len(rows))


def _about(talent_ids: Collection[int], *, actor: Actor) -> dict[int, str]:
    """Of those who publish their profile to this organization."""
    rows = db.session.execute(
        select(Talent.id, Talent.fields, Talent.years_total, Talent.languages).where(
            among(Talent.id, set(talent_ids)), visible(actor, Talent)
        )
    )
    return {row.id: _line(row) for row in rows}


def _line(row: Row) -> str:
    years = f"実務{row.years_total}年" if row.years_total is not None else ""
    return "　".join(filter(None, (outlines.fields_of(row.fields), years, outlines.languages_of(row.languages))))


def _applicants(wanted: Sequence[str], mail_class: MailClass, *, actor: Actor) -> Addressees:
    people = recipients.applicants([key for text in wanted if (key := _number(text))], until=None, actor=actor)
    reasons = reach.applicant_reasons(people, mail_class, asks_again=False, actor=actor)
    written = reach.written_to(actor, [person.talent_id for person in people])
    rows = [
        Addressee(
            key=str(person.application_id),
            id=person.application_id or 0,
            code=person.code,
            name=person.name,
            about="",
            state=person.state,
            reason=reasons.get(person.application_id, ""),
            written=written.get(person.talent_id),
        )
        for person in people
    ]
    postings = {person.entry_id: person.values[merging.TITLE] for person in people if person.entry_id}
    return Addressees(rows, len(wanted) - len(rows), _kind(people), postings)


def _number(text: str) -> int:
    """An id, or 0 for what no id looks like."""
    number = int(text) if text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_ID)) else 0
    return number if number <= LARGEST_ID else 0


def _kind(people: Collection[Recipient]) -> Kind | None:
    kinds = {person.kind for person in people}
    return Kind.job if Kind.job in kinds else next(iter(kinds), None)


def postings(*, actor: Actor) -> Sequence[Row]:
    """Public jobs and events that an offer may be about: id, kind and title, the newest first."""
    return db.session.execute(
        select(Entry.id, Entry.kind, Version.title)
        .join(Version, Version.id == Entry.live_version_id)
        .where(
            visible(actor, Entry),
            Entry.kind.in_((Kind.job, Kind.event)),
            Version.state == State.published,
        )
        .order_by(Entry.id.desc())
        .limit(MOST_POSTINGS)
    ).all()


def documents(application_ids: Collection[int], *, actor: Actor) -> Sequence[str]:
    """Names of documents that these applications know, in the order of the posting."""
    rows = db.session.execute(
        select(ApplicationDocument.name)
        .join(Application)
        .where(among(Application.id, set(application_ids)), visible(actor, Application))
        .order_by(ApplicationDocument.position, ApplicationDocument.id)
    )
    return list(dict.fromkeys(row.name for row in rows))
