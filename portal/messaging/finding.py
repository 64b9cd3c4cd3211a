"""The search of a mailbox: words of any length in what was written lately, and in how the other side is called."""

import unicodedata
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from models.applications import Application
from models.base import db
from models.messages import Message, Thread
from models.organizations import Organization
from models.people import Account
from models.talents import Talent
from portal.actors import Actor
from portal.database import among
from portal.permissions import visible

LONGEST_SEARCH = 100
MOST_WORDS = 5
SEARCHED = 3000  # of the newest messages and threads: a search costs no more, however much was written


def words_of(text: str) -> list[str]:
    return text[:LONGEST_SEARCH].split()[:MOST_WORDS]


def matching(words: Sequence[str], *, actor: Actor) -> ColumnElement[bool]:
    """Threads in which one message has every word, or whose other side is called so. Of the newest alone."""
    newest = (
        select(Message.thread_id, Message.subject, Message.body)
        .where(visible(actor, Message))
        .order_by(Message.created_at.desc(), Message.id.desc())
        .limit(SEARCHED)
        .subquery()
    )
    said = select(newest.c.thread_id).where(*(_has(word, newest.c.subject, newest.c.body) for word in words))
    called = _called_by_member(words, actor=actor) if actor.is_member else _called_by_talent(words, actor=actor)
    # Looked for once; what follows asks for the same threads several times.
    found = {*db.session.scalars(said), *db.session.scalars(called)}
    return among(Thread.id, sorted(found))


def _has(word: str, *columns: Any) -> ColumnElement[bool]:
    """As typed, or in the plain width of letters and kana."""
    forms = sorted({word, unicodedata.normalize("NFKC", word)})
    return or_(*(column.icontains(form, autoescape=True) for column in columns for form in forms))


def _newest_threads(actor: Actor) -> Any:
    return (
        select(Thread.id)
        .where(visible(actor, Thread))
        .order_by(Thread.last_at.desc())
        .limit(SEARCHED)
        .scalar_subquery()
    )


def _called_by_member(words: Sequence[str], *, actor: Actor) -> Select:
    """A name is found only where it is shown."""
    is_known = Thread.answered_at.is_not(None) & Thread.application_id.is_(None)
    return (
        select(Thread.id)
        .join(Talent, Talent.id == Thread.talent_id)
        .join(Account, Account.id == Talent.account_id)
        .outerjoin(Application, Application.id == Thread.application_id)
        .where(
            Thread.id.in_(_newest_threads(actor)),
            Account.suspended_at.is_(None),
            *(_has(word, Talent.code, Application.name) | (is_known & _has(word, Account.name)) for word in words),
        )
    )


def _called_by_talent(words: Sequence[str], *, actor: Actor) -> Select:
    return (
        select(Thread.id)
        .join(Organization, Organization.id == Thread.organization_id)
        .where(Thread.id.in_(_newest_threads(actor)), *(_has(word, Organization.name) for word in words))
    )
