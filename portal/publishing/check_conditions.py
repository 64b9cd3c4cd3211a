"""Whether what a job says of contract, pay, hours and limits agrees with itself and with the labour law."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from portal import codes
from portal.publishing.rule_book import ERROR, WARNING, Row, amount_of
from portal.working_codes import CONTRACTS_OF, UNPAID

Content = Mapping[str, Any]
LONGEST_TERM = 3  # years; five for specialists
HOURS_A_MONTH = 160
CAREER_AGES, CAREER_WIDTHS = range(30, 50), range(5, 11)  # 3号ロ
BREAKS = ((8 * 60, 60), (6 * 60, 45))  # more minutes of work than these, at least these of rest


def findings(content: Content) -> Iterator[Row]:
    yield from _contract(content)
    yield from _term(content)
    yield from _pay(content)
    yield from _rest(content)
    yield from _limits(content)


def _contract(content: Content) -> Iterator[Row]:
    kind, contract = content.get("employment_kind") or "", content.get("contract_type")
    if contract and kind in CONTRACTS_OF and contract not in CONTRACTS_OF[kind]:
        yield "Q-02", ERROR, "contract_type", "雇用・契約形態が募集区分と合いません。どちらかを選び直してください。"
    if contract == "permanent" and content.get("term_kind") == "fixed":
        message = "正職員（無期）には契約期間を定められません。どちらかを選び直してください。"
        yield "Q-02", ERROR, "term_kind", message
    if kind in codes.PAID and content.get("pay_kind") in UNPAID:
        yield "Q-02", ERROR, "pay_kind", "雇用や業務委託を無給にはできません。賃金形態を選び直してください。"
    if "none" in (content.get("insurances") or ()) and len(content["insurances"]) > 1:
        yield "Q-02", ERROR, "insurances", "「適用なし」とほかの保険を同時には選べません。選び直してください。"
    if content.get("place_kind") in ("domestic", "both") and content.get("smoking") == "na":
        yield "Q-17", ERROR, "smoking", "国内の勤務地では、受動喫煙防止措置の内容を選択してください。"


def _term(content: Content) -> Iterator[Row]:
    begins, ends = content.get("term_from"), content.get("term_to")
    if content.get("term_kind") == "fixed" and not ends and not content.get("term_note"):
        message = "契約の終了日を入力するか、契約期間の補足に期間を書いてください。"
        yield "Q-04", ERROR, "term_to", message
    if not (begins and ends):
        return
    if ends <= begins:
        yield "Q-04", ERROR, "term_to", "契約の終了は開始より後の日付にしてください。"
    elif content.get("employment_kind") in codes.EMPLOYMENT and ends >= _years_later(begins, LONGEST_TERM):
        message = "契約期間が3年を超えています。専門職や60歳以上の例外に当たるか確認してください。"
        yield "Q-04", WARNING, "term_to", message


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # the 29th of February
        return day.replace(year=day.year + years, day=28)


def _pay(content: Content) -> Iterator[Row]:
    low, high = content.get("pay_min"), content.get("pay_max")
    if low and high and high < low:
        yield "Q-02", ERROR, "pay_max", "金額の上限は下限以上にしてください。"
    elif low and high and high >= 2 * low:
        yield "Q-07", WARNING, "pay_max", "金額の上限が下限の2倍以上です。実際に支給する範囲か確認してください。"
    if low and _is_too_little(content, low):
        yield "Q-07", WARNING, "pay_min", "金額が最低賃金を下回るおそれがあります。金額と賃金形態を確認してください。"
    if content.get("fixed_overtime_excess") == "no":
        message = "固定残業時間を超えた分の割増賃金は、追加で支給する必要があります。"
        yield "Q-08", ERROR, "fixed_overtime_excess", f"{message}確認してください。"


def _is_too_little(content: Content, low: int) -> bool:
    employed = content.get("employment_kind") in codes.EMPLOYMENT and content.get("currency") == "JPY"
    if not employed or content.get("place_kind") == "abroad":
        return False
    hours = {"hour": 1, "month": HOURS_A_MONTH, "year": HOURS_A_MONTH * 12}.get(content.get("pay_kind") or "")
    return hours is not None and content.get("contract_type") != "part" and low < amount_of("Q-07") * hours


def _rest(content: Content) -> Iterator[Row]:
    begins, ends, rest = content.get("work_start"), content.get("work_end"), content.get("break_minutes")
    if not begins or not ends or rest is None:
        return
    present = (_minutes(ends) - _minutes(begins)) % (24 * 60)
    for worked, needed in BREAKS:
        if present - rest > worked and rest < needed:
            message = f"{worked // 60}時間を超える勤務には{needed}分以上の休憩が必要です。確認してください。"
            yield "Q-29", WARNING, "break_minutes", message
            return


def _minutes(time: str) -> int:
    hours, _, minutes = time.partition(":")
    return int(hours) * 60 + int(minutes)


def _limits(content: Content) -> Iterator[Row]:
    if content.get("nationality_condition") and not content.get("nationality_reason"):
        message = "国籍・在留の要件がある場合は、その理由を入力してください。"
        yield "Q-13", ERROR, "nationality_reason", message
    if content.get("age_limit") != "some":
        return
    low, high = content.get("age_min"), content.get("age_max")
    if low is not None and high is not None and high < low:
        yield "Q-10", ERROR, "age_max", "年齢の上限は下限以上にしてください。"
    elif field_and_message := _age(content, low, high):
        severity = ERROR if content.get("employment_kind") in codes.EMPLOYMENT else WARNING
        yield ("Q-10", severity, *field_and_message)


def _age(content: Content, low: int | None, high: int | None) -> tuple[str, str] | None:
    """What the exception named asks for (労働施策総合推進法施行規則1条の3)."""
    if low is None and high is None:
        return "age_min", "年齢制限の下限か上限を入力してください。"
    permanent = content.get("term_kind") == "open"
    match content.get("age_code"):
        case "1" if not permanent or high is None or low is not None:
            return "age_code", "1号は、契約期間の定めがなく、上限だけがある場合に限ります。確認してください。"
        case "2" if low is None or high is not None:
            return "age_code", "2号は、下限だけがある場合に限ります。確認してください。"
        case "3i" if not permanent or low is not None or content.get("min_experience") != "any":
            message = "3号イは、契約期間の定めがなく、上限だけがあり、経験を問わない場合に限ります。確認してください。"
            return "age_code", message
        case "3ro" if not permanent or not _is_band(low, high):
            message = "3号ロは、契約期間の定めがなく、30〜49歳のうち5〜10歳の幅の場合に限ります。確認してください。"
            return "age_code", message
    return None


def _is_band(low: int | None, high: int | None) -> bool:
    if low is None or high is None:
        return False
    return low in CAREER_AGES and high in CAREER_AGES and high - low in CAREER_WIDTHS
