"""How moments and days are written, in Tokyo."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from portal.clock import local

WEEKDAYS = "月火水木金土日"


def moment(value: datetime | str | None) -> str:
    """2026年12月1日(火) 09:00, in Tokyo. Takes ISO text too, as letters carry it."""
    if not value:
        return ""
    here = _here(value)
    return f"{here.year}年{here.month}月{here.day}日({WEEKDAYS[here.weekday()]}) {here:%H:%M}"


def day(value: datetime | str | None) -> str:
    if not value:
        return ""
    here = _here(value)
    return f"{here.year}年{here.month}月{here.day}日({WEEKDAYS[here.weekday()]})"


def moment_short(value: datetime | str | None, now: datetime) -> str:
    """12/1(火) 09:00; with the year when it is not this one."""
    if not value:
        return ""
    here = _here(value)
    year = "" if here.year == local(now).year else f"{here.year}/"
    return f"{year}{here.month}/{here.day}({WEEKDAYS[here.weekday()]}) {here:%H:%M}"


def day_short(value: datetime | str | None, now: datetime) -> str:
    return moment_short(value, now)[:-6] if value else ""


def on_day(value: date) -> str:
    """A calendar day: 2026年12月1日(火)."""
    return f"{value.year}年{value.month}月{value.day}日({WEEKDAYS[value.weekday()]})"


def span(start: datetime | None, end: datetime | None, now: datetime) -> str:
    if not start and not end:
        return ""
    return f"{day_short(start, now)} 〜 {day_short(end, now)}"


def days_until(value: datetime, now: datetime) -> int:
    """Calendar days in Tokyo from today to the moment's day; 0 is today."""
    return (local(value).date() - local(now).date()) // timedelta(days=1)


def time_left(value: datetime, now: datetime) -> str:
    days = days_until(value, now)
    return "終了しました" if value <= now else "本日まで" if days == 0 else f"あと{days}日"


def _here(value: datetime | str) -> datetime:
    return local(datetime.fromisoformat(value) if isinstance(value, str) else value)


# By these names pages and letters write them.
FILTERS: Mapping[str, Callable[..., Any]] = {
    each.__name__: each for each in (moment, day, moment_short, day_short, on_day, span, time_left, days_until)
}
