"""Measures the fixed searches: the page of each over HTTP, and the floor here."""

from collections.abc import Mapping

from sqlalchemy import Engine

from bench import floor, measure
from bench.measure import Times
from bench.report import Line
from bench.searches import SEARCHES, bare
from bench.servers import Server

PAGE_MS = 100  # p95 that was promised


def measure_searches(
    ours: Server, cookies: Mapping[str, str], engine: Engine, *, seconds: float, rounds: int
) -> tuple[list[Line], tuple[str, ...]]:
    """One line for each search, and what was promised of the slowest of them."""
    lines, taken = [], {}
    with engine.connect() as connection:
        for search in SEARCHES:
            query = bare(connection, search)
            times: list[Times] = []
            bare_times: list[Times] = []
            for _ in range(rounds):
                times.append(measure.over_http(ours, search.path, dict(cookies), clients=1, seconds=seconds))
                bare_times.append(measure.here(lambda query=query: floor.page(connection, query), seconds=seconds))
            taken[search.label] = measure.boiled_down(times)
            lines.append(Line(search.label, one=taken[search.label]))
            lines.append(Line("  floor", one=measure.boiled_down(bare_times), statements=1))
    slowest = max(taken, key=lambda label: taken[label].p95)
    verdict = "PASS" if taken[slowest].p95 <= PAGE_MS else "FAIL"
    return lines, (
        f"{verdict} p95 of the slowest page, “{slowest}”: {taken[slowest].p95:.0f} ms (promised ≤ {PAGE_MS})",
    )
