"""The people of a dispatch with all that their mail says of them, in a number of statements that does not grow."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import aliased

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Entry, EventSession, Version
from models.favorites import Favorite
from models.messages import Thread
from models.organizations import Organization
from models.states import ApplicationState, Kind
from models.talents import Talent
from portal.actors import Actor
from portal.database import among
from portal.dates import moment
from portal.messaging.merging import CODE, DEADLINE, MEETING, NAME, ORGANIZATION, TITLE
from portal.permissions import visible


@dataclass(frozen=True)
class Recipient:
    """`application_id`, `revision`, `kind` and `state` are those of the application, for mails about one."""

    talent_id: int
    code: str
    name: str  # as the organization may know it
    values: Mapping[str, str]  # of the placeholders
    application_id: int | None = None
    entry_id: int | None = None
    revision: int = 0
    kind: Kind | None = None
    state: ApplicationState | None = None
    documents: Sequence[int] = ()  # ids of those that are asked for again


def known_talents(actor: Actor) -> ColumnElement[bool]:
    """Whom the organization sees now, or once marked or wrote to. Of all others not even their code is told."""
    marked = exists().where(Favorite.talent_id == Talent.id, Favorite.organization_id == actor.organization_id)
    written = exists().where(Thread.talent_id == Talent.id, Thread.organization_id == actor.organization_id)
    return visible(actor, Talent) | marked | written


def talents(talent_ids: Sequence[int], *, entry_id: int | None, actor: Actor) -> list[Recipient]:
    """Of an offer, in the order chosen; whom the organization does not know is left away."""
    rows = db.session.execute(
        select(Talent.id, Talent.code).where(among(Talent.id, set(talent_ids)), known_talents(actor))
    )
    common = _common(actor) | (_of_entry(entry_id, actor=actor) if entry_id else {})
    found = {row.id: Recipient(row.id, row.code, row.code, common | {CODE: row.code}, None, entry_id) for row in rows}
    return [found[key] for key in dict.fromkeys(talent_ids) if key in found]


def applicants(
    application_ids: Sequence[int], *, reopens: Sequence[str] = (), until: datetime | None = None, actor: Actor
) -> list[Recipient]:
    """Of a contact mail or hiring notice, in the order chosen.

    `reopens` are the names of documents that are asked for again, `until` is their date.
    """
    common, documents = _common(actor), documents_named(reopens, application_ids)
    found = {}
    for row in db.session.execute(_applications(application_ids, actor=actor)):
        values = {
            NAME: row.name,
            CODE: row.code,
            TITLE: row.title,
            DEADLINE: moment(until or row.close_at),
            MEETING: moment(row.meets_at),
        }
        found[row.id] = Recipient(
            row.talent_id,
            row.code,
            row.name,
            common | values,
            row.id,
            row.entry_id,
            row.revision,
            row.kind,
            row.state,
            documents.get(row.id, ()),
        )
    return [found[key] for key in dict.fromkeys(application_ids) if key in found]


def _applications(ids: Sequence[int], *, actor: Actor) -> Select:
    """Those that the actor sees, with the posting's words and dates; one column for each that a mail may say."""
    live = aliased(Version)
    first = select(func.min(EventSession.starts_at)).where(EventSession.version_id == Entry.live_version_id)
    return (
        select(Application, Talent.code, Version.title, live.close_at)
        .join(Talent, Talent.id == Application.talent_id)
        .join(Version, Version.id == Application.version_id)
        .join(Entry, Entry.id == Application.entry_id)
        .outerjoin(live, live.id == Entry.live_version_id)
        .where(among(Application.id, set(ids)), visible(actor, Application))
        .with_only_columns(
            Application.id,
            Application.talent_id,
            Application.entry_id,
            Application.name,
            Application.revision,
            Application.kind,
            Application.state,
            Talent.code,
            Version.title,
            live.close_at,
            func.coalesce(Application.session_at, first.scalar_subquery()).label("meets_at"),
        )
    )


def documents_named(names: Sequence[str], application_ids: Sequence[int]) -> dict[int, list[int]]:
    """Ids of the documents of each application that have one of the names."""
    found: dict[int, list[int]] = {}
    if not names:
        return found
    rows = db.session.execute(
        select(ApplicationDocument.application_id, ApplicationDocument.id).where(
            among(ApplicationDocument.application_id, set(application_ids)), ApplicationDocument.name.in_(names)
        )
    )
    for application_id, document_id in rows:
        found.setdefault(application_id, []).append(document_id)
    return found


def sample(recipient: Recipient, *, name: str) -> Recipient:
    """The same mail to nobody in particular: for a test, which must not carry a person's data into a mailbox."""
    known = {NAME: name, CODE: "T000000000"}
    return replace(
        recipient, values=dict(recipient.values) | {key: known[key] for key in known if key in recipient.values}
    )


def codes(wanted: Collection[str], *, actor: Actor) -> dict[str, int]:
    """登録コード to talent id, of those whom the organization knows."""
    rows = db.session.execute(select(Talent.code, Talent.id).where(Talent.code.in_(wanted), known_talents(actor)))
    return {row.code: row.id for row in rows}


def _common(actor: Actor) -> dict[str, str]:
    name = db.session.scalar(select(Organization.name).where(Organization.id == actor.organization_id))
    return {ORGANIZATION: name or ""}


def _of_entry(entry_id: int, *, actor: Actor) -> dict[str, str]:
    row = db.session.execute(
        select(Version.title, Version.close_at)
        .join(Entry, Entry.live_version_id == Version.id)
        .where(Entry.id == entry_id, visible(actor, Entry))
    ).one_or_none()
    return {TITLE: row.title, DEADLINE: moment(row.close_at)} if row else {}
