"""Each case in a copy of the portal with one fault in it, which the case must find and call by its name."""

import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tests import databases
from tests.drills import runner
from tests.drills.cases import Case
from tests.drills.plants import PLANTS, Plant

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "var", "build", "__pycache__", ".*_cache", ".hypothesis")


def results(cases: Sequence[Case], folder: Path) -> Iterator[dict[str, Any]]:
    """On one database: the fault is no other on the other one."""
    by_name = {plant.case: plant for plant in PLANTS}
    for case in cases:
        plant, begun = by_name[case.name], time.monotonic()
        kind = case.kinds[0] if case.drill else ""
        tree = copied(plant, folder)
        ending = runner.run(case, kind, folder, root=tree, arguments=arguments(case, plant))
        found = is_found(plant, ending)
        shutil.rmtree(tree)
        yield {
            "case": case.name,
            "promise": plant.fault,
            "database": kind,
            "ok": found,
            "seconds": round(time.monotonic() - begun, 1),
            "figures": {"told": plant.told} if found else ending.figures | {"output": ending.output[-2000:]},
        }


def copied(plant: Plant, folder: Path) -> Path:
    """The tree with the fault in it."""
    tree = folder / "planted"
    shutil.copytree(databases.ROOT, tree, ignore=LEFT_OUT)
    place = tree / plant.file
    whole = place.read_text()
    if whole.count(plant.old) != 1:
        raise ValueError(f"{plant.file}: the line of 「{plant.fault}」 is there {whole.count(plant.old)} times")
    place.write_text(whole.replace(plant.old, plant.new))
    return tree


def arguments(case: Case, plant: Plant) -> Sequence[str]:
    return plant.arguments if case.drill else ("-x", "-k", plant.told, *plant.arguments)


def is_found(plant: Plant, ending: runner.Ending) -> bool:
    """Red, and for what was planted: a copy that does not run at all has found nothing."""
    broken = ending.figures.get("broken", ())
    failed = ending.figures.get("failed", ())
    return bool(ending.code) and (plant.told in broken or plant.told in names(failed))


def names(failed: Sequence[str]) -> set[str]:
    """Of the tests, without their files and parameters."""
    return {name.partition("::")[2].partition("[")[0] for name in failed}
