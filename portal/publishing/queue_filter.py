"""What narrows the queue of the desk, and what puts it in order: first what would miss its time."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, case

from models.base import UTCDateTime
from models.entries import Version
from models.organizations import Organization
from models.states import Kind
from portal.actors import Actor
from portal.clock import TOKYO, local
from portal.publishing.business_days import add_business_days

LONGEST_SEARCH = 100
NOBODY = "none"

LATE, TODAY, NEXT, REST = DUES = ("late", "today", "next", "rest")
MISSED = "missed"  # will not be public when it was asked to be


class Bounds(NamedTuple):
    """Where the parts of the queue begin: overdue before `now`, then today, the next business day, later.

    Moments, or the parameters that stand for them in a statement.
    """

    now: Any
    next: Any
    later: Any


ASKED = Bounds(*(bindparam(name, type_=UTCDateTime()) for name in Bounds._fields))  # given when a statement runs
# Before any deadline: nothing is late, nothing put aside is due again.
LONG_AGO = Bounds(*[datetime(2000, 1, 1, tzinfo=UTC)] * 3)


@dataclass(frozen=True)
class Filter:
    """What the reviewer narrowed the queue to."""

    kind: Kind | None = None
    registrations: bool = False  # these alone
    lamp: str = ""  # clean, warning
    mine: bool = False
    who: str = ""  # NOBODY, or the number of an account: in whose hands
    org_type: str = ""
    aside: bool = False  # what was put aside alone
    text: str = ""
    page: int = 1
    due: str = ""  # one of DUES, or MISSED
    bounds: Bounds | None = None  # without them nothing is late

    @property
    def has_registrations(self) -> bool:
        """They have no checks, nobody's hands and no time to miss."""
        of_entries = self.kind or self.lamp or self.mine or self.who or self.aside or self.due == MISSED
        return self.registrations or not of_entries

    @property
    def values(self) -> dict[str, Any]:
        return (self.bounds or LONG_AGO)._asdict()

    @property
    def is_narrowed(self) -> bool:
        """By more than the kind."""
        return bool(self.lamp or self.mine or self.who or self.org_type or self.aside or self.text or self.due)


def bounds_of(now: datetime, closed: Collection[date]) -> Bounds:
    """As the clock of a row counts: what is due before the next business day begins is today's."""
    today = local(now).date()
    starts = (datetime.combine(add_business_days(today, count, closed), time(0), TOKYO) for count in (1, 2))
    return Bounds(now, *starts)


def due_of(bounds: Bounds, model: Any = Version) -> Any:
    """One of DUES for each version that waits, of an entry or a registration."""
    return case(
        (model.due_at < bounds.now, LATE),
        (model.due_at < bounds.next, TODAY),
        (model.due_at < bounds.later, NEXT),
        else_=REST,
    )


def misses(bounds: Bounds) -> ColumnElement[bool]:
    """Of a time that could still be kept when it was asked for: it passes before the deadline, or has passed."""
    wished = Version.publish_at
    return (wished > Version.submitted_at) & ((wished <= Version.due_at) | (wished <= bounds.now))


FIRST, OVERDUE, AGAIN, USUAL, ASIDE = range(5)  # the parts of the queue; in each the oldest deadline first


def rank() -> Any:
    return case(
        (Version.aside_until > ASKED.now, ASIDE),
        (misses(ASKED), FIRST),
        (Version.due_at < ASKED.now, OVERDUE),
        (Version.submissions > 1, AGAIN),
        else_=USUAL,
    )


def rank_of(version: Any, now: datetime) -> int:
    """Where `rank` puts it; for a version or a row with its columns."""
    wished, due = version.publish_at, version.due_at
    if version.aside_until and version.aside_until > now:
        return ASIDE
    if wished and wished > version.submitted_at and wished <= max(due, now):
        return FIRST
    return OVERDUE if due < now else AGAIN if version.submissions > 1 else USUAL


def conditions(wanted: Filter, *, actor: Actor) -> list[ColumnElement[bool]]:
    """Of entries, one for each thing that the filter says; `Organization` is joined for the last two."""
    found: list[ColumnElement[bool]] = []
    if wanted.kind:
        found.append(Version.kind == wanted.kind)
    if wanted.lamp:
        is_clean = (Version.error_count == 0) & (Version.warning_count == 0)
        found.append(is_clean if wanted.lamp == "clean" else ~is_clean)
    if wanted.mine:
        found.append(Version.assignee_id == actor.account_id)
    if wanted.who:
        found.append(Version.assignee_id.is_(None) if wanted.who == NOBODY else Version.assignee_id == int(wanted.who))
    if wanted.aside:
        found.append(Version.aside_until > ASKED.now)
    if wanted.due:
        found.append(misses(ASKED) if wanted.due == MISSED else due_of(ASKED) == wanted.due)
    if wanted.org_type:
        found.append(Organization.org_type == wanted.org_type)
    if wanted.text:
        text = wanted.text[:LONGEST_SEARCH]
        found.append(Version.title.contains(text, autoescape=True) | Organization.name.contains(text, autoescape=True))
    return found
