"""Numbers that people are told: J-2026-00418, in one row per prefix and year."""

from datetime import datetime

from models.base import db
from models.records import Counter
from portal.clock import local
from portal.database import insert_or_update


def next_number(prefix: str, now: datetime) -> str:
    name = f"{prefix}-{local(now).year}"
    value = db.session.scalar(
        insert_or_update(Counter)
        .values(name=name, value=1)
        .on_conflict_do_update(index_elements=[Counter.name], set_={"value": Counter.value + 1})
        .returning(Counter.value)
    )
    return f"{name}-{value:05d}"
