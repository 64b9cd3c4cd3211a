"""Fills a migrated database with data of the size that the portal must carry. Deterministic for a seed and a day.

Rows are written by plain inserts: the services are measured, not used, here.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, insert, text

from bench import rows
from models.entries import Entry, EventVersion, JobVersion, NoticeVersion, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent, Counter
from models.states import Kind, State

CHUNK = 2000
DETAILS = (
    (Kind.job, JobVersion, rows.job),
    (Kind.event, EventVersion, rows.event),
    (Kind.notice, NoticeVersion, rows.notice),
)


@dataclass(frozen=True)
class Size:
    name: str
    organizations: int
    entries: int  # all of them; what is not counted below is closed, returned or in work
    waiting: int
    public: int
    due: int  # approved, their time has come, not published yet
    talents: int
    applications: int
    busy: int  # applicants of each of the two busiest postings, of one organization
    page: int  # of their list, that is asked for
    posting: int  # applicants of an ordinary one with many documents
    archive: int  # documents in the ZIP of one posting
    batch: int = 200  # how many are decided in one request
    seed: int = 20261124


SIZES = {
    size.name: size
    for size in (
        Size(
            "full",
            organizations=2000,
            entries=50_000,
            waiting=2000,
            public=5000,
            due=10_000,
            talents=200_000,
            applications=300_000,
            busy=125_000,
            page=400,
            posting=500,
            archive=500,
        ),
        Size(
            "small",
            organizations=200,
            entries=5000,
            waiting=500,
            public=800,
            due=1000,
            talents=5000,
            applications=8000,
            busy=2200,
            page=40,
            posting=300,
            archive=100,
        ),
        Size(
            "tiny",
            organizations=20,
            entries=1200,
            waiting=80,
            public=500,
            due=100,
            batch=20,
            talents=600,
            applications=1000,
            busy=260,
            page=4,
            posting=120,
            archive=20,
        ),
    )
}


def fill(connection: Connection, size: Size, *, now: datetime) -> None:
    dice = random.Random(size.seed)  # data, not secrets
    write(connection, Organization, rows.organizations(size.organizations, now))
    write(connection, Account, rows.accounts(size.organizations, now))
    versions = [
        rows.version(key, state, dice, organizations=size.organizations, now=now)
        for key, state in enumerate(states(size, dice), start=1)
    ]
    write(connection, Entry, (rows.entry(row, now) for row in versions))
    write(connection, Version, versions)
    for kind, table, details in DETAILS:
        write(connection, table, (details(row["id"], dice) for row in versions if row["kind"] is kind))
    reviewer = size.organizations + 1
    write(connection, AuditEvent, (event for row in versions for event in rows.trail(row, reviewer=reviewer)))
    write(connection, OutboxMail, (letter for row in versions for letter in rows.letters(row)))
    write(connection, Counter, ({"name": f"{kind[0].upper()}-2026", "value": size.entries} for kind in Kind))
    point_to_live(connection)
    restart_ids(connection, "organization", "account", "entry", "version")
    connection.commit()


def states(size: Size, dice: random.Random) -> list[State]:
    """By age, oldest first: history, then what waits, is public or is due, mixed as life mixes it."""
    lively = [State.submitted] * size.waiting + [State.published] * size.public + [State.approved] * size.due
    dice.shuffle(lively)
    old = dice.choices((State.closed, State.draft, State.returned), (90, 8, 2), k=size.entries - len(lively))
    return old + lively


def write(connection: Connection, model: Any, values: Iterable[dict[str, Any]]) -> None:
    remaining: Iterator[dict[str, Any]] = iter(values)
    while chunk := list(islice(remaining, CHUNK)):
        connection.execute(insert(model.__table__), chunk)


def point_to_live(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE entry SET live_version_id = id "
            "WHERE id IN (SELECT id FROM version WHERE state IN ('published', 'closed'))"
        )
    )


def restart_ids(connection: Connection, *tables: str) -> None:
    """PostgreSQL's sequences do not notice given ids."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            sequence = f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            connection.execute(text(sequence))
