"""The newest seal kept outside the database: who cuts the end of the trail off cannot cut it off there.

A line a block: number, rows up to it, seal. The same line goes to the log. Older lines may be moved away.
"""

import os
import re
from dataclasses import dataclass
from pathlib import Path

LINE = re.compile(r"([0-9]{1,10}) ([0-9]{1,10}) ([0-9a-f]{64})")


@dataclass(frozen=True)
class Anchored:
    number: int
    total: int
    head: str

    def __str__(self) -> str:
        return f"{self.number} {self.total} {self.head}"


def write(file: str, head: Anchored) -> None:
    """Appends, and returns when it is on the disk. Raises OSError."""
    path = Path(file)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="ascii") as lines:
        lines.write(f"{head}\n")
        lines.flush()
        os.fsync(lines.fileno())


def read(file: str) -> list[Anchored]:
    """All lines that are whole, oldest first; none when there is no file."""
    try:
        text = Path(file).read_text(encoding="ascii", errors="replace")
    except FileNotFoundError:
        return []
    return [line for line in map(parsed, text.splitlines()) if line]


def parsed(line: str) -> Anchored | None:
    found = LINE.fullmatch(line.strip())
    return Anchored(int(found[1]), int(found[2]), found[3]) if found else None
