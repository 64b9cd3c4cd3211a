"""How `portal web` serves; gunicorn reads this file. Everything a machine may want otherwise is a PORTAL_ setting."""

import gc
import importlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from portal import settings
from portal.operation import handover

chosen = settings.load()

chdir = str(settings.ROOT)
bind = f"[{chosen.host}]:{chosen.port}" if ":" in chosen.host else f"{chosen.host}:{chosen.port}"
workers = chosen.web_workers
worker_class = handover.Worker
threads = 4
timeout = 60
graceful_timeout = 30  # a restart lets requests finish
keepalive = 5
control_socket_disable = True  # one more way in that nobody needs
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a heartbeat file, never on a slow disk


# Where the workers put their figures together; the library wants to know it before it is loaded.
FIGURES = handover.FOLDER
if FIGURES not in os.environ:  # a reload reads this file again
    os.environ[FIGURES] = tempfile.mkdtemp(prefix="portal-metrics-")


def _forget_ours() -> None:
    """Workers inherit what this process has loaded: of ours nothing stays, or a reload would mix old code with new."""
    for name in [each for each in sys.modules if each.partition(".")[0] == "portal"]:
        del sys.modules[name]


def _share_libraries() -> None:
    """Workers start sooner with these; other versions of a library want a restart, not a reload."""
    for name in ("flask_admin.contrib.sqla", "flask_babel", "flask_login", "flask_mail", "flask_wtf", "psycopg"):
        importlib.import_module(name)


_forget_ours()
_share_libraries()


def on_reload(_server: Any) -> None:
    handover.begin(Path(os.environ[FIGURES]))


def child_exit(_server: Any, worker: Any) -> None:
    from prometheus_client import multiprocess  # noqa: PLC0415  # not before it knows the folder

    multiprocess.mark_process_dead(worker.pid)


def on_exit(_server: Any) -> None:
    shutil.rmtree(os.environ[FIGURES], ignore_errors=True)


def post_worker_init(worker: Any) -> None:
    """What the application is made of stays: the collector need not walk through it in the middle of a request.

    The search for talents reads its index into memory meanwhile: for 200,000 that takes more than a second, which the
    first who searches would wait for.
    """
    from portal.clockwork import alarms  # noqa: PLC0415  # in the worker alone: see _forget_ours
    from portal.matching import facet_sets  # noqa: PLC0415  # likewise
    from portal.operation import logs  # noqa: PLC0415  # likewise

    logs.configure(chosen)
    gc.collect()
    gc.freeze()
    facet_sets.warm(worker.wsgi)
    alarms.watch(worker.wsgi)
    handover.tell_ready(Path(os.environ[FIGURES]))
