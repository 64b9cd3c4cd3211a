"""How long the office has lately taken to decide: what an organization is told beside the deadline."""

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from portal.figures.board import percentile, weeks_of

WEEKS = 4
FEWEST = 20  # decisions; fewer tell nothing


@dataclass(frozen=True)
class Estimate:
    """In whole business days begun, at least one: within `half` every second was decided, within `most` nine of ten."""

    decided: int
    half: int
    most: int


def lately(now: datetime) -> Estimate | None:
    """From the figures of the last weeks, the running one among them; one statement. None when there were too few."""
    waits: Counter[str] = Counter()
    for week in weeks_of(WEEKS, now=now):
        waits.update(week.counts.get("wait", {}))
    half, most = percentile(waits, 50), percentile(waits, 90)
    if waits.total() < FEWEST or half is None or most is None:
        return None
    return Estimate(waits.total(), _days(half), _days(most))


def _days(waited: float) -> int:
    return max(1, math.ceil(waited))
