"""The verdict on the trail in words, a line a fault."""

from collections.abc import Sequence

from portal.trail import seal
from portal.trail.verifying import Fault, Verdict

MOST_NAMED = 50  # ranges in a line
WORDS = {
    Fault.changed: "内容が書き換えられた記録",
    Fault.moved: "順序が入れ替えられた記録",
    Fault.removed: "削除された記録",
    Fault.inserted: "書き加えられた記録",
    Fault.copied: "複製された記録",
    Fault.origin: "接続元が書き換えられたか、消された記録",
    Fault.block: "壊れたか、欠けている封印",
    Fault.anchor: "データベースの外の控えと合わない封印（末尾の切り取りなど）",
}


def lines(verdict: Verdict) -> list[str]:
    told = [f"操作記録 {verdict.rows:,}件、封印 {verdict.blocks:,}個を調べました。"]
    if verdict.waiting:
        told.append(f"まだ封印していない記録が{verdict.waiting:,}件あります（数秒ごとに封印します）。")
    if verdict.erased:
        told.append(f"本人の情報の消去により接続元を消した記録が{verdict.erased:,}件あります。")
    told += [
        f"{WORDS[fault]}：{len(numbers):,}件（番号 {named(numbers)}）" for fault, numbers in verdict.faults.items()
    ]
    told.append("改ざんは見つかりませんでした。" if verdict.sound else "操作記録は改ざんされています。")
    return told


def named(numbers: Sequence[int]) -> str:
    ranges = seal.ranges_of(numbers).split(",")
    more = len(ranges) - MOST_NAMED
    return "、".join(ranges[:MOST_NAMED]) + (f" ほか{more:,}か所" if more > 0 else "")
