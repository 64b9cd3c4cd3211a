"""The only place that reads the clock. Services take `now`; edges pass `clock.now()`."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")


def now() -> datetime:
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The moment as people in the office read it."""
    return moment.astimezone(TOKYO)
