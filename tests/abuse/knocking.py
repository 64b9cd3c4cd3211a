"""Strangers and owners at the doors of accounts."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from flask import Flask
from flask.testing import FlaskClient

Result = TypeVar("Result")


def stranger(site: Flask, place: int = 0) -> FlaskClient:
    """A browser that was never here; each place is another network."""
    client = site.test_client()
    client.environ_base["REMOTE_ADDR"] = f"198.51.{place // 250}.{place % 250 + 1}"
    return client


def twin(site: Flask, client: FlaskClient) -> FlaskClient:
    """A browser with the same cookies."""
    other = site.test_client()
    with client.session_transaction() as cookie:
        kept = dict(cookie)
    with other.session_transaction() as cookie:
        cookie.update(kept)
    return other


def at_once(many: int, act: Callable[[int], Result]) -> list[Result]:
    """The answers of so many who begin at the same moment."""
    start = Barrier(many)

    def begin(number: int) -> Result:
        start.wait()
        return act(number)

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(begin, range(many)))
