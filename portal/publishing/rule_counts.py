"""How often each rule of the checks finds something, and how often who hands in overrules it."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select

from models.base import db
from models.office import RuleCount
from portal.clock import local
from portal.database import insert_or_update
from portal.publishing.checks import Finding


@dataclass(frozen=True)
class Told:
    fired: int = 0
    overruled: int = 0


def fired(findings: Iterable[Finding], *, now: datetime) -> None:
    """What 「確認」 told; flushes."""
    _count("fired", (finding.rule for finding in findings), now)


def overruled(findings: Iterable[Finding], *, now: datetime) -> None:
    """What was acknowledged and handed in all the same; flushes."""
    _count("overruled", (finding.rule for finding in findings), now)


def _count(column: str, rules: Iterable[str], now: datetime) -> None:
    """In one order, so that two who count at once never wait for each other in a ring."""
    month = _month(now)
    empty = {"fired": 0, "overruled": 0}
    rows = [{"rule": rule, "month": month, **empty, column: times} for rule, times in sorted(Counter(rules).items())]
    if rows:
        statement = insert_or_update(RuleCount).values(rows)
        more = {column: getattr(RuleCount, column) + statement.excluded[column]}
        db.session.execute(statement.on_conflict_do_update(index_elements=[RuleCount.rule, RuleCount.month], set_=more))


def by_rule(*, since: date) -> Mapping[str, Told]:
    """Of the month of that day and those after it."""
    sums = func.sum(RuleCount.fired), func.sum(RuleCount.overruled)
    query = select(RuleCount.rule, *sums).where(RuleCount.month >= since.replace(day=1)).group_by(RuleCount.rule)
    return {rule: Told(int(fired), int(overruled)) for rule, fired, overruled in db.session.execute(query)}


def _month(now: datetime) -> date:
    return local(now).date().replace(day=1)
