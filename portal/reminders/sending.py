"""Reminds: one letter a morning to each person, about everything; of an event, a letter of its own the day before.

Each person's reminders and their letter are one transaction, and the reminder's key is unique: however many clocks
run, and wherever one of them is killed, an occasion is told once or is still to be told.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from itertools import groupby
from typing import Any

from flask import current_app
from sqlalchemy import Row, delete, exists, select

from models.base import db
from models.people import Account
from models.reminders import Reminder
from models.states import SECRETARIAT_ROLES, Lane, ReminderKind, ReminderState, Role
from portal.administration import memory
from portal.clock import local
from portal.database import begin_write, claim, insert_or_update, write
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.messaging.hours import after_quiet
from portal.publishing.business_days import closed_days, is_business_day
from portal.reminders.due import DUE, OVER, outstanding

K = ReminderKind
MOST = 5_000  # of a kind and a run; the rest comes with the next run
SHOWN = 10  # of a kind in one letter
BEGIN, END = time(8, 30), time(18, 0)  # in Tokyo; outside nobody is reminded of work
DIGEST = (K.returned, K.deadline, K.unread, K.answer, K.draft, K.registration, K.offer, K.approval)
FOR_WORKDAYS = frozenset({K.approval})
KEPT = timedelta(days=400)
KEY = [Reminder.account_id, Reminder.kind, Reminder.subject_id, Reminder.occasion_at]

Due = Sequence[tuple[ReminderKind, Row[Any]]]


def remind(now: datetime) -> int:
    """Queues the letters that are due; returns how many. Commits after each person."""
    drop_late(now)
    if after_quiet(now, memory.effective(current_app.config["PORTAL"])) > now:
        return 0
    sent = _tell_all([K.event], now=now)
    if BEGIN <= local(now).time() < END:
        sent += _tell_all(_of_today(now), now=now)
    return sent


def _of_today(now: datetime) -> list[ReminderKind]:
    is_workday = is_business_day(local(now).date(), closed_days())
    return [kind for kind in DIGEST if is_workday or kind not in FOR_WORKDAYS]


def drop_late(now: datetime) -> int:
    """Puts on record what was over before anybody could be told, and is told to nobody any more."""
    dropped = 0
    for kind, query in OVER.items():
        rows = outstanding(kind, query(now), most=MOST)
        db.session.rollback()
        if rows:
            begin_write()
            dropped += len(_put_down([(kind, row) for row in rows], state=ReminderState.late, now=now))
            db.session.commit()
    return dropped


def _tell_all(kinds: Iterable[ReminderKind], *, now: datetime) -> int:
    found = [(kind, row) for kind in kinds for row in outstanding(kind, DUE[kind](now), most=MOST)]
    db.session.rollback()
    found.sort(key=lambda due: due[1].account_id)
    return sum(
        _tell(account_id, list(due), now=now) for account_id, due in groupby(found, key=lambda due: due[1].account_id)
    )


def _tell(account_id: int, due: Due, *, now: datetime) -> int:
    """One person, locked meanwhile: a letter a morning, and what comes later that day comes with the next one."""
    begin_write()
    account = db.session.scalars(claim(select(Account).where(Account.id == account_id))).one_or_none()
    is_event = due[0][0] is K.event
    if account is None or account.suspended_at or (not is_event and _was_told(account_id, now=now)):
        db.session.rollback()
        return 0
    new = _put_down(due, state=ReminderState.sent, now=now)
    told = [each for each in due if _key(*each) in new]
    letters = [_of_event(row, account) for _kind, row in told] if is_event else _digest(told, account)
    outbox.queue(letters, now=now, lane=Lane.bulk)
    db.session.commit()
    return len(letters)


def _was_told(account_id: int, *, now: datetime) -> bool:
    morning = datetime.combine(local(now).date(), BEGIN, local(now).tzinfo)
    told = exists().where(
        Reminder.account_id == account_id,
        Reminder.state == ReminderState.sent,
        Reminder.kind != K.event,
        Reminder.at >= morning,
    )
    return bool(db.session.scalar(select(told)))


def _key(kind: ReminderKind, row: Row[Any]) -> tuple[Any, ...]:
    return row.account_id, kind, row.subject_id, row.occasion_at


def _put_down(due: Due, *, state: ReminderState, now: datetime) -> set[tuple[Any, ...]]:
    """Keys of those that were not on record yet."""
    names = ("account_id", "kind", "subject_id", "occasion_at")
    rows = [dict(zip(names, _key(*each), strict=True)) | {"state": state, "at": now} for each in due]
    statement = insert_or_update(Reminder).values(rows).on_conflict_do_nothing(index_elements=KEY).returning(*KEY)
    return {tuple(row) for row in db.session.execute(statement)}


# ---- the letters


def _digest(told: Due, account: Account) -> list[Letter]:
    if not told:
        return []
    by_kind: dict[str, list[Row[Any]]] = {}
    for kind, row in told:
        by_kind.setdefault(kind, []).append(row)
    parts = [
        {"kind": kind, "items": [_item(row) for row in rows[:SHOWN]], "rest": max(0, len(rows) - SHOWN)}
        for kind, rows in by_kind.items()
    ]
    params: dict[str, Any] = {"name": account.name, "parts": parts, "door": _door(account.role)}
    return [Letter("reminders", account.email, params, account.organization_id)]


def _item(row: Row[Any]) -> Mapping[str, Any]:
    more = {name: getattr(row, name) for name in ("late", "missed") if hasattr(row, name)}
    said = {"title": row.title, "kind": row.kind, "id": row.subject_id, "number": row.number}
    return said | {"at": row.occasion_at.isoformat(), **more}


def _of_event(row: Row[Any], account: Account) -> Letter:
    params = {
        "name": account.name,
        "title": row.title,
        "organization": row.organization,
        "starts_at": row.occasion_at.isoformat(),
        "venue": row.venue,
        "application_id": row.subject_id,
    }
    return Letter("event_tomorrow", account.email, params)


def _door(role: Role) -> str:
    if role is Role.talent:
        return "talent"
    return "desk" if role in SECRETARIAT_ROLES else "mypage"


def forget(now: datetime) -> int:
    """What is older than any occasion can come back."""
    begin_write()
    count = write(delete(Reminder).where(Reminder.at < now - KEPT))
    db.session.commit()
    return count
