"""Another second layer: talents with full profiles, and their index. Most are published; what people write follows
Zipf's law, so that there are words and choices of every rarity.
"""

import json
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from itertools import accumulate, islice
from types import SimpleNamespace
from typing import Any

from sqlalchemy import Connection, text

from bench.applicants import name_of
from bench.generate import Size, restart_ids
from bench.load import load, load_rows
from models.favorites import Favorite
from models.messages import Message, Thread
from models.people import Account
from models.searching import TalentIndex, TalentSegment
from models.states import MailClass, MessageState, Role, Side
from models.talents import Talent
from portal import codes
from portal.matching import search_index

CHUNK = 5000
EVENNESS = 20  # of Zipf's law: the more, the less stands out
SHARE_OF_PUBLIC = 0.9
SUBJECT = "農村給水の専門家のご相談"
RARE = "螺鈿細工"  # in one profile of ten thousand
COUNTRIES = (
    "KE", "VN", "KH", "LA", "ID", "PH", "TZ", "ET", "NP", "BD", "MM", "TH", "GH", "RW", "UG", "ZM", "MW", "SN",
    "MZ", "MG", "IN", "LK", "PK", "JO", "EG", "PE", "BO", "PY", "GT", "FJ", "PG", "WS", "TL", "MN", "UZ", "KG",
)  # fmt: skip
LANGUAGES = ("en", "fr", "es", "pt", "sw", "ar", "vi", "id", "ru", "zh")
TESTS = {"en": (("TOEIC", (600, 990)), ("TOEFL iBT", (50, 118)), ("IELTS", (5, 9)))}
HEADS = (
    "国際協力", "保健医療", "農村開発", "給水施設", "感染症", "教育行政", "母子保健", "水資源", "灌漑",
    "環境管理", "廃棄物", "都市計画", "道路", "港湾", "電力", "再生可能エネルギー", "情報通信", "中小企業",
    "職業訓練", "理数科教育", "障害者支援", "ジェンダー", "平和構築", "難民支援", "防災", "気候変動",
    "森林保全", "水産", "畜産", "稲作", "園芸", "栄養改善", "看護", "薬剤管理", "病院運営", "公共財政", "統計",
    "法整備", "税務", "観光開発", "日本語教育", "スポーツ",
)  # fmt: skip
TAILS = (
    "プロジェクトの計画立案", "事業の評価", "専門家として従事", "人材育成", "研修の企画と実施", "調査団の団員",
    "政策提言", "行政官への助言", "住民組織の強化", "施設の維持管理", "モニタリング", "業務調整", "NGOでの実務",
    "大学での研究", "案件形成", "予算管理", "調達", "広報", "ワークショップの運営", "データ分析",
    "報告書の作成", "能力強化", "コンサルタント業務", "現地語での普及", "WASHの改善", "PCM手法の指導",
    "GISの活用", "ドナーとの調整", "南南協力", "遠隔研修",
)  # fmt: skip


