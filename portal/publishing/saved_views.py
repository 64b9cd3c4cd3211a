"""Filters of the queue that a member of the secretariat gave a name."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select

from models.base import db
from models.desk import SavedView
from portal.actors import Actor
from portal.administration.reasons import require, require_short
from portal.database import insert_or_update, write
from portal.errors import NotFound, Refused

MOST = 20
LONGEST_NAME = 40
LONGEST_QUERY = 400


def views_of(actor: Actor) -> Sequence[SavedView]:
    return db.session.scalars(
        select(SavedView).where(SavedView.account_id == actor.account_id).order_by(SavedView.id)
    ).all()


def keep_view(name: str, query: str, *, actor: Actor, now: datetime) -> None:
    """Under the same name it takes the place of the one before. Raises Refused in words."""
    require(actor, "desk.read")
    name = " ".join(name.split())
    if not name:
        raise Refused("条件の名前を入力してください。")
    require_short(name, "条件の名前", LONGEST_NAME)
    if not query or len(query) > LONGEST_QUERY:
        raise Refused("絞り込みの条件を選んでから保存してください。")
    count = select(func.count()).where(SavedView.account_id == actor.account_id, SavedView.name != name)
    if (db.session.scalar(count) or 0) >= MOST:
        raise Refused(f"保存できる条件は{MOST}件までです。使わないものを削除してください。")
    db.session.execute(
        insert_or_update(SavedView)
        .values(account_id=actor.account_id, name=name, query=query, created_at=now)
        .on_conflict_do_update(index_elements=["account_id", "name"], set_={"query": query})
    )


def drop_view(view_id: int, *, actor: Actor) -> None:
    gone = write(delete(SavedView).where(SavedView.id == view_id, SavedView.account_id == actor.account_id))
    if not gone:
        raise NotFound
