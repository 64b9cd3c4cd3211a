"""How often something may fail. Counters are rows, so that all processes count the same.

A window begins with the first event in it. Names in the keys are hashed with the secret key: the table tells
nobody's e-mail or address.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import ceil
from typing import Any, cast

from sqlalchemy import (
    Integer,
    Table,
    Text,
    bindparam,
    case,
    delete,
    exists,
    insert,
    literal,
    or_,
    select,
    union_all,
    update,
)

from models.base import db
from models.people import Throttle
from models.records import AuditEvent
from portal.accounts.tokens import keyed
from portal.database import count_up, dialect, given, insert_or_update, insert_rows, not_durable
from portal.errors import Throttled


@dataclass(frozen=True)
class Limit:
    name: str
    most: int
    window: timedelta


WRONG_PASSWORDS = Limit("password", 10, timedelta(minutes=5))
# A wrong code is known to come from someone who has the password; a completed login forgets both counts.
WRONG_CODES = Limit("code", 50, timedelta(days=1))
CODES_SENT = Limit("sent", 30, timedelta(hours=1))
# Of one address, in a row, by browsers that never logged in to it: then they are not asked for its password any more,
# until its owner logs in or has it reissued.
STRANGERS = Limit("strangers", 100, timedelta(days=30))
WARNINGS = Limit("warning", 1, timedelta(days=1))
TOO_MANY_TRIES = "試行回数が多すぎます。"


def key(limit: Limit, secret_key: str, kind: str, name: object) -> str:
    return f"{limit.name}:{keyed(secret_key, limit.name, kind, name)}"


def count(limit: Limit, keys: Sequence[str], *, now: datetime) -> int:
    """Adds one to each key in one statement, whoever else does; returns the highest count."""
    return max(_count(dict.fromkeys(keys, limit), now=now).values())


def _count(limits: Mapping[str, Limit], *, now: datetime, is_apart: bool = False) -> dict[str, int]:
    values = _asked(limits, now=now)
    if is_apart:
        return dict(count_up(_adding_one(dialect(), len(limits), is_durable=False), values))
    return dict(db.session.execute(_adding_one(dialect(), len(limits), is_durable=True), values).all())


def _asked(limits: Mapping[str, Limit], *, now: datetime) -> dict[str, Any]:
    values: dict[str, Any] = {"now": now}
    for place, key in enumerate(sorted(limits)):  # one lock order
        values |= {f"key_{place}": key, f"ends_{place}": now + limits[key].window}
    return values


@cache
def _adding_one(dialect: str, keys: int, *, is_durable: bool) -> Any:
    """Kept, for pages that everybody opens run it: putting it together costs more than running it."""
    table = cast("Table", Throttle.__table__)
    kept, moment = table.c, table.c.window_ends_at.type
    rows = [
        select(bindparam(f"key_{place}", type_=Text), literal(1), bindparam(f"ends_{place}", type_=moment))
        for place in range(keys)
    ]
    if not is_durable:
        rows[0] = rows[0].where(not_durable(dialect))
    counting = insert_or_update(table).from_select([kept.key, kept.count, kept.window_ends_at], union_all(*rows))
    is_over = kept.window_ends_at <= bindparam("now", type_=moment)
    return counting.on_conflict_do_update(
        index_elements=[kept.key],
        set_={
            "count": case((is_over, 1), else_=kept.count + 1),
            "window_ends_at": case((is_over, counting.excluded.window_ends_at), else_=kept.window_ends_at),
        },
    ).returning(kept.key, kept.count)


def take(limit: Limit, keys: Sequence[str], *, now: datetime, sentence: str = TOO_MANY_TRIES) -> int:
    """Counts, and raises Throttled for each one beyond the limit."""
    taken = count(limit, keys, now=now)
    if taken > limit.most:
        refuse_if_full(limit, keys, now=now, sentence=sentence)
    return taken


def take_each(limits: Mapping[str, Limit], *, now: datetime, sentence: str, is_apart: bool = False) -> None:
    """The same for limits of several lengths, by key, in one statement; on request in a transaction of its own."""
    _refuse_each(limits, _count(limits, now=now, is_apart=is_apart), now=now, sentence=sentence)


def take_each_on_record(limits: Mapping[str, Limit], event: Mapping[str, Any], *, now: datetime, sentence: str) -> None:
    """The same for what is read, after `begin_on_record`: `event`, a sealed row of the trail, is written with the
    counts unless one of them is beyond its limit. PostgreSQL does both in one round trip."""
    values = _asked(limits, now=now)
    if dialect() == "sqlite":
        taken = dict(db.session.execute(_adding_one(dialect(), len(limits), is_durable=False), values).all())
        _refuse_each(limits, taken, now=now, sentence=sentence)
        insert_rows(AuditEvent, [event])
        return
    values |= {f"most_{place}": limits[key].most for place, key in enumerate(sorted(limits))}
    values |= {f"event_{name}": value for name, value in event.items()}
    taken = dict(count_up(_adding_one_on_record(len(limits), tuple(event)), values))
    if any(taken[key] > limit.most for key, limit in limits.items()):  # what is refused counts for no other limit
        count_up(_taking_one_back(), {"keys": sorted(limits)})
    _refuse_each(limits, taken, now=now, sentence=sentence)


@cache
def _taking_one_back() -> Any:
    """As the end of the transaction does on SQLite."""
    table = cast("Table", Throttle.__table__)
    return (
        update(table)
        .where(given(table.c.key, "keys"))
        .values(count=table.c.count - 1)
        .returning(table.c.key, table.c.count)
    )


@cache
def _adding_one_on_record(keys: int, names: tuple[str, ...]) -> Any:
    """Kept, as `_adding_one` is."""
    counted = _adding_one("postgresql", keys, is_durable=False).cte("counted")
    is_beyond = or_(
        *(
            (counted.c.key == bindparam(f"key_{place}", type_=Text))
            & (counted.c.count > bindparam(f"most_{place}", type_=Integer))
            for place in range(keys)
        )
    )
    trail = cast("Table", AuditEvent.__table__)
    row = select(*(bindparam(f"event_{name}", type_=trail.c[name].type) for name in names))
    within = row.where(~exists(select(literal(1)).select_from(counted).where(is_beyond)))
    written = insert(trail).from_select(names, within).returning(trail.c.id).cte("written")
    return select(counted.c.key, counted.c.count).add_cte(written)


def _refuse_each(limits: Mapping[str, Limit], taken: Mapping[str, int], *, now: datetime, sentence: str) -> None:
    for key, limit in limits.items():
        if taken[key] > limit.most:
            refuse_if_full(limit, [key], now=now, sentence=sentence)


def refuse_if_full(limit: Limit, keys: Sequence[str], *, now: datetime, sentence: str = TOO_MANY_TRIES) -> None:
    """Raises Throttled with the sentence and the time until the last full window ends."""
    ends = db.session.scalars(
        select(Throttle.window_ends_at).where(
            Throttle.key.in_(keys), Throttle.count >= limit.most, Throttle.window_ends_at > now
        )
    ).all()
    if ends:
        seconds = ceil((max(ends) - now).total_seconds())
        raise Throttled(f"{sentence}{_spell(seconds)}後にもう一度お試しください。", retry_after=seconds)


def is_full(limit: Limit, keys: Sequence[str], *, now: datetime) -> bool:
    full = select(Throttle.key).where(
        Throttle.key.in_(keys), Throttle.count >= limit.most, Throttle.window_ends_at > now
    )
    return db.session.scalar(full.limit(1)) is not None


def of_address(email: str, secret_key: str) -> list[str]:
    """The counts of failures that strangers left at one login e-mail."""
    return [key(limit, secret_key, "account", email) for limit in (WRONG_PASSWORDS, STRANGERS)]


def forget(keys: Sequence[str]) -> None:
    db.session.execute(delete(Throttle).where(Throttle.key.in_(keys)))


def _spell(seconds: int) -> str:
    return f"{ceil(seconds / 60)}分" if seconds <= 7200 else f"{ceil(seconds / 3600)}時間"
