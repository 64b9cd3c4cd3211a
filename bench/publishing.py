"""Publishing all that is due at once, each exactly once, against the floor of bare SQL. Every turn on a fresh copy."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, text

from bench import databases, floor, measure
from bench.generate import Size
from bench.inside import count
from bench.measure import Times
from bench.report import Line
from models.base import db
from portal import clock
from portal.app import create_app
from portal.publishing.publication import publish_due
from portal.settings import Settings

T = TypeVar("T")
SECRET = "not a secret: nothing is signed here"
# All four tell of the entries that were due; each must be their number.
CHECKS = {
    "publications": "SELECT count(DISTINCT version_id) FROM publication WHERE version_id IN ({due})",
    "all publications": "SELECT count(*) FROM publication",
    "public pages": "SELECT count(*) FROM entry e JOIN version v ON v.id = e.live_version_id "
    "WHERE v.state = 'published' AND v.id IN ({due})",
    "trail rows": "SELECT count(*) FROM audit_event WHERE action = 'entry.publish' AND id > {trail}",
    "letters": "SELECT count(*) FROM outbox_mail WHERE letter = 'entry_published' AND id > {letters}",
}


def measure_publishing(kind: str, size: Size, *, rounds: int, say: databases.Say) -> list[Line]:
    taken: dict[str, list[Times]] = {"ours": [], "floor": []}
    statements = 0
    for _ in range(rounds):
        with databases.copy(kind, size, say=say) as url:
            times, statements = ours(url, size)
            taken["ours"].append(times)
        with databases.copy(kind, size, say=say) as url:
            taken["floor"].append(at_the_floor(url, size))
    return [
        Line("ours", one=measure.boiled_down(taken["ours"]), statements=statements),
        Line("floor", one=measure.boiled_down(taken["floor"]), statements=5),
    ]


def ours(url: str, size: Size) -> tuple[Times, int]:
    app = create_app(Settings(database_url=url, secret_key=SECRET), doors=False)
    taken: list[Times] = []
    with app.app_context():
        engine = db.engine

        def act() -> None:
            taken.append(timed(lambda: publish_due(clock.now())))

        statements = checked(engine, size, lambda: count(engine, act))
        if publish_due(clock.now()):
            raise SystemExit("publish: something was published twice")
        db.session.remove()
        engine.dispose()
    return taken[0], statements


def at_the_floor(url: str, size: Size) -> Times:
    engine = databases.engine(url)

    def act() -> Times:
        with engine.execution_options(write=True).connect() as connection:
            return timed(lambda: floor.publish(connection, clock.now()))

    times = checked(engine, size, act)
    engine.dispose()
    return times


def timed(call: Callable[[], object]) -> Times:
    cpu, begun = time.process_time(), time.perf_counter()
    call()
    return measure.of([time.perf_counter() - begun], time.process_time() - cpu)


def checked(engine: Engine, size: Size, act: Callable[[], T]) -> T:
    """What `act` returns; raises unless every due entry was published exactly once with its trail and letter."""
    with engine.connect() as connection:
        due = connection.scalars(text("SELECT id FROM version WHERE state = 'approved'")).all()
        known = {"due": ",".join(map(str, due)), "trail": last(connection, "audit_event")}
        known["letters"] = last(connection, "outbox_mail")
    result = act()
    with engine.connect() as connection:
        for what, query in CHECKS.items():
            found = connection.scalar(text(query.format(**known)))
            if found != size.due:
                raise SystemExit(f"publish: {found} {what} instead of {size.due}")
    return result


def last(connection: Connection, table: str) -> str:
    return str(connection.scalar(text(f"SELECT max(id) FROM {table}")) or 0)
