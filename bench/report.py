"""What a run prints: a line for each measurement, and each promise with PASS or FAIL beside its figure."""

import os
import platform
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bench.measure import Figures
from bench.workloads import Goals

COLUMNS = (
    "who", "p50 ms @1", "(range)", "p95 @1", "p50 @8", "p95 @8", "CPU ms", "SQL", "KB",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    who: str
    one: Figures
    eight: Figures | None = None
    statements: int | None = None
    kilobytes: float | None = None

    def cells(self) -> tuple[str, ...]:
        one, eight = self.one, self.eight
        return (
            self.who,
            number(one.p50),
            f"({number(one.fastest)}–{number(one.slowest)})",
            number(one.p95),
            number(eight.p50) if eight else "–",
            number(eight.p95) if eight else "–",
            number(one.cpu),
            str(self.statements) if self.statements is not None else "–",
            number(self.kilobytes) if self.kilobytes is not None else "–",
        )


@dataclass(frozen=True)
class Section:
    database: str
    key: str
    label: str
    lines: Sequence[Line]
    goals: Goals
    notes: tuple[str, ...] = ()

    def with_statements(self, counts: dict[str, int]) -> "Section":
        lines = [replace(line, statements=counts.get(line.who, line.statements)) for line in self.lines]
        return replace(self, lines=lines)

    def verdicts(self) -> Iterator[str]:
        p50 = {line.who: line.one.p50 for line in self.lines}
        if "ours" not in p50:  # several things of ours; the notes tell what was promised
            return
        if limit := self.goals.ms:
            yield f"{'PASS' if p50['ours'] <= limit else 'FAIL'} {number(p50['ours'])} ms (promised ≤ {limit:g} ms)"
        for who, ratio, limit, kept in (
            ("stock", p50.get("stock", 0) / p50["ours"], self.goals.ahead, lambda a, b: a >= b),
            ("floor", p50["ours"] / p50["floor"], self.goals.floor, lambda a, b: a <= b),
        ):
            if who not in p50:
                continue
            text = f"{ratio:.1f}× ahead of stock" if who == "stock" else f"{ratio:.1f}× the floor"
            promise = f" (promised {'≥' if who == 'stock' else '≤'} {limit:g}×)" if limit else ""
            yield f"{('PASS' if kept(ratio, limit) else 'FAIL') + ' ' if limit else ''}{text}{promise}"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def heading() -> str:
    load = os.getloadavg()[0]
    now = datetime.now(UTC)
    return (
        f"{now:%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, Python {platform.python_version()}, load average {load:.1f}"
    )


def plain(section: Section) -> str:
    rows = [COLUMNS, *(line.cells() for line in section.lines)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(COLUMNS))]
    lines = [f"  {name.ljust(widths[0])}  {_figures(rest, widths[1:])}" for name, *rest in rows]
    title = f"\n{section.database} · {section.key} {section.label}"
    return "\n".join([title, *lines, *(f"  {text}" for text in (*section.verdicts(), *section.notes))])


def _figures(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True))


def markdown(sections: Sequence[Section]) -> str:
    head = ("database", "workload", *COLUMNS, "against stock and the floor")
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for section in sections:
        for place, line in enumerate(section.lines):
            texts = "<br>".join((*section.verdicts(), *section.notes)) if not place else ""
            label = f"{section.key} {section.label}" if not place else ""
            lines.append(f"| {' | '.join((section.database if not place else '', label, *line.cells(), texts))} |")
    return "\n".join(lines) + "\n"
