"""Every rule with an example that it finds and one that it lets pass, on contents that are right but for one value."""

import ast
import re
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from models.organizations import Organization
from models.states import Kind
from portal.publishing import check_conditions, check_dates, check_files, check_words, checks, rule_book
from portal.publishing.checks import Finding, check
from portal.publishing.fields import fields_of
from tests.publishing.filing import row as image
from tests.publishing.samples import BODY, DUTIES, sample

JOB, EVENT, NOTICE = Kind.job, Kind.event, Kind.notice
ORDINARY, JICA = Organization(org_type="07"), Organization(org_type="01")


def found(kind: Kind, content: dict[str, Any], now: datetime, organization: Organization = ORDINARY) -> list[Finding]:
    return check(kind, content, organization=organization, now=now)


class Case(NamedTuple):
    rule: str
    severity: str
    kind: Kind
    field: str  # where it is told
    bad: dict[str, Any]
    told: str
    good: dict[str, Any]


def documents(*names: str) -> dict[str, Any]:
    return {"documents": [{"name": name, "required": True, "note": ""} for name in names]}


EXTERNAL = {"apply_via": "external", "apply_url": "https://example.org/apply"}
PAID = {"fee_kind": "paid", "fee_info": "資料代として1,000円", "cancel_policy": "前日まで返金します。"}
SOME_AGE = {"age_limit": "some", "age_code": "3ha", "age_max": 60, "age_reason": "定年が60歳のため"}
DOMESTIC = {"place_kind": "domestic", "prefecture": "東京都", "city": "文京区", "smoking": "none"}
OPEN = {"term_kind": "open", "contract_type": "permanent"}
OVERTIME = {
    "fixed_overtime": "some",
    "fixed_overtime_amount": 30_000,
    "fixed_overtime_hours": 15,
    "fixed_overtime_excess": "yes",
}
LEADING = "2027年度の活動報告会を開催します。詳しい内容は、添付のPDFファイルをご覧ください。"
CASES = (
    Case("F-01", "error", JOB, "title", {"title": ""}, "入力してください", {"title": "現地調整員"}),
    Case("F-01", "error", JOB, "place_kind", {"place_kind": ""}, "選択", {"place_kind": "unspecified"}),
    Case("F-01", "error", JOB, "languages", {"languages": []}, "追加", {}),
    Case("F-01", "error", NOTICE, "attest", {"attest": False}, "チェックを入れて", {"attest": True}),
    Case("F-01", "error", JOB, "documents", documents("推薦書", " "), "応募書類2の書類名", documents("推薦書")),
    Case("F-02", "error", NOTICE, "body", {"body": "短い"}, "30文字以上", {"body": "長" * 30}),
    Case("F-02", "error", JOB, "fields", {"fields": ["01", "02", "03", "04"]}, "3件以内", {"fields": ["01", "02"]}),
    Case("F-02", "error", JOB, "retention_months", {"retention_months": 0}, "1以上", {"retention_months": 1}),
    Case(
        "F-02", "error", JOB, "inquiry_email", {"inquiry_email": "a@b"}, "name@example.jp", {"inquiry_email": "a@b.jp"}
    ),
    Case(
        "F-02", "error", JOB, "inquiry_phone", {"inquiry_phone": "内線だけ"}, "数字", {"inquiry_phone": "03-1234-5678"}
    ),
    Case("F-02", "error", JOB, "documents", documents("あ" * 61), "60文字以内", documents("あ" * 60)),
    Case("F-02", "error", JOB, "apply_url", EXTERNAL | {"apply_url": "http://example.org"}, "https://", EXTERNAL),
    Case("F-03", "error", JOB, "documents", documents("推薦書", "推薦書 "), "重複", documents("推薦書", "推薦書2")),
    Case("F-04", "error", JOB, "resume_type", {"resume_type": "expert"}, "JICA", {"resume_type": ""}),
    Case(
        "F-05",
        "warning",
        JOB,
        "documents",
        {"how_to_apply": "応募フォームに必要事項を入力し、推薦状を1通添付して、期日までに送信してください。"},
        "「推薦状」",
        documents("推薦状（A4で2枚まで）"),
    ),
    Case("F-06", "error", NOTICE, "images", {"images": [image(words="")]}, "代替テキスト", {"images": [image()]}),
    Case(
        "Q-26",
        "warning",
        NOTICE,
        "body",
        {"body": LEADING, "attachments": [image(width=None)]},
        "主な内容",
        {"body": LEADING},
    ),
    Case("Q-09", "warning", JOB, "must_have", {"must_have": "35歳以下の方"}, "年齢", {"must_have": "年齢は不問です"}),
    Case("Q-11", "error", JOB, "documents", documents("戸籍謄本"), "求められません", documents("業務経歴書")),
    Case("Q-11", "warning", JOB, "documents", documents("健康診断書"), "理由がある場合だけ", documents("語学の証明書")),
    Case(
        "Q-12", "warning", JOB, "duties", {"duties": DUTIES + "女性歓迎。"}, "性別", {"duties": DUTIES + "女性の団体"}
    ),
    Case("Q-13", "warning", JOB, "must_have", {"must_have": "日本国籍の方"}, "国籍", {"must_have": "国籍は問いません"}),
    Case(
        "Q-14",
        "warning",
        EVENT,
        "body",
        {"body": BODY + "登録料をお支払いください。"},
        "費用",
        {"body": BODY + "参加は無料です。"},
    ),
    Case(
        "Q-14",
        "error",
        JOB,
        "selection",
        {"selection": "選考料をお支払いください。"},
        "徴収できません",
        {"selection": "選考料は当団体が負担します。"},
    ),
    Case("Q-02", "error", JOB, "contract_type", {"contract_type": "volunteer"}, "募集区分と合いません", {}),
    Case(
        "Q-02",
        "error",
        JOB,
        "pay_kind",
        {"pay_kind": "unpaid"},
        "無給",
        {"pay_kind": "year", "pay_min": 4_000_000, "pay_max": None},
    ),
    Case("Q-02", "error", JOB, "pay_max", {"pay_max": 300_000}, "下限以上", {"pay_max": 320_000}),
    Case(
        "Q-02",
        "error",
        JOB,
        "insurances",
        {"insurances": ["health", "none"], "insurance_note": "適用の対象外のため"},
        "同時には",
        {"insurances": ["none"], "insurance_note": "適用の対象外のため"},
    ),
    Case("Q-04", "error", JOB, "term_to", {"term_to": None}, "補足", {"term_to": None, "term_note": "着任から1年間"}),
    Case("Q-04", "error", JOB, "term_to", {"term_to": date(2026, 1, 1)}, "後の日付", {}),
    Case("Q-04", "warning", JOB, "term_to", {"term_to": date(2030, 12, 1)}, "3年を超えて", {}),
    Case("Q-05", "warning", JOB, "duties_change", {"duties_change": "当団体の定めるところによる"}, "具体的", {}),
    Case("Q-07", "warning", JOB, "pay_max", {"pay_max": 640_000}, "2倍以上", {"pay_max": 639_999}),
    Case("Q-07", "warning", JOB, "pay_min", DOMESTIC | {"pay_min": 150_000, "pay_max": None}, "最低賃金", DOMESTIC),
    Case("Q-08", "error", JOB, "fixed_overtime_excess", OVERTIME | {"fixed_overtime_excess": "no"}, "割増", OVERTIME),
    Case("Q-10", "error", JOB, "age_min", SOME_AGE | {"age_max": None}, "下限か上限", SOME_AGE),
    Case("Q-10", "error", JOB, "age_code", SOME_AGE | {"age_code": "1"}, "1号は", OPEN | SOME_AGE | {"age_code": "1"}),
    Case(
        "Q-10",
        "error",
        JOB,
        "age_code",
        OPEN | SOME_AGE | {"age_code": "3ro", "age_min": 29, "age_max": 39},
        "3号ロは",
        OPEN | SOME_AGE | {"age_code": "3ro", "age_min": 30, "age_max": 39},
    ),
    Case("Q-13", "error", JOB, "nationality_reason", {"nationality_condition": "日本国籍"}, "その理由", {}),
    Case("Q-17", "error", JOB, "smoking", DOMESTIC | {"smoking": "na"}, "受動喫煙", DOMESTIC),
    Case("Q-24", "error", JOB, "how_to_apply", {"how_to_apply": DUTIES}, "別の文", {}),
    Case("Q-24", "error", EVENT, "body", {"body": "https://example.org/" + "a" * 90}, "URLだけ", {}),
    Case("Q-27", "warning", JOB, "team", {"team": "アットホームな職場です"}, "誤解", {"team": "職員8名の部署です"}),
    Case("Q-28", "warning", NOTICE, "title", {"title": "調査員の募集要項を公開"}, "募集に見える", {}),
    Case("Q-29", "warning", JOB, "break_minutes", {"work_end": "18:30", "break_minutes": 45}, "60分以上", {}),
    Case(
        "Q-22",
        "error",
        NOTICE,
        "title",
        {"title": "【コピー】窓口の休み"},
        "消してください",
        {"title": "コピー機の入替え"},
    ),
    Case("Q-24", "error", NOTICE, "title", {"title": "詳しくは HTTPS://a.jp"}, "URL", {"title": "httpsへの切替え"}),
    Case("Q-24", "error", NOTICE, "title", {"title": "長" * 30, "body": "長" * 30}, "別の文", {"title": "長" * 31}),
)


