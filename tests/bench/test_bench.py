"""A run over very little data, so that the bench measures whatever the portal becomes. Its figures mean nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.workloads import KEYS
from tests.databases import KINDS, ROOT


@pytest.mark.parametrize("kind", KINDS)
def test_a_tiny_run_measures_everything(kind: str, tmp_path: Path) -> None:
    table = tmp_path / "table.md"
    options = ["--size", "tiny", "--seconds", "0", "--rounds", "1", "--database", kind, "--markdown", str(table)]

    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "bench", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert run.returncode == 0, run.stdout + run.stderr
    for key in KEYS:
        assert f"{kind} · {key} " in run.stdout
    assert "PASS exactly once: 100 publications" in run.stdout
    rows = [line.split("|")[1:-1] for line in table.read_text().splitlines()[2:]]
    who = [row[2].strip() for row in rows]
    assert (who.count("ours"), who.count("stock"), who.count("floor")) == (6, 5, 6)
