"""Talents at the desk: found by 登録コード or mail address, opened on record, erased on request."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import joinedload

from models.applications import Application
from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.office import Suspension
from models.people import Account
from models.states import ApplicationState
from models.talents import Resume, Talent
from portal import audit
from portal.actors import Actor
from portal.administration import organizations, suspension
from portal.administration.reasons import require
from portal.email_addresses import normalize_email
from portal.errors import NotFound, Refused
from portal.permissions import visible
from portal.recruiting import leaving, persons

RECENT = 10


@dataclass(frozen=True)
class Opened:
    """No résumé and no message: they are between the talent and the organizations."""

    talent: Talent
    resumes: Mapping[str, datetime]  # when each was saved last
    applications: Mapping[ApplicationState, int]
    recent: Sequence[Row]  # number, kind, title, state, applied_at
    lost: Sequence[Row]
    suspensions: Sequence[Suspension]
    is_erased: bool


def named(text: str) -> ColumnElement[bool]:
    """Whole codes and whole addresses alone: whoever looks for a person knows one of them."""
    accounts = select(Account.id).where(Account.email == normalize_email(text))
    return (Talent.code == text.strip().upper()) | Talent.account_id.in_(accounts)


def open_talent(talent_id: int, *, actor: Actor, now: datetime) -> Opened:
    """The name and the address are personal data: that they were read is on record before they are shown."""
    require(actor, "desk.read")
    talent = _find(talent_id, actor=actor)
    audit.record("talent.desk_view", subject="talent", subject_id=talent.id, actor=actor, now=now)
    email = talent.account.email
    saved = db.session.execute(select(Resume.type, Resume.updated_at).where(Resume.talent_id == talent.id))
    counts = db.session.execute(
        select(Application.state, func.count()).where(Application.talent_id == talent.id).group_by(Application.state)
    )
    return Opened(
        talent,
        resumes={row.type: row.updated_at for row in saved},
        applications={state: number for state, number in counts},  # noqa: C416  # rows are no pairs to mypy
        recent=_recent(talent.id),
        lost=organizations.lost_mails(OutboxMail.recipient == email),
        suspensions=suspension.history(account_id=talent.account_id),
        is_erased=talent.account.password_hash == "",
    )


def erase(talent_id: int, code: str, *, actor: Actor, now: datetime) -> None:
    """On the person's request, by the rule that their own leaving follows. `code` is typed by who confirms."""
    require(actor, "desk.administer")
    talent = _find(talent_id, actor=actor)
    if talent.account.password_hash == "":
        raise Refused("個人情報はすでに消去しています。")
    if code.strip().upper() != talent.code:
        raise Refused("登録コードが一致しません。消去する人の登録コードを入力してください。")
    leaving.erase(persons.find(talent.code), actor=actor, now=now)


def _recent(talent_id: int) -> Sequence[Row]:
    """What was handed in last, by the numbers that people name when they ask."""
    columns = (Application.number, Application.kind, Version.title, Application.state, Application.applied_at)
    return db.session.execute(
        select(*columns)
        .join(Version, Version.id == Application.version_id)
        .where(Application.talent_id == talent_id, Application.applied_at.is_not(None))
        .order_by(Application.id.desc())
        .limit(RECENT)
    ).all()


def _find(talent_id: int, *, actor: Actor) -> Talent:
    talent = db.session.scalars(
        select(Talent).options(joinedload(Talent.account)).where(Talent.id == talent_id, visible(actor, Talent))
    ).one_or_none()
    if talent is None:
        raise NotFound
    return talent
