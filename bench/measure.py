"""Times calls and boils them down: medians over rounds, so that a busy moment of the machine spoils one round only."""

import statistics
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench.client import Connection
from bench.servers import Server

FEWEST = 3  # calls of each client, however short the round
Call = Callable[[], None]


@dataclass(frozen=True)
class Times:
    """Of one round, in ms; `cpu` is of the process that did the work."""

    p50: float
    p95: float
    cpu: float
    count: int


@dataclass(frozen=True)
class Figures:
    """Over all rounds: the median, and the quickest and slowest p50 to show the noise."""

    p50: float
    p95: float
    cpu: float
    fastest: float
    slowest: float


def boiled_down(rounds: Sequence[Times]) -> Figures:
    middle = [statistics.median(values) for values in zip(*((r.p50, r.p95, r.cpu) for r in rounds), strict=True)]
    return Figures(*middle, min(r.p50 for r in rounds), max(r.p50 for r in rounds))


def of(times: Sequence[float], cpu: float) -> Times:
    """`times` and `cpu` in seconds, as measured."""
    return Times(statistics.median(times) * 1000, percentile(times, 0.95) * 1000, cpu * 1000 / len(times), len(times))


def percentile(times: Sequence[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


def repeat(call: Call, *, seconds: float) -> list[float]:
    """How long each call took, for as long as told."""
    times: list[float] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < FEWEST:
        begun = time.perf_counter()
        call()
        times.append(time.perf_counter() - begun)
    return times


def here(call: Call, *, seconds: float) -> Times:
    begun = time.process_time()
    times = repeat(call, seconds=seconds)
    return of(times, time.process_time() - begun)


def over_http(server: Server, path: str, cookies: dict[str, str], *, clients: int, seconds: float) -> Times:
    """Each client has its own connection and asks again as soon as it is answered."""
    gathered: list[list[float]] = []
    connections = [Connection(server.port, cookies) for _ in range(clients)]

    def work(connection: Connection) -> None:
        statuses: set[int] = set()
        times = repeat(lambda: statuses.add(connection.get(path).status), seconds=seconds)
        if statuses == {200}:
            gathered.append(times)

    threads = [threading.Thread(target=work, args=(connection,)) for connection in connections]
    begun = server.cpu_seconds()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cpu = server.cpu_seconds() - begun
    for connection in connections:
        connection.close()
    if len(gathered) < clients:
        server.fail(f"{path} is not always answered with 200")
    return of([one for times in gathered for one in times], cpu)
