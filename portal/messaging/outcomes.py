"""What became of a dispatch, person by person: held, sent, taken back, left out and why."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select

from models.applications import Application
from models.base import db
from models.messages import Dispatch, Message, Thread
from models.states import ApplicationState, MailClass, MessageState
from models.talents import Talent
from portal.actors import Actor
from portal.permissions import visible


@dataclass(frozen=True)
class Outcome:
    """`message_state` is None for who was left out; `stage` is where the application stands now."""

    code: str
    name: str
    message_state: MessageState | None
    reason: str = ""
    thread_id: int | None = None
    application_id: int | None = None
    stage: ApplicationState | None = None


def outcomes(dispatch: Dispatch, *, actor: Actor) -> list[Outcome]:
    """In two statements: those who got a message in the order they were chosen, then those who were left out."""
    rows = db.session.execute(
        select(
            Message.state,
            Message.reason,
            Message.thread_id,
            Talent.code,
            Application.id.label("application_id"),
            Application.name,
            Application.state.label("stage"),
        )
        .join(Talent, Talent.id == Message.talent_id)
        .join(Thread, Thread.id == Message.thread_id)
        .outerjoin(Application, Application.id == Thread.application_id)
        .where(Message.dispatch_id == dispatch.id, visible(actor, Message))
        .order_by(Message.id)
    ).all()
    found = [
        Outcome(row.code, row.name or row.code, row.state, row.reason, row.thread_id, row.application_id, row.stage)
        for row in rows
    ]
    names = _names([item["code"] for item in dispatch.left_out], dispatch, actor=actor)
    left = [
        Outcome(item["code"], names.get(item["code"], item["code"]), None, item["reason"]) for item in dispatch.left_out
    ]
    return found + left


def _names(codes: Collection[str], dispatch: Dispatch, *, actor: Actor) -> dict[str, str]:
    """Applicants are called by name; others have none here."""
    if not codes or dispatch.mail_class is MailClass.offer:
        return {}
    rows = db.session.execute(
        select(Talent.code, Application.name)
        .join(Talent, Talent.id == Application.talent_id)
        .where(Talent.code.in_(codes), visible(actor, Application))
    )
    return {row.code: row.name for row in rows}
