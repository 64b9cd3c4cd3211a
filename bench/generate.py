"""Fills a migrated database with data of the size that the portal must carry. Deterministic for a seed.

Rows are written by plain inserts: the services are measured, not used, here.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, insert, text

from models.entries import Entry, EventVersion, JobVersion, NoticeVersion, Version
from models.organizations import Organization
from models.people import Account
from models.states import ApplyVia, Kind, Role, State

CHUNK = 2000
COUNTRIES = ("LA", "KH", "VN", "KE", "NP", "BD", "MM", "PH", "ID", "TZ", "SN", "PE")
FIELDS = tuple(f"{number:02d}" for number in range(1, 24))
PLACES = ("ラオス", "カンボジア", "ベトナム", "ケニア", "ネパール", "バングラデシュ", "東京", "セネガル", "ペルー")
WORKS = (
    "給水施設維持管理専門家",
    "業務調整員",
    "保健システム強化アドバイザー",
    "広報アシスタント",
    "学校防災 現地調整員",
    "農村開発インターン",
)
TEXT = (
    "農村部の学校と保健センターで給水・衛生設備の整備を進めるプロジェクトを、現地の職員とともに計画どおりに進めます。"
)


@dataclass(frozen=True)
class Size:
    organizations: int = 2000
    entries: int = 50_000
    waiting: int = 2000
    public: int = 5000
    seed: int = 20261124


def fill(connection: Connection, size: Size, *, now: datetime) -> None:
    dice = random.Random(size.seed)  # data, not secrets
    write(connection, Organization.__table__, organizations(size, now))
    write(connection, Account.__table__, accounts(size, now))
    rows = list(versions(size, dice, now))
    write(connection, Entry.__table__, (entry(row, now) for row in rows))
    write(connection, Version.__table__, rows)
    for kind, table, details in (
        (Kind.job, JobVersion, job), (Kind.event, EventVersion, event), (Kind.notice, NoticeVersion, notice)
    ):  # fmt: skip
        write(connection, table.__table__, (details(row["id"], dice) for row in rows if row["kind"] == kind))
    point_to_live(connection)
    restart_ids(connection)


def write(connection: Connection, table: Any, rows: Any) -> None:
    chunk: list[dict[str, Any]] = []
    for row in rows:
        chunk.append(row)
        if len(chunk) == CHUNK:
            connection.execute(insert(table), chunk)
            chunk = []
    if chunk:
        connection.execute(insert(table), chunk)


def organizations(size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, size.organizations + 1):
        yield {"id": number, "name": f"特定非営利活動法人 計測{number:04d}", "org_type": "07", "created_at": now}


def accounts(size: Size, now: datetime) -> Iterator[dict[str, Any]]:
    """One member for each organization, then a reviewer."""
    for number in range(1, size.organizations + 1):
        yield account(number, f"member{number}@example.jp", Role.owner, number, now)
    yield account(size.organizations + 1, "reviewer@example.jp", Role.reviewer, None, now)


def account(key: int, email: str, role: Role, organization_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "email": email,
        "name": "計測 太郎",
        "role": role,
        "organization_id": organization_id,
        "created_at": now,
    }


def versions(size: Size, dice: random.Random, now: datetime) -> Iterator[dict[str, Any]]:
    """Entries of one version each: the first wait, the next are public, the others are old or in work."""
    for key in range(1, size.entries + 1):
        kind = dice.choices((Kind.job, Kind.event, Kind.notice), (6, 3, 1))[0]
        state = state_of(key, size, dice)
        submitted = now - timedelta(hours=dice.randrange(1, 120))
        publish_at = now + timedelta(
            hours=dice.randrange(1, 600) * (1 if state in (State.submitted, State.draft) else -1)
        )
        yield {
            "id": key,
            "entry_id": key,
            "organization_id": dice.randrange(1, size.organizations + 1),
            "kind": kind,
            "state": state,
            "revision": 2,
            "title": f"{dice.choice(PLACES)} {dice.choice(WORKS)} {key}",
            "publish_at": publish_at,
            "unpublish_at": publish_at + timedelta(days=60),
            "open_at": publish_at,
            "close_at": publish_at + timedelta(days=30),
            "apply_via": ApplyVia.web,
            "created_at": submitted,
            "updated_at": submitted,
            "submitted_at": submitted,
            "submissions": 1,
            "due_at": submitted + timedelta(days=3),
            "warning_count": dice.choice((0, 0, 0, 1)),
            "published_at": publish_at if state is State.published else None,
            "search_text": f"{dice.choice(PLACES)} {TEXT}".lower(),
            "facets": f" field:{dice.choice(FIELDS)} country:{dice.choice(COUNTRIES)} employment:EMP ",
        }


def state_of(key: int, size: Size, dice: random.Random) -> State:
    if key <= size.waiting:
        return State.submitted
    if key <= size.waiting + size.public:
        return State.published
    return dice.choices((State.closed, State.draft, State.returned), (90, 8, 2))[0]


def entry(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": f"{row['kind'][0].upper()}-2026-{row['id']:05d}",
        "kind": row["kind"],
        "organization_id": row["organization_id"],
        "first_published_at": row["published_at"],
        "created_at": now,
    }


def job(key: int, dice: random.Random) -> dict[str, Any]:
    return {
        "id": key,
        "employment_kind": "EMP",
        "job_category": "",
        "place_kind": "",
        "countries": [dice.choice(COUNTRIES)],
        "fields": [dice.choice(FIELDS)],
        "languages": [{"language": "en", "need": "must", "level": "B", "note": ""}],
        "duties": TEXT * 8,
    }


def event(key: int, dice: random.Random) -> dict[str, Any]:
    return {"id": key, "body": TEXT * 8, "fields": [dice.choice(FIELDS)], "formats": ["online"]}


def notice(key: int, _dice: random.Random) -> dict[str, Any]:
    return {"id": key, "body": TEXT * 4}


def point_to_live(connection: Connection) -> None:
    connection.execute(
        text(
            "UPDATE entry SET live_version_id = id WHERE id IN "
            "(SELECT id FROM version WHERE state IN ('published', 'closed'))"
        )
    )
    connection.commit()


def restart_ids(connection: Connection) -> None:
    """PostgreSQL's sequences do not notice given ids; afterwards both databases know their tables' statistics."""
    if connection.dialect.name == "postgresql":
        for table in ("organization", "account", "entry", "version"):
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))")
            )
        connection.commit()
    connection.execute(text("ANALYZE"))
    connection.commit()
