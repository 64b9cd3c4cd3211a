"""A reload hands over: the old workers serve on until as many new ones are ready, and nobody waits for a start.

Gunicorn ends the old ones as soon as the new ones are begun. They tell each other by files beside their figures.
"""

import os
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # names it
MARK, READY = "reload", "ready-"
JUST_NOW = 5.0  # seconds; who is told to end later than that is told by a stop
PATIENCE = 25.0  # less than gunicorn waits for old workers


class Worker(ThreadWorker):
    """Takes no more in than it has threads for: what comes meanwhile is for another worker, and is not lost with this
    one when it is killed."""

    is_handing_over = False
    in_work = 0  # only the main thread counts

    def enqueue_req(self, conn: Any) -> None:
        self.in_work += 1
        super().enqueue_req(conn)
        self.set_accept_enabled(self._accepting)

    def finish_request(self, conn: Any, fs: Any) -> None:
        self.in_work -= 1
        super().finish_request(conn, fs)

    def set_accept_enabled(self, enabled: bool) -> None:  # noqa: FBT001  # the library's
        super().set_accept_enabled(enabled and self.in_work < self.cfg.threads)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Told a second time it goes at once."""
        folder = Path(os.environ[FOLDER])
        if self.is_handing_over or not was_reloaded(folder):
            super().handle_exit(sig, frame)
            return
        self.is_handing_over = True
        threading.Thread(target=self._hand_over, args=(folder, sig), daemon=True).start()

    def _hand_over(self, folder: Path, sig: int) -> None:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and count_ready(folder) < self.cfg.workers:
            time.sleep(0.05)
        super().handle_exit(sig, None)


def begin(folder: Path) -> None:
    """By the process that reloads, before it begins new workers."""
    for each in folder.glob(f"{READY}*"):
        each.unlink(missing_ok=True)
    (folder / MARK).touch()


def tell_ready(folder: Path) -> None:
    (folder / f"{READY}{os.getpid()}").touch()


def was_reloaded(folder: Path) -> bool:
    try:
        return time.time() - (folder / MARK).stat().st_mtime < JUST_NOW
    except FileNotFoundError:
        return False


def count_ready(folder: Path) -> int:
    return len(list(folder.glob(f"{READY}*")))
