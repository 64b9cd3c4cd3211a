"""Many generated profiles with texts as awkward as people write them, and searches for them. The same for each seed."""

import random
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import Table, insert

from models.base import db
from models.favorites import Favorite
from models.people import Account
from models.states import Role
from models.talents import Talent, TalentBlock
from portal import codes
from portal.actors import Actor
from portal.database import begin_write
from portal.matching import search_index
from portal.matching.search import LAST_PAGE, SIZES, SORTS, TalentQuery, read_query
from portal.matching.search_fields import CONDITIONS, Shape

PIECES = (
    "国際協力", "保健医療", "感染症対策", "給水施設の維持管理", "プロジェクト", "プログラム", "ﾌﾟﾛｼﾞｪｸﾄ管理",
    "林業", "森林", "人材育成", "教育", "教", "ジェンダー", "モニタリング", "参加型開発", "JICA専門家",
    "JICA 専門家", "ＮＧＯ", "NGOs", "M&E", "m & e", "ICT4D", "TOEIC880点", "２０１９年", "12年", "か\u309aき",
    "が", "か\u3099", "café", "Ｃａｆｅ", "naïve", "★経験豊富★", "👍", "水🌊衛生", "𠮷田式", "髙度",
    "ﾊﾞﾝｸﾞﾗﾃﾞｼｭ", "バングラデシュ", "コミュニティ・ヘルス", "コミュニティヘルス", "Project Cycle Management",
    "project", "projects", "プロ", "ェクト", "対策", "症", "zzf12", "AND", "OR NOT", "NEAR(", 'say "hello"',
    "50%", "a_b", "back\\slash", "it's", "C++", "国際", "際協", "協力隊", "国際社会で協力する", "々", "ーー",
)  # fmt: skip
BETWEEN = ("", "", "、", "。", " ", "\n", "・", "/", "\u3000", "-")
# As written, and the steps that are reached by it, worked out by hand.
SCORES: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("", "", frozenset()),
    ("TOEIC", "880", frozenset({"toeic_550", "toeic_640", "toeic_730", "toeic_785", "toeic_860"})),
    ("ＴＯＥＩＣ Ｌ＆Ｒ", "６４０点", frozenset({"toeic_550", "toeic_640"})),
    ("TOEIC S&W", "310", frozenset()),
    ("TOEFL iBT", "79", frozenset({"toefl_42", "toefl_61", "toefl_72", "toefl_79"})),
    ("IELTS", "6.5", frozenset({"ielts_4.0", "ielts_5.5", "ielts_6.0", "ielts_6.5"})),
    ("英検", "準1級", frozenset({"eiken_0", "eiken_1", "eiken_2"})),
    ("実用英語技能検定", "２級", frozenset({"eiken_0", "eiken_1"})),
    ("国連英検", "A級", frozenset()),
    ("DELF", "B2", frozenset()),
)
COUNTRIES = ("LA", "KH", "VN", "KE", "TZ", "NP", "BD", "PE", "FJ", "JO", "JP", "UZ", "FR", "US", "EG", "CN")
LANGUAGES = ("en", "fr", "es", "ja", "sw", "tet")
YEARS = (0, 1, 2, 3, 4, 5, 9, 10, 30)
KINDS = codes.EXPERIENCE_KINDS.values


def profiles(count: int, *, now: datetime, seed: int = 1) -> list[dict[str, Any]]:
    """By column, four in five published. Their ids are their places, whatever a database will call them."""
    dice = random.Random(seed)
    return [{"id": place, **profile(dice, place, now=now)} for place in range(count)]


def fill(people: Sequence[dict[str, Any]], *, now: datetime) -> list[int]:
    """Accounts and profiles, in the index. Returns the ids that they have now."""
    begin_write()
    accounts = [
        {"email": f"t{one['id']}@example.jp", "name": "青木 千尋", "role": Role.talent, "created_at": now}
        for one in people
    ]
    ids = db.session.scalars(insert(Account).returning(Account.id, sort_by_parameter_order=True), accounts).all()
    rows = [
        {name: value for name, value in one.items() if name != "id"} | {"account_id": account_id}
        for one, account_id in zip(people, ids, strict=True)
    ]
    keys = db.session.scalars(insert(Talent).returning(Talent.id, sort_by_parameter_order=True), rows).all()
    for begin in range(0, len(keys), 500):
        search_index.refresh(keys[begin : begin + 500])
    db.session.commit()
    return list(keys)