def fill(connection: Connection, size: Size, *, now: datetime) -> None:
    first = size.organizations + 2
    load(connection, Account, accounts(size.talents, first, now))
    with without_indexes(connection, "talent_words"):
        people = profiles(size, first, now)
        while some := list(islice(people, CHUNK)):
            load(connection, Talent, map(stored, some))
            published = [profile for profile in some if profile.is_public]
            load(connection, TalentIndex, map(search_index.row_of, published))
            load_words(connection, published)
    load_exchange(connection, size, now)
    segments = range(size.talents // search_index.SEGMENT + 1)
    load(connection, TalentSegment, ({"id": number, "stamp": size.seed + number} for number in segments))
    restart_ids(connection, "account", "talent", "thread", "message")
    connection.commit()


def load_exchange(connection: Connection, size: Size, now: datetime) -> None:
    """Every other talent was marked and written to by one organization, and answered."""
    written = range(1, size.talents + 1, 2)
    who = [(place, 1 + place % size.organizations, talent) for place, talent in enumerate(written, start=1)]
    load(connection, Favorite, (favorite(organization, talent, now) for _place, organization, talent in who))
    load(connection, Thread, (thread(*each, now) for each in who))
    load(connection, Message, (row for each in who for row in offer_and_answer(*each, size.organizations + 1, now)))


def favorite(organization: int, talent: int, now: datetime) -> dict[str, Any]:
    words = {"note": "来年度の案件で候補", "label": "給水"}
    mark = {"organization_id": organization, "talent_id": talent, "account_id": organization, "created_at": now}
    return mark | words | {"next_on": now.date() + timedelta(days=talent % 90)}


def thread(place: int, organization: int, talent: int, now: datetime) -> dict[str, Any]:
    at = now - timedelta(days=place % 300)
    return {
        "id": place,
        "organization_id": organization,
        "talent_id": talent,
        "subject": SUBJECT,
        "last_side": Side.talent.value,
        **dict.fromkeys(("last_at", "inbox_at", "outbox_at", "answered_at", "created_at"), at),
    }


def offer_and_answer(place: int, organization: int, talent: int, first: int, now: datetime) -> Iterator[dict[str, Any]]:
    """Accounts of members have the numbers of their organizations; those of talents begin behind `first`."""
    at = now - timedelta(days=place % 300)
    common = {"thread_id": place, "organization_id": organization, "talent_id": talent, "subject": SUBJECT}
    common |= dict.fromkeys(("created_at", "release_at", "delivered_at", "read_at"), at)
    common |= {"body": "ご経験を拝見し、ご連絡しました。", "state": MessageState.delivered.value}
    offer = {"side": Side.organization.value, "account_id": organization, "mail_class": MailClass.offer.value}
    answer = {"side": Side.talent.value, "account_id": first + talent, "mail_class": MailClass.reply.value}
    for number, part in enumerate((offer, answer)):
        yield {"id": 2 * place - 1 + number, **common, **part}


def load_words(connection: Connection, people: Sequence[SimpleNamespace]) -> None:
    name = connection.dialect.name
    rows = [search_index.WORDS_OF[name](profile) for profile in people]
    columns = ["rowid" if name == "sqlite" and column == "talent_id" else column for column in rows[0]]
    load_rows(connection, "talent_words", columns, (tuple(row.values()) for row in rows))


@contextmanager
def without_indexes(connection: Connection, table: str) -> Iterator[None]:
    """PostgreSQL builds them afterwards in a tenth of the time."""
    if connection.dialect.name != "postgresql":
        yield
        return
    found = connection.execute(
        text("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = :table AND indexdef LIKE '%USING gin%'"),
        {"table": table},
    ).all()
    for name, _definition in found:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    connection.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    for _name, definition in found:
        connection.execute(text(definition))


def accounts(count: int, first: int, now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(1, count + 1):
        yield {
            "id": first + number - 1,
            "email": f"talent{number}@example.jp",
            "name": name_of(number),
            "role": Role.talent.value,
            "created_at": now,
        }


def stored(profile: SimpleNamespace) -> dict[str, Any]:
    return {
        name: json.dumps(value, ensure_ascii=False) if isinstance(value, list) else value
        for name, value in vars(profile).items()
    }


def profiles(size: Size, first: int, now: datetime) -> Iterator[SimpleNamespace]:
    """The same ones each time."""
    dice = random.Random(size.seed + 3)  # data, not secrets
    today = now.date()
    for number in range(1, size.talents + 1):
        fields = several(dice, codes.FIELDS.values, 4)
        yield SimpleNamespace(
            id=number,
            account_id=first + number - 1,
            code=f"T{number:09d}",
            revision=1,
            is_public=dice.random() < SHARE_OF_PUBLIC,
            accepts_offers=dice.random() < 0.7,
            level=dice.choices(codes.TALENT_LEVELS.values, (1, 1, 5, 3))[0],
            degree=dice.choices(("high", "college", "bachelor", "master", "doctor"), (1, 2, 8, 7, 2))[0],
            major="",
            years_total=dice.randrange(41),
            fields=fields,
            field_years=[{"field": field, "years": (number + place) % 31} for place, field in enumerate(fields)],
            job_categories=several(dice, codes.JOB_CATEGORIES.values, 3),
            languages=[language(dice, code) for code in several(dice, LANGUAGES, 3)],
            experiences=[experience(dice, country) for country in several(dice, COUNTRIES, 5)],
            qualifications="",
            pr=prose(dice),
            wish_kinds=several(dice, codes.EMPLOYMENT_KINDS.values, 3),
            wish_countries=several(dice, COUNTRIES, 4),
            available_from=available(dice, today),
            created_at=now - timedelta(days=1100),
            updated_at=now - timedelta(seconds=dice.randrange(1000 * 86_400)),
        )


_WEIGHTS: dict[int, Sequence[float]] = {}


def zipf(dice: random.Random, choices: Sequence[str]) -> str:
    weights = _WEIGHTS.setdefault(
        len(choices), list(accumulate(1 / (place + EVENNESS) for place in range(len(choices))))
    )
    return dice.choices(choices, cum_weights=weights)[0]


def several(dice: random.Random, choices: Sequence[str], most: int) -> list[str]:
    return list(dict.fromkeys(zipf(dice, choices) for _ in range(dice.randint(1, most))))


def language(dice: random.Random, code: str) -> dict[str, str]:
    row = {"language": code, "level": dice.choice("SAABBC"), "test": "", "score": ""}
    if code in TESTS and dice.random() < 0.6:
        name, (low, high) = dice.choice(TESTS[code])
        row |= {"test": name, "score": str(dice.randrange(low, high))}
    return row


def experience(dice: random.Random, country: str) -> dict[str, str]:
    year = dice.randrange(2000, 2025)
    kind = zipf(dice, codes.EXPERIENCE_KINDS.values)
    return {"country": country, "kind": kind, "begin": f"{year}-04", "end": f"{year + 1}-03"}


def prose(dice: random.Random) -> str:
    """Some 250 characters."""
    text = "".join(f"{zipf(dice, HEADS)}の{zipf(dice, TAILS)}。" for _ in range(dice.randint(10, 25)))
    return f"{text}{RARE}の技術も教えました。" if dice.random() < 0.0001 else text


def available(dice: random.Random, today: date) -> date | None:
    return today + timedelta(days=dice.randrange(-100, 500)) if dice.random() < 0.8 else None
