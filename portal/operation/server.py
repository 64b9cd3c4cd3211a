"""The production server as a command line; gunicorn.conf.py holds its numbers."""

import os
import sys

from portal.settings import ROOT


def command(*arguments: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        str(ROOT / "gunicorn.conf.py"),
        *arguments,
        "wsgi:application",
    ]


def serve() -> None:
    """Becomes the server: signals of the operator reach it without a process between."""
    os.chdir(ROOT)
    os.execv(sys.executable, command())  # noqa: S606  # our own program


def clock_command() -> list[str]:
    return [sys.executable, "-m", "scheduler"]


def run_clock() -> None:
    os.chdir(ROOT)
    os.execv(sys.executable, clock_command())  # noqa: S606  # our own program
