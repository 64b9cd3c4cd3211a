"""When a mail leaves. Tokyo is nine hours ahead of the times written here."""

from datetime import UTC, datetime, timedelta

import pytest

from models.states import MailClass
from portal.messaging.hours import after_quiet, release_time
from portal.settings import Settings

NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
NIGHT = Settings(quiet_hours="21-7")


def tokyo(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=9)


@pytest.mark.parametrize(
    ("at", "leaves"),
    [
        (tokyo(24, 20, 59, 59), tokyo(24, 20, 59, 59)),
        (tokyo(24, 21), tokyo(25, 7)),
        (tokyo(24, 23, 59, 59), tokyo(25, 7)),
        (tokyo(25, 0), tokyo(25, 7)),
        (tokyo(25, 6, 59, 59), tokyo(25, 7)),
        (tokyo(25, 7), tokyo(25, 7)),
    ],
)
def test_nothing_leaves_in_the_quiet_hours(at: datetime, leaves: datetime) -> None:
    assert after_quiet(at, NIGHT) == leaves


@pytest.mark.parametrize(
    ("hours", "at", "leaves"),
    [
        ("0-7", tokyo(25, 0), tokyo(25, 7)),
        ("0-7", tokyo(24, 23, 59), tokyo(24, 23, 59)),
        ("12-13", tokyo(24, 12, 30), tokyo(24, 13)),
        ("12-13", tokyo(24, 13), tokyo(24, 13)),
        ("22-0", tokyo(24, 22), tokyo(25, 0)),
        ("22-0", tokyo(25, 0), tokyo(25, 0)),
        ("", tokyo(24, 3), tokyo(24, 3)),
    ],
)
def test_the_hours_are_a_setting(hours: str, at: datetime, leaves: datetime) -> None:
    assert after_quiet(at, Settings(quiet_hours=hours)) == leaves


def test_the_hold_counts_for_everybody_and_the_night_for_offers() -> None:
    late = tokyo(24, 20, 59)
    held = late + timedelta(seconds=120)
    assert release_time(MailClass.contact, None, now=late, settings=NIGHT) == held
    assert release_time(MailClass.hire, None, now=late, settings=NIGHT) == held
    assert release_time(MailClass.offer, None, now=late, settings=NIGHT) == tokyo(25, 7)


def test_a_time_that_was_asked_for_is_kept_but_never_before_the_hold_is_over() -> None:
    assert release_time(MailClass.offer, NOON + timedelta(days=2), now=NOON, settings=NIGHT) == NOON + timedelta(days=2)
    soon = NOON + timedelta(seconds=5)
    assert release_time(MailClass.offer, soon, now=NOON, settings=NIGHT) == NOON + timedelta(seconds=120)
    assert release_time(MailClass.offer, tokyo(25, 2), now=NOON, settings=NIGHT) == tokyo(25, 7)
