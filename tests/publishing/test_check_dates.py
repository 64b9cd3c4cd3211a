"""When an entry may be published, taken down, applied for and held: the table of dates, to the second."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.organizations import Organization
from models.states import Kind
from portal.clock import TOKYO
from portal.publishing.checks import Finding, check
from tests.publishing.samples import sample

JOB, EVENT, NOTICE = Kind.job, Kind.event, Kind.notice
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
ZERO = timedelta(0)


def found(
    kind: Kind,
    now: datetime,
    *,
    base: dict[str, Any] | None = None,
    confirmed_at: datetime | None = None,
    **dates: timedelta | None,
) -> list[Finding]:
    """What is found when dates lie so far from now."""
    moments = {name: None if offset is None else now + offset for name, offset in dates.items()}
    content = sample(kind, now=now, **moments)
    return check(kind, content, organization=Organization(org_type="07"), now=now, base=base, confirmed_at=confirmed_at)


# dates from now; the field that is told; a part of what is told
TABLE: list[tuple[Kind, dict[str, timedelta | None], str, str]] = [
    (JOB, {"publish_at": -DAY}, "publish_at", "今より後"),
    (JOB, {"publish_at": ZERO}, "publish_at", "今より後"),
    (JOB, {"publish_at": 35 * DAY}, "publish_at", "締切より前"),
    (JOB, {"open_at": 20 * DAY, "close_at": 20 * DAY}, "close_at", "開始より後"),
    (JOB, {"open_at": 20 * DAY + SECOND, "close_at": 20 * DAY}, "close_at", "開始より後"),
    (JOB, {"unpublish_at": 7 * DAY - MINUTE, "close_at": None}, "unpublish_at", "掲載希望日時より後"),
    (JOB, {"unpublish_at": 35 * DAY - MINUTE}, "unpublish_at", "締切以後"),
    (JOB, {"unpublish_at": 66 * DAY}, "unpublish_at", "締切から30日以内"),
    (NOTICE, {"publish_at": -SECOND}, "publish_at", "今より後"),
    (NOTICE, {"unpublish_at": -DAY}, "unpublish_at", "掲載希望日時より後"),
    (NOTICE, {"publish_at": 9 * DAY, "unpublish_at": 9 * DAY}, "unpublish_at", "掲載希望日時より後"),
    (EVENT, {"close_at": 41 * DAY}, "close_at", "最後の開催日時より前"),
]


@pytest.mark.parametrize(("kind", "dates", "field", "told"), TABLE, ids=lambda value: str(value)[:40])
def test_each_pair_of_dates_that_cannot_be(
    kind: Kind, dates: dict[str, timedelta | None], field: str, told: str, now: datetime
) -> None:
    findings = [finding for finding in found(kind, now, **dates) if finding.rule == "Q-03"]

    assert [(finding.severity, finding.field) for finding in findings] == [("error", field)]
    assert told in findings[0].message


ALLOWED: list[tuple[Kind, dict[str, timedelta | None]]] = [
    (JOB, {"open_at": 20 * DAY, "close_at": 20 * DAY + SECOND}),
    (JOB, {"publish_at": 8 * DAY, "open_at": 6 * DAY}),  # applications may open before the posting is public
    (JOB, {"close_at": 90 * DAY}),
    (JOB, {"close_at": 35 * DAY, "unpublish_at": 35 * DAY}),
    (JOB, {"close_at": 35 * DAY, "unpublish_at": 65 * DAY}),
    (JOB, {"unpublish_at": None}),
    (NOTICE, {"publish_at": 8 * DAY, "unpublish_at": 8 * DAY + SECOND}),
    (NOTICE, {"unpublish_at": 3000 * DAY}),
    (EVENT, {"close_at": 40 * DAY}),
]


@pytest.mark.parametrize(("kind", "dates"), ALLOWED, ids=lambda value: str(value)[:40])
def test_each_pair_of_dates_that_can_just_be(kind: Kind, dates: dict[str, timedelta | None], now: datetime) -> None:
    assert found(kind, now, **dates) == []


@pytest.mark.parametrize("offset", [-DAY, -SECOND, ZERO])
@pytest.mark.parametrize("kind", [JOB, EVENT])
def test_a_deadline_that_has_passed_is_refused(kind: Kind, offset: timedelta, now: datetime) -> None:
    findings = found(kind, now, close_at=offset, open_at=-30 * DAY)

    assert [finding.message for finding in findings if finding.field == "close_at"] == [
        "締切は今より後の日時にしてください。"
    ]


def test_a_deadline_far_away_is_asked_about(now: datetime) -> None:
    (finding,) = found(JOB, now, close_at=90 * DAY + MINUTE)

    assert (finding.rule, finding.severity, finding.field) == ("Q-03", "warning", "close_at")


# ---- the time of publication and the three business days of the secretariat


@pytest.mark.parametrize(
    ("wished", "warned"),
    [
        (datetime(2026, 11, 24, 14, 33, tzinfo=TOKYO), True),
        (datetime(2026, 11, 26, 23, 59, tzinfo=TOKYO), True),
        (datetime(2026, 11, 27, 0, 0, tzinfo=TOKYO), False),  # Wednesday, Thursday, Friday
    ],
)
def test_a_time_that_approval_may_miss_is_warned_of(wished: datetime, warned: bool, now: datetime) -> None:
    findings = found(JOB, now, publish_at=wished - now)

    assert [(finding.rule, finding.severity, finding.field) for finding in findings] == (
        [("Q-23", "warning", "publish_at")] if warned else []
    )


def test_holidays_and_the_turn_of_the_year_are_no_business_days() -> None:
    monday = datetime(2026, 12, 28, 3, 0, tzinfo=TOKYO)  # the last working day of the year; the third is 6 January

    assert [finding.rule for finding in found(NOTICE, monday, publish_at=8 * DAY)] == ["Q-23"]
    assert found(NOTICE, monday, publish_at=9 * DAY) == []


def test_the_minute_between_confirming_and_handing_in_is_no_error(now: datetime) -> None:
    late = found(NOTICE, now, publish_at=-SECOND, confirmed_at=now - MINUTE)

    assert [finding.rule for finding in late] == ["Q-23"]
    assert [finding.rule for finding in found(NOTICE, now, publish_at=-MINUTE, confirmed_at=now - MINUTE)] == ["Q-03"]


# ---- a revision of something public


def test_a_revision_may_keep_its_past_time_but_not_choose_another_past_one(now: datetime) -> None:
    base = sample(NOTICE, now=now, publish_at=now - 10 * DAY)

    assert found(NOTICE, now, base=base, publish_at=-10 * DAY, unpublish_at=DAY) == []
    (finding,) = found(NOTICE, now, base=base, publish_at=-9 * DAY, unpublish_at=DAY)
    assert (finding.rule, finding.field) == ("Q-03", "publish_at")


def test_a_revision_still_needs_a_deadline_and_an_end_that_lie_ahead(now: datetime) -> None:
    dates = {"publish_at": -10 * DAY, "open_at": -10 * DAY, "close_at": -SECOND, "unpublish_at": ZERO}
    base = sample(JOB, now=now, **{name: now + offset for name, offset in dates.items()})

    findings = found(JOB, now, base=base, **dates)

    assert [(finding.field, finding.severity) for finding in findings] == [
        ("close_at", "error"),
        ("unpublish_at", "error"),
    ]


# ---- sessions of an event


def held(now: datetime, *hours: tuple[float | None, float | None]) -> list[dict[str, datetime | None]]:
    def at(hour: float | None) -> datetime | None:
        return None if hour is None else now + hour * HOUR

    return [{"starts_at": at(start), "ends_at": at(end)} for start, end in hours]


@pytest.mark.parametrize(
    ("hours", "told"),
    [
        ([(0, 2)], "今より後"),
        ([(-48, -46)], "今より後"),
        ([(900, 902), (-1, 902)], "今より後"),
        ([(900, 899)], "終了は開始より後"),
        ([(None, 900)], "開始と終了を入力"),
        ([(900, 902), (904, None)], "開始と終了を入力"),
    ],
)
def test_a_session_that_cannot_be_held_is_refused(
    hours: list[tuple[float | None, float | None]], told: str, now: datetime
) -> None:
    content = sample(EVENT, now=now, sessions=held(now, *hours), close_at=now + 30 * DAY)
    findings = check(EVENT, content, organization=None, now=now)

    assert told in next(finding.message for finding in findings if finding.field == "sessions")


def test_sessions_may_lie_in_any_order_and_end_when_they_start(now: datetime) -> None:
    content = sample(EVENT, now=now, sessions=held(now, (1000, 1002), (900, 900)))

    assert check(EVENT, content, organization=None, now=now) == []


def test_the_deadline_may_be_the_very_end_of_the_last_session(now: datetime) -> None:
    sessions = held(now, (100, 101), (900, 902))

    def judged(close_at: datetime) -> list[str]:
        content = sample(EVENT, now=now, sessions=sessions, close_at=close_at)
        return [finding.field for finding in check(EVENT, content, organization=None, now=now)]

    assert judged(now + 902 * HOUR) == []
    assert judged(now + 902 * HOUR + MINUTE) == ["close_at"]


def test_a_revision_may_keep_a_session_that_is_over(now: datetime) -> None:
    over, ahead, early = held(now, (-48, -46), (900, 902), (-2, -1))
    base = sample(EVENT, now=now, sessions=[over, ahead])

    def judged(*sessions: dict[str, datetime | None]) -> list[str]:
        content = sample(EVENT, now=now, sessions=list(sessions), close_at=now + 30 * DAY)
        return [finding.field for finding in check(EVENT, content, organization=None, now=now, base=base)]

    assert judged(over, ahead) == []
    assert judged(over, early, ahead) == ["sessions"]


def test_an_event_held_all_year_round_needs_no_dates(now: datetime) -> None:
    content = sample(EVENT, now=now, schedule_kind="always", sessions=[], open_at=None, close_at=None)

    assert check(EVENT, content, organization=None, now=now) == []
    # What was typed before the schedule was changed is not judged.
    stale = content | {
        "sessions": held(now, (-2, -3)),
        "open_at": now,
        "close_at": now - DAY,
        "unpublish_at": now + 99 * DAY,
    }
    assert check(EVENT, stale, organization=None, now=now) == []
