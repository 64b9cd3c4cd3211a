"""Runs cases as programs of their own, and the doctor after each of them."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Lock
from typing import Any

from tests import databases
from tests.drills.cases import OWN_DATABASE, WITH_FILES, Case
from tests.drills.examining import examined

LIMIT = 240  # seconds of one case
COUNTED = re.compile(r"\d+ (?:passed|failed|error)")
SAID = re.compile(r"^-+ Captured stdout call -+\n(.*?)(?=^[-_=]{3})", re.MULTILINE | re.DOTALL)

_migrating = Lock()  # what runs migrations takes one at a time in a process


@dataclass(frozen=True)
class Ending:
    """How a case ended; `figures` of a drill are its own, of tests how many there were and what they printed."""

    code: int
    figures: dict[str, Any]
    output: str


def results(cases: Sequence[Case], folder: Path) -> Iterator[dict[str, Any]]:
    with ThreadPoolExecutor(len(databases.KINDS)) as pool:
        for case in cases:
            each = pool.map if case.side_by_side else map
            yield from each(partial(result, case, folder), case.kinds if case.drill else ("",))


def result(case: Case, folder: Path, kind: str) -> dict[str, Any]:
    begun = time.monotonic()
    ending = run(case, kind, folder, root=databases.ROOT)
    return {
        "case": case.name,
        "promise": case.promise,
        "database": kind,
        "ok": ending.code == 0,
        "seconds": round(time.monotonic() - begun, 1),
        "figures": ending.figures,
    }


def run(case: Case, kind: str, folder: Path, *, root: Path, arguments: Sequence[str] = ()) -> Ending:
    """The case in the tree at `root`; `arguments` come behind its own."""
    return drill(case, kind, folder, root, arguments) if case.drill else tests(case, root, arguments)


def drill(case: Case, kind: str, folder: Path, root: Path, arguments: Sequence[str]) -> Ending:
    command = ["-W", "error", "-m", f"tests.drills.{case.drill}", *case.arguments, *arguments]
    url, store = "", f"file://{folder}/files-{kind}"
    if case.drill in OWN_DATABASE:
        command += ["--kind", kind]
    else:
        place = folder / kind
        shutil.rmtree(place, ignore_errors=True)  # of the case before
        place.mkdir()
        url = databases.fresh_url(kind, place, f"portal_chaos_{case.drill}")
        with _migrating:
            databases.migrate(url)
        command += ["--url", url]
    command += ["--store", store] if case.drill in WITH_FILES else []
    code, output = started(command, root, case)
    last = (output.strip().splitlines() or [""])[-1]
    figures = json.loads(last) if last.startswith("{") else {"said": output[-500:]}
    if url and code == 0:
        figures["doctor"] = examined(url, store)
        code = 1 if figures["doctor"] else 0
    return Ending(code, figures, output)


def tests(case: Case, root: Path, arguments: Sequence[str]) -> Ending:
    names = (f"tests/{name}.py" for name in case.tests)
    code, output = started(["-m", "pytest", "-q", "-rfEP", "-n", "2", *names, *arguments], root, case)
    figures: dict[str, Any] = {"tests": "、".join(COUNTED.findall(output)) or output[-500:]}
    figures |= {"failed": re.findall(r"^FAILED (\S+)", output, re.MULTILINE)} if code else {}
    figures["printed"] = [line for said in SAID.findall(output) for line in said.splitlines() if line]
    return Ending(code, figures, output)


def started(command: Sequence[str], root: Path, case: Case) -> tuple[int, str]:
    try:
        done = subprocess.run(
            [sys.executable, *command],
            cwd=root,
            env={**os.environ, **case.environment},
            capture_output=True,
            text=True,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return 1, f"{LIMIT}秒以内に終わりませんでした"
    return done.returncode, done.stdout or done.stderr
