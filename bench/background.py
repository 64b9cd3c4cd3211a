"""ZIP and PDF: made by the clock's process, so measured in one of that kind; the web workers have no part in it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench import measure
from bench.measure import Figures
from bench.report import Line
from bench.servers import Server
from portal.settings import ROOT

LIBRARY = "libpango"  # what WeasyPrint sets text with


def run(what: str, variables: Mapping[str, str], *, rounds: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.worker", what, str(rounds)],
        cwd=ROOT,
        env={**os.environ, **variables},
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def measure_zip(variables: Mapping[str, str], *, rounds: int) -> tuple[list[Line], str]:
    found = run("zip", variables, rounds=rounds)
    seconds = sorted(taken for taken, _cpu in found["ours"])[len(found["ours"]) // 2]
    note = (
        f"{found['documents']:,} documents, {found['megabytes']:,.0f} MB in {seconds:.1f} s; "
        f"memory of the process {found['peak']:.0f} MiB at its peak, {found['before']:.0f} MiB before"
    )
    return lines(found), note


def measure_pdf(variables: Mapping[str, str], *, rounds: int, web: Server) -> tuple[list[Line], tuple[str, ...]]:
    found = run("pdf", variables, rounds=rounds)
    together = f"{found['together']} asked for at once are all there after {found['all_at_once']:.1f} s"
    memory = f"{found['pages']} pages; memory of the largest process of the press {found['press']:.0f} MiB"
    return lines(found), (f"{never_in(web)} never in a web worker", together, memory)


def never_in(web: Server) -> str:
    """PASS when no process of the server has loaded what sets text."""
    maps = [Path(f"/proc/{number}/maps").read_text() for number in web.processes()]
    return "FAIL" if any(LIBRARY in one for one in maps) else "PASS"


def lines(found: Mapping[str, Any]) -> list[Line]:
    return [Line(who, one=figures(found[who])) for who in ("ours", "floor")]


def figures(turns: Sequence[tuple[float, float]]) -> Figures:
    taken = measure.of([seconds for seconds, _cpu in turns], sum(cpu for _seconds, cpu in turns))
    fastest, slowest = min(turns)[0] * 1000, max(turns)[0] * 1000
    return Figures(taken.p50, taken.p95, taken.cpu, fastest, slowest)
