"""「受信BOX」 and 「送信BOX」 of an organization, the one mailbox of a talent: lists, counts, and a thread to read."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import joinedload, selectinload

from models.applications import Application
from models.base import NOTHING, db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.messages import Message, MessageFile, Thread
from models.people import Account
from models.states import MailState, MessageState, Role, Side
from models.talents import Talent
from portal.actors import Actor
from portal.database import rows_of
from portal.errors import NotFound
from portal.messaging import finding
from portal.messaging.threads import is_gone
from portal.permissions import asking, visible, whoever

SIZE = 20
LAST_PAGE = 200
COUNTED = LAST_PAGE * SIZE
MESSAGES = 50  # of a thread on one page
GONE = "退会した人材"


class Box(StrEnum):
    """Which side of the threads a list shows first. A talent has one mailbox, of both."""

    received = "received"
    sent = "sent"
    both = "both"


class About(StrEnum):
    """What a thread is about."""

    offer = "offer"
    application = "application"


class Shown(StrEnum):
    """How it stands with a message, for who wrote it."""

    held = "held"
    sent = "sent"
    read = "read"
    failed = "failed"  # the notice by e-mail did not reach its address
    cancelled = "cancelled"
    refused = "refused"


@dataclass(frozen=True)
class Wanted:
    box: Box = Box.received
    unread: bool = False
    about: About | None = None
    text: str = ""
    page: int = 1
    size: int = SIZE


@dataclass(frozen=True)
class Line:
    """One thread of a list. `message` is the newest one that the box shows, None while nothing was written."""

    thread: Thread
    who: str
    is_gone: bool
    posting: Row | None  # what it is about: (kind, title)
    message: Message | None
    state: Shown | None
    unread: int


@dataclass(frozen=True)
class Found:
    lines: Sequence[Line]
    total: int
    unread: int  # of the same list without the filter of unread ones
    page: int
    last: int


# ---- who and what


def who(thread: Thread) -> str:
    """How the organization calls the talent: by name once the talent applied or answered, by 登録コード before."""
    if is_gone(thread):
        return GONE
    if thread.application is not None:
        return thread.application.name or thread.talent.code
    return thread.talent.account.name if thread.answered_at is not None else thread.talent.code


def with_people() -> list[Any]:
    """What says who and what about; of a talent and an application the little that is shown."""
    return [
        joinedload(Thread.talent)
        .load_only(Talent.code, Talent.account_id)
        .joinedload(Talent.account)
        .load_only(Account.name, Account.suspended_at),
        joinedload(Thread.application).load_only(Application.name, Application.version_id, Application.erased_at),
    ]


def postings_of(threads: Collection[Thread]) -> Mapping[int, Row]:
    """(kind, title) of what each thread is about, by thread, in one statement."""
    versions = {thread.id: thread.application.version_id for thread in threads if thread.application is not None}
    entries = {thread.id: thread.entry_id for thread in threads if thread.application is None and thread.entry_id}
    if not versions and not entries:
        return {}
    rows = db.session.execute(
        select(Version.id, Version.entry_id, Version.kind, Version.title)
        .outerjoin(Entry, Entry.live_version_id == Version.id)
        .where(Version.id.in_(set(versions.values())) | Entry.id.in_(set(entries.values())))
    ).all()
    by_version, by_entry = {row.id: row for row in rows}, {row.entry_id: row for row in rows}
    found = {key: by_version.get(version_id) for key, version_id in versions.items()}
    found |= {key: by_entry.get(entry_id) for key, entry_id in entries.items()}
    return {key: row for key, row in found.items() if row is not None}


# ---- lists


def page_of(wanted: Wanted, *, actor: Actor) -> Found:
    """One page, newest first, in a number of statements that does not grow with the threads."""
    conditions = [visible(actor, Thread), *_conditions(wanted, actor=actor)]
    is_new = _unread(actor) > NOTHING
    unread = _count(*conditions, is_new)
    total = unread if wanted.unread else _count(*conditions)
    last = min(max(-(-total // wanted.size), 1), LAST_PAGE)
    shown = select(Thread).options(*with_people(), joinedload(Thread.organization)).where(*conditions)
    if wanted.unread:
        shown = shown.where(is_new)
    threads = db.session.scalars(
        shown.order_by(*_order(wanted.box)).offset((wanted.page - 1) * wanted.size).limit(wanted.size)
    ).all()
    return Found(_lines(threads, wanted.box, actor=actor), total, unread, wanted.page, last)


def _count(*conditions: ColumnElement[bool]) -> int:
    """Not beyond the last page, so that it costs no more however many there are."""
    some = select(Thread.id).where(*conditions).limit(COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(some)) or 0


def _unread(actor: Actor) -> Any:
    return Thread.unread_organization if actor.is_member else Thread.unread_talent


def _order(box: Box) -> tuple[Any, ...]:
    """A talent has few threads and reads what is new first."""
    if box is Box.both:
        return ((Thread.unread_talent == 0), Thread.last_at.desc(), Thread.id.desc())
    column = Thread.inbox_at if box is Box.received else Thread.outbox_at
    return column.desc(), Thread.id.desc()


def _conditions(wanted: Wanted, *, actor: Actor) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.box is Box.received:
        conditions.append(Thread.inbox_at.is_not(None))
    if wanted.box is Box.sent:
        conditions.append(Thread.outbox_at.is_not(None))
    if wanted.about is About.application:
        conditions.append(Thread.application_id.is_not(None))
    if wanted.about is About.offer:
        conditions.append(Thread.application_id.is_(None))
    if words := finding.words_of(wanted.text):
        conditions.append(finding.matching(words, actor=actor))
    return conditions


def _lines(threads: Sequence[Thread], box: Box, *, actor: Actor) -> list[Line]:
    postings, newest = postings_of(threads), _newest(threads, box, actor=actor)
    states = states_of(newest.values())
    return [
        Line(
            thread,
            who(thread),
            is_gone(thread),
            postings.get(thread.id),
            message := newest.get(thread.id),
            states.get(message.id) if message else None,
            thread.unread_organization if actor.is_member else thread.unread_talent,
        )
        for thread in threads
    ]


def _newest(threads: Sequence[Thread], box: Box, *, actor: Actor) -> Mapping[int, Message]:
    """The newest message of each thread that this box is about, in one statement."""
    conditions = [Message.thread_id.in_([thread.id for thread in threads]), visible(actor, Message)]
    if box is not Box.both:
        conditions.append(Message.side == (Side.talent if box is Box.received else Side.organization))
    ids = select(func.max(Message.id)).where(*conditions).group_by(Message.thread_id)
    messages = db.session.scalars(
        select(Message).options(joinedload(Message.account), selectinload(Message.files)).where(Message.id.in_(ids))
    )
    return {message.thread_id: message for message in messages}


# ---- counts


def count_unread(actor: Actor) -> int:
    """How many threads have something new: what the filter of unread ones shows. Each page of a door asks for it."""
    return int(rows_of(_unread_threads(actor.role), asking(actor))[0][0])


@cache
def _unread_threads(role: Role) -> Select:
    reader = whoever(role)
    return select(func.count()).select_from(Thread).where(_unread(reader) > NOTHING, visible(reader, Thread))


@cache
def unread_beside() -> ColumnElement[int]:
    """The same for a member, as a column of a query about Account. Organizations without legal personality, which have
    no mailbox, get a number that nobody is shown."""
    return (
        select(func.count())
        .select_from(Thread)
        .where(Thread.unread_organization > NOTHING, Thread.organization_id == Account.organization_id)
        .scalar_subquery()
        .label("unread")
    )


# ---- how it stands with a message


def states_of(messages: Collection[Message]) -> dict[int, Shown]:
    """By message, in one statement: that of the letters which told of them."""
    keys = [message.notice_key for message in messages if message.notice_key and message.side is Side.organization]
    letters: Mapping[str | None, MailState] = {}
    if keys:
        rows = db.session.execute(
            select(OutboxMail.dedupe_key, OutboxMail.state).where(OutboxMail.dedupe_key.in_(keys))
        )
        letters = {row.dedupe_key: row.state for row in rows}
    return {message.id: shown_as(message, letters.get(message.notice_key)) for message in messages}


def shown_as(message: Message | Row, letter: MailState | None) -> Shown:
    if message.state is not MessageState.delivered:
        return Shown(message.state.value)
    if message.read_at is not None:
        return Shown.read
    return Shown.failed if letter in (MailState.bounced, MailState.failed) else Shown.sent


# ---- one thread


@dataclass(frozen=True)
class Reading:
    thread: Thread
    who: str
    is_gone: bool
    posting: Row | None
    messages: Sequence[Message]  # in order; the newest that one page holds
    states: Mapping[int, Shown]
    earlier: int | None  # `before` of the page before this one
    newest: int  # the last message that both sides see


def find(thread_id: int, *, actor: Actor) -> Thread:
    thread = db.session.scalar(
        select(Thread)
        .options(*with_people(), joinedload(Thread.organization))
        .where(Thread.id == thread_id, visible(actor, Thread))
    )
    if thread is None:
        raise NotFound
    return thread


def read(thread: Thread, *, actor: Actor, before: int | None = None) -> Reading:
    """The newest messages of a thread, or those before one of them."""
    query = (
        select(Message)
        .options(joinedload(Message.account), selectinload(Message.files).joinedload(MessageFile.file))
        .where(Message.thread_id == thread.id, visible(actor, Message))
        .order_by(Message.id.desc())
        .limit(MESSAGES + 1)
    )
    if before is not None:
        query = query.where(Message.id < before)
    found = db.session.scalars(query).all()
    messages = found[:MESSAGES][::-1]
    delivered = [message.id for message in found if message.state is MessageState.delivered]
    return Reading(
        thread,
        who(thread),
        is_gone(thread),
        postings_of([thread]).get(thread.id),
        messages,
        states_of(messages),
        messages[0].id if len(found) > MESSAGES else None,
        max(delivered, default=0),
    )
