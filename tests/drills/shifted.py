"""The clock's process with a wall clock that is moved while it runs: by as many seconds as a file says.

    python -m tests.drills.shifted FILE

What tells the time to the portal and to its timer reads the file each time; all else is the process of production.
"""

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval

from portal import clock
from scheduler import __main__ as scheduler

TIMER = (apscheduler.executors.base, apscheduler.schedulers.base, apscheduler.triggers.interval)


def moved(file: Path) -> type[datetime]:
    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + offset(file)

    return Moved


def offset(file: Path) -> timedelta:
    return timedelta(seconds=float(file.read_text()))


def move(file: Path, by: timedelta) -> None:
    """At once: who reads meanwhile sees the one or the other."""
    new = file.with_suffix(".new")
    new.write_text(str(by.total_seconds()))
    new.replace(file)


def main() -> None:
    kind = moved(Path(sys.argv[1]))
    for module in (clock, *TIMER):
        module.datetime = kind  # type: ignore[attr-defined]
    scheduler.main()


if __name__ == "__main__":
    main()
