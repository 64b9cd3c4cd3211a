"""The service as a whole under what befalls it: restarts under load (G30), a database that goes away (G29).

`make chaos` does both longer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.databases import ROOT
from tests.drills import running


def test_no_request_fails_while_the_server_loads_itself_anew(tmp_path: Path, worker: str) -> None:
    figures = running.run("restart", beside="sqlite", folder=tmp_path, worker=worker, kills=1)

    assert figures["ok"], figures
    assert figures["failed"] == figures["lost"] == 0


def test_a_database_that_goes_away_is_told_and_is_well_again(tmp_path: Path) -> None:
    figures = drill("outage", "--seconds", "2")

    assert figures["ok"], figures
    assert figures["slowest_s"] <= 5


def drill(name: str, *arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-W", "error", "-m", f"tests.drills.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180, check=False)
    assert done.stdout, done.stderr[-2000:]
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{figures}")
    return figures