@pytest.mark.parametrize("kind", Kind)
def test_a_right_content_is_found_nothing_in(kind: Kind, now: datetime) -> None:
    assert found(kind, sample(kind, now=now), now) == []


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.field}-{case.told}")
def test_each_rule_finds_what_is_wrong_and_nothing_else(case: Case, now: datetime) -> None:
    wrong = found(case.kind, sample(case.kind, now=now, **case.bad), now)
    right = found(case.kind, sample(case.kind, now=now, **case.good), now)

    assert [(finding.rule, finding.severity, finding.field) for finding in wrong] == [
        (case.rule, case.severity, case.field)
    ]
    assert case.told in wrong[0].message
    assert right == []


def rule_ids(*modules: Any) -> set[str]:
    texts = [
        node.value
        for module in modules
        for node in ast.walk(ast.parse(Path(module.__file__).read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    return {text for text in texts if re.fullmatch(r"[A-Z]-\d\d", text)}


DATES = {"Q-03", "Q-23"}  # test_check_dates.py
WORDS = {"Q-06", "Q-15"}  # test_check_words.py


def test_no_rule_is_without_an_example() -> None:
    assert (
        rule_ids(checks, check_words, check_conditions, check_dates, check_files, rule_book)
        == {case.rule for case in CASES} | DATES | WORDS
    )


def test_every_message_says_what_to_do_or_what_is_not_allowed(now: datetime) -> None:
    advice = re.compile(r"ください|入れられません|求められません|徴収できません|選べます|1ファイルです|ありません")
    for case in CASES:
        (finding,) = found(case.kind, sample(case.kind, now=now, **case.bad), now)
        assert advice.search(finding.message), finding.message
        assert finding.message.endswith("。")


def test_findings_stand_in_the_order_of_the_form_and_name_their_section(now: datetime) -> None:
    content = {field.name: None for field in fields_of(JOB)}
    wrong = found(JOB, content, now)

    order = [field.name for field in fields_of(JOB)]
    assert [finding.field for finding in wrong] == sorted({finding.field for finding in wrong}, key=order.index)
    assert (wrong[0].field, wrong[0].section) == ("employment_kind", "基本")
    assert all(finding.section for finding in wrong)


# ---- 応募受付方法: one of three

METHODS: dict[str, dict[str, Any]] = {
    "web": {},
    "external": {"apply_url": "https://example.org/apply"},
    "other": {"apply_contact": "saiyo@example.org 宛に履歴書をお送りください。"},
}


@pytest.mark.parametrize("kind", [JOB, EVENT])
@pytest.mark.parametrize("method", METHODS)
def test_each_method_passes_with_what_it_needs(method: str, kind: Kind, now: datetime) -> None:
    assert found(kind, sample(kind, now=now, apply_via=method, **METHODS[method]), now) == []


@pytest.mark.parametrize("kind", [JOB, EVENT])
@pytest.mark.parametrize(
    ("method", "needed"),
    [("web", "retention_months"), ("web", "privacy_purpose"), ("external", "apply_url"), ("other", "apply_contact")],
)
def test_each_method_asks_for_its_own_and_for_nothing_of_the_others(
    method: str, needed: str, kind: Kind, now: datetime
) -> None:
    content = sample(kind, now=now, apply_via=method, **METHODS[method]) | {needed: None}

    assert [(finding.rule, finding.field) for finding in found(kind, content, now)] == [("F-01", needed)]


@pytest.mark.parametrize("kind", [JOB, EVENT])
@pytest.mark.parametrize(
    "nothing", [{"resume_type": ""}, {"resume_items": []}, {"documents": []}, {"resume_file_name": ""}]
)
def test_web_applications_may_ask_for_no_resume_no_item_and_no_document(
    nothing: dict[str, Any], kind: Kind, now: datetime
) -> None:
    assert found(kind, sample(kind, now=now, **nothing), now) == []


@pytest.mark.parametrize("kind", [JOB, EVENT])
def test_the_expert_resume_is_for_jica_alone(kind: Kind, now: datetime) -> None:
    content = sample(kind, now=now, resume_type="expert")

    assert found(kind, content, now, JICA) == []
    assert [finding.rule for finding in check(kind, content, organization=None, now=now)] == ["F-04"]
    # Chosen once, then another method: it is not there any more.
    assert found(kind, content | {"apply_via": "external", "apply_url": "https://example.org/"}, now) == []


@pytest.mark.parametrize("count", [1, 20, 21])
def test_documents_are_as_many_as_needed_up_to_twenty(count: int, now: datetime) -> None:
    rules = [finding.rule for finding in found(JOB, sample(JOB, now=now, **documents(*map(str, range(count)))), now)]

    assert rules == ([] if count <= 20 else ["F-02"])


# ---- what depends on another choice


@pytest.mark.parametrize(
    ("over", "missing"),
    [
        ({"employment_kind": "EMP", "duties_change": "", "place_change": ""}, ["duties_change", "place_change"]),
        ({"employment_kind": "VOL", "contract_type": "volunteer", "duties_change": "", "place_change": ""}, []),
        ({"job_category": "S01", "fields": []}, []),
        ({"job_category": "P01", "fields": []}, ["fields"]),
        ({"place_kind": "unspecified", "countries": []}, []),
        ({"place_kind": "remote", "countries": []}, ["applicant_countries"]),
        ({"place_kind": "domestic", "countries": []}, ["prefecture", "city", "smoking"]),
        (
            {"place_kind": "domestic", "employment_kind": "BID", "contract_type": "contractor"},
            ["prefecture", "city", "cancel_terms"],
        ),
        (SOME_AGE, []),
        (SOME_AGE | {"age_code": "", "age_reason": ""}, ["age_code", "age_reason"]),
        ({"gender_limit": "some"}, ["gender_code", "gender_reason"]),
    ],
)
def test_a_choice_in_a_job_asks_for_what_belongs_to_it(over: dict[str, Any], missing: list[str], now: datetime) -> None:
    assert [finding.field for finding in found(JOB, sample(JOB, now=now, **over), now)] == missing


@pytest.mark.parametrize(
    ("over", "missing"),
    [
        ({"formats": ["venue"]}, ["venue", "venue_address", "venue_country"]),
        ({"formats": ["online", "venue"], "venue": "会議室", "venue_address": "東京", "venue_country": "JP"}, []),
        ({"formats": ["recorded"]}, []),
        ({"schedule_kind": "always", "sessions": [], "open_at": None, "close_at": None}, []),
        ({"schedule_kind": "series", "sessions": []}, ["sessions"]),
        (PAID, []),
        (PAID | {"fee_info": "", "cancel_policy": ""}, ["fee_info", "cancel_policy"]),
    ],
)
def test_a_choice_in_an_event_asks_for_what_belongs_to_it(
    over: dict[str, Any], missing: list[str], now: datetime
) -> None:
    assert [finding.field for finding in found(EVENT, sample(EVENT, now=now, **over), now)] == missing
