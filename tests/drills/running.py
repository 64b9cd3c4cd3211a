"""Runs a drill as its own program, on a database of its own."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import databases


def run(drill: str, *, beside: str, folder: Path, worker: str, kills: int) -> dict[str, Any]:
    """The figures that `tests.drills.<drill>` prints; its database is of the kind of the one `beside`."""
    kind = "sqlite" if beside.startswith("sqlite") else "postgresql"
    url = databases.fresh_url(kind, folder, f"portal_{drill}_drill_{worker}")
    databases.migrate(url)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", f"tests.drills.{drill}", "--url", url, "--kills", str(kills)],
        cwd=databases.ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    if not done.stdout:
        pytest.fail(done.stderr[-2000:])
    figures = json.loads(done.stdout.splitlines()[-1])
    print(f"\n{kind}: {figures}")
    return figures
