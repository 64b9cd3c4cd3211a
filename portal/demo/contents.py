"""Contents for postings of the demo, whole enough to pass every check at the moment they are handed in."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from random import Random
from typing import Any

from models.organizations import Organization
from models.states import Kind
from portal.clock import TOKYO, local
from portal.codes import EMPLOYMENT
from portal.demo import conditions
from portal.demo.meetings import MEETINGS, NEWS, Meeting, News
from portal.demo.works import COUNTRIES, WORKS, Country, Work
from portal.publishing import content

HOW = (
    "応募フォームに必要事項を入力し、{documents}を添えて送信してください。"
    "書類選考の結果は、締切から2週間以内に全員の方へお知らせします。"
)
BACKGROUND = (
    "{name}は、{c}で{years}年にわたり活動を続けてきました。"
    "この仕事は、これまでの成果を相手国の機関に引き継ぐ段階のものです。"
)
SELECTION = "書類選考のあと、面接を1回行います。面接の日程は、書類選考の結果とともにお知らせします。"
GENERAL_ITEMS = ("photo", "birthdate", "contact", "education", "work", "licenses", "languages", "appeal", "wishes")
EXPERT_ITEMS = (
    "birthdate", "contact", "nationality", "residence", "specialty", "education", "work", "missions", "licenses",
    "languages", "publications", "abilities", "appeal",
)  # fmt: skip
SPEAKERS = (
    ("佐々木 遥", "NGOプログラムマネージャー（元青年海外協力隊員）"),
    ("中村 恒一", "開発コンサルタント、技術士"),
    ("アン・ソフィア", "国際機関 東京事務所 プログラム担当官"),
    ("藤原 実", "大学院 国際協力研究科 准教授"),
)
JOINING = "申込フォームに必要事項を入力して送信してください。参加の可否は、締切から1週間以内にメールでお知らせします。"


def at(moment: datetime, *, days: int, hour: int, minute: int = 0) -> datetime:
    """So many days later, at an hour of Tokyo."""
    day = local(moment).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), TOKYO)


def job(
    work: Work, country: Country, organization: Organization, *, submitted: datetime, dice: Random
) -> dict[str, Any]:
    names = "と".join(f"「{name}」" for name, required in work.documents if required)
    place = _abroad(country) if work.abroad else _at_home(organization)
    words = {"c": country.name, "t": country.town}
    return {
        **content.blank(Kind.job, organization),
        "employment_kind": work.kind,
        "title": work.title.format(**words),
        "job_category": work.category,
        "fields": list(work.fields),
        "headcount": dice.choice(("1", "1", "1", "2", "若干名")),
        "duties": work.duties.format(**words),
        "duties_change": "変更なし" if work.kind in EMPLOYMENT else "",
        "background": BACKGROUND.format(name=organization.display_name, c=country.name, years=dice.randrange(3, 20))
        if work.abroad
        else "",
        **place,
        **conditions.of(work, submitted=submitted, dice=dice),
        "must_have": work.must,
        "nice_to_have": work.nice,
        "min_degree": dice.choice(("any", "bachelor", "bachelor")),
        "min_experience": {"VOL": "any", "INP": "any"}.get(work.kind, dice.choice(("3", "5"))),
        "languages": _languages(country if work.abroad else None),
        **_resume(work),
        "documents": [{"name": name, "required": required, "note": ""} for name, required in work.documents],
        "how_to_apply": HOW.format(documents=names or "履歴書"),
        **_period(submitted, dice, shortest=21),
        "selection": SELECTION,
        "result_notice": "all",
        "return_documents": "destroy",
        **_inquiry(organization),
    }


def _resume(work: Work) -> dict[str, Any]:
    if work.kind == "EXP":
        return {"resume_type": "expert", "resume_items": list(EXPERT_ITEMS)}
    return {"resume_type": "general", "resume_items": list(GENERAL_ITEMS)}


def _abroad(country: Country) -> dict[str, Any]:
    return {
        "place_kind": "abroad",
        "countries": [country.code],
        "city_abroad": country.town,
        "place_change": "変更なし",
    }


def _at_home(organization: Organization) -> dict[str, Any]:
    return {
        "place_kind": "domestic",
        "prefecture": organization.prefecture,
        "city": organization.city,
        "street": organization.street,
        "place_change": "変更なし",
        "smoking": "none",
    }


def _languages(country: Country | None) -> list[dict[str, str]]:
    spoken = [{"language": "ja", "need": "must", "level": "A", "note": ""}]
    if country is not None:
        spoken.insert(0, {"language": "en", "need": "must", "level": "B", "note": ""})
        if country.language != "en":
            spoken.append({"language": country.language, "need": "nice", "level": "C", "note": ""})
    return spoken


def _period(submitted: datetime, dice: Random, *, shortest: int) -> dict[str, Any]:
    opens = at(submitted, days=dice.randrange(5, 12), hour=dice.choice((9, 10, 12)))
    closes = at(opens, days=shortest + dice.randrange(0, 24), hour=17)
    return {"publish_at": opens, "open_at": opens, "close_at": closes, "unpublish_at": None, "attest": True}


def _inquiry(organization: Organization) -> dict[str, Any]:
    return {
        "inquiry_department": "採用担当",
        "inquiry_phone": organization.phone,
        "inquiry_email": organization.public_email,
    }


def event(
    meeting: Meeting, country: Country, organization: Organization, *, submitted: datetime, dice: Random
) -> dict[str, Any]:
    period = _period(submitted, dice, shortest=18)
    start = at(period["close_at"], days=dice.randrange(3, 10), hour=dice.choice((10, 13, 18)))
    sessions = [{"starts_at": start, "ends_at": start + timedelta(hours=2)}]
    if meeting.category == "training":
        later = start + timedelta(days=7)
        sessions.append({"starts_at": later, "ends_at": later + timedelta(hours=3)})
    words = {"c": country.name, "t": country.town, "n": dice.randrange(5, 15), "season": _season(start)}
    return {
        **content.blank(Kind.event, organization),
        "category": meeting.category,
        "title": meeting.title.format(**words),
        "fields": list(meeting.fields),
        "body": meeting.body.format(**words),
        "audience": meeting.audience,
        "speakers": [{"name": name, "role": role} for name, role in dice.sample(SPEAKERS, k=dice.randrange(3))],
        **(_online() if meeting.online else _venue(organization)),
        "schedule_kind": "series" if len(sessions) > 1 else "dated",
        "sessions": sessions,
        "capacity": dice.choice((20, 30, 60, 100, 200)),
        "overflow": dice.choice(("first", "waiting", "lottery")),
        **_fee(paid=meeting.paid),
        "resume_type": "",
        "how_to_apply": JOINING,
        **period,
        **_inquiry(organization),
    }


def _season(moment: datetime) -> str:
    here = local(moment)
    name = {12: "冬", 1: "冬", 2: "冬", 3: "春", 4: "春", 5: "春", 6: "夏", 7: "夏", 8: "夏"}.get(here.month, "秋")
    return f"{here.year}{name}"


def _online() -> dict[str, Any]:
    return {"formats": ["online"], "online_url": "https://meet.example.jp/room", "venue_country": ""}


def _venue(organization: Organization) -> dict[str, Any]:
    address = f"{organization.prefecture}{organization.city}{organization.street}"
    return {
        "formats": ["venue"],
        "venue": f"{organization.display_name} 会議室",
        "venue_address": address,
        "venue_country": "JP",
    }


def _fee(*, paid: bool) -> dict[str, Any]:
    if not paid:
        return {"fee_kind": "free"}
    return {
        "fee_kind": "paid",
        "fee_info": "受講料12,000円（教材費を含みます。交通費と宿泊費は含みません）",
        "cancel_policy": "開催の7日前までのキャンセルは全額、その後は半額を返金します。",
    }


def notice(
    news: News, country: Country, organization: Organization, *, submitted: datetime, dice: Random
) -> dict[str, Any]:
    words = {"c": country.name, "t": country.town, "n": dice.randrange(8, 30), "year": local(submitted).year - 1}
    return {
        **content.blank(Kind.notice, organization),
        "category": news.category,
        "title": news.title.format(**words),
        "body": news.body.format(**words),
        "publish_at": at(submitted, days=dice.randrange(4, 8), hour=9),
        "attest": True,
    }


def for_organization(key: str) -> Mapping[Kind, list[Any]]:
    """What an organization of that key would post; those without a speciality of their own get what all share."""
    return {
        Kind.job: [work for work in WORKS if key in work.orgs]
        or [work for work in WORKS if work.kind not in ("EXP", "BID")],
        Kind.event: [meeting for meeting in MEETINGS if key in meeting.orgs] or list(MEETINGS[:2]),
        Kind.notice: [news for news in NEWS if key in news.orgs] or [news for news in NEWS if "{c}" not in news.title],
    }


def make(
    kind: Kind, key: str, turn: int, organization: Organization, *, submitted: datetime, dice: Random
) -> dict[str, Any]:
    """The `turn`-th posting of this kind by this organization: each time another subject or another place."""
    offered = for_organization(key)[kind]
    subject = offered[turn % len(offered)]
    country = COUNTRIES[(sum(map(ord, key)) + turn) % len(COUNTRIES)]
    build: Any = {Kind.job: job, Kind.event: event, Kind.notice: notice}[kind]
    return build(subject, country, organization, submitted=submitted, dice=dice)
