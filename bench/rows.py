"""One row of each table, drawn from dice: lengths, kinds and times as they are in life."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from models.states import ApplyVia, Kind, Lane, MailState, Role, State
from portal.publishing.catalog import fold

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
KEYWORD = PLACES[3]  # about one entry in nine
BUSY_ORGANIZATION = 1  # has every hundredth entry, so that its list is longer than a page
SHARE_OF_BUSY = 100
HANDED_IN = (State.submitted, State.approved, State.published, State.closed, State.returned)
DECIDED = (State.approved, State.published, State.closed)
SECONDS_OF_DAY = 24 * 60 * 60


def organizations(count: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {"id": number, "name": organization_name(number), "org_type": "07", "created_at": now}


def organization_name(number: int) -> str:
    return f"特定非営利活動法人 計測{number:04d}"


def accounts(count: int, now: datetime) -> Iterator[dict[str, Any]]:
    """One member for each organization, then a reviewer."""
    for number in range(1, count + 1):
        yield account(number, f"member{number}@example.jp", Role.owner, number, now)
    yield account(count + 1, "reviewer@example.jp", Role.reviewer, None, now)


def account(key: int, email: str, role: Role, organization_id: int | None, now: datetime) -> dict[str, Any]:
    return {
        "id": key,
        "email": email,
        "name": "計測 太郎",
        "role": role,
        "organization_id": organization_id,
        "created_at": now,
    }


def version(key: int, state: State, dice: random.Random, *, organizations: int, now: datetime) -> dict[str, Any]:
    """Entries have one version each, under the same id. What ended did so within the last two years."""
    kind = dice.choices((Kind.job, Kind.event, Kind.notice), (6, 3, 1))[0]
    organization = BUSY_ORGANIZATION if key % SHARE_OF_BUSY == 0 else dice.randrange(1, organizations + 1)
    wait = timedelta(seconds=dice.randrange(1, 25 * SECONDS_OF_DAY))
    past = wait * 25 + timedelta(days=61) if state is State.closed else wait
    publish_at = now + wait if state in (State.submitted, State.draft, State.returned) else now - past
    submitted = min(publish_at, now) - timedelta(seconds=dice.randrange(1, 5 * SECONDS_OF_DAY))
    title = f"{dice.choice(PLACES)} {dice.choice(WORKS)} {key}"
    country, field = dice.choice(COUNTRIES), dice.choice(FIELDS)
    return {
        "id": key,
        "entry_id": key,
        "organization_id": organization,
        "kind": kind,
        "state": state,
        "revision": 2,
        "title": title,
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
        "published_at": publish_at if state in (State.published, State.closed) else None,
        "search_text": fold(f"{organization_name(organization)}\n{title}\n{TEXT * 8}"),
        "facets": f" field:{field} country:{country} employment:EMP ",
    }


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


def trail(row: dict[str, Any], *, reviewer: int) -> Iterator[dict[str, Any]]:
    """What was recorded on the way to where the version stands."""
    member = row["organization_id"]
    moves = [("entry.create", Role.owner, member)]
    moves += [("entry.submit", Role.owner, member)] if row["state"] in HANDED_IN else []
    moves += [("entry.approve", Role.reviewer, reviewer)] if row["state"] in DECIDED else []
    moves += [("entry.publish", Role.system, None)] if row["published_at"] else []
    for action, role, actor_id in moves:
        yield {
            "at": row["submitted_at"],
            "action": action,
            "actor_id": actor_id,
            "actor_role": role,
            "organization_id": row["organization_id"],
            "subject": "version",
            "subject_id": row["id"],
            "revision": row["revision"],
            "ip": "192.0.2.1",
            "details": {},
        }


def letters(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What its organization was sent on that way."""
    names = ["entry_submitted"] if row["state"] in HANDED_IN else []
    names += ["entry_approved"] if row["state"] in DECIDED else []
    names += ["entry_published"] if row["published_at"] else []
    for name in names:
        yield {
            "message_id": f"<{name}-{row['id']}@example.jp>",
            "lane": Lane.normal,
            "letter": name,
            "params": {"title": row["title"], "kind": row["kind"], "entry_id": row["entry_id"], "comment": ""},
            "recipient": f"member{row['organization_id']}@example.jp",
            "organization_id": row["organization_id"],
            "version_id": row["id"],
            "state": MailState.sent,
            "next_at": row["submitted_at"],
            "created_at": row["submitted_at"],
            "sent_at": row["submitted_at"],
        }
