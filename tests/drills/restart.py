"""Under load the server is asked to load itself anew (G30), or its workers are killed (G19), while requests come in.

    python -m tests.drills.restart --url sqlite:////tmp/drill.sqlite --kills 3
    python -m tests.drills.restart --url sqlite:////tmp/drill.sqlite --kills 5 --harm kill

A restart loses no request; a kill loses those that the worker had taken in, as many as it has threads at most, though
more clients wait than all workers have. Prints one line of JSON with the figures; exits 1 when more failed, when what
was said to be saved is not there, or when too little was injected.
"""

import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter

import psutil

from portal.app import create_app
from portal.settings import Settings
from tests.drills import telling
from tests.drills.serving import SECRET, Client, Served, cookies_of_members, judged, serving

CLIENTS = 20
THREADS = 4  # of a worker
A_SECOND = 30  # requests of all clients together; where workers are killed they ask without a pause
BETWEEN = 3.5  # seconds between two of them
WORKERS = 2
PATIENCE = 60.0  # seconds that a slow machine has to get as far as enough was saved


def main() -> int:
    parser = telling.parser(__doc__, kills=3)
    parser.add_argument("--harm", choices=("hup", "kill"), default="hup")
    wanted = parser.parse_args()
    random.seed(wanted.seed)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=wanted.url, secret_key=SECRET, storage_url=f"file://{folder}/files")
        app = create_app(settings)
        cookies = cookies_of_members(app, CLIENTS)
        with serving(settings, workers=WORKERS) as served:
            clients = [Client(served, cookie) for cookie in cookies]
            workers, under_load = drill(served, clients, wanted.kills, harm=wanted.harm)
        statuses = sum((client.journal.statuses for client in clients), Counter[str]())
        journals = judged(clients, app)
    failed = statuses.total() - sum(statuses[fine] for fine in ("200", "302", "303"))
    figures = {
        "seed": wanted.seed,
        "kills" if wanted.harm == "kill" else "restarts": wanted.kills,
        "workers": workers,
        "requests": statuses.total(),
        "a_second": round(statuses.total() / under_load, 1),
        "failed": failed,
        "statuses": dict(statuses),
        **journals,
        "slowest_s": round(max(client.journal.slowest for client in clients), 2),
        "seconds": round(time.monotonic() - begun, 1),
    }
    most = THREADS * wanted.kills if wanted.harm == "kill" else 0
    # Each restart brings two new workers, each kill one; without that nothing was tried.
    new = wanted.kills if wanted.harm == "kill" else WORKERS * wanted.kills
    return telling.tell(
        figures,
        failed=statuses["cut"] <= most,
        only_cut=not {status for status in statuses if status.startswith(("4", "5"))},
        journals=telling.is_clean(journals),
        injected=workers >= WORKERS + new and journals["saved"] >= CLIENTS,
    )


def drill(served: Served, clients: list[Client], times: int, *, harm: str) -> tuple[int, float]:
    """Returns how many worker processes there were in all, and the seconds it took."""
    begun = time.monotonic()
    stop, workers = threading.Event(), set[int]()

    def work(number: int, client: Client) -> None:
        count, due = 0, time.monotonic()
        while not stop.wait(max(0.0, due - time.monotonic())):
            count, due = count + 1, due + (CLIENTS / A_SECOND if harm == "hup" else 0)
            if count % 10 == 0:
                client.save(f"再起動のあいだの下書き {number}-{count}")
            else:
                client.get(("/jobs/", "/mypage/", "/mypage/notices/")[count % 3])

    threads = [threading.Thread(target=work, args=each) for each in enumerate(clients)]
    for thread in threads:
        thread.start()
    for number in range(times + 1):
        time.sleep(BETWEEN)
        wait_for_handover(served)
        alive = worker_ids(served)
        workers |= alive
        if number < times:
            if harm == "kill":
                os.kill(random.choice(sorted(alive)), signal.SIGKILL)
            else:
                os.kill(served.master.pid, signal.SIGHUP)
    while count_saved(clients) < CLIENTS and time.monotonic() - begun < PATIENCE:
        time.sleep(0.2)
    stop.set()
    for thread in threads:
        thread.join()
    return len(workers), time.monotonic() - begun


def worker_ids(served: Served) -> set[int]:
    return {child.pid for child in psutil.Process(served.master.pid).children()}


def wait_for_handover(served: Served) -> None:
    """Of the restart before this one: on a slow machine the new ones take longer to start."""
    end = time.monotonic() + PATIENCE
    while len(worker_ids(served)) > WORKERS and time.monotonic() < end:
        time.sleep(0.1)


def count_saved(clients: list[Client]) -> int:
    return sum(len(client.journal.acknowledged) for client in clients)


if __name__ == "__main__":
    sys.exit(main())
