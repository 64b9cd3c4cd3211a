"""Workers that are stopped at every step, by a kill or by a full disk: no row without its file, no half file seen."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases


def test_a_file_is_there_whole_or_not_at_all(database_url: str, tmp_path: Path, worker: str) -> None:
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    url = databases.fresh_url(kind, tmp_path, f"portal_files_{worker}")
    databases.migrate(url)

    drill = subprocess.run(
        [sys.executable, "-m", "tests.drills.files", "--url", url, "--store", f"file://{tmp_path}/store"],
        cwd=databases.ROOT,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    if not drill.stdout:
        pytest.fail(drill.stderr[-2000:])
    figures = json.loads(drill.stdout.splitlines()[-1])
    print(f"\n{kind}: {figures}")
    assert figures["ok"], figures
    killed, full = figures["killed"], figures["full"]
    assert killed["endings"] == {"killed": killed["steps"], "done": 1}
    assert killed["steps"] >= 40
    # Every call that fails before the row is written is said in words; the database's own are its own.
    assert set(full["endings"]) <= {"Unavailable", "OSError", "OperationalError", "done"}
    assert full["endings"]["Unavailable"] >= 25
