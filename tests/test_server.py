"""The production server's configuration: gunicorn passes over a name that it does not know."""

import os
import runpy
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest import mock

import pytest
from gunicorn.config import KNOWN_SETTINGS, Config

from portal.operation import handover
from portal.settings import ROOT

OURS = {"chosen", "FIGURES"}  # the portal's own settings, from which the numbers come, and a name


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> dict[str, Any]:
    """What the configuration says. It takes modules out of memory and sets a variable, which only a server wants."""
    monkeypatch.setenv("PORTAL_SECRET_KEY", "a secret for tests that is long enough")
    monkeypatch.setenv(handover.FOLDER, str(tmp_path))
    with mock.patch.dict(sys.modules):
        return runpy.run_path(str(ROOT / "gunicorn.conf.py"))


def test_every_setting_is_one_that_gunicorn_knows(server: dict[str, Any]) -> None:
    written = {
        name: value
        for name, value in server.items()
        if not name.startswith("_") and not isinstance(value, type | ModuleType)
    }
    known = {setting.name for setting in KNOWN_SETTINGS}
    assert set(written) - OURS <= known
    assert written["control_socket_disable"] is True


def test_what_a_reload_loads_anew_is_not_kept_by_the_process_that_reloads() -> None:
    """Workers are forked from it: a module that it holds would be the old one beside new ones."""
    code = (
        "import runpy, sys; runpy.run_path('gunicorn.conf.py')\n"
        "print(*{name.partition('.')[0] for name in sys.modules} & {'portal', 'models', 'views', 'scheduler'})"
    )
    environment = {"PATH": os.environ["PATH"], "PORTAL_SECRET_KEY": "a secret for tests that is long enough"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == []


@pytest.fixture
def workers() -> Iterator[list[handover.Worker]]:
    made = [handover.Worker(number, os.getpid(), [], None, 60, Config(), None) for number in range(3)]
    for each in made:
        each.method_queue.init()
    yield made
    for each in made:
        each.method_queue.close()
        each.tmp.close()


def test_an_old_worker_serves_on_until_as_many_new_ones_are_ready(
    workers: list[handover.Worker], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(handover.FOLDER, str(tmp_path))
    first, second, third = workers
    first.handle_exit(signal.SIGTERM, None)
    assert not first.alive, "nothing was reloaded: this is a stop"

    handover.begin(tmp_path)
    for each in (second, third):
        each.handle_exit(signal.SIGTERM, None)
    assert (second.alive, third.alive) == (True, True)
    third.handle_exit(signal.SIGTERM, None)
    assert (second.alive, third.alive) == (True, False), "told again it goes at once"
    handover.tell_ready(tmp_path)
    until(lambda: not second.alive)

    handover.begin(tmp_path)
    assert handover.count_ready(tmp_path) == 0, "those of the reload before do not count"


def until(is_so: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not is_so():
        assert time.monotonic() < end
        time.sleep(0.01)
