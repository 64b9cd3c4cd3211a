"""Contract, pay and hours of the demo's jobs, as each 募集区分 asks for them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random
from typing import Any

from portal.clock import local
from portal.demo.works import Work

CONTRACTS: Mapping[str, str] = {
    "EMP": "fixed",
    "INP": "intern_paid",
    "EXP": "commission",
    "BID": "company",
    "INT": "intern_unpaid",
    "VOL": "volunteer",
}
EMPLOYED = {
    "renewal": "conditional",
    "renewal_criteria": "業務の量、勤務成績、事業の予算によって判断します。",
    "renewal_cap_kind": "years",
    "renewal_cap": 3,
    "probation": "some",
    "probation_months": 3,
    "probation_terms": "本採用後と同じ",
    "dispatch_worker": "no",
    "fixed_overtime": "none",
    "hours_system": "ordinary",
    "work_start": "09:00",
    "work_end": "17:45",
    "break_minutes": 60,
    "overtime": "some",
    "overtime_hours": 10,
    "holidays": "土曜日、日曜日、日本または任国の祝日、年末年始。年次有給休暇は採用時に10日。",
    "bonus": "なし",
    "pay_raise": "契約の更新時に見直します。",
    "severance": "なし",
}
ABROAD = [{"name": "渡航費", "amount": "往復の実費"}, {"name": "住居", "amount": "団体が用意"}]


def of(work: Work, *, submitted: datetime, dice: Random) -> dict[str, Any]:
    given = {"contract_type": CONTRACTS[work.kind], "allowances": ABROAD if work.abroad else []}
    if work.kind == "VOL":
        return given | {"pay_kind": "costs", "pay_note": "渡航費と現地の宿泊費は団体が負担します。"}
    if work.kind == "INT":
        return given | {"pay_kind": "unpaid"}
    return given | _term(submitted) | _pay(work, dice) | _employed(work)


def _term(submitted: datetime) -> dict[str, Any]:
    begins = (local(submitted).date() + timedelta(days=120)).replace(day=1)
    ends = begins.replace(year=begins.year + 1) - timedelta(days=1)
    return {"term_kind": "fixed", "term_from": begins, "term_to": ends}


def _pay(work: Work, dice: Random) -> dict[str, Any]:
    if work.kind == "EXP":
        return {"pay_kind": "fee", "pay_note": "JICAの専門家の基準により、格付けに応じて報酬と手当を支給します。"}
    if work.kind == "BID":
        amount = dice.randrange(30, 60) * 100_000
        cancel = "やむを得ない事情がある場合、30日前までの通知により解約できます。"
        return {"pay_kind": "fee", "pay_min": amount, "currency": "JPY", "cancel_terms": cancel}
    low = 200_000 if work.kind == "INP" else dice.randrange(24, 40) * 10_000
    return {"pay_kind": "month", "pay_min": low, "pay_max": low + 60_000, "currency": "JPY"}


def _employed(work: Work) -> dict[str, Any]:
    if work.kind not in ("EMP", "INP"):
        return {}
    insured = ["health", "pension", "accident", "employment", *(["travel"] if work.abroad else [])]
    return EMPLOYED | {"insurances": insured}
