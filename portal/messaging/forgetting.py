"""What is left of messages when a person or an application is erased: who wrote to whom when, and no word of it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.orm import aliased

from models.applications import Application
from models.base import db
from models.files import StoredFile
from models.messages import Dispatch, Message, MessageFile, Thread
from models.people import Account, KeptInput
from models.states import MessageState
from portal.files import dropping

GONE = "（消去済み）"


def forget_talent(talent_id: int, *, now: datetime) -> None:
    """All threads with a person who leaves. What is still held is not sent any more."""
    _forget(Thread.talent_id == talent_id, now=now)
    _forget_unsent(talent_id)


def forget_applications(application_ids: Sequence[int], *, now: datetime) -> None:
    """The threads about these applications, which go with their papers."""
    _forget(Thread.application_id.in_(application_ids), now=now)


def _forget(which: ColumnElement[bool], *, now: datetime) -> None:
    threads = select(Thread.id).where(which)
    messages = select(Message.id).where(Message.thread_id.in_(threads))
    _forget_dispatches(threads)
    _forget_files(messages, now=now)
    _run(
        update(Message)
        .where(Message.thread_id.in_(threads), Message.state == MessageState.held)
        .values(state=MessageState.cancelled)
    )
    _run(update(Message).where(Message.thread_id.in_(threads)).values(subject=GONE, body="", signature="", reason=""))
    _run(update(Thread).where(which).values(subject=GONE, unread_organization=0, unread_talent=0))


def _forget_dispatches(threads: Any) -> None:
    """A mail to one person may name them in its own words; one to many has placeholders instead."""
    to_others = exists().where(Message.dispatch_id == Dispatch.id, Message.thread_id.not_in(threads))
    to_these = exists().where(Message.dispatch_id == Dispatch.id, Message.thread_id.in_(threads))
    _run(update(Dispatch).where(to_these, ~to_others).values(subject=GONE, body="", signature="", left_out=[]))


def _forget_unsent(talent_id: int) -> None:
    """What members had typed when their login ran out may name a person whom their organization knows."""
    wrote = select(Thread.organization_id).where(Thread.talent_id == talent_id)
    asked = select(Application.organization_id).where(Application.talent_id == talent_id)
    members = select(Account.id).where(Account.organization_id.in_(wrote) | Account.organization_id.in_(asked))
    _run(delete(KeptInput).where(KeptInput.account_id.in_(members)))


def _forget_files(messages: Any, *, now: datetime) -> None:
    """A file that went to others too stays with them."""
    other = aliased(MessageFile)
    elsewhere = exists().where(other.file_id == MessageFile.file_id, other.message_id.not_in(messages))
    only_here = select(MessageFile.file_id).where(MessageFile.message_id.in_(messages), ~elsewhere).distinct()
    files = list(db.session.scalars(only_here))
    _run(delete(MessageFile).where(MessageFile.message_id.in_(messages)))
    dropping.drop_at_once(files, now=now)


def files_of(talent_id: int) -> ColumnElement[bool]:
    """The files of all messages with a talent, whoever attached them."""
    return StoredFile.id.in_(
        select(MessageFile.file_id)
        .join(Message, Message.id == MessageFile.message_id)
        .where(Message.talent_id == talent_id)
    )


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
