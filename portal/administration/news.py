"""お知らせ of the secretariat: written at the desk, shown on the home page and my pages from one moment to another."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import delete

from models.base import db
from models.office import News
from models.states import Audience, Role
from portal import audit
from portal.actors import Actor
from portal.administration import memory
from portal.administration.memory import Bulletin
from portal.administration.reasons import require, require_line, require_short
from portal.errors import Refused

LONGEST_TITLE = 100
LONGEST_BODY = 4000


def current(actor: Actor, *, now: datetime) -> list[Bulletin]:
    """What this person is shown at this moment, the latest first. Asks no database."""
    audiences = {Audience.everyone} | _audience_of(actor)
    return [
        bulletin
        for bulletin in memory.decisions().news
        if bulletin.audience in audiences
        and bulletin.starts_at <= now
        and (bulletin.ends_at is None or bulletin.ends_at > now)
    ]


def _audience_of(actor: Actor) -> set[Audience]:
    if actor.is_member:
        return {Audience.organizations}
    return {Audience.talents} if actor.role is Role.talent else set()


def save(news: News | None, values: Mapping[str, Any], *, actor: Actor, now: datetime) -> News:
    """A new one, or the given one with other words."""
    require(actor, "desk.read")
    title, body = values["title"].strip(), values["body"].strip()
    if not title or not body:
        raise Refused("タイトルと本文を入力してください。")
    require_line(require_short(title, "タイトル", LONGEST_TITLE), "タイトル")
    require_short(body, "本文", LONGEST_BODY)
    starts_at, ends_at = values["starts_at"], values["ends_at"]
    if ends_at is not None and ends_at <= starts_at:
        raise Refused("表示の終了は、開始より後の日時にしてください。")
    act = "news.change" if news else "news.create"
    news = news or News(created_at=now)
    news.title, news.body, news.audience = title, body, Audience(values["audience"])
    news.starts_at, news.ends_at, news.updated_at = starts_at, ends_at, now
    db.session.add(news)
    memory.count_up()
    audit.record(act, subject="news", subject_id=news.id, actor=actor, now=now)
    return news


def remove(news: News, *, actor: Actor, now: datetime) -> None:
    require(actor, "desk.read")
    audit.record("news.remove", subject="news", subject_id=news.id, actor=actor, now=now)
    db.session.execute(delete(News).where(News.id == news.id))
    memory.count_up()
