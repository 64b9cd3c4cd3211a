"""Who opened what a talent handed in: read from the trail, for the talent alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, select, union_all

from models.applications import Application, Download
from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.records import AuditEvent
from models.states import DownloadKind
from portal.actors import Actor
from portal.permissions import visible
from portal.recruiting.opening import READINGS

ADDRESS, FETCH = "application.address", "download.fetch"
WORDS: Mapping[str, str] = {
    "application.read": "応募内容を開きました",
    "application.file": "応募書類を開きました",
    "application.resume_pdf": "履歴書PDFを出力しました",
    ADDRESS: "メールアドレスを使いました",
    FETCH: "応募書類または応募一覧をダウンロードしました",
}
PAGE = 50


@dataclass(frozen=True)
class Reading:
    at: datetime
    organization: str
    action: str  # as the trail calls it
    what: str  # the same in words
    application_id: int
    title: str


def of_talent(
    *, actor: Actor, application_id: int | None = None, page: int = 1, size: int | None = PAGE
) -> list[Reading]:
    """Newest first, in one statement; all of them when `size` is None. Downloads count from the day of application."""
    mine = [visible(actor, Application)]
    if application_id is not None:
        mine.append(Application.id == application_id)
    columns = (
        AuditEvent.id.label("event_id"),
        AuditEvent.at.label("at"),
        AuditEvent.action.label("action"),
        AuditEvent.organization_id.label("organization_id"),
        Application.id.label("application_id"),
        Application.version_id.label("version_id"),
    )
    opened = select(*columns).join(
        AuditEvent,
        (AuditEvent.subject == "application")
        & (AuditEvent.subject_id == Application.id)
        & AuditEvent.action.in_((*READINGS, ADDRESS)),
    )
    target = Download.params["target"].as_integer()
    of_all = Download.kind.in_((DownloadKind.posting, DownloadKind.xlsx, DownloadKind.csv))
    held = (Download.organization_id == Application.organization_id) & (
        and_(of_all, target == Application.entry_id)
        | and_(Download.kind == DownloadKind.person, target == Application.id)
    )
    fetched = (
        select(*columns)
        .join(Download, held)
        .join(
            AuditEvent,
            (AuditEvent.subject == "download") & (AuditEvent.subject_id == Download.id) & (AuditEvent.action == FETCH),
        )
        .where(Download.created_at >= Application.applied_at)
    )
    found = union_all(*(query.select_from(Application).where(*mine) for query in (opened, fetched))).subquery()
    query = (
        select(found, Organization.name, Version.title)
        .join(Organization, Organization.id == found.c.organization_id)
        .join(Version, Version.id == found.c.version_id)
        .order_by(found.c.event_id.desc(), found.c.application_id)
    )
    if size is not None:
        query = query.limit(size).offset((page - 1) * size)
    rows: Sequence = db.session.execute(query).all()
    return [Reading(row.at, row.name, row.action, WORDS[row.action], row.application_id, row.title) for row in rows]
