"""Files are taken in by workers that are stopped at every step in turn.

    python -m tests.drills.files --url sqlite:////tmp/drill.sqlite --store file:///tmp/drill

A step is a call from the store or the intake into the system (open, write, fsync, mkdir, rename, …), or a statement or
commit of the database. At step N the worker is killed; then the same with calls that fail as on a full disk. After each
step, what is left is looked at as another process sees it. Prints one line of JSON with the figures; exits 1 when a
promise was broken.
"""

import errno
import hashlib
import io
import json
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, pool, text

from models.base import db
from portal.app import create_app
from portal.database import begin_write
from portal.files import dropping, intake
from portal.settings import Settings
from portal.storage import Store, store_at
from tests.databases import ROOT
from tests.drills import telling
from tests.files.pictures import picture

OURS = {str(ROOT / "portal" / "storage.py"), str(ROOT / "portal" / "files" / "intake.py")}
SYSTEM = {"open", "write", "flush", "fsync", "mkdir", "rename", "close", "__exit__"}
DATABASE = {"do_begin", "do_execute", "do_commit"}
BEFORE = {"c_call", "call"}
AFTER = {"return"}  # of a statement or commit; after a call to the system is before the next one
MOST_STEPS = 300
NOW = datetime(2026, 11, 24, 5, 32, tzinfo=UTC)


class Steps:
    """Counts steps of this process and does `harm` at one of them."""

    def __init__(
        self,
        at: int,
        harm: Callable[[], None],
        events: Collection[str],
        *,
        system: Collection[str] = SYSTEM,
        database: Collection[str] = DATABASE,
    ) -> None:
        self.at, self.harm, self.events, self.system, self.database = at, harm, events, system, database
        self.seen = 0

    def __call__(self, frame: FrameType, event: str, argument: Any) -> None:
        if event in self.events and self._is_step(frame, event, argument):
            self.seen += 1
            if self.seen == self.at:
                self.harm()

    def _is_step(self, frame: FrameType, event: str, argument: Any) -> bool:
        if event.startswith("c_"):
            return argument.__name__ in self.system and _caller(frame) in OURS
        return frame.f_code.co_name in self.database


def _caller(frame: FrameType | None) -> str:
    """The file of ours that asked, also through pathlib, shutil or fsspec."""
    for _ in range(4):
        if frame is None:
            return ""
        if frame.f_code.co_filename in OURS:
            return frame.f_code.co_filename
        frame = frame.f_back
    return ""


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def full() -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@contextmanager
def watched(steps: Steps) -> Iterator[None]:
    sys.setprofile(steps)
    try:
        yield
    finally:
        sys.setprofile(None)


def work(app: Flask, data: bytes, steps: Steps) -> str:
    """One worker's life: a file comes in and is committed, or not."""
    with app.app_context():
        begin_write()
        with watched(steps):
            try:
                intake.take_in(io.BytesIO(data), "写真.png", owner_id=None, now=NOW)
                db.session.commit()
            except BaseException:
                db.session.rollback()
                raise
    return "done"


def run(work: Callable[[], str], steps: Steps) -> tuple[str, int]:
    """How a process of its own with harm at this step ended, and how many steps it took."""
    reading, writing = os.pipe()
    worker = os.fork()
    if worker == 0:
        os.close(reading)
        try:
            ending = work()
        except BaseException as problem:  # noqa: BLE001  # any end is an end
            ending = type(problem).__name__
        os.write(writing, json.dumps([ending, steps.seen]).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as answer:
        said = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1])
    if status == -signal.SIGKILL:
        return "killed", steps.at
    ending, count = json.loads(said)
    return str(ending), int(count)


class Watcher:
    """Sees rows and bytes as any other process does."""

    def __init__(self, settings: Settings, data: bytes) -> None:
        self.engine = create_engine(settings.sqlalchemy_url, poolclass=pool.NullPool)
        self.store: Store = store_at(settings.storage_url)
        self.digest = hashlib.sha256(data).hexdigest()

    def rows(self) -> dict[str, str]:
        with self.engine.connect() as connection:
            found = connection.execute(text("SELECT key, sha256 FROM stored_file"))
            return {row.key: row.sha256 for row in found}

    def whole(self, key: str) -> bool:
        try:
            with self.store.open(key) as file:
                return hashlib.sha256(file.read()).hexdigest() == self.digest
        except FileNotFoundError:
            return False

    def faults(self) -> list[str]:
        """Rows without their bytes, and keys that are not whole."""
        rows, keys = self.rows(), set(self.store.keys())
        return [
            *(f"a row without bytes: {key}" for key in rows if key not in keys),
            *(f"a half file: {key}" for key in keys if not self.whole(key)),
            *(f"another digest: {key}" for key, digest in rows.items() if digest != self.digest),
        ]


def drill(settings: Settings, harm: Callable[[], None], events: set[str]) -> dict[str, Any]:
    data = picture(size=(600, 800), compress_level=0)  # more than one write
    app = create_app(settings, doors=False)  # without a connection, which processes must not share
    watcher = Watcher(settings, data)
    faults: list[str] = []
    endings: dict[str, int] = {}
    early = 0
    for at in range(1, MOST_STEPS):
        before = len(watcher.rows())
        steps = Steps(at, harm, events)
        ending, count = run(partial(work, app, data, steps), steps)
        added = len(watcher.rows()) - before
        endings[ending] = endings.get(ending, 0) + 1
        faults += [f"step {at}: {fault}" for fault in watcher.faults()]
        if ending not in ("done", "killed") and added:
            faults.append(f"step {at}: a row though the worker was told of {ending}")
        if ending == "done" and count < at:
            break  # nothing was left to harm
        early += not added
    faults += _sweep(app, watcher)
    return {"steps": at - 1, "endings": endings, "without_row": early, "rows": len(watcher.rows()), "faults": faults}


def _sweep(app: Flask, watcher: Watcher) -> list[str]:
    """A day later nothing is left of those that were stopped, and everything of those that were not."""
    with app.app_context():
        dropping.sweep(datetime.now(UTC) + timedelta(hours=25))
        db.session.remove()
        db.engine.dispose()
    left = [path for path in Path(watcher.store.root).rglob("*") if path.is_file()]
    faults = watcher.faults()
    if len(left) != len(watcher.rows()) or set(watcher.store.keys()) != set(watcher.rows()):
        faults.append(f"{len(left)} files for {len(watcher.rows())} rows after the sweep")
    return faults


def main() -> int:
    parser = telling.parser(__doc__)
    parser.add_argument("--store", required=True)
    given = parser.parse_args()
    settings = Settings(database_url=given.url, secret_key="a drill's secret, long enough for it")
    figures: dict[str, Any] = {}
    for name, harm, events in (("killed", killed, BEFORE | AFTER), ("full", full, BEFORE)):
        figures[name] = drill(replace(settings, storage_url=f"{given.store}/{name}"), harm, events)
        with create_engine(settings.sqlalchemy_url, poolclass=pool.NullPool).begin() as connection:
            connection.execute(text("DELETE FROM stored_file"))
    return telling.tell(figures, **{name: not figures[name]["faults"] for name in ("killed", "full")})


if __name__ == "__main__":
    sys.exit(main())
