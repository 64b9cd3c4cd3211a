"""Wording that a posting may not have, or should be asked about: what the rows of the rule book find in its texts.

It helps the writer and is no legal advice.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

from models.states import Kind
from portal.publishing import word_patterns
from portal.publishing.rule_book import ERROR, RULES, WARNING, Row, Rule, Words, ruling_of
from portal.publishing.shapes import Field, Type

CONDITIONS = ("Q-09", "Q-12", "Q-13", "Q-14")  # that nobody may be chosen by, nor pay for


def findings(kind: Kind, fields: Iterable[Field], content: Mapping[str, Any]) -> Iterator[Row]:
    texts = [field for field in fields if field.type in (Type.text, Type.prose, Type.files) and field.public]
    for rule in RULES.values():
        if rule.words and _concerns(rule.words, kind, content):
            yield from _in_texts(rule, rule.words, kind, texts, content)
    yield from _asked_documents(content)
    yield from _named_documents(content)


def _concerns(words: Words, kind: Kind, content: Mapping[str, Any]) -> bool:
    if kind not in words.kinds or not all(condition.holds(content) for condition in words.when):
        return False
    return not words.excuse or content.get(words.excuse) in (None, "", "none")


def _in_texts(
    rule: Rule, words: Words, kind: Kind, texts: Iterable[Field], content: Mapping[str, Any]
) -> Iterator[Row]:
    """The first place alone: who mends it looks for the others."""
    fields = ruling_of(rule.id).fields or words.fields
    for field in texts:
        if field.name in words.besides or (fields and field.name not in fields):
            continue
        if word := _hit(rule.id, words, normalized(_text_of(field, content.get(field.name)))):
            grave = kind in words.grave_kinds or (words.grave and _compiled(words.grave).search(word))
            yield rule.id, ERROR if grave else rule.severity, field.name, f"「{word.strip()}」：{rule.message}"
            return


def _text_of(field: Field, value: Any) -> str:
    if field.type is not Type.files:
        return value or ""
    return "\n".join(row[cell.name] or "" for row in value or () for cell in field.cells)


def barred(text: str) -> Iterator[str]:
    """Words of a free text that may stand for a condition that nobody may be chosen by."""
    folded = normalized(text)
    for key in CONDITIONS:
        words = RULES[key].words
        if words and ruling_of(key).active and (word := _hit(key, words, folded)):
            yield word


def normalized(text: Any) -> str:
    return unicodedata.normalize("NFKC", text or "")


@lru_cache(maxsize=128)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _hit(key: str, words: Words, text: str) -> str:
    if words.ignored:
        text = _compiled(words.ignored).sub("", text)
    match = _compiled(ruling_of(key).pattern or words.pattern).search(text)
    if match is None or (words.unless and _compiled(words.unless).search(text)):
        return ""
    return match.group()


def _asked_documents(content: Mapping[str, Any]) -> Iterator[Row]:
    """Q-11: documents that a recruiter may not ask for, or only with a reason."""
    for row in content.get("documents") or ():
        name = normalized(row["name"])
        if _compiled(word_patterns.NEVER_ASKED).search(name):
            message = f"「{row['name']}」は、公正な採用選考のため応募書類として求められません。"
            yield "Q-11", ERROR, "documents", message
        elif _compiled(word_patterns.PERSONAL).search(name):
            message = f"「{row['name']}」は、選考に必要な理由がある場合だけ求めてください。"
            yield "Q-11", WARNING, "documents", message


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
# 「ポートフォリオ」を添付: what the text puts in brackets and asks for.
QUOTED = re.compile(r"[「『]([^「」『』\n]{2,60})[」』](?=[^。\n]{0,12}(?:添付|提出|同封|送付|添え))")


def _named_documents(content: Mapping[str, Any]) -> Iterator[Row]:
    """A document that the text asks for but nobody can hand in."""
    if content.get("apply_via") != "web":
        return
    names = normalized(
        " ".join(row["name"] for row in content.get("documents") or ()) + (content.get("resume_file_name") or "")
    )
    text = normalized(content.get("how_to_apply"))
    named = [document for document in KNOWN_DOCUMENTS if document in text]
    for document in dict.fromkeys([*named, *QUOTED.findall(text)]):
        if document not in names and "履歴書" not in document:
            yield "F-05", WARNING, "documents", f"応募方法の文に「{document}」がありますが、応募書類にありません。"
