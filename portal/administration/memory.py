"""What the desk decided about the whole portal, as each process remembers it: no request reads it from the database.

Whoever writes counts a number up in the same transaction. Every process looks at that number now and then (every
`PORTAL_LOOK_SECONDS`) and reads the rows anew when it moved; so all of them follow within that time.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.exc import SQLAlchemyError

from models.base import db
from models.clockwork import Alarm, JobOrder
from models.office import CodeOverride, News, OfficeSetting, PostingStop, RuleOverride
from models.records import Counter, JobStatus
from models.states import Audience, Kind
from portal.administration.lists import LISTS
from portal.code_list import Code, CodeList
from portal.database import insert_or_update
from portal.publishing import rule_book
from portal.publishing.rule_book import Ruling
from portal.settings import Settings

log = logging.getLogger(__name__)

NUMBER = "desk decisions"
NEVER = float("-inf")


@dataclass(frozen=True)
class Bulletin:
    """A piece of news that is over at some time, or never."""

    title: str
    body: str
    audience: Audience
    starts_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class Decisions:
    settings: tuple[tuple[str, Any], ...] = ()
    stops: frozenset[tuple[int, Kind]] = frozenset()  # (organization, kind) that may not be handed in
    news: tuple[Bulletin, ...] = ()  # the latest first
    paused: frozenset[str] = frozenset()  # jobs of the clock
    alarms: tuple[tuple[str, datetime, str | None], ...] = ()  # cause, since when, the job's name


@dataclass(frozen=True)
class _Kept:
    decisions: Decisions = field(default_factory=Decisions)
    number: int | None = None
    engine: Engine | None = None
    looked: float = NEVER


_kept = _Kept()
_looking = Lock()


def decisions() -> Decisions:
    return _kept.decisions


def effective(settings: Settings) -> Settings:
    """The environment's settings with what the desk set in their place."""
    chosen = _kept.decisions.settings
    return replace(settings, **dict(chosen)) if chosen else settings


def look(*, every: float, now: datetime) -> None:
    """At most so often, in seconds, one statement on a connection of its own; more when something was decided.

    A database that is away leaves what is remembered as it is.
    """
    global _kept  # noqa: PLW0603  # what a process remembers
    if _kept.engine is db.engine and time.monotonic() - _kept.looked < every:
        return
    with _looking:
        if _kept.engine is db.engine and time.monotonic() - _kept.looked < every:
            return  # a thread that came together with this one has looked
        try:
            with db.engine.connect() as connection:
                _kept = _look(connection, now)
        except SQLAlchemyError as error:
            log.warning("decisions of the desk not read: %s", type(error).__name__)
            _kept = replace(_kept, engine=db.engine, looked=time.monotonic())


def count_up() -> None:
    """Call it with every change; flushes. This process looks at its next request."""
    global _kept  # noqa: PLW0603  # what a process remembers
    db.session.flush()
    statement = insert_or_update(Counter).values(name=NUMBER, value=1)
    counted = statement.on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1})
    db.session.execute(counted)
    _kept = replace(_kept, looked=NEVER)


def forget() -> None:
    """Back to what stands in the code, until the next look."""
    global _kept  # noqa: PLW0603  # what a process remembers
    _tell({}, {})
    _kept = _Kept()


def _look(connection: Connection, now: datetime) -> _Kept:
    number = connection.scalar(select(Counter.value).where(Counter.name == NUMBER)) or 0
    looked = time.monotonic()
    if _kept.number == number and _kept.engine is db.engine:
        return replace(_kept, looked=looked)
    # The number first: rows that are newer than it are read once more, older ones never stay.
    words: dict[str, list[Row[Any]]] = {}
    for row in connection.execute(select(*CodeOverride.__table__.columns)):
        words.setdefault(row.list, []).append(row)
    rules = connection.execute(select(*RuleOverride.__table__.columns))
    _tell(words, {row.rule: ruling_of_row(row) for row in rules})
    return _Kept(_read(connection, now), number, db.engine, looked)


def _read(connection: Connection, now: datetime) -> Decisions:
    settings = connection.execute(select(OfficeSetting.name, OfficeSetting.value).order_by(OfficeSetting.name))
    stops = connection.execute(select(PostingStop.organization_id, PostingStop.kind))
    columns = (News.title, News.body, News.audience, News.starts_at, News.ends_at)
    current = News.ends_at.is_(None) | (News.ends_at > now)
    news = connection.execute(select(*columns).where(current).order_by(News.starts_at.desc(), News.id.desc()))
    paused = connection.execute(select(JobOrder.job).where(JobOrder.paused_at.is_not(None)))
    alarms = select(Alarm.cause, Alarm.begun_at, JobStatus.name).outerjoin(JobStatus, JobStatus.job == Alarm.cause)
    open_ones = connection.execute(alarms.where(Alarm.ended_at.is_(None)).order_by(Alarm.begun_at, Alarm.id))
    return Decisions(
        tuple((row.name, row.value) for row in settings),
        frozenset((row.organization_id, row.kind) for row in stops),
        tuple(Bulletin(*row) for row in news),
        frozenset(paused.scalars()),
        tuple((row.cause, row.begun_at, row.name) for row in open_ones),
    )


def _tell(words: Mapping[str, Sequence[Row[Any]]], rules: Mapping[str, Ruling]) -> None:
    for name, listed in LISTS.items():
        codes = worded(listed.codes, words.get(name, ()))
        if codes != listed.codes.known:
            listed.codes.reword(codes)
    rule_book.rule(rules)


def ruling_of_row(row: Any) -> Ruling:
    return Ruling(
        row.active, row.severity, row.message, row.pattern, tuple(row.fields or ()), row.valid_from, row.amount
    )


def worded(listed: CodeList, overrides: Iterable[Any]) -> tuple[Code, ...]:
    """The list as the desk has it: its words and its order, after the portal's own where the desk said nothing, and
    the codes that it added."""
    said = {row.value: row for row in overrides}
    own = {code.value: code for code in listed.own}
    values = [*own, *(value for value in said if value not in own)]
    places = {value: place for place, value in enumerate(values)}
    codes = [
        Code(value, row.ja, row.en, active=row.active) if (row := said.get(value)) else own[value] for value in values
    ]
    order = {value: row.position for value, row in said.items()}
    return tuple(sorted(codes, key=lambda code: (order.get(code.value, places[code.value]), places[code.value])))
