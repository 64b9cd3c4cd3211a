"""Words that a posting may not have: what each rule finds, what it must let pass, and what excuses it."""

import re
from datetime import datetime
from typing import Any

import pytest

from models.states import Kind
from portal.publishing import word_patterns
from portal.publishing.check_words import KNOWN_DOCUMENTS
from portal.publishing.checks import check
from tests.publishing.samples import DUTIES, HOW, sample
from tests.publishing.sentences import FOUND, PASSED


def rules(now: datetime, kind: Kind = Kind.job, **over: Any) -> list[str]:
    return [finding.rule for finding in check(kind, sample(kind, now=now, **over), organization=None, now=now)]


def found_in(now: datetime, field: str, text: str) -> list[str]:
    """The rules that find something in a content that is right but for the sentence in that field."""
    over: dict[str, Any] = {field: text}
    if field == "documents":
        over = {"documents": [{"name": text, "required": False, "note": ""}]}
    elif field == "duties":
        over = {"duties": f"{DUTIES}{text}"}
    elif field == "pay_note" and VAGUE.search(text):
        over["pay_min"] = over["pay_max"] = None  # what figures stand beside is no vague pay
    return [rule for rule in rules(now, **over) if rule != "F-01"]


VAGUE = re.compile(word_patterns.VAGUE_PAY)


def test_there_are_as_many_sentences_as_the_patterns_were_tried_on() -> None:
    assert (len(FOUND), len(PASSED)) == (32, 37)
    assert len({text for _rule, _field, text in (*FOUND, *PASSED)}) == 69


@pytest.mark.parametrize(("rule", "field", "text"), FOUND)
def test_what_each_rule_finds(rule: str, field: str, text: str, now: datetime) -> None:
    assert found_in(now, field, text) == [rule]


@pytest.mark.parametrize(("rule", "field", "text"), PASSED)
def test_what_each_rule_lets_pass(rule: str, field: str, text: str, now: datetime) -> None:
    assert found_in(now, field, text) == []


@pytest.mark.parametrize(
    ("over", "severity"),
    [
        ({"must_have": "女性限定の募集です"}, "error"),
        ({"must_have": "女性歓迎です"}, "warning"),
        ({"selection": "選考料をお支払いください"}, "error"),
    ],
)
def test_what_shuts_out_or_charges_is_no_mere_warning(over: dict[str, Any], severity: str, now: datetime) -> None:
    (finding,) = check(Kind.job, sample(Kind.job, now=now, **over), organization=None, now=now)

    assert finding.severity == severity


def test_an_event_may_say_its_fee_where_fees_are_told(now: datetime) -> None:
    paid = {
        "fee_kind": "paid",
        "fee_info": "教材費2,000円をお支払いください。",
        "cancel_policy": "前日まで返金します。",
    }

    assert rules(now, Kind.event, **paid) == []
    assert rules(now, Kind.event, audience="教材費をお支払いいただける方") == ["Q-14"]


def test_words_of_employment_in_unpaid_work_are_told_to_the_desk_alone(now: datetime) -> None:
    unpaid = {"employment_kind": "VOL", "contract_type": "volunteer", "pay_kind": "unpaid"}
    content = sample(Kind.job, now=now, **unpaid, must_have="残業に応じられること")

    (finding,) = check(Kind.job, content, organization=None, now=now)

    assert (finding.rule, finding.severity) == ("Q-15", "note")


@pytest.mark.parametrize(
    ("text", "excuse"),
    [
        ("35歳以下の方", {"age_limit": "some", "age_code": "3ha", "age_max": 35, "age_reason": "子役の演技指導のため"}),
        ("女性限定です", {"gender_limit": "some", "gender_code": "guard", "gender_reason": "女性の宿舎の管理のため"}),
        ("日本国籍を有する方", {"nationality_condition": "日本国籍", "nationality_reason": "公用旅券で渡航するため。"}),
    ],
)
def test_a_reason_in_the_field_for_it_excuses_the_words(text: str, excuse: dict[str, Any], now: datetime) -> None:
    assert rules(now, must_have=text) != []
    assert rules(now, must_have=text, **excuse) == []


def test_the_word_itself_is_quoted_and_each_rule_told_once(now: datetime) -> None:
    content = sample(Kind.job, now=now, must_have="２０代の女性歓迎、30代も歓迎", nice_to_have="40代も歓迎、男性限定")
    findings = check(Kind.job, content, organization=None, now=now)

    assert [(finding.rule, finding.field) for finding in findings] == [("Q-09", "must_have"), ("Q-12", "must_have")]
    assert findings[0].message.startswith("「20代」：")
    assert findings[1].message.startswith("「女性歓迎」：")


def test_what_only_the_secretariat_reads_is_not_searched(now: datetime) -> None:
    assert rules(now, memo_to_secretariat="35歳以下の女性のみ") == []


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_searched(kind: Kind, now: datetime) -> None:
    assert rules(now, kind, title="35歳以下の方へのお知らせ") == ["Q-09"]


# ---- documents

NEVER = [
    "戸籍謄本",
    "戸籍抄本",
    "家族構成の分かる書類",
    "思想・信条に関する調査票",
    "本籍の分かる書類",
    "支持政党の申告書",
]
WITH_REASON = [
    "住民票",
    "健康診断書",
    "身元保証書",
    "身元保証人の承諾書",
    "自宅付近の略図",
    "通勤経路略図",
    "愛読書の感想文",
]


@pytest.mark.parametrize(
    ("name", "severity"), [*((name, "error") for name in NEVER), *((name, "warning") for name in WITH_REASON)]
)
def test_documents_that_a_recruiter_may_not_ask_for(name: str, severity: str, now: datetime) -> None:
    content = sample(Kind.job, now=now, documents=[{"name": name, "required": False, "note": ""}])

    (finding,) = check(Kind.job, content, organization=None, now=now)

    assert (finding.rule, finding.severity, finding.field) == ("Q-11", severity, "documents")
    assert f"「{name}」" in finding.message


@pytest.mark.parametrize("name", KNOWN_DOCUMENTS)
def test_a_document_that_the_text_names_must_be_on_the_list(name: str, now: datetime) -> None:
    how = f"{HOW}{name}も必要です。"

    assert rules(now, how_to_apply=how) == ["F-05"]
    assert rules(now, how_to_apply=how, documents=[{"name": f"{name}（写し）", "required": True, "note": ""}]) == []
    assert rules(now, how_to_apply=how, resume_file_name=f"{name}様式") == []
    assert rules(now, how_to_apply=how, apply_via="other", apply_contact="saiyo@example.org") == []
