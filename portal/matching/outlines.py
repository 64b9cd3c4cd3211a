"""A published profile in a line or two, as lists and sheets show it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from portal import codes
from portal.code_list import CodeList

Row = Mapping[str, Any]

LANGUAGES_SHOWN = 2
COUNTRIES_SHOWN = 3
# The longer words of 募集区分 do not fit beside countries.
KINDS = {
    "EMP": "雇用",
    "EXP": "専門家",
    "BID": "業務委託",
    "INP": "インターン",
    "INT": "インターン",
    "VOL": "ボランティア",
    "ROS": "登録",
}
LEVELS = {"N": "母語"}
LEVEL_ORDER = {level: place for place, level in enumerate(codes.LANGUAGE_LEVELS.values)}
NATIVE = "ja"  # goes without saying when there is another language


def fields_of(values: Iterable[str]) -> str:
    return "、".join(codes.FIELDS.label(value) for value in values)


def languages_of(rows: Sequence[Row], *, most: int | None = LANGUAGES_SHOWN) -> str:
    """英語 A（TOEIC 880）、フランス語 B: the strongest first."""
    foreign = [row for row in rows if row["language"] != NATIVE] or list(rows)
    ordered = sorted(foreign, key=lambda row: LEVEL_ORDER.get(row.get("level") or "", len(LEVEL_ORDER)))
    return "、".join(_language(row) for row in ordered[:most])


def _language(row: Row) -> str:
    level = row.get("level") or ""
    test = " ".join(word for word in (row.get("test"), row.get("score")) if word)
    words = " ".join(word for word in (codes.LANGUAGES.label(row["language"]), LEVELS.get(level, level)) if word)
    return f"{words}（{test}）" if test else words


def countries_of(rows: Iterable[Row], *, most: int = COUNTRIES_SHOWN) -> str:
    """Where a talent worked, the newest first; what does not fit is counted."""
    newest = sorted(rows, key=lambda row: row.get("begin") or "", reverse=True)
    return few([row["country"] for row in newest if row.get("country")], codes.COUNTRIES, most=most)


def wishes_of(countries: Sequence[str], kinds: Sequence[str], *, most: int = COUNTRIES_SHOWN) -> str:
    """ラオス、ネパール／雇用・専門家."""
    places = few(countries, codes.COUNTRIES, most=most)
    return "／".join(words for words in (places, "・".join(KINDS.get(kind, kind) for kind in kinds)) if words)


def few(values: Iterable[str], choices: CodeList, *, most: int) -> str:
    different = list(dict.fromkeys(values))
    words = "、".join(choices.label(value) for value in different[:most])
    rest = len(different) - most
    return f"{words} ほか{rest}か国" if rest > 0 else words
