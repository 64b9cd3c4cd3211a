"""Code lists of what a posting says about contract, pay and hours."""

from collections.abc import Mapping

from portal.code_list import Code, CodeList, code_list
from portal.codes import ENGLISH, JAPANESE

CONTRACT_TYPES = code_list(
    ("permanent", "正職員（無期）", "Permanent staff"),
    ("fixed", "契約職員（有期）", "Fixed-term staff"),
    ("shokutaku", "嘱託", "Non-regular staff (shokutaku)"),
    ("term", "任期付", "Term-limited staff"),
    ("part", "パート・アルバイト", "Part-time"),
    ("dispatch", "派遣労働者", "Dispatched worker"),
    ("secondment", "出向", "Secondment"),
    ("contractor", "業務委託（個人）", "Individual contractor"),
    ("company", "業務委託（法人）", "Corporate contractor"),
    ("commission", "委嘱・派遣契約", "Commission or assignment contract"),
    ("trainee", "研修員", "Trainee"),
    ("intern_paid", "インターン（有給）", "Paid intern"),
    ("intern_unpaid", "インターン（無給）", "Unpaid intern"),
    ("volunteer_paid", "ボランティア（有償）", "Volunteer with allowance"),
    ("volunteer", "ボランティア（無償）", "Unpaid volunteer"),
)
_STAFF = frozenset({"permanent", "fixed", "shokutaku", "term", "part", "dispatch", "secondment"})
# Which contracts each 募集区分 can have; a roster may lead to any.
CONTRACTS_OF: Mapping[str, frozenset[str]] = {
    "EMP": _STAFF,
    "INP": frozenset({"intern_paid", "part", "fixed"}),
    "EXP": frozenset({"commission", "contractor", "fixed", "shokutaku", "term"}),
    "BID": frozenset({"contractor", "company", "commission"}),
    "INT": frozenset({"intern_unpaid", "trainee"}),
    "VOL": frozenset({"volunteer", "volunteer_paid", "commission"}),
    "ROS": frozenset(CONTRACT_TYPES.values),
}
TERM_KINDS = code_list(("fixed", "あり", "Fixed term"), ("open", "なし", "No fixed term"))
RENEWALS = code_list(
    ("none", "更新しない", "Not renewable"),
    ("automatic", "自動的に更新する", "Renewed automatically"),
    ("conditional", "更新する場合がある（条件付き）", "Renewable on conditions"),
)
RENEWAL_CAPS = code_list(
    ("none", "上限なし", "No limit"),
    ("years", "通算契約期間（年）", "Total years"),
    ("times", "更新回数（回）", "Number of renewals"),
)
YES_NO = code_list(("no", "いいえ", "No"), ("yes", "はい", "Yes"))
PAY_KINDS = code_list(
    ("year", "年俸", "Per year"),
    ("month", "月給", "Per month"),
    ("day", "日給", "Per day"),
    ("hour", "時給", "Per hour"),
    ("allowance", "日当", "Daily allowance"),
    ("fee", "業務報酬", "Fee"),
    ("unpaid", "無給", "Unpaid"),
    ("costs", "実費支給", "Expenses only"),
)
UNPAID = frozenset({"unpaid", "costs"})
_CURRENCY_CODES = (
    "JPY", "USD", "EUR", "GBP", "CHF", "AUD", "CAD", "CNY", "KRW", "INR", "THB", "IDR", "PHP", "VND", "MYR", "BDT",
    "KES", "XOF", "ZAR", "BRL",
)  # fmt: skip
CURRENCIES = CodeList(
    tuple(
        Code(code, f"{code} {JAPANESE.currencies[code]}", f"{code} {ENGLISH.currencies[code]}")
        for code in _CURRENCY_CODES
    )
)
EXCESS_PAID = code_list(("yes", "追加で支給する", "Paid on top"), ("no", "支給しない", "Not paid"))
HOURS_SYSTEMS = code_list(
    ("ordinary", "通常の労働時間制", "Ordinary"),
    ("flex", "フレックスタイム制", "Flextime"),
    ("variable", "変形労働時間制", "Variable hours"),
    ("discretionary", "裁量労働制", "Discretionary"),
)
INSURANCES = code_list(
    ("health", "健康保険", "Health"),
    ("pension", "厚生年金", "Pension"),
    ("accident", "労災保険", "Workers' accident"),
    ("employment", "雇用保険", "Employment"),
    ("travel", "海外旅行保険", "Overseas travel"),
    ("other", "その他", "Other"),
    ("none", "適用なし", "None"),
)
FAMILY = code_list(
    ("yes", "帯同できる", "Possible"), ("no", "帯同できない", "Not possible"), ("ask", "相談による", "Negotiable")
)
