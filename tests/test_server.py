"""The production server's configuration: gunicorn passes over a name that it does not know."""

import runpy
from types import ModuleType

import pytest
from gunicorn.config import KNOWN_SETTINGS

from portal.settings import ROOT

OURS = {"chosen"}  # the portal's own settings, from which the numbers come


def test_every_setting_is_one_that_gunicorn_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTAL_SECRET_KEY", "a secret for tests that is long enough")
    written = {
        name: value
        for name, value in runpy.run_path(str(ROOT / "gunicorn.conf.py")).items()
        if not name.startswith("_") and not isinstance(value, type | ModuleType)
    }
    known = {setting.name for setting in KNOWN_SETTINGS}
    assert set(written) - OURS <= known
    assert written["control_socket_disable"] is True
