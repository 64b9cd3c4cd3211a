"""Settings that the office changes itself. What it did not set is the environment's."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from models.base import db
from models.office import OfficeSetting
from portal import audit
from portal.actors import Actor
from portal.administration import memory
from portal.administration.reasons import require
from portal.database import insert_or_update
from portal.errors import NotFound, Refused
from portal.settings import LONGEST_HOLD, LONGEST_INTERVAL, MOST_OFFERS, QUIET, Settings


@dataclass(frozen=True)
class Adjustable:
    """A number between its bounds, or a text of a certain form where there are none."""

    name: str
    group: str
    label: str
    unit: str = ""
    low: int = 0
    high: int = 0
    hint: str = ""

    @property
    def is_number(self) -> bool:
        return bool(self.high)


OFFICE, MAILS, LOGIN, LIMITS = "承認", "団体から人材へのメール", "ログイン", "人材の検索と閲覧（担当者1人あたり）"
ADJUSTABLE: Mapping[str, Adjustable] = {
    each.name: each
    for each in (
        Adjustable(
            "approval_days", OFFICE, "承認までの営業日", "営業日", 1, 20, "これから申請されるものの期限になります。"
        ),
        Adjustable(
            "hold_seconds", OFFICE, "判断を取り消せる時間", "秒", 0, 600, "この間は公開もメールの送信もしません。"
        ),
        Adjustable("mail_hold_seconds", MAILS, "送信を取り消せる時間", "秒", 0, LONGEST_HOLD),
        Adjustable(
            "quiet_hours",
            MAILS,
            "オファーメールを届けない時間帯",
            hint="「21-7」は21時から翌朝7時までです。空欄にすると、いつでも届けます。",
        ),
        Adjustable("offers_a_mail", MAILS, "オファーメール1回の宛先の上限", "名", 1, MOST_OFFERS),
        Adjustable("offers_a_day", MAILS, "1団体が1日に送れるオファーメール", "通", 1, MOST_OFFERS),
        Adjustable("offer_interval_days", MAILS, "同じ人に次のオファーメールを送れるまで", "日", 0, LONGEST_INTERVAL),
        Adjustable("session_idle_minutes", LOGIN, "操作がないときにログアウトするまで", "分", 5, 480),
        Adjustable("session_hours", LOGIN, "ログインを続けられる時間", "時間", 1, 24, "これからのログインに使います。"),
        Adjustable("searches_per_minute", LIMITS, "1分間の検索", "回", 1, 100_000),
        Adjustable("searches_per_hour", LIMITS, "1時間の検索", "回", 1, 100_000),
        Adjustable("views_per_hour", LIMITS, "1時間に開ける人材詳細", "名", 1, 100_000),
        Adjustable("views_per_day", LIMITS, "1日に開ける人材詳細", "名", 1, 100_000),
    )
}


@dataclass(frozen=True)
class Shown:
    """A setting with what stands now, and what stood without the desk."""

    adjustable: Adjustable
    value: Any
    default: Any
    is_set: bool

    @property
    def key(self) -> str:
        return self.adjustable.name


def listed(settings: Settings) -> list[Shown]:
    """Read from the database, so that who just saved sees it. `settings` are the environment's."""
    chosen = {row.name: row.value for row in db.session.scalars(select(OfficeSetting))}
    return [
        Shown(each, chosen.get(name, getattr(settings, name)), getattr(settings, name), name in chosen)
        for name, each in ADJUSTABLE.items()
    ]


def save(name: str, text: str, *, actor: Actor, now: datetime) -> None:
    """Raises Refused with a sentence for what the setting cannot be."""
    require(actor, "desk.administer")
    value = _read(_named(name), text)
    row = {"name": name, "value": value, "updated_at": now}
    statement = insert_or_update(OfficeSetting).values(row)
    changed = {"value": statement.excluded.value, "updated_at": now}
    db.session.execute(statement.on_conflict_do_update(index_elements=[OfficeSetting.name], set_=changed))
    memory.count_up()
    audit.record("setting.change", subject="setting", actor=actor, now=now, details={"name": name, "value": value})


def reset(name: str, *, actor: Actor, now: datetime) -> None:
    """Back to the environment's value."""
    require(actor, "desk.administer")
    _named(name)
    db.session.execute(delete(OfficeSetting).where(OfficeSetting.name == name))
    memory.count_up()
    audit.record("setting.reset", subject="setting", actor=actor, now=now, details={"name": name})


def _named(name: str) -> Adjustable:
    if name not in ADJUSTABLE:
        raise NotFound
    return ADJUSTABLE[name]


def _read(setting: Adjustable, text: str) -> int | str:
    text = text.strip()
    if not setting.is_number:
        hours = QUIET.fullmatch(text)
        if text and (hours is None or int(hours[1]) == int(hours[2])):
            raise Refused(f"{setting.label}は「21-7」のように、始まりと終わりの時刻（0〜23時）で入力してください。")
        return text
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and setting.low <= int(text) <= setting.high):
        raise Refused(f"{setting.label}は{setting.low:,}〜{setting.high:,}の数字（{setting.unit}）で入力してください。")
    return int(text)
