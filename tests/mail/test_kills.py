"""Workers that are killed while they hand letters over: nobody is lost, and whoever is told twice can see it."""

from pathlib import Path

from tests.drills import running

KILLS = 12


def test_delivery_survives_kills(database_url: str, tmp_path: Path, worker: str) -> None:
    figures = running.run("delivery", beside=database_url, folder=tmp_path, worker=worker, kills=KILLS)

    assert figures["ok"], figures
    assert figures["delivered"] == figures["letters"]
    assert figures["duplicates"] <= figures["kills"]
