"""Which code lists the desk may word, order and retire, and which it may add to."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal import codes, working_codes
from portal.code_list import CodeList


@dataclass(frozen=True)
class Listed:
    key: str
    title: str
    codes: CodeList
    used: str  # where people meet it
    grows: bool = False  # whether the desk may add to it: no rule, right or index asks for one of its codes


LISTS: Mapping[str, Listed] = {
    listed.key: listed
    for listed in (
        Listed("org_types", "団体種別", codes.ORG_TYPES, "団体の登録"),
        Listed("fields", "分野課題", codes.FIELDS, "求人情報、研修・イベント・セミナー情報、人材のプロフィール"),
        Listed("employment_kinds", "募集区分", codes.EMPLOYMENT_KINDS, "求人情報、人材のプロフィール"),
        Listed("job_categories", "職種", codes.JOB_CATEGORIES, "求人情報、人材のプロフィール"),
        Listed("work_styles", "キャリア段階", codes.WORK_STYLES, "求人情報"),
        Listed("place_kinds", "勤務地区分", codes.PLACE_KINDS, "求人情報"),
        Listed("smoking", "受動喫煙対策", codes.SMOKING, "求人情報"),
        Listed("age_exceptions", "年齢制限の例外事由", codes.AGE_EXCEPTIONS, "求人情報"),
        Listed("gender_exceptions", "性別条件の例外", codes.GENDER_EXCEPTIONS, "求人情報"),
        Listed("result_notices", "選考結果の通知", codes.RESULT_NOTICES, "求人情報", grows=True),
        Listed("return_documents", "応募書類の返却", codes.RETURN_DOCUMENTS, "求人情報", grows=True),
        Listed("contract_types", "雇用・契約形態", working_codes.CONTRACT_TYPES, "求人情報"),
        Listed("pay_kinds", "賃金形態", working_codes.PAY_KINDS, "求人情報"),
        Listed("currencies", "通貨", working_codes.CURRENCIES, "求人情報", grows=True),
        Listed("hours_systems", "労働時間制度", working_codes.HOURS_SYSTEMS, "求人情報"),
        Listed("insurances", "加入保険", working_codes.INSURANCES, "求人情報", grows=True),
        Listed("family", "家族帯同", working_codes.FAMILY, "求人情報"),
        Listed("degrees", "学歴", codes.DEGREES, "求人情報、人材のプロフィール"),
        Listed(
            "event_categories", "イベントの種別", codes.EVENT_CATEGORIES, "研修・イベント・セミナー情報", grows=True
        ),
        Listed("event_statuses", "開催状況", codes.EVENT_STATUSES, "研修・イベント・セミナー情報"),
        Listed("event_formats", "開催形式", codes.EVENT_FORMATS, "研修・イベント・セミナー情報"),
        Listed("overflows", "定員を超えたとき", codes.OVERFLOWS, "研修・イベント・セミナー情報"),
        Listed("fee_kinds", "参加費", codes.FEE_KINDS, "研修・イベント・セミナー情報"),
        Listed("notice_categories", "お知らせの区分", codes.NOTICE_CATEGORIES, "団体からのお知らせ", grows=True),
        Listed("current_statuses", "現在の状況", codes.CURRENT_STATUSES, "人材のプロフィール"),
        Listed("experience_kinds", "海外業務経験の立場", codes.EXPERIENCE_KINDS, "人材のプロフィール"),
        Listed("mission_roles", "国際協力業務の立場", codes.MISSION_ROLES, "専門家履歴書", grows=True),
    )
}
