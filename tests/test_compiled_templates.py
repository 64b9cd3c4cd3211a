"""Templates are compiled once for all processes of a machine, and a full disk makes no page fail."""

import errno
import tempfile
from pathlib import Path
from typing import Any

import pytest
from jinja2 import DictLoader, Environment

from portal.app import CompiledTemplates

TEMPLATES = DictLoader({"sum": "{{ 1 + 1 }}"})


def environment(folder: Path) -> Environment:
    return Environment(loader=TEMPLATES, bytecode_cache=CompiledTemplates(str(folder)), autoescape=True)


def test_what_one_compiled_the_next_one_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert environment(tmp_path).get_template("sum").render() == "2"

    def compiled_again(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(Environment, "compile", compiled_again)
    assert environment(tmp_path).get_template("sum").render() == "2"


def test_a_full_disk_makes_no_page_fail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "NamedTemporaryFile", full)
    assert environment(tmp_path).get_template("sum").render() == "2"
    assert "a compiled template was not kept" in caplog.text
