"""Content that passes every check at a given moment. Change one value to see one rule."""

from datetime import datetime, timedelta
from typing import Any

from models.states import Kind
from portal.publishing.fields import Field

DUTIES = (
    "ルアンパバーン県の水道公社で、給水施設の維持管理計画づくりと巡回指導を担当していただきます。"
    "現地の技術職員8名とともに、浄水場と配水管の点検、漏水対策、料金徴収の改善に取り組みます。"
    "あわせて、技術職員を対象とした研修を年4回企画し、教材の改訂と効果の測定を行います。"
    "県の水道局、住民組織、日本の専門家チームとの調整、月次報告の作成、予算の執行管理も含みます。"
    "着任後の3か月は前任者と並行して業務を行い、現地の状況を把握したうえで年間の計画を立てていただきます。"
)
BODY = (
    "国際協力の現場で働くことに関心のある方を対象に、水と衛生の分野で活動する職員が、日々の仕事と求められる力を紹介します。"
    "後半は少人数に分かれ、参加者の経験や関心に沿って質問にお答えします。申込みの際に質問を書いていただけます。"
)
HOW = (
    "応募フォームに必要事項を入力し、語学力を証明する書類を添付して送信してください。"
    "書類選考の結果は2週間以内にお知らせします。"
)
INQUIRY = {
    "inquiry_department": "海外事業部",
    "inquiry_name": "佐藤 美咲",
    "inquiry_phone": "03-1234-5678",
    "inquiry_email": "saiyo@example.org",
}


def sample(kind: Kind, *, now: datetime, **over: Any) -> dict[str, Any]:
    return {Kind.job: job, Kind.event: event, Kind.notice: notice}[kind](now=now, **over)


def job(*, now: datetime, **over: Any) -> dict[str, Any]:
    return _application(now) | _job(now) | _posting(now) | over


def event(*, now: datetime, **over: Any) -> dict[str, Any]:
    return _application(now) | _event(now) | _posting(now) | over


def notice(*, now: datetime, **over: Any) -> dict[str, Any]:
    content = {
        "category": "news",
        "title": "年末年始の問合せ窓口について",
        "body": "12月29日から1月3日まで、事務局は休業いたします。お急ぎの場合は、お問合せフォームからご連絡ください。",
        "link": "",
    }
    return content | _posting(now) | over


def _posting(now: datetime) -> dict[str, Any]:
    return {
        "publish_at": _minute(now + timedelta(days=7)),
        "unpublish_at": None,
        "attachments": [],
        "images": [],
        "memo_to_secretariat": "",
        "attest": True,
    }


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _application(now: datetime) -> dict[str, Any]:
    return {
        "apply_via": "web",
        "apply_url": "",
        "apply_contact": "",
        "resume_type": "general",
        "resume_items": ["education", "work"],
        "resume_file_name": "",
        "documents": [
            {"name": "語学力を証明する書類", "required": True, "note": "", "format": "any"},
            {"name": "業務経歴一覧", "required": False, "note": "", "format": "any"},
        ],
        "how_to_apply": HOW,
        "open_at": _minute(now + timedelta(days=7)),
        "close_at": _minute(now + timedelta(days=35)),
        "retention_months": 6,
        "privacy_purpose": "応募者の選考と、選考に関する連絡のために利用します。",
        **INQUIRY,
    }