def profile(dice: random.Random, place: int, *, now: datetime) -> dict[str, Any]:
    year, fields = now.date(), dice.sample(codes.FIELDS.values, dice.randrange(4))
    return {
        "code": f"T{place:09d}",
        "is_public": dice.random() < 0.8,
        "accepts_offers": dice.random() < 0.6,
        "level": dice.choice(codes.TALENT_LEVELS.values),
        "name_kana": "ひみつのなまえ",
        "address": "秘密県秘密市",
        "degree": dice.choice(("", *codes.DEGREES.values)),
        "major": prose(dice, 0, 2),
        "years_total": dice.choice((None, *range(16), 40)),
        "fields": fields,
        "field_years": [{"field": field, "years": dice.choice(YEARS)} for field in fields if dice.random() < 0.8],
        "job_categories": dice.sample(codes.JOB_CATEGORIES.values, dice.randrange(4)),
        "languages": [language(dice, code) for code in dice.sample(LANGUAGES, dice.randrange(4))],
        "experiences": [
            {"country": dice.choice(COUNTRIES), "kind": dice.choice(KINDS), "begin": "2019-04", "end": ""}
            for _ in range(dice.randrange(4))
        ],
        "qualifications": prose(dice, 0, 3),
        "pr": prose(dice, 0, 9),
        "wish_kinds": dice.sample(codes.EMPLOYMENT_KINDS.values, dice.randrange(3)),
        "wish_countries": dice.sample(COUNTRIES, dice.randrange(4)),
        "available_from": dice.choice((None, year + timedelta(days=dice.randrange(-60, 500)))),
        "created_at": now,
        # Some to the same second, and some at the very edge of a period.
        "updated_at": now - dice.choice((timedelta(days=31), timedelta(seconds=dice.randrange(400) * 100_000))),
    }


def language(dice: random.Random, code: str) -> dict[str, str]:
    test, score, _ = dice.choice(SCORES)
    return {"language": code, "level": dice.choice(codes.LANGUAGE_LEVELS.values), "test": test, "score": score}


def prose(dice: random.Random, fewest: int, most: int) -> str:
    return "".join(dice.choice(PIECES) + dice.choice(BETWEEN) for _ in range(dice.randint(fewest, most)))


def chosen(keys: Sequence[int]) -> tuple[set[int], set[int]]:
    """Who of these hides from the organization, and who is its favorite."""
    return set(keys[3::71]), set(keys[5::71])


def mark(actor: Actor, keys: Sequence[int], *, now: datetime) -> None:
    hidden, marked = chosen(keys)
    common = {"organization_id": actor.organization_id, "created_at": now}
    begin_write()
    for model, ids, more in ((TalentBlock, hidden, {}), (Favorite, marked, {"account_id": actor.account_id})):
        rows = [common | more | {"talent_id": talent_id} for talent_id in ids]
        db.session.execute(insert(cast("Table", model.__table__)), rows)
    db.session.commit()


def queries(count: int, *, seed: int = 2) -> Iterator[TalentQuery]:
    dice = random.Random(seed)
    for _ in range(count):
        arguments = {"keyword": [keyword(dice)], "sort": [dice.choice(list(SORTS))], "size": [str(dice.choice(SIZES))]}
        arguments["page"] = [str(dice.choice((1, 1, 1, 2, 3, 7, LAST_PAGE)))]
        for name in dice.sample(sorted(set(CONDITIONS) - RARE), dice.choice((0, 0, 1, 1, 2, 3))):
            arguments[name] = choices(dice, name)
        if dice.random() < 0.1:
            arguments |= {name: choices(dice, name) for name in ("field", "field_years")}
        if dice.random() < 0.3:
            arguments[f"language_{dice.choice(LANGUAGES)}"] = [dice.choice(codes.LANGUAGE_LEVELS.values)]
        yield read_query(arguments)


RARE = {name for name in CONDITIONS if name.startswith("language_")}


def choices(dice: random.Random, name: str) -> list[str]:
    condition = CONDITIONS[name]
    if condition.shape is Shape.text:
        return [part_of(dice.choice(PIECES), dice)]
    usual = [value for value in condition.values if len(value) != 2 or not value.isupper() or value in COUNTRIES]
    return dice.sample(usual, dice.randint(1, min(3, len(usual))))


def keyword(dice: random.Random) -> str:
    kind = dice.random()
    if kind < 0.25:
        return ""
    if kind < 0.7:
        return part_of(dice.choice(PIECES), dice)
    if kind < 0.85:
        return " ".join(part_of(dice.choice(PIECES), dice) for _ in range(2))
    return dice.choice(PIECES) + dice.choice(BETWEEN) + part_of(dice.choice(PIECES), dice)


def part_of(piece: str, dice: random.Random) -> str:
    begin = dice.randrange(len(piece))
    return piece[begin : begin + dice.randint(1, 8)]
