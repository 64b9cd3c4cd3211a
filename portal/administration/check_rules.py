"""Rules of the automatic checks as the desk wants them: on or off, error or warning, in its words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from models.base import db
from models.office import RuleOverride
from models.states import Kind
from portal import audit
from portal.actors import Actor
from portal.administration import memory, patterns
from portal.administration.reasons import require, require_short
from portal.clock import local
from portal.database import insert_or_update
from portal.errors import NotFound, Refused
from portal.publishing import rule_counts
from portal.publishing.fields import fields_of
from portal.publishing.rule_book import ERROR, NOTE, RULES, WARNING, Rule, Ruling
from portal.publishing.rule_counts import Told
from portal.publishing.shapes import Type

LONGEST_MESSAGE = 300
LONGEST_PATTERN = 2000
COUNTED_DAYS = 90
NEVER_TOLD = Told()


@dataclass(frozen=True)
class Shown:
    """A rule, what the desk made of it, and how often it fired and was overruled in the last months."""

    rule: Rule
    ruling: Ruling
    told: Told = NEVER_TOLD

    @property
    def key(self) -> str:
        return self.rule.id


def listed(*, now: datetime) -> Sequence[Shown]:
    """All rules, with what the database says of each."""
    kept = {row.rule: memory.ruling_of_row(row) for row in db.session.scalars(select(RuleOverride))}
    told = rule_counts.by_rule(since=local(now).date() - timedelta(days=COUNTED_DAYS))
    return [Shown(rule, kept.get(key, Ruling()), told.get(key, Told())) for key, rule in RULES.items()]


def texts() -> Mapping[str, str]:
    """The fields that a rule about wording may look into, by name: the label, and of which kinds it is."""
    found: dict[str, str] = {}
    for kind in Kind:
        for field in fields_of(kind):
            if field.public and field.type in (Type.text, Type.prose):
                found.setdefault(field.name, field.label)
    return found


def find(key: str, *, now: datetime) -> Shown:
    for shown in listed(now=now):
        if shown.rule.id == key:
            return shown
    raise NotFound


def save(key: str, ruling: Ruling, *, actor: Actor, now: datetime) -> None:
    """Holds for what is checked from now on; findings that went along to the desk stay as they were."""
    require(actor, "desk.administer")
    rule = find(key, now=now).rule
    if rule.fixed:
        raise Refused("このルールは変更できません。フォームの動作、公開の日時、団体の権限に関わるためです。")
    pattern, fields = _own_search(rule, ruling)
    words = _own_words(rule, ruling)
    ruling = Ruling(ruling.active, *words, pattern, fields, ruling.valid_from, _own_amount(rule, ruling.amount))
    if ruling == Ruling():
        db.session.execute(delete(RuleOverride).where(RuleOverride.rule == key))
    else:
        values = {"active": ruling.active, "severity": ruling.severity, "message": ruling.message, "updated_at": now}
        values |= {"pattern": ruling.pattern, "fields": list(ruling.fields), "valid_from": ruling.valid_from}
        values["amount"] = ruling.amount
        statement = insert_or_update(RuleOverride).values(rule=key, **values)
        db.session.execute(statement.on_conflict_do_update(index_elements=[RuleOverride.rule], set_=values))
    memory.count_up()
    details = {"rule": key, "active": ruling.active, "severity": ruling.severity, "pattern": ruling.pattern}
    details |= {} if ruling.amount is None else {"amount": ruling.amount}
    audit.record("rule.change", subject="rule", actor=actor, now=now, details=details)


def _own_words(rule: Rule, ruling: Ruling) -> tuple[str, str]:
    """Severity and sentence, empty where they are the rule's own."""
    if ruling.severity and (ruling.severity not in (ERROR, WARNING, NOTE) or not rule.severity):
        raise Refused("重さを選んでください。")
    message = ruling.message.strip()
    if message and not rule.message:
        raise Refused("このルールの文は、見つけた内容によって変わるため変更できません。")
    if len(message.splitlines()) > 1:
        raise Refused("文は1行で入力してください。")
    require_short(message, "文", LONGEST_MESSAGE)
    severity = "" if ruling.severity == rule.severity else ruling.severity
    return severity, "" if message == rule.message else message


def _own_search(rule: Rule, ruling: Ruling) -> tuple[str, tuple[str, ...]]:
    """Pattern and fields, empty where they are the rule's own."""
    pattern, fields = ruling.pattern.strip(), tuple(dict.fromkeys(ruling.fields))
    if rule.words is None:
        if pattern or fields:
            raise Refused("このルールは、表現のパターンを使いません。")
        return "", ()
    if not set(fields) <= texts().keys():
        raise Refused("点検する項目を選び直してください。")
    require_short(pattern, "パターン", LONGEST_PATTERN)
    if pattern and (problem := patterns.problem_of(pattern)):
        raise Refused(problem)
    own_pattern = "" if pattern == rule.words.pattern else pattern
    return own_pattern, () if set(fields) == set(rule.words.fields) else fields


def _own_amount(rule: Rule, amount: int | None) -> int | None:
    """None where it is the rule's own."""
    if amount is None:
        return None
    if rule.amount is None:
        raise Refused("このルールは、金額などの数を使いません。")
    if not rule.amount.low <= amount <= rule.amount.high:
        bounds = f"{rule.amount.low:,}から{rule.amount.high:,}まで"
        raise Refused(f"{rule.amount.label}は、{bounds}の整数で入力してください。")
    return None if amount == rule.amount.value else amount
