"""Which of the checks the desk may turn off, weigh or reword, and what it made of them.

What a form needs to be read at all, what the clock goes by and what decides a right is not the desk's to change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

ERROR, WARNING = "error", "warning"
Row = tuple[str, str, str, str]  # rule, severity, field, message


@dataclass(frozen=True)
class Rule:
    """`message` is empty where a rule has several sentences, or one that names what was found."""

    id: str
    title: str
    severity: str = ""  # empty: it has both
    message: str = ""
    fixed: bool = False


@dataclass(frozen=True)
class Ruling:
    """Empty words mean the rule's own."""

    active: bool = True
    severity: str = ""
    message: str = ""


RULES: Mapping[str, Rule] = {
    rule.id: rule
    for rule in (
        Rule("F-01", "必須項目の入力", ERROR, fixed=True),
        Rule("F-02", "文字数、件数、形式", ERROR, fixed=True),
        Rule("F-03", "書類名の重複", ERROR, fixed=True),
        Rule("F-04", "専門家履歴書を選べる団体", ERROR, fixed=True),
        Rule("F-05", "応募方法の文と応募書類の一致", WARNING),
        Rule("Q-03", "日付の前後関係", fixed=True),
        Rule(
            "Q-09",
            "年齢を条件とする表現",
            WARNING,
            "年齢を条件とする表現があります。年齢制限の欄で例外事由を示すか、必要な能力で書いてください。",
        ),
        Rule("Q-11", "応募書類として求めない書類"),
        Rule(
            "Q-12",
            "性別を条件とする表現",
            WARNING,
            "性別を条件とする表現があります。例外に当たる場合は性別に関する条件の欄に理由を書いてください。",
        ),
        Rule(
            "Q-13",
            "国籍を条件とする表現",
            WARNING,
            "国籍を条件とする表現があります。必要な理由を国籍・在留の要件の欄に書いてください。",
        ),
        Rule(
            "Q-14",
            "応募者に費用を求める表現",
            WARNING,
            "応募者に費用の負担を求める表現があります。求人では徴収できません。",
        ),
        Rule("Q-22", "コピーの印が残るタイトル", ERROR, "タイトルの「【コピー】」を消してください。"),
        Rule("Q-23", "掲載希望日時までの営業日", WARNING),
        Rule("Q-24", "タイトルの書きかた", ERROR),
    )
}
_rulings: Mapping[str, Ruling] = {}


def rule(rulings: Mapping[str, Ruling]) -> None:
    """What holds from now on, in this process."""
    global _rulings  # noqa: PLW0603
    _rulings = {key: ruling for key, ruling in rulings.items() if key in RULES and not RULES[key].fixed}


def ruling_of(key: str) -> Ruling:
    return _rulings.get(key, Ruling())


def judged(found: Iterable[Row]) -> Iterator[Row]:
    """The findings as the desk wants them."""
    for row in found:
        ruling, (key, severity, field, message) = ruling_of(row[0]), row
        if ruling.active:
            yield key, ruling.severity or severity, field, _worded(key, message, ruling.message)


def _worded(key: str, message: str, instead: str) -> str:
    """A rule about words names the one it found before it says why."""
    return message.replace(RULES[key].message, instead) if instead and RULES[key].message else message
