"""The office's calendar: weekends, public holidays, the turn of the year, and its own closed days."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import holidays
from sqlalchemy import select

from models.base import db
from models.records import ClosedDay
from portal.clock import TOKYO, local

CLOSING_TIME = time(18, 0)
TURN_OF_YEAR = frozenset({(12, 29), (12, 30), (12, 31), (1, 1), (1, 2), (1, 3)})
SATURDAY = 5


def closed_days() -> frozenset[date]:
    """The office's own closed days, in one statement."""
    return frozenset(db.session.scalars(select(ClosedDay.day)))


def is_business_day(day: date, closed: Collection[date] = ()) -> bool:
    if day.weekday() >= SATURDAY or (day.month, day.day) in TURN_OF_YEAR:
        return False
    return day not in _public_holidays(day.year) and day not in closed


def add_business_days(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The `count`-th business day after `day`, which itself does not count."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_business_day(day, closed)
    return day


def approval_deadline(submitted_at: datetime, days: int, closed: Collection[date] = ()) -> datetime:
    """Closing time of the `days`-th business day after the submission."""
    day = add_business_days(local(submitted_at).date(), days, closed)
    return datetime.combine(day, CLOSING_TIME, TOKYO)


def days_left(now: datetime, due_at: datetime, closed: Collection[date] = ()) -> int:
    """Business days until the deadline's day: 0 is today, negative is overdue by so many days begun."""
    today, due = local(now).date(), local(due_at).date()
    if now > due_at:
        return -max(1, _between(due, today, closed))
    return _between(today, due, closed)


def days_since(at: datetime, now: datetime) -> int:
    """Business days begun after the day of the moment, today among them. The office's own closed days do not count."""
    return _since(local(at).date(), local(now).date())


def elapsed(start: datetime, end: datetime, closed: Collection[date] = ()) -> timedelta:
    """How much of the time between two moments lay on business days, whole days of 24 hours."""
    first, last = local(start), local(end)
    span = last - first
    for step in range((last.date() - first.date()).days + 1):
        day = first.date() + timedelta(days=step)
        if not is_business_day(day, closed):
            begun = datetime.combine(day, time(0), TOKYO)
            span -= min(last, begun + timedelta(days=1)) - max(first, begun)
    return span


@lru_cache(maxsize=1024)
def _since(start: date, end: date) -> int:
    return _between(start, end, ())


def _between(start: date, end: date, closed: Collection[date]) -> int:
    """Business days after `start` up to and including `end`."""
    days = (end - start).days
    return sum(is_business_day(start + timedelta(days=step), closed) for step in range(1, days + 1))


def is_public_holiday(day: date) -> bool:
    return day in _public_holidays(day.year)


@lru_cache(maxsize=32)
def _public_holidays(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("JP", years=year))
