"""How `portal web` serves; gunicorn reads this file. Everything a machine may want otherwise is a PORTAL_ setting."""

import gc
from pathlib import Path
from typing import Any

from portal import settings
from portal.matching import facet_sets

chosen = settings.load()

chdir = str(settings.ROOT)
bind = f"[{chosen.host}]:{chosen.port}" if ":" in chosen.host else f"{chosen.host}:{chosen.port}"
workers = chosen.web_workers
worker_class = "gthread"
threads = 4
timeout = 60
graceful_timeout = 30  # a restart lets requests finish
keepalive = 5
control_socket_disable = True  # one more way in that nobody needs
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  # a heartbeat file, never on a slow disk


def post_worker_init(worker: Any) -> None:
    """What the application is made of stays: the collector need not walk through it in the middle of a request.

    The search for talents reads its index into memory meanwhile: for 200,000 that takes more than a second, which the
    first who searches would wait for.
    """
    gc.collect()
    gc.freeze()
    facet_sets.warm(worker.wsgi)
