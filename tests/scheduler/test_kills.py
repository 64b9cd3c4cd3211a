"""Four publishers, killed again and again: each entry public exactly once and never early."""

from pathlib import Path

from tests.drills import running

KILLS = 60


def test_publication_survives_kills(database_url: str, tmp_path: Path, worker: str) -> None:
    figures = running.run("publication", beside=database_url, folder=tmp_path, worker=worker, kills=KILLS)

    assert figures["ok"], figures
    assert figures["kills"] >= KILLS
