"""Workers that are killed while they hand letters over: nobody is lost, and whoever is told twice can see it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import databases

KILLS = 12


def test_delivery_survives_kills(database_url: str, tmp_path: Path, worker: str) -> None:
    kind = "sqlite" if database_url.startswith("sqlite") else "postgresql"
    url = databases.fresh_url(kind, tmp_path, f"portal_mail_drill_{worker}")
    databases.migrate(url)

    drill = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.drills.delivery", "--url", url, "--kills", str(KILLS)],
        cwd=databases.ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )

    if not drill.stdout:
        pytest.fail(drill.stderr[-2000:])
    figures = json.loads(drill.stdout.splitlines()[-1])
    print(f"\n{kind}: {figures}")
    assert figures["ok"], figures
    assert figures["delivered"] == figures["letters"]
    assert figures["duplicates"] <= figures["kills"]
