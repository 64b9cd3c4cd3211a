"""The office's calendar: which days it works, when the secretariat's time is up, how much of it is left."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.base import db
from models.records import ClosedDay
from portal.clock import TOKYO
from portal.publishing.business_days import (
    add_business_days,
    approval_deadline,
    closed_days,
    days_left,
    is_business_day,
    is_public_holiday,
)
from tests.make import Maker


def tokyo(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=TOKYO)


# As the Cabinet Office publishes them; the 6th of May stands in for a holiday on a Sunday, the 22nd of
# September lies between two holidays.
HOLIDAYS_2026 = [
    (1, 1), (1, 12), (2, 11), (2, 23), (3, 20), (4, 29), (5, 3), (5, 4), (5, 5), (5, 6), (7, 20), (8, 11), (9, 21),
    (9, 22), (9, 23), (10, 12), (11, 3), (11, 23),
]  # fmt: skip


def days_of(year: int) -> Iterator[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += timedelta(days=1)


def test_the_public_holidays_of_a_year() -> None:
    assert [(day.month, day.day) for day in days_of(2026) if is_public_holiday(day)] == HOLIDAYS_2026


def test_weekends_holidays_and_the_turn_of_the_year_are_free() -> None:
    free = {day for day in days_of(2026) if not is_business_day(day)}

    weekends = {day for day in days_of(2026) if day.strftime("%a") in ("Sat", "Sun")}
    holidays = {date(2026, month, day) for month, day in HOLIDAYS_2026}
    turn = {date(2026, 12, 29), date(2026, 12, 30), date(2026, 12, 31), *(date(2026, 1, day) for day in (1, 2, 3))}
    assert free == weekends | holidays | turn


@pytest.mark.parametrize(
    ("start", "count", "reached"),
    [
        (date(2026, 11, 24), 0, date(2026, 11, 24)),
        (date(2026, 11, 24), 3, date(2026, 11, 27)),
        (date(2026, 11, 20), 1, date(2026, 11, 24)),  # a Friday before a long weekend
        (date(2026, 11, 21), 1, date(2026, 11, 24)),  # a Saturday
        (date(2026, 12, 28), 1, date(2027, 1, 4)),
        (date(2026, 12, 28), 3, date(2027, 1, 6)),
        (date(2026, 9, 18), 1, date(2026, 9, 24)),  # five free days in September
        (date(2026, 5, 1), 2, date(2026, 5, 8)),
    ],
)
def test_business_days_are_counted_after_the_day_itself(start: date, count: int, reached: date) -> None:
    assert add_business_days(start, count) == reached


def test_the_offices_own_closed_days_count_as_free() -> None:
    closed = {date(2026, 11, 25), date(2026, 11, 27)}

    assert add_business_days(date(2026, 11, 24), 3, closed) == date(2026, 12, 1)
    assert not is_business_day(date(2026, 11, 25), closed)


@given(start=st.dates(date(2024, 1, 1), date(2030, 12, 31)), count=st.integers(1, 10))
def test_so_many_business_days_lie_after_the_start(start: date, count: int) -> None:
    reached = add_business_days(start, count)
    passed = [start + timedelta(days=step) for step in range(1, (reached - start).days + 1)]

    assert is_business_day(reached)
    assert sum(is_business_day(day) for day in passed) == count


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        (tokyo(2026, 11, 24, 14, 32), tokyo(2026, 11, 27, 18)),
        (tokyo(2026, 11, 24, 0, 0), tokyo(2026, 11, 27, 18)),
        (tokyo(2026, 11, 24, 23, 59, 59), tokyo(2026, 11, 27, 18)),
        (tokyo(2026, 11, 25, 0, 0), tokyo(2026, 11, 30, 18)),
        # The day is Tokyo's, not that of the server: 16:00 UTC is the next day there.
        (datetime(2026, 11, 24, 16, 0, tzinfo=UTC), tokyo(2026, 11, 30, 18)),
        (tokyo(2026, 12, 27, 12, 0), tokyo(2027, 1, 5, 18)),
    ],
)
def test_the_deadline_is_closing_time_of_the_third_business_day(submitted: datetime, due: datetime) -> None:
    assert approval_deadline(submitted, 3) == due


DUE = tokyo(2026, 11, 27, 18)  # a Friday


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (tokyo(2026, 11, 24, 14, 32), 3),
        (tokyo(2026, 11, 26, 23, 59, 59), 1),
        (tokyo(2026, 11, 27, 0, 0), 0),
        (tokyo(2026, 11, 27, 18, 0), 0),
        (tokyo(2026, 11, 27, 18, 0, 1), -1),
        (tokyo(2026, 11, 29, 12, 0), -1),  # the weekend makes it no later
        (tokyo(2026, 11, 30, 9, 0), -1),
        (tokyo(2026, 12, 1, 9, 0), -2),
        (tokyo(2026, 12, 8, 9, 0), -7),
    ],
)
def test_what_is_left_until_the_deadline(now: datetime, left: int) -> None:
    assert days_left(now, DUE) == left
    assert days_left(now.astimezone(UTC), DUE.astimezone(UTC)) == left


def test_closed_days_give_the_secretariat_more_time() -> None:
    assert days_left(tokyo(2026, 11, 24, 9), DUE, {date(2026, 11, 26)}) == 2


def test_closed_days_are_read_from_the_database(make: Maker) -> None:
    assert closed_days() == frozenset()

    db.session.add_all(
        [ClosedDay(day=date(2026, 12, 4), name="創立記念日"), ClosedDay(day=date(2026, 8, 14), name="休業")]
    )
    db.session.commit()

    assert closed_days() == {date(2026, 12, 4), date(2026, 8, 14)}
    assert approval_deadline(tokyo(2026, 12, 2, 10), 2, closed_days()) == tokyo(2026, 12, 7, 18)
