"""A browser that costs nothing: keep-alive HTTP/1.1 over a socket, cookies kept, nothing parsed that is not needed."""

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

LENGTH = re.compile(rb"\r\nContent-Length: (\d+)", re.IGNORECASE)
COOKIE = re.compile(rb"\r\nSet-Cookie: ([^=]+)=([^;\r]*)", re.IGNORECASE)
TIMEOUT = 120


@dataclass(frozen=True)
class Answer:
    status: int
    head: bytes
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class Connection:
    """One client: one socket. The server closes it after some seconds without a request."""

    def __init__(self, port: int, cookies: dict[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def get(self, path: str) -> Answer:
        return self._ask(f"GET {path} HTTP/1.1\r\n{self._headers()}\r\n".encode())

    def post(self, path: str, form: list[tuple[str, str]]) -> Answer:
        body = urlencode(form)
        kind = "Content-Type: application/x-www-form-urlencoded"
        return self._ask(
            f"POST {path} HTTP/1.1\r\n{self._headers()}{kind}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
        )

    def close(self) -> None:
        self.socket.close()

    def _headers(self) -> str:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return f"Host: 127.0.0.1:{self.port}\r\n" + (f"Cookie: {cookies}\r\n" if cookies else "")

    def _ask(self, message: bytes) -> Answer:
        self.socket.sendall(message)
        received = bytearray()
        while (end := received.find(b"\r\n\r\n")) < 0:
            received += self._receive()
        head = bytes(received[: end + 2])
        length = LENGTH.search(head)
        if length is None:
            raise OSError(f"an answer without a length: {head!r}")
        whole = end + 4 + int(length[1])
        while len(received) < whole:
            received += self._receive()
        for name, value in COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        return Answer(int(head[9:12]), head, bytes(received[end + 4 :]))

    def _receive(self) -> bytes:
        part = self.socket.recv(262_144)
        if not part:
            raise ConnectionResetError("the server closed the connection")
        return part
