"""Figures of weeks as the clock keeps them, counted from the rows: what the dashboard of ours reads."""

from collections import Counter, defaultdict
from datetime import date, datetime
from random import Random

from sqlalchemy import Connection, insert, select

from models.applications import Application
from models.entries import Version
from models.figures import WeekFigure
from portal.figures.folding import week_of

SHOWN = 12


def fill(connection: Connection, dice: Random) -> None:
    version, application = Version.__table__.c, Application.__table__.c
    counted: dict[date, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))

    def count(at: datetime, what: str, which: str) -> None:
        counted[week_of(at)][what][which] += 1

    for kind, at in connection.execute(select(application.kind, application.applied_at)):
        count(at, "apply", kind.value)
    rows = select(version.kind, version.state, version.submitted_at, version.published_at)
    for kind, state, submitted_at, published_at in connection.execute(rows):
        count(submitted_at, "submit", kind.value)
        if published_at:
            count(published_at, "publish", kind.value)
        decision = "return" if state == "returned" else "approve"
        if state != "submitted":
            count(submitted_at, decision, kind.value)
            count(submitted_at, "wait", str(int(dice.triangular(0, 40, 12))))
        if state == "returned":
            count(submitted_at, "reason", dice.choice(("変更の範囲", "年齢の表現", "問合せ先", "")))
            count(submitted_at, "rule", dice.choice(("Q-23", "J-03", "J-11")))
    weeks = [{"week": week, "counts": counts} for week, counts in sorted(counted.items())]
    connection.execute(insert(WeekFigure.__table__), weeks)
