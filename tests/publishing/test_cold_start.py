"""The first requests of a process come in many threads at once; none of them may leave it broken."""

import subprocess
import sys

from tests.databases import ROOT

# A fresh interpreter, in which nothing was asked before; threads change places as often as Python allows.
FIRST_REQUESTS = """
import sys, threading
from sqlalchemy import func, select
from models.states import Kind, Role
from portal.actors import Actor
from portal.publishing import listing, queue

queries = (
    lambda: listing._query(Kind.job, actor=Actor(Role.owner, 1, 1)),
    lambda: queue._narrowed(queue.Filter(), actor=Actor(Role.reviewer, 2)),
)
barrier, failures = threading.Barrier(8), []

def ask():
    barrier.wait()
    for query in queries:
        try:
            str(select(func.count()).select_from(query().subquery()))
        except Exception as failure:
            failures.append(repr(failure))

sys.setswitchinterval(1e-6)
threads = [threading.Thread(target=ask) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(*failures[:1])
sys.exit(bool(failures))
"""


def test_first_queries_in_many_threads() -> None:
    for _ in range(3):
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", FIRST_REQUESTS], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert run.returncode == 0, run.stdout + run.stderr
