"""W6: many entries approved in one request, with a trail row and a letter for each.

Each turn takes entries nobody touched, is checked, and puts them back, so that every turn finds the same work.
"""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import cycle

from flask import Flask
from sqlalchemy import Connection, Engine, text
from werkzeug.datastructures import MultiDict

from bench import client, floor, measure
from bench.inside import browser, statements_of
from bench.measure import Times
from bench.report import Line
from bench.servers import Server
from portal import clock

TOKEN = re.compile(r'name="csrf_token"[^>]* value="([^"]+)"')
TURNS = 4  # of each in a round
REDIRECTS = (302, 303)
Form = list[tuple[str, str]]


@dataclass(frozen=True)
class Waiting:
    id: int
    revision: int


def request_of(who: str, page: str, chosen: Sequence[Waiting]) -> tuple[str, Form]:
    """Address and fields of the decision; `page` is our queue, whose form has the token."""
    if who == "stock":
        return "/admin/queue/action/", [("action", "approve"), *(("rowid", str(version.id)) for version in chosen)]
    token = TOKEN.search(page)
    if token is None:
        raise SystemExit("W6: the queue has no form")
    typed = ("number", str(len(chosen)))  # asked for when it is many
    items = (("item", f"{version.id}:{version.revision}") for version in chosen)
    return "/desk/bulk/run", [("csrf_token", token[1]), ("action", "approve"), typed, *items]


class Desk:
    """Takes batches of what waits, in turns, and puts them back."""

    def __init__(self, engine: Engine, batch: int) -> None:
        self.engine = engine
        with engine.connect() as connection:
            rows = connection.execute(
                text("SELECT id, revision FROM version WHERE state = 'submitted' ORDER BY due_at, id")
            )
            waiting = [Waiting(*row) for row in rows]
        self.batches = cycle([waiting[at : at + batch] for at in range(0, len(waiting) - batch + 1, batch)])

    def turn(self, who: str, act: Callable[[Sequence[Waiting]], float]) -> float:
        """Returns what `act` took; raises when it did not do the whole work."""
        chosen = next(self.batches)
        with self.engine.execution_options(write=True).connect() as connection:
            before = written(connection)
            connection.rollback()
            taken = act(chosen)
            trail, letters = (after - first for after, first in zip(written(connection), before, strict=True))
            approved = self._put_back(connection, chosen)
        if approved != len(chosen) or (who != "stock" and min(trail, letters) < len(chosen)):
            raise SystemExit(f"W6 {who}: approved {approved} of {len(chosen)}, {trail} trail rows, {letters} letters")
        return taken

    def _put_back(self, connection: Connection, chosen: Sequence[Waiting]) -> int:
        """Returns how many were approved."""
        result = connection.execute(
            text(
                "UPDATE version SET state = 'submitted', revision = :revision, batch = NULL, hold_until = NULL "
                "WHERE id = :id AND state = 'approved'"
            ),
            [{"id": version.id, "revision": version.revision} for version in chosen],
        )
        connection.commit()
        if connection.dialect.name == "postgresql":
            with self.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as plain:
                plain.exec_driver_sql("VACUUM version")
        return result.rowcount


def written(connection: Connection) -> tuple[int, int]:
    tables = ("audit_event", "outbox_mail")
    trail, letters = (connection.scalar(text(f"SELECT max(id) FROM {table}")) or 0 for table in tables)
    return trail, letters


def measure_approval(
    servers: Sequence[Server], cookies: dict[str, str], engine: Engine, *, batch: int, rounds: int
) -> list[Line]:
    desk = Desk(engine, batch)
    acts = {server.name: over_http(server, cookies if server.name == "ours" else {}) for server in servers}
    acts["floor"] = at_the_floor(engine)
    processes = {server.name: server.cpu_seconds for server in servers} | {"floor": time.process_time}
    for _ in range(2):  # both workers warm
        for who, act in acts.items():
            desk.turn(who, act)
    taken: dict[str, list[Times]] = {}
    for _ in range(rounds):
        for who, act in acts.items():
            begun = processes[who]()
            times = [desk.turn(who, act) for _ in range(TURNS)]
            taken.setdefault(who, []).append(measure.of(times, processes[who]() - begun))
    return [Line(who, one=measure.boiled_down(times)) for who, times in taken.items()]


def over_http(server: Server, cookies: dict[str, str]) -> Callable[[Sequence[Waiting]], float]:
    """The request that decides; the queue before it and the page of results after it are not part of it."""

    def act(chosen: Sequence[Waiting]) -> float:
        connection = client.Connection(server.port, cookies)
        page = connection.get("/desk/").text if server.name == "ours" else ""
        path, form = request_of(server.name, page, chosen)
        begun = time.perf_counter()
        answer = connection.post(path, form)
        taken = time.perf_counter() - begun
        connection.close()
        if answer.status not in REDIRECTS:
            server.fail(f"{path} is answered with {answer.status}")
        return taken

    return act


def at_the_floor(engine: Engine) -> Callable[[Sequence[Waiting]], float]:
    def act(chosen: Sequence[Waiting]) -> float:
        with engine.execution_options(write=True).connect() as connection:
            begun = time.perf_counter()
            floor.approve(connection, [version.id for version in chosen], clock.now())
            return time.perf_counter() - begun

    return act


def count_statements(
    engine: Engine, apps: Mapping[str, Flask], cookies: dict[str, str], *, batch: int
) -> dict[str, int]:
    desk, counts = Desk(engine, batch), {}

    def act(name: str, app: Flask, chosen: Sequence[Waiting]) -> float:
        browse = browser(app, cookies if name == "ours" else {})
        page = browse.get("/desk/").text if name == "ours" else ""
        path, form = request_of(name, page, chosen)
        counts[name] = statements_of(app, partial(browse.post, path, data=MultiDict(form)))
        return 0

    for name, app in apps.items():
        desk.turn(name, partial(act, name, app))
    return counts
