"""Measures the pages: ours and stock over HTTP, the floor here, in turns so that noise hits all alike."""

from collections.abc import Mapping, Sequence
from functools import partial

from flask import Flask
from sqlalchemy import Engine

from bench import floor, measure
from bench.client import Connection
from bench.inside import browser, statements_of
from bench.measure import Times
from bench.report import Line
from bench.servers import Server
from bench.workloads import Page

CLIENTS = (1, 8)
WARM_UP = 0.5  # seconds; every worker compiles its templates
Cookies = Mapping[str, dict[str, str]]


def measure_page(
    page: Page, servers: Sequence[Server], cookies: Cookies, engine: Engine, *, seconds: float, rounds: int
) -> list[Line]:
    """One line for each server that has the page, and one for the floor."""
    paths = page.paths()
    servers = [server for server in servers if server.name in paths]
    mine = {"ours": cookies[page.who], "stock": {}}
    kilobytes = check_same_rows(page, servers, paths, mine)
    for server in servers:
        measure.over_http(server, paths[server.name], mine[server.name], clients=8, seconds=min(WARM_UP, seconds))
    taken: dict[tuple[str, int], list[Times]] = {}
    with engine.connect() as connection:
        for _ in range(rounds):
            for clients in CLIENTS:
                for server in servers:
                    times = measure.over_http(
                        server, paths[server.name], mine[server.name], clients=clients, seconds=seconds
                    )
                    taken.setdefault((server.name, clients), []).append(times)
            times = measure.here(lambda: floor.page(connection, page.floor), seconds=seconds)
            taken.setdefault(("floor", 1), []).append(times)
        kilobytes["floor"] = len(floor.page(connection, page.floor).encode()) / 1024
    return [
        Line(
            name,
            one=measure.boiled_down(taken[name, 1]),
            eight=measure.boiled_down(taken[name, 8]) if (name, 8) in taken else None,
            kilobytes=kilobytes[name],
            statements=1 if name == "floor" else None,
        )
        for name in (*(server.name for server in servers), "floor")
    ]


def check_same_rows(page: Page, servers: Sequence[Server], paths: dict[str, str], cookies: Cookies) -> dict[str, float]:
    """Nobody is quick by showing less. Returns the size of each page in KB."""
    shown, kilobytes = {}, {}
    for server in servers:
        connection = Connection(server.port, cookies[server.name])
        answer = connection.get(paths[server.name])
        connection.close()
        if answer.status != 200:
            server.fail(f"{paths[server.name]} is answered with {answer.status}")
        shown[server.name] = page.check(answer.text)
        kilobytes[server.name] = len(answer.body) / 1024
    if not page.has_own_order and shown["ours"] != shown.get("stock", shown["ours"]):
        raise SystemExit(f"{page.key}: the portal and the stock admin do not show the same rows")
    return kilobytes


def count_statements(page: Page, apps: Mapping[str, Flask], cookies: Cookies) -> dict[str, int]:
    """Of the second request: the first one also fills caches of the process."""
    counts = {}
    for name, path in page.paths().items():
        client = browser(apps[name], cookies[page.who] if name == "ours" else {})
        client.get(path)
        counts[name] = statements_of(apps[name], partial(client.get, path))
    return counts
