"""Wording that a posting may not have, or should be asked about: patterns as rows, so that they can become data.

They run on NFKC text. Sources: the guidance on fair recruitment, the equal opportunity act, the age rule of
the labour measures act; they help the writer and are no legal advice.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.publishing.rule_book import RULES as RULE_BOOK
from portal.publishing.rule_book import ruling_of
from portal.publishing.shapes import Field, Type

ROW = tuple[str, str, str, str]


@dataclass(frozen=True)
class WordRule:
    """`fields` empty means every text of the posting; `without` is a field whose value "some" excuses the words."""

    id: str
    severity: str
    pattern: re.Pattern[str]
    message: str
    without: str = ""


AGE = re.compile(
    r"(?:満\s*)?(?:[1-7]\d)\s*(?:[歳才](?:\s*(?:以上|以下|未満|まで|迄|位|くらい|程度|前後))?+(?:\s*[~\-–〜]\s*(?:[1-7]\d)\s*[歳才代])?+|代)"
    r"(?!\s*(?:目|の子ども|児))|年齢(?:制限|上限|下限)|若手(?:歓迎|限定|の方)|若い(?:方|人)(?:歓迎|限定)?|シニア(?:限定|のみ)"
)
AGE_OK = re.compile(r"年齢(?:は)?(?:不問|を?問いません|に(?:関わ|かかわ)らず)")
GENDER = re.compile(
    r"(?:男性|女性|男子|女子)(?:の方)?(?:のみ|限定|歓迎|希望|優遇|優先|に限る|に限ります|急募|を募集)"
    r"|(?:営業|カメラ|ガード|サービス)マン(?![シショネダゴトゲーグ])|保母|看護婦|スチュワーデス|ウ[ェエ]イ(?:トレス|ター)|主婦(?!\s*[・/(]?\s*主?夫)"
)
NATION = re.compile(
    r"(?:日本)?国籍(?:を有する|を持つ|の方|者|に限|のみ|要件)|日本人(?:のみ|限定|に限)|外国人(?:不可|お断り)"
)
PERSONAL = re.compile(
    r"本籍|戸籍(?:謄本|抄本|全部事項)?|住民票|家族(?:構成|の職業|関係|の収入)|身元(?:調査|保証人?)|健康診断書|支持政党|愛読書|尊敬する人物"
    r"|生活信条|自宅(?:付近|周辺)の(?:地図|略図)|通勤経路の?略図|思想(?:・|及び)?信条"
)
NEVER_ASKED = re.compile(r"本籍|戸籍|家族(?:構成|の職業|関係|の収入)|思想|支持政党|生活信条")
FEE = re.compile(
    r"(?:登録料|応募料|選考料|審査料|紹介料|保証金|預り金|研修(?:費|料)|教材費|制服代).{0,14}(?:負担|支払|振込|徴収|頂|いただ)"
)
OWN_COST = re.compile(r"当(?:団体|機構|社|法人|機関).{0,6}(?:支給|負担)")

RULES = (
    WordRule(
        "Q-09",
        "warning",
        AGE,
        RULE_BOOK["Q-09"].message,
        "age_limit",
    ),
    WordRule(
        "Q-12",
        "warning",
        GENDER,
        RULE_BOOK["Q-12"].message,
        "gender_limit",
    ),
    WordRule(
        "Q-13",
        "warning",
        NATION,
        RULE_BOOK["Q-13"].message,
        "nationality_condition",
    ),
    WordRule("Q-14", "warning", FEE, RULE_BOOK["Q-14"].message),
)


def findings(fields: Iterable[Field], content: Mapping[str, Any]) -> Iterator[ROW]:
    texts = [field for field in fields if field.type in (Type.text, Type.prose) and field.public]
    for rule in RULES:
        if rule.without and content.get(rule.without) not in (None, "", "none"):
            continue
        for field in texts:
            if word := _hit(rule, normalized(content.get(field.name))):
                yield rule.id, rule.severity, field.name, f"「{word}」：{rule.message}"
                break
    yield from _asked_documents(content)
    yield from _named_documents(content)


def barred(text: str) -> Iterator[str]:
    """Words of a free text that may stand for a condition that nobody may be chosen by."""
    folded = normalized(text)
    return (word for rule in RULES if ruling_of(rule.id).active and (word := _hit(rule, folded)))


def normalized(text: Any) -> str:
    return unicodedata.normalize("NFKC", text or "")


def _hit(rule: WordRule, text: str) -> str:
    if rule.pattern is AGE:
        text = AGE_OK.sub("", text)
    match = rule.pattern.search(text)
    if match is None or (rule.pattern is FEE and OWN_COST.search(text)):
        return ""
    return match.group()


def _asked_documents(content: Mapping[str, Any]) -> Iterator[ROW]:
    """Q-11: documents that a recruiter may not ask for, or only with a reason."""
    for row in content.get("documents") or ():
        name = normalized(row["name"])
        if NEVER_ASKED.search(name):
            yield (
                "Q-11",
                "error",
                "documents",
                f"「{row['name']}」は、公正な採用選考のため応募書類として求められません。",
            )
        elif PERSONAL.search(name):
            yield "Q-11", "warning", "documents", f"「{row['name']}」は、選考に必要な理由がある場合だけ求めてください。"


KNOWN_DOCUMENTS = (
    "推薦状",
    "業務企画書",
    "語学証明書",
    "顔写真",
    "職務経歴書",
    "志望理由書",
    "小論文",
    "卒業証明書",
    "成績証明書",
)


def _named_documents(content: Mapping[str, Any]) -> Iterator[ROW]:
    """A document that the text asks for but nobody can hand in."""
    if content.get("apply_via") != "web":
        return
    names = normalized(
        " ".join(row["name"] for row in content.get("documents") or ()) + (content.get("resume_file_name") or "")
    )
    text = normalized(content.get("how_to_apply"))
    for document in KNOWN_DOCUMENTS:
        if document in text and document not in names:
            yield "F-05", "warning", "documents", f"応募方法の文に「{document}」がありますが、応募書類にありません。"
