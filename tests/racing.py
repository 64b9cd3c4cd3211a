"""Two acts at the same moment, many times: `PORTAL_RACES` says how often."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from flask import Flask

from models.base import db
from portal.database import begin_write
from portal.errors import Conflict, NotFound, Refused

IN_THE_SUITE = 20
RACES = int(os.environ.get("PORTAL_RACES", IN_THE_SUITE))


def at_once(
    app: Flask, *acts: Callable[[], object], refusals: tuple[type[Exception], ...] = (Conflict, NotFound)
) -> list[bool]:
    """Runs the acts at the same moment, each in a transaction of its own; True for each that was not refused."""
    return [not isinstance(answer, refusals) for answer in answers_at_once(app, *acts, refusals=refusals)]


def answers_at_once(
    app: Flask, *acts: Callable[[], Any], refusals: tuple[type[Exception], ...] = (Refused,)
) -> list[Any]:
    """The same; a refusal is the act's answer."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait()
            try:
                begin_write()
                answer = act()
                db.session.commit()
            except refusals as refusal:
                db.session.rollback()
                return refusal
            finally:
                db.session.remove()
            return answer

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))
