"""W7: the form of a posting with all its fields, opened, saved, and saved by itself while somebody writes.

The draft that is measured is one of ours, filled as the demo fills its postings and beyond. What is posted is what the
form shows, so nothing changes but the revision; every save is checked to have written the draft.
"""

import json
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import count
from typing import Any

from flask import Flask
from rapidfuzz.distance import LCSseq
from sqlalchemy import Engine, select, text
from werkzeug.datastructures import MultiDict

from bench import client, measure
from bench.inside import browser, statements_of
from bench.measure import Times
from bench.report import Line
from bench.rows import BUSY_ORGANIZATION, TEXT
from bench.servers import Server
from bench.stock import POSTED
from bench.workloads import Goals, Page
from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.people import Account
from models.states import Kind, Role
from portal import clock
from portal.actors import Actor
from portal.database import begin_write
from portal.demo import contents
from portal.demo.works import COUNTRIES, WORKS
from portal.publishing import drafts
from portal.publishing.comparing import compare
from portal.publishing.fields import applies, fields_of
from portal.publishing.shapes import Type
from tests.views.pages import Page as Sheet

IN_VERSION = frozenset(Version.__table__.columns.keys())
OPENED = (
    f"SELECT {', '.join(field.name for field in POSTED)} FROM version JOIN job_version ON job_version.id = version.id "
    "WHERE version.id = {key}"
)
TITLE = re.compile(r"測る求人 (\d+)")
CHANGED = "background"  # in every turn; what stays as it is would be no work
TURNS = 40  # of each in a round
LONG = 10_000  # signs of each text that is compared
EDITS = 1000
Form = list[tuple[str, str]]


def make_draft(app: Flask) -> int:
    """A posting abroad, which asks for most, with every text filled that applies to it."""
    with app.app_context():
        begin_write()
        organization = db.session.get_one(Organization, BUSY_ORGANIZATION)
        owner = db.session.scalars(select(Account).filter_by(organization_id=organization.id, role=Role.owner)).first()
        assert owner is not None
        work = next(work for work in WORKS if work.abroad)
        values = contents.job(work, COUNTRIES[0], organization, submitted=clock.now(), dice=random.Random(1))
        for field in fields_of(Kind.job):
            if field.type in (Type.text, Type.prose) and not values.get(field.name) and applies(field, values):
                values[field.name] = TEXT[: field.high or 200]
        values["title"] = "測る求人 1"
        actor = Actor(Role.owner, owner.id, organization.id, owner.name)
        key = drafts.create(Kind.job, values, actor=actor, now=clock.now()).id
        db.session.commit()
        return key


def form_page(key: int) -> Page:
    """That both show the same fields, and what is in them, is seen when they are saved."""
    return Page(
        "W7",
        f"a posting's form opened; stock shows its {len(POSTED)} columns",
        f"/mypage/jobs/edit/{key}/",
        f"/admin/postings/edit/?id={key}",
        OPENED.format(key=key),
        1,
        "member",
        Goals(ahead=1),
        TITLE,
    )


@dataclass(frozen=True)
class Saving:
    """One way to save over HTTP: the page with the form, where it goes, what else is sent, and the answer."""

    page: str
    target: str
    more: tuple[tuple[str, str], ...] = ()
    status: int = 302


def savings(key: int) -> dict[str, dict[str, Saving]]:
    ours, stock = f"/mypage/jobs/edit/{key}/", f"/admin/postings/edit/?id={key}"
    return {
        "W7s": {"ours": Saving(ours, ours, (("step", "save"),)), "stock": Saving(stock, stock)},
        "autosave": {"ours": Saving(ours, f"{ours}keep/", status=200)},
    }


def posted(page: str, saving: Saving, turn: int) -> Form:
    """All that a browser would send, with another text in one field."""
    sheet = Sheet(page)
    form = next(form for form in sheet.all("form") if CHANGED in sheet.sent_by(form))
    fields = [(name, value) for name, value in sheet.sent_by(form).items(multi=True) if name != CHANGED]
    return [*fields, (CHANGED, f"{TEXT}{turn}"), *saving.more]


