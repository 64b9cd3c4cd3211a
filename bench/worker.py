"""What the clock's process makes in the background, measured in a process of its own, as JSON on standard output.

python -m bench.worker zip|pdf [rounds]
"""

import json
import os
import resource
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bench import applicants
from models.applications import Application, ApplicationDocument, Download
from models.base import db
from models.files import StoredFile
from models.people import Account
from models.states import DownloadKind, DownloadState
from portal import clock, storage
from portal.actors import Actor
from portal.app import create_app
from portal.database import begin_write
from portal.press.client import press
from portal.recruiting import downloads, resume_page, resume_pdf

MIB = 1024 * 1024
AT_ONCE = 8  # PDFs that are asked for in one moment


def main(arguments: Sequence[str]) -> None:
    what, rounds = arguments[0], int(arguments[1]) if len(arguments) > 1 else 3
    with create_app(doors=False).app_context():
        print(json.dumps({"zip": measure_zip, "pdf": measure_pdf}[what](rounds)))


def timed(call: Callable[[], Any]) -> tuple[float, float]:
    """Seconds by the clock and of computing in this process."""
    cpu, begun = time.process_time(), time.perf_counter()
    call()
    return time.perf_counter() - begun, time.process_time() - cpu


def peak_memory() -> float:
    """MiB of this process, since it began."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


# ---- ZIP


def measure_zip(rounds: int) -> dict[str, Any]:
    with db.engine.connect() as connection:
        entry_id = applicants.special_of(connection).archive
    files = archived(entry_id)
    lay_out(files)
    actor, before = member_of(entry_id), peak_memory()
    ours = [timed(lambda: make(entry_id, actor)) for _ in range(rounds)]
    after = peak_memory()
    floor = [timed(lambda: bare_zip([path_of(key) for key in files])) for _ in range(rounds)]
    return {
        "ours": ours,
        "floor": floor,
        "documents": len(files),
        "megabytes": finished(len(files)) / 1e6,
        "before": before,
        "peak": after,
    }


def archived(entry_id: int) -> list[str]:
    return list(
        db.session.scalars(
            select(StoredFile.key)
            .join(ApplicationDocument, ApplicationDocument.file_id == StoredFile.id)
            .join(Application, Application.id == ApplicationDocument.application_id)
            .where(Application.entry_id == entry_id)
            .order_by(ApplicationDocument.id)
        )
    )


def path_of(key: str) -> Path:
    return Path(storage.current().path(key))


def lay_out(keys: Sequence[str]) -> None:
    """The bytes that the database tells of."""
    for key in keys:
        path_of(key).parent.mkdir(parents=True, exist_ok=True)
        path_of(key).write_bytes(applicants.content_of(key))
    os.sync()


def member_of(entry_id: int) -> Actor:
    organization = select(Application.organization_id).where(Application.entry_id == entry_id).limit(1)
    account = db.session.scalars(select(Account).where(Account.organization_id == organization.scalar_subquery())).one()
    return Actor(account.role, account.id, account.organization_id, account.name)


def make(entry_id: int, actor: Actor) -> None:
    """From the press of the button to the file that waits."""
    now = clock.now()
    begin_write()
    downloads.request(DownloadKind.posting, entry_id, actor=actor, now=now)
    db.session.commit()
    if downloads.work(now) != 1:
        raise SystemExit("zip: not made")
    db.session.remove()


def finished(documents: int) -> int:
    """Bytes of the ZIP made last, once it is seen that everything is in it."""
    stored = db.session.scalars(
        select(StoredFile)
        .join(Download, Download.file_id == StoredFile.id)
        .where(Download.state == DownloadState.ready)
        .order_by(Download.id.desc())
        .limit(1)
    ).one()
    with zipfile.ZipFile(path_of(stored.key)) as archive:
        inside = len(archive.namelist())
    if inside != documents + 1:  # and the index
        raise SystemExit(f"zip: {inside} files instead of {documents} and the index")
    return stored.size


def bare_zip(paths: Sequence[Path]) -> None:
    with tempfile.TemporaryFile(dir=paths[0].parent.parent) as target:
        with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
            for path in paths:
                archive.write(path, path.name)
        target.flush()
        os.fsync(target.fileno())


# ---- PDF


def measure_pdf(rounds: int) -> dict[str, Any]:
    """Ours from the request to the stored file, beside WeasyPrint alone with the same page and style, in turns."""
    from bench import bare_press  # noqa: PLC0415  # only this measurement waits for WeasyPrint

    with db.engine.connect() as connection:
        entry_id = applicants.special_of(connection).table
    keys = list(
        db.session.scalars(select(Application.id).where(Application.entry_id == entry_id).order_by(Application.id))
    )
    turns = rounds * 4
    if len(keys) < turns + AT_ONCE + 1:
        raise SystemExit("pdf: too few applicants")
    bare = bare_press.Bare()
    page = page_of(keys.pop())
    pages = bare.render(page)  # both loaded their fonts
    printed(keys.pop())
    ours, floor = [], []
    for _ in range(turns):
        key = keys.pop()
        ours.append(timed(lambda key=key: printed(key)))
        floor.append(timed(lambda: bare.render(page)))
    together = keys[:AT_ONCE]
    all_at_once = timed(lambda: printed(*together))[0]
    press.close()
    return {
        "ours": ours,
        "floor": floor,
        "pages": pages,
        "together": len(together),
        "all_at_once": all_at_once,
        "press": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }


def page_of(key: int) -> str:
    application = db.session.get_one(Application, key)
    assert application.applied_at is not None
    return resume_page.html(application.resume, number=application.number, applied_at=application.applied_at, photo=b"")


def printed(*keys: int) -> None:
    now = clock.now()
    begin_write()
    for key in keys:
        resume_pdf.prepare(db.session.get_one(Application, key), now=now)
    db.session.commit()
    if resume_pdf.work(now) != len(keys):
        raise SystemExit("pdf: not made")
    db.session.remove()


if __name__ == "__main__":
    main(sys.argv[1:])
