"""Uploads that end too early, say what is not so, or hardly move (G25): nothing half of them stays.

    python -m tests.drills.uploads --url sqlite:////tmp/drill.sqlite --cuts 200

Real connections to a real server, each closed at a random byte. Afterwards what is stored is looked at as another
process sees it. Prints one line of JSON with the figures; exits 1 when a promise was broken or too little was injected.
"""

import random
import socket
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from flask import Flask
from sqlalchemy import func, select

from models.applications import ApplicationDocument
from models.base import db
from models.files import StoredFile
from portal import storage
from portal.app import create_app
from portal.files import dropping
from portal.settings import Settings
from tests.access.world import AGO
from tests.drills import telling
from tests.drills.serving import SECRET, TOKEN, Client, Served, cookie_of, serving
from tests.make import Maker
from tests.recruiting.builders import talent
from tests.recruiting.pages import pdf

DOCUMENTS = [{"name": "語学力を証明する書類", "required": True, "note": ""}]
AT_ONCE = 4
SLOW, SLOW_SECONDS = 50, 6  # connections that send a byte a second
ENDLESS = 100 * 1024**3
BOUNDARY = "drillboundary"
PATIENCE = 20.0
GROWTH = 48 * 1024 * 1024  # bytes that a worker may take more after hundreds of uploads
FAULTS = ("500", "502", "504")


@dataclass
class Door:
    """Where uploads go, and as whom."""

    served: Served
    path: str
    cookie: str
    token: str

    def head(self, length: int | None, *more: str) -> bytes:
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: {urlsplit(self.served.url).netloc}",
            f"Cookie: {self.cookie}",
            f"Content-Type: multipart/form-data; boundary={BOUNDARY}",
            "Connection: close",
            *([f"Content-Length: {length}"] if length is not None else []),
            *more,
        ]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()

    def body(self, file: bytes) -> bytes:
        fields = "".join(
            f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in (("csrf_token", self.token), ("consent", "1"))
        )
        opening = (
            f'{fields}--{BOUNDARY}\r\nContent-Disposition: form-data; name="document-1"; filename="a.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n"
        )
        return opening.encode() + file + f"\r\n--{BOUNDARY}--\r\n".encode()

    def connect(self) -> socket.socket:
        address = urlsplit(self.served.url)
        return socket.create_connection((address.hostname, address.port), timeout=PATIENCE)

    def send(self, data: bytes, *, listens: bool = True) -> str:
        """The status that comes back, or nothing. The other side may hang up before all is sent."""
        with self.connect() as line:
            with suppress(OSError):
                line.sendall(data)
                line.shutdown(socket.SHUT_WR)
            if not listens:
                return ""
            with suppress(OSError):
                return line.recv(64)[9:12].decode("ascii", "replace")
        return ""


def main() -> int:
    parser = telling.parser(__doc__)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--store", default="", help="where the files stay to be looked at")
    wanted = parser.parse_args()
    random.seed(wanted.seed)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(database_url=wanted.url, secret_key=SECRET, storage_url=wanted.store or f"file://{folder}")
        app = create_app(settings)
        cookie, path = scene(app)
        with serving(settings) as served:
            page = Client(served, cookie)
            token = TOKEN.search(page.get(path))
            assert token, "there is no form"
            door = Door(served, path, page.cookie, token[1])
            figures = {"seed": wanted.seed} | drill(door, page, wanted.cuts)
        with app.app_context():
            figures |= stored(figures.pop("last"))
            db.session.remove()
            db.engine.dispose()
    figures["seconds"] = round(time.monotonic() - begun, 1)
    return telling.tell(
        figures,
        injected=figures["statuses"].get("400", 0) >= wanted.cuts * 0.3 and figures["slow"] >= SLOW,
        no_fault=not set(figures["statuses"]) & set(FAULTS),
        refused=figures["endless"] == "413",
        lies=all(status.startswith("4") or not status for status in figures["lies"].values()),
        whole=figures["whole"] == "303" and figures["chunked"] == "303" and figures["last_is_whole"],
        no_orphan=figures["rows_without_file"] == figures["left_over"] == 0,
        flat=figures["grown_mb"] * 1024 * 1024 <= GROWTH,
        well_again=figures["well_again_s"] <= 5,
    )


def scene(app: Flask) -> tuple[str, str]:
    """Somebody with a posting to apply to: the login, and the address of the form."""
    with app.app_context():
        version = Maker(datetime.now(UTC) - AGO).published(documents=DOCUMENTS)
        make = Maker(datetime.now(UTC))
        make._count = 1000  # names of its own
        number, cookie = version.entry.number, cookie_of(app, talent(make))
        db.session.remove()
        db.engine.dispose()
    return cookie, f"/talent/apply/{number}"