def _job(now: datetime) -> dict[str, Any]:
    return {
        "employment_kind": "EMP",
        "title": "ラオス 給水施設維持管理専門家",
        "job_category": "P03",
        "fields": ["03"],
        "headcount": "1",
        "employer_name": "特定非営利活動法人 アジアの水とくらし",
        "employer_address": "東京都文京区小日向1-2-3 みどりビル4階401",
        "employer_contact": "03-1234-5678",
        "work_style": "",
        "post_language": "ja",
        "duties": DUTIES,
        "duties_change": "変更なし",
        "background": "",
        "team": "",
        "place_kind": "abroad",
        "countries": ["LA"],
        "city_abroad": "ルアンパバーン",
        "prefecture": "",
        "city": "",
        "street": "",
        "applicant_countries": [],
        "place_change": "変更なし",
        "travel": "",
        "smoking": "",
        "smoking_note": "",
        "family": "",
        **_conditions(now),
        "must_have": "上水道分野の実務経験と、英語で業務を行う力",
        "nice_to_have": "",
        "min_degree": "any",
        "min_experience": "5",
        "languages": [
            {"language": "en", "need": "must", "level": "B", "note": ""},
            {"language": "ja", "need": "must", "level": "A", "note": ""},
        ],
        "licenses": "",
        "age_limit": "none",
        "age_min": None,
        "age_max": None,
        "age_code": "",
        "age_reason": "",
        "gender_limit": "none",
        "gender_code": "",
        "gender_reason": "",
        "nationality_condition": "",
        "nationality_reason": "",
        "min_talent_level": "3",
        "selection": "書類選考と面接を行います。",
        "result_notice": "all",
        "result_by": "",
        "return_documents": "no",
    }


def _conditions(now: datetime) -> dict[str, Any]:
    return {
        "contract_type": "fixed",
        "term_kind": "fixed",
        "term_from": (now + timedelta(days=90)).date(),
        "term_to": (now + timedelta(days=90 + 364)).date(),
        "term_note": "",
        "renewal": "conditional",
        "renewal_criteria": "勤務成績と事業の予算によります。",
        "renewal_cap_kind": "years",
        "renewal_cap": 3,
        "probation": "none",
        "probation_months": None,
        "probation_terms": "",
        "dispatch_worker": "no",
        "cancel_terms": "",
        "pay_kind": "month",
        "pay_min": 320_000,
        "pay_max": 420_000,
        "currency": "JPY",
        "pay_note": "",
        "fixed_overtime": "none",
        "fixed_overtime_amount": None,
        "fixed_overtime_hours": None,
        "fixed_overtime_excess": "",
        "allowances": [{"name": "住居手当", "amount": "実費（上限あり）"}],
        "bonus": "",
        "pay_raise": "",
        "severance": "",
        "hours_system": "ordinary",
        "deemed_hours": None,
        "work_start": "09:00",
        "work_end": "17:45",
        "break_minutes": 60,
        "overtime": "some",
        "overtime_hours": 10,
        "holidays": "土曜日、日曜日、日本の祝日、年末年始。年次有給休暇は着任時に10日。",
        "insurances": ["health", "pension", "accident", "employment", "travel"],
        "insurance_note": "",
    }


def _event(now: datetime) -> dict[str, Any]:
    start = _minute(now + timedelta(days=40))
    return {
        "category": "seminar",
        "title": "水と衛生のオンラインセミナー",
        "organizer": "特定非営利活動法人 アジアの水とくらし",
        "co_organizers": "",
        "fields": ["03"],
        "body": BODY,
        "audience": "国際協力に関心のある方",
        "speakers": [],
        "certificate": "",
        "event_languages": ["ja"],
        "accessibility": "",
        "event_url": "",
        "formats": ["online"],
        "venue": "",
        "venue_address": "",
        "venue_country": "",
        "online_url": "",
        "event_status": "planned",
        "schedule_kind": "dated",
        "sessions": [{"starts_at": start, "ends_at": start + timedelta(hours=2)}],
        "capacity": 60,
        "overflow": "first",
        "fee_kind": "free",
        "fee_info": "",
        "cancel_policy": "",
    }


def holding(kind: Kind, field: Field, *, now: datetime) -> dict[str, Any]:
    """The sample with whatever must be chosen for `field` to be there; other fields of that choice may be missing."""
    content = sample(kind, now=now)
    for condition in field.when:
        if not condition.holds(content):
            value = min(condition.values)
            content[condition.field] = [value] if isinstance(content[condition.field], list) else value
    return content
