"""Processes that are killed while held mails leave: no one is written to twice, no one is lost."""

from pathlib import Path

from tests.drills import running

KILLS = 10


def test_release_and_delivery_survive_kills(database_url: str, tmp_path: Path, worker: str) -> None:
    figures = running.run("release", beside=database_url, folder=tmp_path, worker=worker, kills=KILLS)

    assert figures["ok"], figures
    assert figures["reached"] == figures["messages"]
    assert figures["duplicates"] <= figures["kills"]
