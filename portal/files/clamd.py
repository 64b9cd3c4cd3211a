"""Speaks to clamd: the file is streamed to it, so that it needs no access to ours."""

import socket
import struct
from typing import BinaryIO
from urllib.parse import urlsplit

SECONDS = 15
CHUNK = 64 * 1024
LONGEST_ANSWER = 4096


def scan(address: str, file: BinaryIO) -> str:
    """The name of what was found, empty for a clean file. OSError when there is no verdict."""
    file.seek(0)
    with _connect(address) as line:
        line.sendall(b"zINSTREAM\0")
        while chunk := file.read(CHUNK):
            line.sendall(struct.pack("!L", len(chunk)) + chunk)
        line.sendall(struct.pack("!L", 0))
        answer = _answer(line)
    if answer == "stream: OK":
        return ""
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    raise OSError(f"clamd gave no verdict: {answer[:200]}")


def ping(address: str) -> None:
    """OSError unless clamd answers."""
    with _connect(address) as line:
        line.sendall(b"zPING\0")
        answer = _answer(line)
    if answer != "PONG":
        raise OSError(f"not clamd: {answer[:200]}")


def _connect(address: str) -> socket.socket:
    url = urlsplit(address)
    if url.scheme == "clamd":
        return socket.create_connection((url.hostname, url.port), timeout=SECONDS)
    line = socket.socket(socket.AF_UNIX)
    line.settimeout(SECONDS)
    try:
        line.connect(url.path)
    except OSError:
        line.close()
        raise
    return line


def _answer(line: socket.socket) -> str:
    """Up to the NUL that ends it, or to the end of the connection."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < LONGEST_ANSWER and (part := line.recv(1024)):
        answer += part
    return answer.rstrip(b"\0\n").decode(errors="replace")
