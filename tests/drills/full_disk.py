"""The disk under the database is full (G29): what would be written is refused in words, what is only read goes on,
nothing that was acknowledged is lost, and all is well again without a restart as soon as there is room.

    python -m tests.drills.full_disk --kind sqlite --seconds 8

The database lies on a small disk of its own, a tmpfs, which takes root to mount: a SQLite file as a whole, of
PostgreSQL the tablespace. Prints one line of JSON with the figures; exits 1 when a promise was broken or too little
was injected.
"""

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from portal.app import create_app
from portal.settings import Settings
from tests import databases
from tests.drills import telling
from tests.drills.examining import examined
from tests.drills.outage import ANSWERED, CLIENTS, JAPANESE, WELL, cluster, drill
from tests.drills.serving import SECRET, Client, cookies_of_members, judged, serving

SIZE, FILE = "64m", "portal.sqlite"
BLOCK = b"\0" * 65536


@contextmanager
def small_disk(folder: Path) -> Iterator[Path]:
    if os.geteuid():
        raise SystemExit("a small disk is mounted for this drill, which takes root")
    folder.mkdir()
    folder.parent.chmod(0o755)  # PostgreSQL's own user goes through it
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@contextmanager
def database(kind: str, disk: Path) -> Iterator[str]:
    """The address of one that lies on the small disk."""
    if kind == "sqlite":
        yield f"sqlite:///{disk / FILE}"
        return
    with cluster() as own:
        place = disk / "tablespace"
        place.mkdir()
        owner = Path(own.folder).stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        with psycopg.connect(own.url, autocommit=True) as connection:
            connection.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            connection.execute("CREATE DATABASE portal TEMPLATE template0 TABLESPACE small")
        yield own.url.replace("/postgres?", "/portal?")


def fill(disk: Path, *, seconds: float) -> tuple[float, float]:
    """Until nothing more goes on it; then there is room again. Whatever the database lets go meanwhile is taken too."""
    filler = disk / "filler"
    if (file := disk / FILE).exists():  # what lies in its log already could be written over
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
    gone = time.monotonic()
    with filler.open("ab", buffering=0) as file:
        while time.monotonic() < gone + seconds:
            try:
                while file.write(BLOCK):
                    pass
            except OSError:
                time.sleep(0.02)
    filler.unlink()
    return gone, time.monotonic()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=databases.KINDS, required=True)
    parser.add_argument("--seconds", type=float, default=10)
    wanted = parser.parse_args()
    begun = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="portal-full-") as name,
        small_disk(Path(name) / "disk") as disk,
        database(wanted.kind, disk) as url,
    ):
        databases.migrate(url)
        settings = Settings(database_url=url, secret_key=SECRET, storage_url=f"file://{name}/files")
        app = create_app(settings)
        cookies = cookies_of_members(app, CLIENTS)
        with serving(settings) as served:
            clients = [Client(served, cookie) for cookie in cookies]
            figures = drill(clients, lambda: fill(disk, seconds=wanted.seconds))
        journals = judged(clients, app)
        figures |= journals | {"doctor": examined(url, settings.storage_url)}
    figures["seconds"] = round(time.monotonic() - begun, 1)
    statuses, refused = figures["statuses"], [page for client in clients for page in client.journal.away]
    return telling.tell(
        figures,
        injected=statuses.get("503", 0) >= CLIENTS,
        statuses=set(statuses) <= {"200", "302", "503"},
        in_words=all(JAPANESE in page for page in refused),
        read_on=statuses.get("200", 0) > 0,
        answered=figures["slowest_s"] <= ANSWERED,
        well_again=figures["well_again_s"] <= WELL,
        journals=telling.is_clean(journals),
        doctor=not figures["doctor"],
    )


if __name__ == "__main__":
    sys.exit(main())