def measure_saving(
    ways: dict[str, Saving],
    key: int,
    servers: Sequence[Server],
    cookies: dict[str, str],
    engine: Engine,
    *,
    rounds: int,
) -> list[Line]:
    acts: dict[str, Callable[[int], float]] = {
        server.name: partial(over_http, server, ways[server.name], cookies if server.name == "ours" else {})
        for server in servers
        if server.name in ways
    }
    acts["floor"] = partial(at_the_floor, engine, key)
    processes = {server.name: server.cpu_seconds for server in servers} | {"floor": time.process_time}
    numbers = count(1)
    taken: dict[str, list[Times]] = {}
    for turn in range(rounds + 1):
        for who, act in acts.items():
            begun, times = processes[who](), []
            for _ in range(TURNS):
                number = next(numbers)
                times.append(act(number))
                if text_of(engine, key) != f"{TEXT}{number}":
                    raise SystemExit(f"W7 {who}: the draft was not saved")
            if turn:  # the first one warms both workers
                taken.setdefault(who, []).append(measure.of(times, processes[who]() - begun))
    return [Line(who, one=measure.boiled_down(times)) for who, times in taken.items()]


def over_http(server: Server, saving: Saving, cookies: dict[str, str], turn: int) -> float:
    """The request that saves; the form before it and the page after it are not part of it."""
    connection = client.Connection(server.port, cookies)
    form = posted(connection.get(saving.page).text, saving, turn)
    begun = time.perf_counter()
    answer = connection.post(saving.target, form)
    taken = time.perf_counter() - begun
    connection.close()
    if answer.status != saving.status:
        server.fail(f"{saving.target} is answered with {answer.status}")
    return taken


def text_of(engine: Engine, key: int) -> str:
    with engine.connect() as connection:
        return str(connection.scalar(text(f"SELECT {CHANGED} FROM job_version WHERE id = {key}")))


def at_the_floor(engine: Engine, key: int, turn: int) -> float:
    """Both tables with all their columns, committed."""
    with engine.execution_options(write=True).connect() as connection:
        row = connection.execute(text(OPENED.format(key=key))).one()._asdict() | {CHANGED: f"{TEXT}{turn}"}
        connection.rollback()
        begun = time.perf_counter()
        for table, is_base in (("version", True), ("job_version", False)):
            names = [field.name for field in POSTED if (field.name in IN_VERSION) is is_base]
            columns = ", ".join(f"{name} = :{name}" for name in names)
            values = {name: plain(row[name]) for name in names}
            more = ", revision = revision + 1" if is_base else ""
            connection.execute(text(f"UPDATE {table} SET {columns}{more} WHERE id = {key}"), values)
        connection.commit()
        return time.perf_counter() - begun


def plain(value: Any) -> Any:
    """PostgreSQL hands lists out and takes them in as text."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def count_statements(ways: dict[str, Saving], apps: Mapping[str, Flask], cookies: dict[str, str]) -> dict[str, int]:
    counts = {"floor": 2}
    for name, saving in ways.items():
        browse = browser(apps[name], cookies if name == "ours" else {})
        form = posted(browse.get(saving.page).text, saving, 0)
        counts[name] = statements_of(apps[name], partial(browse.post, saving.target, data=MultiDict(form)))
    return counts


def measure_difference(*, seconds: float, rounds: int) -> list[Line]:
    """Two texts of as many signs as a field takes, with edits all over, against the bare library sign by sign."""
    old = (TEXT * LONG)[:LONG]
    dice, signs = random.Random(1), list(old)
    for _ in range(EDITS):
        signs[dice.randrange(LONG)] = dice.choice(("", "国", "水と"))
    new = "".join(signs)[:LONG]
    calls: dict[str, Callable[[], object]] = {
        "ours": lambda: compare(old, new),
        "floor": lambda: LCSseq.opcodes(old, new),
    }
    return [
        Line(who, one=measure.boiled_down([measure.here(call, seconds=seconds) for _ in range(rounds)]))
        for who, call in calls.items()
    ]
