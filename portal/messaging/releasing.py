"""What the clock does to held mails: at their time they reach the talents, and the applications move with them.

Who wrote may have thought of somebody who is hidden, has declined or has stepped back since then: everybody is looked
at again in the transaction that delivers. A killed process leaves each chunk wholly held or wholly done.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Row, select, update
from sqlalchemy.orm import aliased, load_only

from models.applications import Application
from models.base import db
from models.messages import Dispatch, Message, Thread
from models.organizations import Organization
from models.people import Account
from models.states import ApplicationState, Kind, MailClass, MailTopic, MessageState, Role
from models.talents import Talent
from portal import audit, chunks
from portal.actors import CLOCK, Actor
from portal.database import among
from portal.errors import Refused
from portal.messaging import recipients, threads
from portal.messaging.reach import APPLICANT_MARKS, offer_marks, why_no_mail, why_no_offer
from portal.permissions import MAY
from portal.recruiting import decisions
from portal.recruiting.moves import Moved, SeenApplication

CHUNK = 200
SUSPENDED = "団体の利用が停止されているため、送っていません。"
NO_SENDER = "送信した担当者に送信の権限がなくなったため、送っていません。"


def release_due(now: datetime) -> int:
    """Delivers or refuses all that is due; returns how many. Commits by chunk."""
    due = select(Message.id).where(Message.state == MessageState.held, Message.release_at <= now)
    return chunks.run(due.order_by(Message.release_at, Message.id), release, now=now, size=CHUNK)


def release(message_ids: Sequence[int], now: datetime) -> int:
    """Those of the messages that are held. The statements do not grow with them, but with the dispatches that move
    applications."""
    rows = _as_they_stand(message_ids)
    refused = {row.id: reason for row in rows if (reason := _why_not(row))}
    refused |= _move([row for row in rows if row.id not in refused], now=now)
    _refuse(refused, rows, now=now)
    going = [row.id for row in rows if row.id not in refused]
    return len(refused) + threads.deliver(_load(going), now=now)


def _as_they_stand(message_ids: Sequence[int]) -> Sequence[Row]:
    """With all that decides whether they may leave, locked until the end of the transaction."""
    sender = aliased(Account)
    return db.session.execute(
        select(
            Message.id,
            Message.mail_class,
            Message.topic,
            Message.organization_id,
            Message.account_id,
            Dispatch.id.label("dispatch_id"),
            Dispatch.moves_to,
            Dispatch.reopens,
            Dispatch.reopened_until,
            Thread.application_id,
            Organization.suspended_at.label("organization_suspended_at"),
            sender.role.label("sender_role"),
            sender.name.label("sender_name"),
            sender.suspended_at.label("sender_suspended_at"),
            *offer_marks(Message.organization_id)[1:],
            *APPLICANT_MARKS,
        )
        .join(Dispatch, Dispatch.id == Message.dispatch_id)
        .join(Thread, Thread.id == Message.thread_id)
        .join(Organization, Organization.id == Message.organization_id)
        .join(sender, sender.id == Message.account_id)
        .join(Talent, Talent.id == Message.talent_id)
        .join(Account, Account.id == Talent.account_id)
        .outerjoin(Application, Application.id == Thread.application_id)
        .where(among(Message.id, message_ids), Message.state == MessageState.held)
        .order_by(Message.id)
        .with_for_update(of=Message)
    ).all()


def _why_not(row: Row) -> str:
    if row.organization_suspended_at:
        return SUSPENDED
    if row.sender_suspended_at or row.sender_role not in MAY["message.write"] - {Role.talent}:
        return NO_SENDER
    if row.mail_class is MailClass.offer:
        return why_no_offer(row)
    return why_no_mail(row, row.mail_class, asks_again=row.topic is MailTopic.resubmission)


def _load(message_ids: Collection[int]) -> Sequence[Message]:
    """Without their texts."""
    query = select(Message).options(load_only(Message.id, Message.thread_id, Message.state))
    return db.session.scalars(query.where(among(Message.id, message_ids))).all() if message_ids else []


def _refuse(refused: Mapping[int, str], rows: Sequence[Row], *, now: datetime) -> None:
    """A statement for each reason, of which there are few; the trail has a line for each message."""
    for reason in sorted(set(refused.values())):
        ids = [key for key, said in refused.items() if said == reason]
        db.session.execute(
            update(Message)
            .where(among(Message.id, ids), Message.state == MessageState.held)
            .values(state=MessageState.refused, reason=reason)
            .execution_options(synchronize_session=False)
        )
    events = [
        {
            "subject": "message",
            "subject_id": row.id,
            "organization_id": row.organization_id,
            "details": {"dispatch": row.dispatch_id, "reason": refused[row.id]},
        }
        for row in rows
        if row.id in refused
    ]
    audit.record_each("mail.refuse", events, actor=CLOCK, now=now)


# ---- what moves with the mail


@dataclass(frozen=True)
class Standing:
    """An application under its lock."""

    revision: int
    kind: Kind
    state: ApplicationState


def _move(rows: Sequence[Row], *, now: datetime) -> dict[int, str]:
    """Puts the applications where their mails say; returns why a message cannot leave, for each that cannot."""
    moving = sorted((row for row in rows if row.moves_to and row.application_id), key=lambda row: row.dispatch_id)
    if not moving:
        return {}
    standing = _lock(row.application_id for row in moving)
    refused: dict[int, str] = {}
    for _, some in groupby(moving, key=lambda row: row.dispatch_id):
        refused |= _move_dispatch(list(some), standing, now=now)
    return refused


def _lock(application_ids: Iterator[int]) -> dict[int, Standing]:
    rows = db.session.execute(
        select(Application.id, Application.revision, Application.kind, Application.state)
        .where(among(Application.id, set(application_ids)))
        .order_by(Application.id)
        .with_for_update()
    )
    return {row.id: Standing(row.revision, row.kind, row.state) for row in rows}


def _move_dispatch(rows: Sequence[Row], standing: Mapping[int, Standing], *, now: datetime) -> dict[int, str]:
    """In the name of the member who sent it."""
    first, messages = rows[0], {row.application_id: row.id for row in rows}
    actor = Actor(first.sender_role, first.account_id, first.organization_id, first.sender_name)
    try:
        outcomes = list(_moved(first, list(messages), standing, actor=actor, now=now))
    except Refused as refusal:  # of all, such as a date that has passed while the clock stood still
        return dict.fromkeys(messages.values(), str(refusal))
    return {messages[outcome.application_id]: str(outcome.refusal) for outcome in outcomes if outcome.refusal}


def _moved(
    dispatch: Any, application_ids: Sequence[int], standing: Mapping[int, Standing], *, actor: Actor, now: datetime
) -> Iterator[Moved]:
    if dispatch.reopens:
        documents = recipients.documents_named(dispatch.reopens, application_ids)
        chosen = {key: documents.get(key, []) for key in application_ids}
        yield from decisions.reopen(chosen, until=dispatch.reopened_until, actor=actor, now=now)
        return
    to = ApplicationState(dispatch.moves_to)
    for kind in Kind:
        seen = [
            SeenApplication(key, standing[key].revision)
            for key in application_ids
            if standing[key].kind is kind and standing[key].state is not to
        ]
        if seen:
            yield from decisions.set_stage(seen, to, kind=kind, actor=actor, now=now, mailed=True)
