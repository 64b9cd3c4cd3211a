"""From the trail to the figures of a week: each row is counted once, in the transaction that seals it.

A decision that was taken back is taken out again, from the week in which it was made.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row, select

from models.applications import Application
from models.base import db
from models.entries import Version
from models.figures import WeekFigure
from models.records import AuditEvent, Phrase
from models.states import ApplicationState
from portal.clock import local
from portal.database import among
from portal.publishing.business_days import closed_days, elapsed

SUBMIT, APPROVE, RETURN, UNDO, PUBLISH = (
    "entry.submit",
    "entry.approve",
    "entry.return",
    "entry.undo",
    "entry.publish",
)
MOVE = "application.move"
DECISIONS = (APPROVE, RETURN)
OF_WAITING = (SUBMIT, *DECISIONS, UNDO)
OTHER_REASON = ""  # a comment that holds no saved phrase
TENTH = timedelta(days=1) / 10

# A figure is (what, which): ("submit", "job"), ("wait", "14") for 1.4 business days, ("rule", "J-03"), ("reason", …).
Name = tuple[str, str]


class Past(NamedTuple):
    """One event of a version's way through the office."""

    id: int
    at: datetime
    action: str
    version_id: int
    details: Mapping[str, Any]


class Known(NamedTuple):
    """What the trail does not say."""

    kinds: Mapping[int, str]
    rules: Mapping[int, Sequence[str]]  # that the checks found, by version
    phrases: Mapping[str, str]  # title by text
    closed: Collection[date]


def week_of(moment: datetime) -> date:
    """The Monday of its week in Tokyo."""
    day = local(moment).date()
    return day - timedelta(days=day.weekday())


def fold(rows: Sequence[Row]) -> None:
    """Adds what the rows tell. Once for each row: the caller sees to that."""
    counted: dict[date, Counter[Name]] = defaultdict(Counter)
    for at, name, times in [*_of_entries(rows), *_of_applications(rows)]:
        counted[week_of(at)][name] += times
    for week, more in counted.items():
        _add(week, more)


def _add(week: date, more: Mapping[Name, int]) -> None:
    row = db.session.get(WeekFigure, week)
    counts: dict[str, dict[str, int]] = {what: dict(those) for what, those in row.counts.items()} if row else {}
    for (what, which), times in more.items():
        those = counts.setdefault(what, {})
        those[which] = those.get(which, 0) + times
        if not those[which]:
            del those[which]
    if row is None:
        db.session.add(WeekFigure(week=week, counts=counts))
    else:
        row.counts = counts
    db.session.flush()


def _of_entries(rows: Sequence[Row]) -> Iterator[tuple[datetime, Name, int]]:
    mine = [row for row in rows if row.action in (*OF_WAITING, PUBLISH)]
    if not mine:
        return
    known = _known({row.subject_id for row in mine})
    for row in mine:
        if row.action in (SUBMIT, PUBLISH):
            yield row.at, (row.action.removeprefix("entry."), known.kinds.get(row.subject_id, "")), 1
    fresh = {row.id for row in mine if row.action in (*DECISIONS, UNDO)}
    if fresh:
        yield from _decisions(_past({row.subject_id for row in mine if row.id in fresh}), fresh, known)


def _decisions(past: Iterable[Past], fresh: Collection[int], known: Known) -> Iterator[tuple[datetime, Name, int]]:
    """Made and taken back, of the fresh events; `past` is each version's whole way, oldest first."""
    submitted: dict[int, datetime] = {}
    standing: dict[int, Past] = {}
    for event in past:
        if event.action == SUBMIT:
            submitted[event.version_id] = event.at
            continue
        decision = standing.pop(event.version_id, None) if event.action == UNDO else event
        if event.action != UNDO:
            standing[event.version_id] = event
        if decision is not None and event.id in fresh:
            sign = -1 if event.action == UNDO else 1
            for name in _names(decision, submitted.get(event.version_id), known):
                yield decision.at, name, sign


def _names(decision: Past, submitted: datetime | None, known: Known) -> Iterator[Name]:
    """All that one decision counts for."""
    yield decision.action.removeprefix("entry."), known.kinds.get(decision.version_id, "")
    if submitted is not None and submitted <= decision.at:
        yield "wait", str(elapsed(submitted, decision.at, known.closed) // TENTH)
    if decision.action == RETURN:
        said = "\n".join([decision.details.get("comment", ""), *decision.details.get("noted", {}).values()])
        yield from (("rule", rule) for rule in known.rules.get(decision.version_id, ()))
        reasons = [title for text, title in known.phrases.items() if text in said]
        yield from (("reason", title) for title in reasons or [OTHER_REASON])


def _known(version_ids: Collection[int]) -> Known:
    versions = select(Version.id, Version.kind, Version.findings).where(among(Version.id, version_ids))
    found = db.session.execute(versions).all()
    phrases = db.session.execute(select(Phrase.text, Phrase.title).order_by(Phrase.position, Phrase.id))
    return Known(
        {row.id: row.kind.value for row in found},
        {row.id: sorted({finding["rule"] for finding in row.findings}) for row in found},
        dict(phrases.all()),
        closed_days(),
    )


def _past(version_ids: Collection[int]) -> list[Past]:
    events = (
        select(AuditEvent.id, AuditEvent.at, AuditEvent.action, AuditEvent.subject_id, AuditEvent.details)
        .where(AuditEvent.subject == "version", among(AuditEvent.subject_id, version_ids))
        .where(AuditEvent.action.in_(OF_WAITING))
        .order_by(AuditEvent.id)
    )
    return [Past(*row) for row in db.session.execute(events)]


def _of_applications(rows: Sequence[Row]) -> Iterator[tuple[datetime, Name, int]]:
    mine = [row for row in rows if row.action == MOVE and row.details.get("from") == ApplicationState.draft]
    if not mine:
        return
    ids = {row.subject_id for row in mine}
    kinds = dict(db.session.execute(select(Application.id, Application.kind).where(among(Application.id, ids))).all())
    for row in mine:
        yield row.at, ("apply", kinds[row.subject_id].value if row.subject_id in kinds else ""), 1
