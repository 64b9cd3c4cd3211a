"""Measures the fixed searches: the page of each over HTTP, and the floor here."""

import time
from collections.abc import Mapping

from sqlalchemy import Engine, text

from bench import floor, measure
from bench.client import Connection
from bench.measure import Times
from bench.report import Line
from bench.searches import SEARCHES, bare
from bench.servers import Server
from portal.matching.facet_sets import MOST_STRETCHES

PAGE_MS = 100  # p95 that was promised
SAVED = 15  # profiles, one before each request of a round
# A profile was saved: one stretch is read again, and looked through for the words.
CHANGED = "UPDATE talent_segment SET stamp = stamp + 1 WHERE id = 0"
# More stretches changed than words are looked for in again, but with nobody in them: words are looked for in all.
EMPTY = tuple(range(300, 301 + MOST_STRETCHES))
ROWS = ", ".join(f"({number}, 1)" for number in EMPTY)
FORGOTTEN = (
    f"INSERT INTO talent_segment (id, stamp) VALUES {ROWS} "
    "ON CONFLICT (id) DO UPDATE SET stamp = talent_segment.stamp + 1"
)


def measure_searches(
    ours: Server, cookies: Mapping[str, str], engine: Engine, *, seconds: float, rounds: int
) -> tuple[list[Line], tuple[str, ...]]:
    """Lines for each search, and what was promised of the slowest of them."""
    lines, taken = [], {}
    with engine.connect() as connection:
        for search in SEARCHES:
            query = bare(connection, search)
            times: list[Times] = []
            changed_times: list[Times] = []
            new_times: list[Times] = []
            bare_times: list[Times] = []
            for _ in range(rounds):
                times.append(measure.over_http(ours, search.path, dict(cookies), clients=1, seconds=seconds))
                changed_times.append(_each_after(CHANGED, ours, search.path, dict(cookies), engine))
                new_times.append(_each_after(FORGOTTEN, ours, search.path, dict(cookies), engine))
                bare_times.append(measure.here(lambda query=query: floor.page(connection, query), seconds=seconds))
            kinds = ((search.label, times), ("  after a change", changed_times), ("  new words", new_times))
            for label, rounds_of in kinds:
                name = label if label == search.label else f"{search.label},{label.removeprefix(' ')}"
                taken[name] = measure.boiled_down(rounds_of)
                lines.append(Line(label, one=taken[name]))
            lines.append(Line("  floor", one=measure.boiled_down(bare_times), statements=1))
    slowest = max(taken, key=lambda label: taken[label].p95)
    verdict = "PASS" if taken[slowest].p95 <= PAGE_MS else "FAIL"
    return lines, (
        f"{verdict} p95 of the slowest page, “{slowest}”: {taken[slowest].p95:.0f} ms (promised ≤ {PAGE_MS})",
    )


def _each_after(change: str, server: Server, path: str, cookies: dict[str, str], engine: Engine) -> Times:
    """Each request comes just after a change of the stamps."""
    client, times, begun = Connection(server.port, cookies), [], server.cpu_seconds()
    for _ in range(SAVED):
        with engine.execution_options(write=True).begin() as connection:
            connection.execute(text(change))
        moment = time.perf_counter()
        if client.get(path).status != 200:
            server.fail(f"{path} is not answered with 200")
        times.append(time.perf_counter() - moment)
    client.close()
    return measure.of(times, server.cpu_seconds() - begun)
