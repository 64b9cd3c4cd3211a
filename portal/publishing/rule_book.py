"""The checks as rows: what each looks for, how grave it is, what it says; and what the desk made of it.

What a form needs to be read at all, what the clock goes by and what decides a right is not the desk's to change.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from models.states import Kind
from portal.publishing import word_patterns as words
from portal.publishing.condition_fields import PAID_KINDS, UNPAID_KINDS
from portal.publishing.shapes import When

# An error blocks 「確認」 and 「登録」, a warning is acknowledged, and a note is for the desk alone.
ERROR, WARNING, NOTE = "error", "warning", "note"
Row = tuple[str, str, str, str]  # rule, severity, field, message


@dataclass(frozen=True)
class Words:
    """What a rule about wording looks for. `fields` empty means every text that the public reads."""

    pattern: str
    fields: tuple[str, ...] = ()
    kinds: frozenset[Kind] = frozenset(Kind)
    when: tuple[When, ...] = ()
    besides: tuple[str, ...] = ()  # fields that may say it
    ignored: str = ""  # taken out of the text first
    unless: str = ""  # in the same text, it excuses
    excuse: str = ""  # a field that excuses, once something is stated there
    grave: str = ""  # makes what was found an error
    grave_kinds: frozenset[Kind] = frozenset()


@dataclass(frozen=True)
class Amount:
    """A number that a rule goes by and that changes with the years."""

    label: str
    unit: str
    value: int
    low: int
    high: int
    hint: str = ""


@dataclass(frozen=True)
class Rule:
    """`message` is empty where a rule has several sentences, or one that names what was found."""

    id: str
    title: str
    severity: str = ""  # empty: it has both
    message: str = ""
    fixed: bool = False
    words: Words | None = None
    amount: Amount | None = None
    asks_reason: bool = False  # to acknowledge it, one says why


@dataclass(frozen=True)
class Ruling:
    """Empty words, patterns and fields, and no amount, mean the rule's own."""

    active: bool = True
    severity: str = ""
    message: str = ""
    pattern: str = ""
    fields: tuple[str, ...] = ()
    valid_from: date | None = None  # until then nothing is checked by it
    amount: int | None = None


