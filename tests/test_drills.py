"""`make chaos` knows a fault to plant for each of its cases, and the page tells what was found."""

from pathlib import Path

import pytest

from tests.databases import ROOT
from tests.drills import runner
from tests.drills.__main__ import HEAD, page
from tests.drills.cases import CASES
from tests.drills.planting import copied, is_found
from tests.drills.plants import PLANTS, Plant


def test_every_case_has_a_fault_to_find() -> None:
    assert [plant.case for plant in PLANTS] == [case.name for case in CASES]


def test_every_case_names_what_there_is() -> None:
    for case in CASES:
        assert bool(case.drill) is not bool(case.tests)
        names = [f"drills/{case.drill}"] if case.drill else case.tests
        assert [name for name in names if not (ROOT / "tests" / f"{name}.py").is_file()] == []


@pytest.mark.parametrize("plant", PLANTS, ids=lambda plant: plant.case)
def test_the_line_of_a_fault_is_there_once(plant: Plant) -> None:
    assert (ROOT / plant.file).read_text().count(plant.old) == 1
    assert plant.new != plant.old


def test_a_fault_whose_line_is_gone_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tree = tmp_path / "tree"
    tree.mkdir()
    (tree / "a.py").write_text("one\ntwo\n")
    monkeypatch.setattr("tests.databases.ROOT", tree)
    plant = Plant("場面", "欠陥", "a.py", "two\n", "three\n", "told")
    assert (copied(plant, tmp_path / "first") / "a.py").read_text() == "one\nthree\n"
    (tree / "a.py").write_text("one\n")
    with pytest.raises(ValueError, match=r"a\.py.*0 times"):
        copied(plant, tmp_path / "second")


@pytest.mark.parametrize(
    ("code", "figures", "found"),
    [
        (1, {"broken": ["early", "kills"]}, True),
        (1, {"broken": ["kills"]}, False),
        (1, {"failed": ["tests/test_x.py::test_early[sqlite]"]}, False),
        (1, {"failed": ["tests/test_x.py::early[sqlite]"]}, True),
        (1, {"said": "No module named early"}, False),
        (0, {"broken": []}, False),
    ],
)
def test_red_for_another_reason_is_not_found(code: int, figures: dict, found: bool) -> None:
    plant = Plant("場面", "欠陥", "a.py", "two\n", "three\n", "early")
    assert is_found(plant, runner.Ending(code, figures, "")) is found


def test_the_page_says_what_was_not_kept() -> None:
    case = {"case": "停止", "database": "sqlite", "promise": "G29", "seconds": 3.2}
    figures = {"lost": 0, "said": "a | b", "ok": True, "printed": ["x"]}
    told = {"at": "2026-11-24T05:32:00", "cores": 2, "load": 0.4, "seconds": 12}
    good, bad = case | {"ok": True, "figures": figures}, case | {"ok": False, "figures": {"lost": 1}}
    lines = page(told | {"cases": [good, bad]}, *HEAD["chaos"]).splitlines()
    assert "1件が約束どおりではありません。" in lines[2]
    assert lines[-2:] == [
        "| ○ | 停止 | sqlite | G29 | 3.2 | lost 0、said a / b |",
        "| × | 停止 | sqlite | G29 | 3.2 | lost 1 |",
    ]
