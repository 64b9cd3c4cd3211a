"""`make chaos`: every case one after another, on both databases, into a file and a page that one can read.

    python -m tests.drills                    all of them, within ten minutes on two cores
    python -m tests.drills --only 時計         those whose name has this in it
    python -m tests.drills --planted          each in a copy of the portal with one fault in it, which it must find

A case that injected too little has failed, as one whose promise was broken, or after which `portal doctor` finds
something wrong. Figures: build/chaos.json and build/chaos.md, of planted faults build/planted.json and .md.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests import databases
from tests.drills import planting, runner
from tests.drills.cases import CASES

OUT = databases.ROOT / "build"
NOT_SHOWN = ("ok", "seconds", "printed")
HEAD = {
    "chaos": ("障害の訓練", "すべて約束どおりでした。", "件が約束どおりではありません。"),
    "planted": ("仕込んだ欠陥", "すべて見つけました。", "件を見つけられませんでした。"),
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planted", action="store_true")
    parser.add_argument("--only", default="")
    wanted = parser.parse_args()
    begun, results = time.monotonic(), list[dict[str, Any]]()
    cases = [case for case in CASES if wanted.only in case.name]
    with tempfile.TemporaryDirectory(prefix="portal-chaos-") as folder:
        find = planting.results if wanted.planted else runner.results
        for result in find(cases, Path(folder)):
            results.append(result)
            said = " ".join(str(result[name]) for name in ("case", "database", "seconds"))
            print(f"[{'OK' if result['ok'] else 'NG'}] {said}秒", flush=True)
    name = "planted" if wanted.planted else "chaos"
    write(name, results, seconds=round(time.monotonic() - begun))
    return 0 if results and all(result["ok"] for result in results) else 1


def write(name: str, results: list[dict[str, Any]], *, seconds: float) -> None:
    OUT.mkdir(exist_ok=True)
    told = {
        "at": datetime.now(UTC).isoformat(),
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[2], 1),
        "seconds": seconds,
        "cases": results,
    }
    (OUT / f"{name}.json").write_text(json.dumps(told, ensure_ascii=False, indent=1))
    (OUT / f"{name}.md").write_text(page(told, *HEAD[name]))
    print(f"{seconds}秒。結果は build/{name}.md と build/{name}.json にあります。")


def page(told: dict[str, Any], title: str, fine: str, wrong: str) -> str:
    failed = sum(not each["ok"] for each in told["cases"])
    verdict = f"{failed}{wrong}" if failed else fine
    where = f"{told['at'][:16]} UTC、{told['cores']}コア（負荷 {told['load']}）、{told['seconds']}秒。"
    lines = [
        f"# {title}",
        "",
        f"{where}{verdict}",
        "",
        "| 結果 | 場面 | データベース | 約束 | 秒 | 数値 |",
        "|---|---|---|---|---|---|",
    ]
    for each in told["cases"]:
        figures = [f"{name} {value}" for name, value in each["figures"].items() if name not in NOT_SHOWN]
        cells = ("○" if each["ok"] else "×", each["case"], each["database"], each["promise"], str(each["seconds"]))
        lines.append(f"| {' | '.join((*cells, '、'.join(figures).replace('|', '/')))} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