FORM = (
    Rule("F-01", "必須項目の入力", ERROR, fixed=True),
    Rule("F-02", "文字数、件数、形式", ERROR, fixed=True),
    Rule("F-03", "書類名の重複", ERROR, fixed=True),
    Rule("F-04", "専門家履歴書を選べる団体", ERROR, fixed=True),
    Rule("F-05", "応募方法の文と応募書類の一致", WARNING),
    Rule("F-06", "添付ファイルの表示名と画像の代替テキスト", ERROR, fixed=True),
)
POSTING = (
    Rule("Q-02", "選択した内容どうしの一致", ERROR),
    Rule("Q-03", "日付の前後関係", fixed=True),
    Rule("Q-04", "契約期間"),
    Rule(
        "Q-05",
        "変更の範囲の具体性",
        WARNING,
        "変更の範囲が具体的ではありません。変更の可能性がある業務や場所を書くか、「変更なし」と入力してください。",
        words=Words(words.VAGUE_CHANGE, fields=("duties_change", "place_change")),
    ),
    Rule(
        "Q-06",
        "金額のない賃金の表示",
        ERROR,
        "賃金は金額で示してください。規程や相談によるという説明だけでは掲載できません。",
        words=Words(words.VAGUE_PAY, fields=("pay_note",), when=(PAID_KINDS,), excuse="pay_min"),
    ),
    Rule(
        "Q-07",
        "賃金の幅と水準",
        WARNING,
        amount=Amount(
            "地域別最低賃金（最も高い都道府県の時間額）",
            "円",
            1226,  # Tokyo's since 3 October 2025
            500,
            10_000,
            "毎年10月ごろに改定されます。厚生労働省が公表する全国一覧で確認してください。",
        ),
    ),
    Rule("Q-08", "固定残業代の超過分", ERROR),
    Rule(
        "Q-09",
        "年齢を条件とする表現",
        WARNING,
        "年齢を条件とする表現があります。年齢制限の欄で例外事由を示すか、必要な能力で書いてください。",
        words=Words(words.AGE, ignored=words.AGE_OK, excuse="age_limit"),
    ),
    Rule("Q-10", "年齢制限の例外事由"),
    Rule("Q-11", "応募書類として求めない書類", asks_reason=True),
    Rule(
        "Q-12",
        "性別を条件とする表現",
        WARNING,
        "性別を条件とする表現があります。例外に当たる場合は性別に関する条件の欄に理由を書いてください。",
        words=Words(words.GENDER, excuse="gender_limit", grave=words.GENDER_ALONE),
    ),
    Rule(
        "Q-13",
        "国籍を条件とする表現",
        WARNING,
        "国籍を条件とする表現があります。必要な理由を国籍・在留の要件の欄に書いてください。",
        words=Words(words.NATION, excuse="nationality_condition"),
    ),
    Rule(
        "Q-14",
        "応募者に費用を求める表現",
        WARNING,
        "応募者に費用の負担を求める表現があります。求人では徴収できません。",
        words=Words(
            words.FEE, unless=words.OWN_COST, besides=("fee_info", "cancel_policy"), grave_kinds=frozenset({Kind.job})
        ),
    ),
    Rule(
        "Q-15",
        "無給の募集にある雇用の表現",
        NOTE,
        "無給の募集に、雇用を思わせる表現があります。労働者に当たらないか確認してください。",
        words=Words(words.EMPLOYMENT_WORDS, kinds=frozenset({Kind.job}), when=(UNPAID_KINDS,)),
    ),
    Rule("Q-17", "国内の受動喫煙防止措置", ERROR),
    Rule("Q-22", "コピーの印が残るタイトル", ERROR, "タイトルの「【コピー】」を消してください。"),
    Rule("Q-23", "掲載希望日時までの営業日", WARNING),
    Rule("Q-24", "タイトルと本文の書きかた", ERROR),
    Rule(
        "Q-26",
        "添付ファイルだけの内容",
        WARNING,
        "内容を添付ファイルに任せています。読めない人や検索する人のために、主な内容をここにも書いてください。",
    ),
    Rule(
        "Q-27",
        "誇大な表現",
        WARNING,
        "誤解を招くおそれのある表現です。事実を具体的に書いてください。",
        words=Words(words.LURING),
    ),
    Rule(
        "Q-28",
        "お知らせに見える募集",
        WARNING,
        "募集に見える表現があります。求人や催しは、求人情報または研修・イベント・セミナー情報として掲載してください。",
        words=Words(words.POSTING_WORDS, kinds=frozenset({Kind.notice})),
    ),
    Rule("Q-29", "休憩時間", WARNING),
)
RULES: Mapping[str, Rule] = {rule.id: rule for rule in (*FORM, *POSTING)}
_rulings: Mapping[str, Ruling] = {}


def error(rule: str, field: str, message: str) -> Row:
    return rule, ERROR, field, message


def warning(rule: str, field: str, message: str) -> Row:
    return rule, WARNING, field, message


def rule(rulings: Mapping[str, Ruling]) -> None:
    """What holds from now on, in this process."""
    global _rulings  # noqa: PLW0603  # what a process remembers
    _rulings = {key: ruling for key, ruling in rulings.items() if key in RULES and not RULES[key].fixed}


def ruling_of(key: str) -> Ruling:
    return _rulings.get(key, Ruling())


def amount_of(key: str) -> int:
    """What the rule goes by now; 0 for one that goes by no number."""
    amount, own = ruling_of(key).amount, RULES[key].amount
    return amount if amount is not None else own.value if own else 0


def holds(key: str, *, today: date) -> bool:
    ruling = ruling_of(key)
    return ruling.active and (ruling.valid_from is None or ruling.valid_from <= today)


def judged(found: Iterable[Row], *, today: date) -> Iterator[Row]:
    """The findings as the desk wants them."""
    for row in found:
        ruling, (key, severity, field, message) = ruling_of(row[0]), row
        if holds(key, today=today):
            yield key, ruling.severity or severity, field, _worded(key, message, ruling.message)


def _worded(key: str, message: str, instead: str) -> str:
    """A rule about words names the one it found before it says why."""
    return message.replace(RULES[key].message, instead) if instead and RULES[key].message else message
