"""Words that a posting may not have: what each rule finds, what it must let pass, and what excuses it."""

from datetime import datetime
from typing import Any

import pytest

from models.states import Kind
from portal.publishing.check_words import KNOWN_DOCUMENTS
from portal.publishing.checks import check
from tests.publishing.samples import HOW, sample


def rules(now: datetime, kind: Kind = Kind.job, **over: Any) -> list[str]:
    return [finding.rule for finding in check(kind, sample(kind, now=now, **over), organization=None, now=now)]


FOUND = {
    "Q-09": [
        "35歳以下の方",
        "３５歳以下の方",
        "満 20 歳以上の方",
        "18歳〜35歳の方",
        "40才位までの方",
        "20代の方が活躍中です",
        "年齢制限あり",
        "若手歓迎です",
        "若い方を求めます",
        "シニア限定です",
    ],
    "Q-12": [
        "女性のみ応募できます",
        "男性限定です",
        "女性の方歓迎",
        "男子に限ります",
        "営業マンを募集します",
        "看護婦の経験",
        "ウェイトレスの経験",
        "主婦の方へ",
    ],
    "Q-13": ["日本国籍を有する方", "国籍要件あり", "日本人のみ応募できます", "外国人不可です"],
    "Q-14": [
        "登録料を負担していただきます",
        "研修費は自己負担です",
        "保証金の支払いが必要です",
        "制服代を給与から徴収します",
    ],
}
PASSED = {
    "Q-09": [
        "年齢は問いません",
        "年齢不問です",
        "年齢にかかわらず応募できます",
        "15歳未満の子どもを対象とする事業",
        "18歳未満児の保護の経験",
        "2030年までの計画づくり",
        "第30代目の所長",
        "1990年代の事業",
        "従業員35名以下の団体",
        "8歳の児童への支援",
    ],
    "Q-12": [
        "女性の経済的自立を支援します",
        "男女共同参画の経験",
        "カメラマンションの管理",
        "主婦・主夫の方へ",
        "女性団体との調整",
        "営業マンション事業",
    ],
    "Q-13": ["国籍は問いません", "国籍を問わず応募できます", "日本人学校での勤務経験", "在留資格のある方"],
    "Q-14": [
        "研修費は当団体が全額負担します",
        "登録料はかかりません",
        "渡航費を支給します",
        "研修費は当機構が支給します",
    ],
}


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in FOUND.items() for text in texts])
def test_what_each_rule_finds(rule: str, text: str, now: datetime) -> None:
    assert rules(now, must_have=text) == [rule]


@pytest.mark.parametrize(("rule", "text"), [(rule, text) for rule, texts in PASSED.items() for text in texts])
def test_what_each_rule_lets_pass(rule: str, text: str, now: datetime) -> None:
    assert rules(now, must_have=text) == []


@pytest.mark.parametrize(
    ("text", "excuse"),
    [
        ("35歳以下の方", {"age_limit": "some", "age_code": "3i", "age_reason": "長期勤続によるキャリア形成のため"}),
        ("女性限定です", {"gender_limit": "some", "gender_code": "guard", "gender_reason": "女性の宿舎の管理のため"}),
        ("日本国籍を有する方", {"nationality_condition": "日本国籍。公用旅券で渡航するため。"}),
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
