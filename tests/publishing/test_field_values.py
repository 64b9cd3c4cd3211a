"""How a value reads on the confirm page, on the desk and in public."""

from datetime import UTC, datetime
from typing import Any

import pytest

from models.states import Kind
from portal.publishing.fields import field_named
from portal.publishing.wording import EMPTY, show


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=UTC)


def said(kind: Kind, name: str, value: Any) -> str:
    return show(field_named(kind, name), value)


@pytest.mark.parametrize(
    ("kind", "name", "value", "words"),
    [
        (Kind.job, "title", "水の専門家", "水の専門家"),
        (Kind.job, "duties", "一行目\n二行目", "一行目\n二行目"),
        (Kind.job, "title", "", EMPTY),
        (Kind.job, "close_at", None, EMPTY),
        (Kind.job, "fields", [], EMPTY),
        (Kind.job, "employment_kind", "BID", "業務委託・コンサルタント（公示）"),
        (Kind.job, "employment_kind", "OLD", "OLD"),
        (Kind.job, "fields", ["03", "14"], "水資源・防災、水産"),
        (Kind.job, "countries", ["JP", "LA"], "日本、ラオス"),
        (Kind.event, "capacity", 1200, "1,200"),
        (Kind.event, "capacity", 0, "0"),
        (Kind.job, "attest", True, "確認済み"),
        (Kind.job, "attest", False, "未確認"),
        (Kind.job, "close_at", at(1, 0), "2026年12月1日(火) 09:00"),
        (Kind.job, "close_at", at(31, 15), "2027年1月1日(金) 00:00"),
    ],
)
def test_single_values(kind: Kind, name: str, value: Any, words: str) -> None:
    assert said(kind, name, value) == words


def test_languages_are_lines() -> None:
    rows = [
        {"language": "en", "need": "must", "level": "B", "note": "TOEIC 730点以上"},
        {"language": "lo", "need": "nice", "level": "", "note": ""},
    ]

    assert said(Kind.job, "languages", rows) == "英語 B（日常業務） TOEIC 730点以上（必須）\nラオ語（歓迎）"


def test_documents_say_whether_they_must_be_handed_in() -> None:
    rows = [
        {"name": "推薦状", "required": True, "note": "A4で2枚まで"},
        {"name": "業務経歴一覧", "required": False, "note": ""},
    ]

    assert said(Kind.job, "documents", rows) == "推薦状（必須） A4で2枚まで\n業務経歴一覧（任意）"


def test_sessions_name_the_day_once() -> None:
    rows = [
        {"starts_at": at(5, 4), "ends_at": at(5, 6, 30)},
        {"starts_at": at(5, 13), "ends_at": at(5, 16)},
        {"starts_at": at(6, 4), "ends_at": None},
    ]

    assert said(Kind.event, "sessions", rows).split("\n") == [
        "2026年12月5日(土) 13:00 〜 15:30",
        "2026年12月5日(土) 22:00 〜 2026年12月6日(日) 01:00",
        EMPTY,
    ]
