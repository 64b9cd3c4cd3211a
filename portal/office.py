"""The secretariat's own small lists: phrases for returns, and days on which the office is closed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from models.base import db
from models.records import ClosedDay, Phrase
from portal import audit
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, Refused
from portal.permissions import may

LONGEST_PHRASE = 4000
LONGEST_NAME = 100
LAST_POSITION = 9999


def save_phrase(phrase: Phrase | None, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> Phrase:
    """A new one, or the given one with other words."""
    _require(actor, "desk.read")
    title, text = values["title"].strip(), values["text"].strip()
    if not title or not text:
        raise Refused("名称と文を入力してください。")
    _require_short(title)
    position = values.get("position") or 0
    if not 0 <= position <= LAST_POSITION:
        raise Refused(f"並び順は0〜{LAST_POSITION:,}の数字で入力してください。")
    if len(text) > LONGEST_PHRASE:
        raise Refused(f"文は{LONGEST_PHRASE:,}文字以内で入力してください（現在{len(text):,}文字）。")
    act = "phrase.change" if phrase else "phrase.create"
    phrase = phrase or Phrase()
    phrase.title, phrase.text, phrase.position = title, text, position
    return _keep(phrase, act, actor=actor, now=now)


def save_closed_day(closed: ClosedDay | None, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> ClosedDay:
    """Counts for deadlines of what is submitted from now on; those already set stand."""
    _require(actor, "desk.administer")
    day: date | None = values["day"]
    name = values["name"].strip()
    if day is None or not name:
        raise Refused("日付と名称を入力してください。")
    _require_short(name)
    act = "closed_day.change" if closed else "closed_day.create"
    closed = closed or ClosedDay()
    closed.day, closed.name = day, name
    return _keep(closed, act, actor=actor, now=now)


def remove(row: Phrase | ClosedDay, *, actor: Actor, now: datetime) -> None:
    _require(actor, "desk.administer" if isinstance(row, ClosedDay) else "desk.read")
    model = type(row)
    subject = model.__tablename__
    audit.record(f"{subject}.remove", subject=subject, subject_id=row.id, actor=actor, now=now)
    db.session.execute(delete(model).where(model.id == row.id))


def _keep(row: Any, act: str, *, actor: Actor, now: datetime) -> Any:
    db.session.add(row)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        raise Conflict("同じ日付がすでに登録されています。") from None
    audit.record(act, subject=row.__tablename__, subject_id=row.id, actor=actor, now=now)
    return row


def _require_short(name: str) -> None:
    if len(name) > LONGEST_NAME:
        raise Refused(f"名称は{LONGEST_NAME}文字以内で入力してください（現在{len(name):,}文字）。")


def _require(actor: Actor, action: str) -> None:
    if not may(actor, action):
        raise Forbidden("この操作を行う権限がありません。")
