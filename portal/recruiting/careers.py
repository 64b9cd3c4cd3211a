"""Periods in a résumé, counted by the month: how long in all, how long in each country, and what overlaps."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any

Row = Mapping[str, Any]
Span = tuple[int, int]  # months since the year 0, both ends worked in


def total(rows: Iterable[Row], *, until: str) -> int:
    """Months in which there was something to do; two things at a time count once. `until` ends what still goes on."""
    months: set[int] = set()
    for row in rows:
        if span := _span(row, until):
            months.update(range(span[0], span[1] + 1))
    return len(months)


def by_country(rows: Sequence[Row], *, until: str) -> list[tuple[str, int]]:
    """Country and months, the longest first."""
    countries = dict.fromkeys(row["country"] for row in rows if row.get("country"))
    counted = [
        (country, total([row for row in rows if row.get("country") == country], until=until)) for country in countries
    ]
    return sorted(counted, key=lambda pair: -pair[1])


def overlaps(rows: Sequence[Row], *, until: str) -> list[tuple[int, int]]:
    """Places of rows that run side by side. Who changes in the middle of a month works for both in that month."""
    spans = [(place, span) for place, row in enumerate(rows, start=1) if (span := _span(row, until))]
    return [
        (place, other)
        for (place, one), (other, two) in combinations(spans, 2)
        if min(one[1], two[1]) > max(one[0], two[0])
    ]


def spell(months: int) -> str:
    years, rest = divmod(months, 12)
    return f"{years}年" * bool(years) + f"{rest}か月" * bool(rest or not years)


def _span(row: Row, until: str) -> Span | None:
    begin, end = row.get("begin"), row.get("end") or until
    return (_months(begin), _months(end)) if begin and begin <= end else None


def _months(text: str) -> int:
    year, _, month = text.partition("-")
    return int(year) * 12 + int(month) - 1
