"""A test takes its turn beside others; one that measures how long something takes waits until there are none."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def turn(*, alone: bool) -> Iterator[None]:
    """Among the workers of one run. Whoever waits to be alone holds the gate meanwhile, so that nobody overtakes."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:  # one worker is alone anyway
        yield
        return
    folder = Path(tempfile.gettempdir()) / "portal-test-turns"
    folder.mkdir(exist_ok=True)
    with (folder / f"{run}.gate").open("w") as gate, (folder / f"{run}.room").open("w") as room:
        fcntl.flock(gate, fcntl.LOCK_EX)
        fcntl.flock(room, fcntl.LOCK_EX if alone else fcntl.LOCK_SH)
        fcntl.flock(gate, fcntl.LOCK_UN)
        yield
