"""The figures of weeks against what is counted from the rows themselves, by other means than those that keep them."""

from collections import Counter
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, select

from models.applications import Application
from models.base import db
from models.entries import Publication
from models.figures import WeekFigure
from models.records import AuditEvent
from models.states import ApplicationState
from portal.figures.folding import week_of
from portal.trail import sealing


def assert_figures_are_true(now: datetime | None = None) -> None:
    """Seals what is left and compares all figures with a count of everything. For the end of tests of faults and races.

    The context of an application must be open; nothing else may be writing.
    """
    db.session.rollback()
    sealing.seal_new(now or datetime.now(UTC))
    db.session.rollback()
    kept = {row.week: row.counts for row in db.session.scalars(select(WeekFigure))}
    published = Counter(map(week_of, db.session.scalars(select(Publication.published_at))))
    assert published == sums(kept, "publish"), "each publication once, in its week"
    assert moments(AuditEvent.action == "entry.submit") == sums(kept, "submit")
    decided = standing_decisions()
    assert decided == sums(kept, "approve") + sums(kept, "return")
    assert decided.total() == sums(kept, "wait").total(), "each decision took its time"
    assert handed_in().total() == sums(kept, "apply").total()
    db.session.rollback()


def sums(kept: dict, what: str) -> Counter:
    """By week, without weeks in which there was nothing."""
    return Counter({week: number for week, counts in kept.items() if (number := sum(counts.get(what, {}).values()))})


def moments(which: ColumnElement[bool]) -> Counter:
    return Counter(map(week_of, db.session.scalars(select(AuditEvent.at).where(which))))


def standing_decisions() -> Counter:
    """By the week in which they were made, of each version's way read from its end: an undo takes the one before it."""
    actions = ("entry.approve", "entry.return", "entry.undo")
    events = select(AuditEvent.subject_id, AuditEvent.action, AuditEvent.at).where(AuditEvent.action.in_(actions))
    undone: Counter = Counter()
    found: Counter = Counter()
    for version_id, action, at in db.session.execute(events.order_by(AuditEvent.id.desc())):
        if action == "entry.undo":
            undone[version_id] += 1
        elif undone[version_id]:
            undone[version_id] -= 1
        else:
            found[week_of(at)] += 1
    return found


def handed_in() -> Counter:
    """How often each application was: once by its row, and more often when it was withdrawn and handed in again."""
    times = Counter(db.session.scalars(select(Application.id).where(Application.applied_at.is_not(None))))
    events = select(AuditEvent.subject_id, AuditEvent.details).where(AuditEvent.action == "application.move")
    told = Counter(key for key, details in db.session.execute(events) if details.get("from") == ApplicationState.draft)
    return Counter({key: max(times[key], told[key]) for key in times | told})
