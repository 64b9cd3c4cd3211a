"""What the dashboard tells: what waits now, from the queue's own index; what happened, from the figures of weeks.

Six small statements, whatever the portal holds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import CompoundSelect, Row, Select, String, bindparam, func, literal, select, type_coerce, union_all

from models.entries import Version
from models.figures import WeekFigure
from models.mail import OutboxMail
from models.records import AuditEvent, JobStatus
from models.registrations import RegistrationVersion
from models.states import Kind, MailState, RegistrationState, Role, State
from portal.actors import Actor
from portal.clock import local
from portal.clockwork.beats import SILENT
from portal.database import rows_of
from portal.errors import Forbidden
from portal.figures.folding import week_of
from portal.permissions import asking, may, visible, whoever
from portal.publishing import queue
from portal.publishing.queue import DUES, Bounds

SPANS = (4, 12, 52)  # weeks
REGISTRATION = "registration"
FAILED = (MailState.bounced, MailState.failed)
FAILURES = 5  # of the last ones
MOST_COUNTED = 1000
MOST_REASONS = 6


@dataclass(frozen=True)
class Week:
    """One week from its Monday; the last one is still running. Times are business days, None without a decision."""

    monday: date
    counts: Mapping[str, Mapping[str, int]]

    def of(self, what: str) -> int:
        return sum(self.counts.get(what, {}).values())

    @property
    def decided(self) -> int:
        return self.of("approve") + self.of("return")

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def median(self) -> float | None:
        return percentile(self.counts.get("wait", {}), 50)

    @property
    def p90(self) -> float | None:
        return percentile(self.counts.get("wait", {}), 90)


@dataclass(frozen=True)
class Board:
    waiting: Mapping[Kind, Mapping[str, int]]  # by what is left of the deadline (`queue.DUES`)
    registrations: Mapping[str, int]  # that wait: new ones and changes, likewise
    missed: int  # of the entries, that wait although the time asked for has passed, or will before the deadline
    decided: Mapping[str, int]  # today, by action, all of the office together
    failed: Mapping[MailState, int]  # mails, at most MOST_COUNTED of each
    failures: Sequence[Row]  # the last ones
    weeks: Sequence[Week]
    reasons: Sequence[tuple[str, int]]  # of returns in these weeks: titles of phrases, "" for other words
    rules: Sequence[tuple[str, int]]  # that the checks had found in what was returned
    jobs: Sequence[Row]

    def waits(self, due: str) -> int:
        return sum(counts.get(due, 0) for counts in self.waiting.values())

    @property
    def total(self) -> int:
        return sum(sum(counts.values()) for counts in self.waiting.values())


def board(*, weeks: int, bounds: Bounds, actor: Actor, now: datetime) -> Board:
    if not may(actor, "desk.read"):
        raise Forbidden("この操作を行う権限がありません。")
    shown = weeks_of(weeks, now=now)
    waiting, registrations, missed = _waiting(bounds, actor=actor)
    failures = rows_of(_failures())
    return Board(
        waiting=waiting,
        registrations=registrations,
        missed=missed,
        decided=_decided_today(now),
        failed={state: getattr(failures[0], state.value) if failures else 0 for state in FAILED},
        failures=failures,
        weeks=shown,
        reasons=_most(shown, "reason"),
        rules=_most(shown, "rule"),
        jobs=rows_of(_jobs()),
    )


def percentile(tenths: Mapping[str, int], share: int) -> float | None:
    """Of times kept in tenths of a day: the smallest that `share` percent of them do not pass; in days."""
    total = sum(tenths.values())
    passed = 0
    for tenth, times in sorted((int(tenth), times) for tenth, times in tenths.items()):
        passed += times
        if passed * 100 >= total * share:
            return tenth / 10
    return None


def is_running(jobs: Sequence[Row], *, now: datetime) -> bool:
    return any(now - job.started_at < SILENT for job in jobs)


def weeks_of(count: int, *, now: datetime) -> list[Week]:
    last = week_of(now)
    mondays = [last - timedelta(weeks=back) for back in reversed(range(count))]
    kept: dict[date, Mapping[str, Mapping[str, int]]] = dict(
        rows_of(_figures_of_weeks(), {"first": mondays[0], "last": last})
    )
    return [Week(monday, kept.get(monday, {})) for monday in mondays]


@cache
def _figures_of_weeks() -> Select:
    return select(WeekFigure.week, WeekFigure.counts).where(
        WeekFigure.week >= bindparam("first"), WeekFigure.week <= bindparam("last")
    )


def _most(weeks: Sequence[Week], what: str) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for week in weeks:
        counted.update(week.counts.get(what, {}))
    return counted.most_common(MOST_REASONS)


def _waiting(bounds: Bounds, *, actor: Actor) -> tuple[dict[Kind, dict[str, int]], dict[str, int], int]:
    """Entries by kind and by what is left, registrations by what is left, and how many of all entries are `missed`."""
    rows = rows_of(_counted(actor.role), {**asking(actor), **bounds._asdict()})
    found = {kind: dict.fromkeys(DUES, 0) for kind in (*Kind, REGISTRATION)}
    for kind, due, count, _missed in rows:
        found[kind if kind == REGISTRATION else Kind(kind)][due] = count
    registrations = found.pop(REGISTRATION)
    return (
        {Kind(kind): counts for kind, counts in found.items()},
        registrations,
        max((row.missed for row in rows), default=0),
    )


@cache
def _counted(role: Role) -> CompoundSelect:
    """Each number from an index of its own. Kept, for putting it together costs as much as running it."""
    given: list[Any] = [bindparam(name) for name in Bounds._fields]
    bounds, reader = Bounds(*given), whoever(role)
    waits = Version.state == State.submitted, visible(reader, Version)
    missed = select(func.count()).select_from(Version).where(*waits, queue.misses(bounds)).scalar_subquery()
    kind, due = type_coerce(Version.kind, String), queue.due_of(bounds)
    due_too = queue.due_of(bounds, RegistrationVersion)
    return union_all(
        select(kind.label("kind"), due.label("due"), func.count(), missed.label("missed"))
        .where(*waits)
        .group_by(kind, due),
        select(literal(REGISTRATION), due_too, func.count(), literal(0))
        .where(RegistrationVersion.state == RegistrationState.submitted, visible(reader, RegistrationVersion))
        .group_by(due_too),
    )


def _decided_today(now: datetime) -> dict[str, int]:
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    return dict(rows_of(_decisions(), {"since": midnight}))


@cache
def _decisions() -> Select:
    return (
        select(AuditEvent.action, func.count())
        .where(AuditEvent.action.in_(("entry.approve", "entry.return")), AuditEvent.at >= bindparam("since"))
        .group_by(AuditEvent.action)
    )


@cache
def _failures() -> Select:
    """The last mails that failed; beside each how many there are of each state, counted to MOST_COUNTED, so that a bad
    day costs no more than a good one."""
    newest = [
        select(OutboxMail.id).where(OutboxMail.state == state).order_by(OutboxMail.id.desc()).limit(FAILURES).subquery()
        for state in FAILED
    ]
    some = [select(OutboxMail.id).where(OutboxMail.state == state).limit(MOST_COUNTED).subquery() for state in FAILED]
    counts = (
        select(func.count()).select_from(each).scalar_subquery().label(state.value)
        for state, each in zip(FAILED, some, strict=True)
    )
    columns = (OutboxMail.id, OutboxMail.created_at, OutboxMail.letter, OutboxMail.state, OutboxMail.last_error)
    ids = union_all(*(select(each.c.id) for each in newest))
    return select(*columns, *counts).where(OutboxMail.id.in_(ids)).order_by(OutboxMail.id.desc()).limit(FAILURES)


@cache
def _jobs() -> Select:
    return select(*JobStatus.__table__.columns).order_by(JobStatus.job)
