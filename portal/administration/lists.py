"""Which code lists the desk may word, order and retire: those that decide no right and count nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from portal import codes
from portal.codes import CodeList


@dataclass(frozen=True)
class Listed:
    title: str
    codes: CodeList
    used: str  # where people meet it


LISTS: Mapping[str, Listed] = {
    "org_types": Listed("団体種別", codes.ORG_TYPES, "団体の登録"),
    "fields": Listed("分野課題", codes.FIELDS, "求人情報、研修・イベント・セミナー情報、人材のプロフィール"),
    "employment_kinds": Listed("募集区分", codes.EMPLOYMENT_KINDS, "求人情報、人材のプロフィール"),
    "job_categories": Listed("職種", codes.JOB_CATEGORIES, "求人情報、人材のプロフィール"),
    "work_styles": Listed("キャリア段階", codes.WORK_STYLES, "求人情報"),
    "place_kinds": Listed("勤務地区分", codes.PLACE_KINDS, "求人情報"),
    "smoking": Listed("受動喫煙対策", codes.SMOKING, "求人情報"),
    "age_exceptions": Listed("年齢制限の例外事由", codes.AGE_EXCEPTIONS, "求人情報"),
    "gender_exceptions": Listed("性別条件の例外", codes.GENDER_EXCEPTIONS, "求人情報"),
    "result_notices": Listed("選考結果の通知", codes.RESULT_NOTICES, "求人情報"),
    "return_documents": Listed("応募書類の返却", codes.RETURN_DOCUMENTS, "求人情報"),
    "event_categories": Listed("イベントの種別", codes.EVENT_CATEGORIES, "研修・イベント・セミナー情報"),
    "event_formats": Listed("開催形式", codes.EVENT_FORMATS, "研修・イベント・セミナー情報"),
    "overflows": Listed("定員を超えたとき", codes.OVERFLOWS, "研修・イベント・セミナー情報"),
    "fee_kinds": Listed("参加費", codes.FEE_KINDS, "研修・イベント・セミナー情報"),
    "notice_categories": Listed("お知らせの区分", codes.NOTICE_CATEGORIES, "団体からのお知らせ"),
    "current_statuses": Listed("現在の状況", codes.CURRENT_STATUSES, "人材のプロフィール"),
    "experience_kinds": Listed("海外業務経験の立場", codes.EXPERIENCE_KINDS, "人材のプロフィール"),
    "mission_roles": Listed("国際協力業務の立場", codes.MISSION_ROLES, "専門家履歴書"),
}