def drill(door: Door, page: Client, cuts: int) -> dict[str, Any]:
    assert door.send(whole(door, pdf("first"))) == "303", "an ordinary upload does not work"
    before = memory(door.served)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        statuses = Counter(pool.map(lambda _number: cut(door), range(cuts)))
    last = large()
    figures = {
        "cut": cuts,
        "lies": lies(door),
        "endless": door.send(door.head(ENDLESS) + b"x" * 1000),
        "chunked": door.send(door.head(None, "Transfer-Encoding: chunked") + chunked(door.body(pdf("chunked")))),
        **slowly(door, page),
        "whole": door.send(whole(door, last)),
        "grown_mb": round((memory(door.served) - before) / 1024 / 1024, 1),
        "last": last,
    }
    return figures | {"statuses": dict(statuses + Counter(page.journal.statuses))}


def whole(door: Door, file: bytes) -> bytes:
    body = door.body(file)
    return door.head(len(body)) + body


def large() -> bytes:
    """A document of more than one piece."""
    return pdf(random.randbytes(random.randrange(1000, 150_000)).hex())


def cut(door: Door) -> str:
    request = whole(door, large())
    return door.send(request[: random.randrange(1, len(request))], listens=random.random() < 0.5)


def lies(door: Door) -> dict[str, str]:
    """Lengths that are not those of the body, and bodies in pieces that stop in the middle."""
    body = door.body(pdf("lie"))
    pieces = chunked(body)
    return {
        "longer": door.send(door.head(len(body) * 10) + body[: len(body) // 2]),
        "shorter": door.send(door.head(len(body) // 2) + body),
        "none": door.send(door.head(None) + body),
        "no number": door.send(door.head(None, "Content-Length: ten") + body),
        "less than none": door.send(door.head(None, "Content-Length: -1") + body),
        "two": door.send(door.head(len(body), f"Content-Length: {len(body) + 1}") + body),
        "both": door.send(door.head(len(body), "Transfer-Encoding: chunked") + pieces),
        "half in pieces": door.send(door.head(None, "Transfer-Encoding: chunked") + pieces[: len(pieces) // 2]),
    }


def chunked(body: bytes) -> bytes:
    pieces = (body[place : place + 4096] for place in range(0, len(body), 4096))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def slowly(door: Door, page: Client) -> dict[str, Any]:
    """Many lines that send a byte a second; how long somebody else waited for a page meanwhile, and afterwards."""
    request = whole(door, pdf("slow"))
    with ThreadPoolExecutor(1) as pool:
        with ExitStack() as stack:
            lines = [stack.enter_context(door.connect()) for _ in range(SLOW)]
            for second in range(SLOW_SECONDS):
                for line in lines:
                    with suppress(OSError):
                        line.sendall(request[second : second + 1])
                if second == 1:
                    beside = pool.submit(timed, page)
                time.sleep(1)
        waited = beside.result()
    return {"slow": len(lines), "beside_slow_s": waited, "well_again_s": timed(page)}


def timed(page: Client) -> float:
    begun = time.monotonic()
    while not page.get("/talent/") and time.monotonic() - begun < PATIENCE:
        time.sleep(0.1)
    return round(time.monotonic() - begun, 2)


def memory(served: Served) -> int:
    """Bytes of the largest worker."""
    return max(child.memory_info().rss for child in psutil.Process(served.master.pid).children())


def stored(last: bytes) -> dict[str, Any]:
    """A week later: what lies there, and what of it the rows know."""
    dropping.sweep(datetime.now(UTC) + timedelta(days=8))
    store = storage.current()
    keys = set(store.keys())
    rows = set(db.session.scalars(select(StoredFile.key)))
    file_id = db.session.scalar(select(ApplicationDocument.file_id))
    key = db.session.scalar(select(StoredFile.key).where(StoredFile.id == file_id))
    files = [path for path in Path(store.root).rglob("*") if path.is_file()]
    with store.open(str(key)) as file:
        is_whole = file.read() == last
    return {
        "rows_without_file": len(rows - keys),
        "left_over": len(files) - len(rows),
        "last_is_whole": is_whole,
        "applications": db.session.scalar(select(func.count(ApplicationDocument.id))),
    }


if __name__ == "__main__":
    sys.exit(main())
