"""The portal and the stock Flask-Admin as in production: gunicorn, two workers each, on free loopback ports."""

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from bench.client import Connection
from portal.operation.server import command
from portal.settings import ROOT, Settings, load

STOCK = (sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "bench.stock:create_app()")
COMMANDS = {"ours": command(), "stock": list(STOCK)}
START = 60  # seconds
WORKERS = 2
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: Path

    def fail(self, what: str) -> NoReturn:
        raise SystemExit(f"{self.name}: {what}\n{self.log.read_text()[-4000:]}")

    def cpu_seconds(self) -> float:
        return sum(_cpu_seconds(number) for number in self.processes())

    def processes(self) -> list[str]:
        """The numbers of the master and its workers, from /proc: Linux alone."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [str(self.process.pid), *children]


def _cpu_seconds(process: str) -> float:
    after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(after_name[11]) + int(after_name[12])) / TICKS


def environment(url: str, folder: Path) -> dict[str, str]:
    """Production settings: no demo, no debug. But one member may ask as often as a measurement does."""
    often = ("SEARCHES_PER_MINUTE", "SEARCHES_PER_HOUR", "VIEWS_PER_HOUR", "VIEWS_PER_DAY")
    return {f"PORTAL_{name}": str(10**9) for name in often} | {
        "PORTAL_DATABASE_URL": url,
        "PORTAL_SECRET_KEY": secrets.token_hex(32),
        "PORTAL_WEB_WORKERS": str(WORKERS),
        "PORTAL_STORAGE_URL": f"file://{folder}/files",
        "PORTAL_MAIL_FOLDER": str(folder / "mail"),
    }


@contextmanager
def serve(name: str, variables: dict[str, str], folder: Path) -> Iterator[Server]:
    port = free_port()
    log = folder / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            COMMANDS[name],
            cwd=ROOT,
            env={**os.environ, **variables, "PORTAL_PORT": str(port), "PORTAL_BASE_URL": f"http://127.0.0.1:{port}"},
            stdout=output,
            stderr=output,
        )
    server = Server(name, port, process, log)
    try:
        wait_for(server)
        yield server
    finally:
        process.terminate()
        process.wait(timeout=40)


def wait_for(server: Server) -> None:
    end = time.monotonic() + START
    while time.monotonic() < end and server.process.poll() is None:
        try:
            Connection(server.port).get("/")
        except OSError:
            time.sleep(0.1)
        else:
            return
    server.fail("does not serve")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings(variables: dict[str, str]) -> Settings:
    """What the servers read from these variables, for the same application in this process."""
    return load(variables)
