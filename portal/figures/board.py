"""What the dashboard tells: what waits now, from the queue's own index; what happened, from the figures of weeks.

Ten small statements, whatever the portal holds.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Row, func, literal, select, union_all

from models.base import db
from models.entries import Version
from models.figures import WeekFigure
from models.mail import OutboxMail
from models.records import AuditEvent, JobStatus
from models.states import Kind, MailState, State
from portal.actors import Actor
from portal.clock import local
from portal.errors import Forbidden
from portal.figures.folding import week_of
from portal.permissions import may, visible
from portal.publishing import queue
from portal.publishing.queue import DUES, Bounds

SPANS = (4, 12, 52)  # weeks
FAILED = (MailState.bounced, MailState.failed)
FAILURES = 5  # of the last ones
MOST_COUNTED = 1000
MOST_REASONS = 6
SILENT = timedelta(minutes=5)  # without a run of any job the clock stands still


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
    missed: int  # that wait although the time asked for has passed, or will before the deadline
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
    shown = _weeks(weeks, now=now)
    return Board(
        waiting=_waiting(bounds, actor=actor),
        missed=_missed(bounds, actor=actor),
        decided=_decided_today(now),
        failed=_failed(),
        failures=_failures(),
        weeks=shown,
        reasons=_most(shown, "reason"),
        rules=_most(shown, "rule"),
        jobs=db.session.execute(select(*JobStatus.__table__.columns).order_by(JobStatus.job)).all(),
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


def _weeks(count: int, *, now: datetime) -> list[Week]:
    last = week_of(now)
    mondays = [last - timedelta(weeks=back) for back in reversed(range(count))]
    rows = select(WeekFigure.week, WeekFigure.counts).where(WeekFigure.week >= mondays[0], WeekFigure.week <= last)
    kept: dict[date, Mapping[str, Mapping[str, int]]] = dict(db.session.execute(rows).all())
    return [Week(monday, kept.get(monday, {})) for monday in mondays]


def _most(weeks: Sequence[Week], what: str) -> list[tuple[str, int]]:
    counted: Counter[str] = Counter()
    for week in weeks:
        counted.update(week.counts.get(what, {}))
    return counted.most_common(MOST_REASONS)


def _waiting(bounds: Bounds, *, actor: Actor) -> dict[Kind, dict[str, int]]:
    due = queue.due_of(bounds)
    rows = db.session.execute(
        select(Version.kind, due, func.count())
        .where(Version.state == State.submitted, visible(actor, Version))
        .group_by(Version.kind, due)
    )
    found: dict[Kind, dict[str, int]] = {kind: dict.fromkeys(DUES, 0) for kind in Kind}
    for kind, name, count in rows:
        found[kind][name] = count
    return found


def _missed(bounds: Bounds, *, actor: Actor) -> int:
    waits = Version.state == State.submitted, visible(actor, Version)
    query = select(func.count()).select_from(Version).where(*waits, queue.misses(bounds))
    return db.session.scalar(query) or 0


def _decided_today(now: datetime) -> dict[str, int]:
    midnight = local(now).replace(hour=0, minute=0, second=0, microsecond=0)
    rows = db.session.execute(
        select(AuditEvent.action, func.count())
        .where(AuditEvent.action.in_(("entry.approve", "entry.return")), AuditEvent.at >= midnight)
        .group_by(AuditEvent.action)
    )
    return dict(rows.all())


def _failed() -> dict[MailState, int]:
    """Counted to MOST_COUNTED, so that a bad day costs no more than a good one."""
    counts = []
    for state in FAILED:
        some = select(OutboxMail.id).where(OutboxMail.state == state).limit(MOST_COUNTED).subquery()
        counts.append(select(literal(state.value), func.count()).select_from(some))
    return {MailState(state): count for state, count in db.session.execute(union_all(*counts))}


def _failures() -> Sequence[Row]:
    newest = [
        select(OutboxMail.id).where(OutboxMail.state == state).order_by(OutboxMail.id.desc()).limit(FAILURES).subquery()
        for state in FAILED
    ]
    columns = (OutboxMail.id, OutboxMail.created_at, OutboxMail.letter, OutboxMail.state, OutboxMail.last_error)
    ids = union_all(*(select(each.c.id) for each in newest))
    query = select(*columns).where(OutboxMail.id.in_(ids)).order_by(OutboxMail.id.desc()).limit(FAILURES)
    return db.session.execute(query).all()
