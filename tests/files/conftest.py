"""Both kinds of stores: a folder, and a bucket that moto serves on loopback. And a clamd that knows EICAR."""

import dataclasses
import secrets
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer, ThreadingUnixStreamServer

import boto3
import pytest
from flask import Flask

from portal import storage
from portal.demo_mail import free_port
from portal.storage import Store
from tests.files.corpus import EICAR

BUCKET = "partner-files"


@pytest.fixture(scope="session")
def s3() -> Iterator[str]:
    """The address of an S3 server; the environment leads there, as an operator's would."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-p", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("AWS_ENDPOINT_URL_S3", address)
        environment.setenv("AWS_ACCESS_KEY_ID", "portal")
        environment.setenv("AWS_SECRET_ACCESS_KEY", "portal")
        environment.setenv("AWS_DEFAULT_REGION", "ap-northeast-1")
        try:
            _wait_for(port)
            client().create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "ap-northeast-1"})
            yield address
        finally:
            server.terminate()
            server.wait(timeout=20)


def client():
    return boto3.client("s3")


def _wait_for(port: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("moto did not start")


@pytest.fixture(params=["folder", "bucket"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "folder":
        return f"file://{tmp_path}/files"
    request.getfixturevalue("s3")
    return f"s3://{BUCKET}/{secrets.token_hex(4)}"


@pytest.fixture
def store(store_url: str) -> Store:
    return storage.store_at(store_url)


@pytest.fixture
def folder_store(rules: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The application's own store, empty, in a folder of this test."""
    return use(rules, f"file://{tmp_path}/files", monkeypatch)


@pytest.fixture
def any_store(rules: Flask, store_url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    """The application's own store, of either kind."""
    return use(rules, store_url, monkeypatch)


def use(app: Flask, url: str, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setitem(app.config, "PORTAL", dataclasses.replace(app.config["PORTAL"], storage_url=url))
    monkeypatch.delitem(app.extensions, "storage", raising=False)
    store = storage.current()
    monkeypatch.setitem(app.extensions, "storage", store)
    return store


class Clamd(StreamRequestHandler):
    """Speaks as much of clamd's protocol as the portal does; whatever holds EICAR is infected."""

    limit = 25 * 1024 * 1024

    def handle(self) -> None:
        command = self._to_nul()
        if command == b"zPING":
            self.wfile.write(b"PONG\0")
        elif command == b"zINSTREAM":
            self.wfile.write(self._verdict() + b"\0")

    def _to_nul(self) -> bytes:
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        return command[:-1]

    def _verdict(self) -> bytes:
        data = b""
        while length := struct.unpack("!L", self.rfile.read(4))[0]:
            data += self.rfile.read(length)
        self.server.seen.append(data)
        if self.server.answer:
            return self.server.answer
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"


class Scanner:
    """A running clamd. `answer` replaces its verdict."""

    def __init__(self, server: ThreadingTCPServer | ThreadingUnixStreamServer, address: str) -> None:
        self.server = server
        self.address = address
        server.seen = []
        server.answer = b""
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(params=["port", "socket"])
def clamd(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scanner]:
    if request.param == "port":
        server = ThreadingTCPServer(("127.0.0.1", 0), Clamd)
        scanner = Scanner(server, f"clamd://127.0.0.1:{server.server_address[1]}")
    else:
        place = Path("/tmp") / f"clamd-{secrets.token_hex(6)}"  # a socket's path must be short
        scanner = Scanner(ThreadingUnixStreamServer(str(place), Clamd), f"unix://{place}")
    yield scanner
    scanner.stop()
    if request.param == "socket":
        place.unlink(missing_ok=True)


@pytest.fixture
def scanning_on(rules: Flask, clamd: Scanner, monkeypatch: pytest.MonkeyPatch) -> Scanner:
    set_scanner(rules, clamd.address, monkeypatch)
    return clamd


def set_scanner(app: Flask, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "PORTAL", dataclasses.replace(app.config["PORTAL"], scanner=address))
