"""Who may be written to, and why somebody is left out; who was written to already."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, bindparam, case, exists, func, select

from models.applications import Application
from models.base import db, shared_alias
from models.favorites import OfferStop
from models.messages import Message
from models.people import Account
from models.states import ApplicationState, Kind, MailClass, MessageState, Role, Side
from models.talents import Talent
from portal.actors import Actor
from portal.clock import local
from portal.database import among, given, rows_of
from portal.messaging import quotas, recipients
from portal.messaging.quotas import COUNTED
from portal.messaging.recipients import Recipient
from portal.permissions import asking, published_to, visible, whoever
from portal.recruiting.stages import ENDED
from portal.settings import Settings

# A profile that is hidden from this organization looks like one that is hidden from all.
PRIVATE = "プロフィールが公開されていません。"
DECLINED = "オファーメールの受け取りを希望していません。"
AWAY = "現在、メールを受け取れません。"
NO_APPLICATION = "貴団体への応募がないため、送れません。"
WITHDRAWN = "応募を辞退しています。"
ERASED = "応募の個人情報を消去したため、送れません。"
EVENT = "採用通知メールは、求人の応募者にだけ送れます。"
TWICE = "同じ方の別の応募に、このメールを送ります。"
NO_DOCUMENT = "依頼する書類が、この応募にはありません。"
ENDED_ALREADY = "選考が終わっているため、書類を依頼できません。"

NEWEST, WRITER = shared_alias(Message), shared_alias(Account)


class Turn(StrEnum):
    """Who wrote last, since the organization last began of its own accord."""

    unanswered = "unanswered"
    talent = "talent"  # the organization may answer
    organization = "organization"  # it has


@dataclass(frozen=True)
class Written:
    """The newest mail of the organization to a talent, held ones too."""

    at: datetime
    by: str  # the member's name
    turn: Turn
    answered_at: datetime | None = None  # the talent's newest answer


def left_out(
    talents: Sequence[Talent], mail_class: MailClass, *, actor: Actor, now: datetime, settings: Settings
) -> dict[int, str]:
    """Talent id to the reason, for each who cannot be written to."""
    ids = [talent.id for talent in talents]
    if mail_class is MailClass.offer:
        return offer_reasons(ids, actor=actor, now=now, settings=settings)
    return _without_application(ids, mail_class, actor=actor)


# ---- offers


def offer_marks(organization_id: SQLColumnExpression[int] | int | None) -> tuple[ColumnElement[bool], ...]:
    """What decides whether an offer may reach a talent, of a query with Talent and its Account."""
    stopped = exists().where(OfferStop.talent_id == Talent.id, OfferStop.organization_id == organization_id)
    return (
        Account.suspended_at.is_(None).label("is_there"),
        published_to(organization_id).label("is_shown"),
        (Talent.accepts_offers & ~stopped).label("welcomes"),
    )


def why_no_offer(marks: Row | Any) -> str:
    if not marks.is_there:
        return AWAY
    if not marks.is_shown:
        return PRIVATE
    return "" if marks.welcomes else DECLINED


def offer_reasons(talent_ids: Sequence[int], *, actor: Actor, now: datetime, settings: Settings) -> dict[int, str]:
    """In one statement. The quota goes to those who stand first."""
    wanted = {"ids": sorted(set(talent_ids)), **standing_at(now, settings), **asking(actor)}
    rows = {row.id: row for row in rows_of(_standing(actor.role), wanted)}
    left = settings.offers_a_day - next((row.written for row in rows.values()), 0)
    reasons: dict[int, str] = {}
    for talent_id in dict.fromkeys(talent_ids):
        row = rows.get(talent_id)
        reasons[talent_id] = _reason(row, settings, left=left) if row else PRIVATE
        left -= not reasons[talent_id]
    return {key: reason for key, reason in reasons.items() if reason}


def offer_reason(row: Row, settings: Settings) -> str:
    """Of one talent, in a row that `with_standing` made."""
    return _reason(row, settings, left=settings.offers_a_day - row.written)


def _reason(row: Row, settings: Settings, *, left: int) -> str:
    reason = why_no_offer(row) or _cooling_down(row, settings)
    if not reason and left <= 0:
        return f"1日に送れるオファーメールの上限（{settings.offers_a_day:,}通）に達しました。"
    return reason


@cache
def _standing(role: Role) -> Select:
    """Kept, for putting it together costs more than running it."""
    return with_standing(select(Talent.id).where(given(Talent.id)), role)


def with_standing(query: Select, role: Role) -> Select:
    """A query of talents, and beside each what decides about an offer: the newest one "since", the newest answer, and
    how many the organization has "written" today. Run with what `standing_at` and `asking` say."""
    mine = (visible(whoever(role), Message), Message.talent_id == Talent.id)
    sent = (*mine, Message.side == Side.organization, Message.state.in_(COUNTED))
    is_late_offer = (Message.mail_class == MailClass.offer) & (Message.created_at > bindparam("since"))
    newest_id = select(func.max(Message.id)).where(*sent, is_late_offer).correlate(Talent).scalar_subquery()
    answered = (
        select(func.max(Message.created_at))
        .where(*mine, Message.side == Side.talent, Message.state == MessageState.delivered)
        .correlate(Talent)
        .scalar_subquery()
    )
    return (
        query.outerjoin(Account, Account.id == Talent.account_id)
        .outerjoin(NEWEST, NEWEST.id == newest_id)
        .outerjoin(WRITER, WRITER.id == NEWEST.account_id)
        .add_columns(
            *offer_marks(bindparam("organization_id")),
            NEWEST.created_at.label("at"),
            NEWEST.created_at.label("begun"),
            WRITER.name.label("by"),
            answered.label("answered_at"),
            quotas.written_today().scalar_subquery().label("written"),
        )
    )


def standing_at(now: datetime, settings: Settings) -> dict[str, datetime]:
    return {"since": now - timedelta(days=settings.offer_interval_days), **quotas.day_of(now, settings)}


def _cooling_down(row: Row, settings: Settings) -> str:
    """Why somebody who got an offer lately, whoever of the organization wrote, and has not written since gets none."""
    if row.at is None or _turn(row) is not Turn.unanswered:
        return ""
    again = row.at + timedelta(days=settings.offer_interval_days)
    return (
        f"{_day(row.at)}に{row.by}さんがオファーメールを送っています"
        f"（返信がなければ、次に送れるのは{_day(again)}{local(again):%H:%M}からです）。"
    )


def _day(moment: datetime) -> str:
    here = local(moment)
    return f"{here.month}月{here.day}日"


def written_to(actor: Actor, talent_ids: Collection[int]) -> Mapping[int, Written]:
    """By talent id, for those who were written to. An answer is whatever the talent wrote since, in any thread."""
    if not talent_ids:
        return {}
    wanted = {"ids": sorted(set(talent_ids)), **asking(actor)}
    rows = rows_of(_written_to(actor.role), wanted)
    return {row.talent_id: Written(row.at, row.by, _turn(row), row.answered_at) for row in rows}


def _turn(mail: Row) -> Turn:
    if mail.answered_at is None or (mail.begun is not None and mail.answered_at < mail.begun):
        return Turn.unanswered
    return Turn.talent if mail.answered_at >= mail.at else Turn.organization


@cache
def _written_to(role: Role) -> Select:
    """To each of "ids" who was written to, the newest."""
    mine = (visible(whoever(role), Message), given(Message.talent_id))
    own = (
        select(
            func.max(Message.id).label("newest"),
            func.max(case((Message.mail_class != MailClass.reply, Message.created_at))).label("begun"),
        )
        .where(*mine, Message.side == Side.organization, Message.state.in_(COUNTED))
        .group_by(Message.talent_id)
        .subquery()
    )
    answers = (
        select(Message.talent_id, func.max(Message.created_at).label("at"))
        .where(*mine, Message.side == Side.talent, Message.state == MessageState.delivered)
        .group_by(Message.talent_id)
        .subquery()
    )
    return (
        select(
            Message.talent_id,
            Message.created_at.label("at"),
            Account.name.label("by"),
            own.c.begun,
            answers.c.at.label("answered_at"),
        )
        .join(own, own.c.newest == Message.id)
        .join(Account, Account.id == Message.account_id)
        .outerjoin(answers, answers.c.talent_id == Message.talent_id)
    )


def known(codes: Collection[str], *, actor: Actor) -> dict[str, int]:
    """登録コード to talent id, of talents that the organization sees now or once marked or wrote to.

    Of all others nothing is told, not even that they are there.
    """
    return recipients.codes(codes, actor=actor)


# ---- applicants

APPLICANT_MARKS = (
    Application.state.label("state"),
    Application.kind.label("kind"),
    Application.erased_at.label("erased_at"),
    Account.suspended_at.is_(None).label("is_there"),
)


def why_no_mail(marks: Row | Any, mail_class: MailClass, *, asks_again: bool = False) -> str:
    """Of an application; a mail about it is always delivered as long as there is somebody to read it."""
    if marks.state == ApplicationState.withdrawn:
        return WITHDRAWN
    if marks.erased_at:
        return ERASED
    if not marks.is_there:
        return AWAY
    if mail_class is MailClass.hire and marks.kind != Kind.job:
        return EVENT
    return ENDED_ALREADY if asks_again and marks.state in ENDED else ""


def applicant_reasons(
    people: Sequence[Recipient], mail_class: MailClass, *, asks_again: bool, actor: Actor
) -> dict[int | None, str]:
    """By application id, in one statement. Of one person's several applications the first gets the mail."""
    rows = db.session.execute(
        select(Application.id, *APPLICANT_MARKS)
        .join(Talent, Talent.id == Application.talent_id)
        .join(Account, Account.id == Talent.account_id)
        .where(among(Application.id, {person.application_id for person in people}), visible(actor, Application))
    )
    marks = {row.id: why_no_mail(row, mail_class, asks_again=asks_again) for row in rows}
    reasons: dict[int | None, str] = {}
    served = set[int]()
    for person in people:
        reason = marks.get(person.application_id or 0, NO_APPLICATION)
        if not reason and asks_again and not person.documents:
            reason = NO_DOCUMENT
        if not reason and person.talent_id in served:
            reason = TWICE
        if not reason:
            served.add(person.talent_id)
        reasons[person.application_id] = reason
    return {key: reason for key, reason in reasons.items() if reason}


def _without_application(talent_ids: Sequence[int], mail_class: MailClass, *, actor: Actor) -> dict[int, str]:
    rows = db.session.execute(
        select(Application.talent_id, *APPLICANT_MARKS)
        .join(Talent, Talent.id == Application.talent_id)
        .join(Account, Account.id == Talent.account_id)
        .where(among(Application.talent_id, set(talent_ids)), visible(actor, Application))
        .order_by(Application.id)
    )
    found: dict[int, str] = {}
    for row in rows:
        if found.get(row.talent_id) != "":
            found[row.talent_id] = why_no_mail(row, mail_class)
    return {key: reason for key in talent_ids if (reason := found.get(key, NO_APPLICATION))}
