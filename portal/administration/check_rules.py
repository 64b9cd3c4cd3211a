"""Rules of the automatic checks as the desk wants them: on or off, error or warning, in its words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from models.base import db
from models.office import RuleOverride
from portal import audit
from portal.actors import Actor
from portal.administration import memory
from portal.administration.reasons import require, require_short
from portal.database import insert_or_update
from portal.errors import NotFound, Refused
from portal.publishing.rule_book import ERROR, RULES, WARNING, Rule, Ruling

LONGEST_MESSAGE = 300


@dataclass(frozen=True)
class Shown:
    rule: Rule
    ruling: Ruling


def listed() -> Sequence[Shown]:
    """All rules, with what the database says of each."""
    kept = {row.rule: Ruling(row.active, row.severity, row.message) for row in db.session.scalars(select(RuleOverride))}
    return [Shown(rule, kept.get(key, Ruling())) for key, rule in RULES.items()]


def find(key: str) -> Shown:
    for shown in listed():
        if shown.rule.id == key:
            return shown
    raise NotFound


def save(key: str, ruling: Ruling, *, actor: Actor, now: datetime) -> None:
    """Holds for what is checked from now on; findings that went along to the desk stay as they were."""
    require(actor, "desk.administer")
    rule = find(key).rule
    if rule.fixed:
        raise Refused("このルールは変更できません。フォームの動作、公開の日時、団体の権限に関わるためです。")
    ruling = Ruling(ruling.active, *_own_words(rule, ruling))
    if ruling == Ruling():
        db.session.execute(delete(RuleOverride).where(RuleOverride.rule == key))
    else:
        values = {"active": ruling.active, "severity": ruling.severity, "message": ruling.message, "updated_at": now}
        statement = insert_or_update(RuleOverride).values(rule=key, **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=[RuleOverride.rule], set_=values))
    memory.count_up()
    details = {"rule": key, "active": ruling.active, "severity": ruling.severity}
    audit.record("rule.change", subject="rule", actor=actor, now=now, details=details)


def _own_words(rule: Rule, ruling: Ruling) -> tuple[str, str]:
    """Severity and sentence, empty where they are the rule's own."""
    if ruling.severity and (ruling.severity not in (ERROR, WARNING) or not rule.severity):
        raise Refused("重さを選んでください。")
    message = ruling.message.strip()
    if message and not rule.message:
        raise Refused("このルールの文は、見つけた内容によって変わるため変更できません。")
    if len(message.splitlines()) > 1:
        raise Refused("文は1行で入力してください。")
    require_short(message, "文", LONGEST_MESSAGE)
    severity = "" if ruling.severity == rule.severity else ruling.severity
    return severity, "" if message == rule.message else message
