"""Deciding on many entries at once: what would happen, then what did, one line for each."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, func, select

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Action, State
from portal import audit
from portal.actors import Actor
from portal.database import among
from portal.errors import Refused
from portal.permissions import visible
from portal.publishing import letters, workflow
from portal.publishing.workflow import TRANSITIONS, Outcome, Seen

MOST = 200  # in one request
MANY = 30  # more than these are not decided by a single press
NO_SUCH = "対象外です。一覧から消えたか、すでに処理されています。"


@dataclass(frozen=True)
class Plan:
    """What the decision would do to one entry; `reason` is set when it would be left out."""

    seen: Seen
    title: str = ""
    organization: str = ""
    publish_at: datetime | None = None
    is_revision: bool = False
    letters: int = 0
    warnings: int = 0
    reason: str = ""

    @property
    def can(self) -> bool:
        return not self.reason


def dry_run(action: Action, chosen: Sequence[Seen], *, actor: Actor) -> list[Plan]:
    """Changes nothing. Two statements however many; in the order chosen."""
    if len(chosen) > MOST:
        raise Refused(f"一度に処理できるのは{MOST}件までです（選択は{len(chosen):,}件）。")
    rows = {
        row.id: row
        for row in db.session.execute(
            select(
                Version.id,
                Version.revision,
                Version.state,
                Version.title,
                Version.publish_at,
                Version.base_version_id,
                Version.organization_id,
                Version.error_count,
                Version.warning_count,
                Organization.name.label("organization"),
            )
            .join(Organization, Organization.id == Version.organization_id)
            .where(among(Version.id, [item.version_id for item in chosen]), visible(actor, Version))
        )
    }
    members = letters.recipients({row.organization_id for row in rows.values()})
    return [_plan(action, item, rows.get(item.version_id), members) for item in chosen]


def _plan(action: Action, item: Seen, row: Row | None, members: dict[int, list[str]]) -> Plan:
    if row is None:
        return Plan(item, title=f"ID {item.version_id}", reason=NO_SUCH)
    return Plan(
        item,
        title=row.title,
        organization=row.organization,
        publish_at=row.publish_at,
        is_revision=row.base_version_id is not None,
        letters=len(members.get(row.organization_id, ())),
        warnings=row.warning_count,
        reason=_reason(action, item, row),
    )


def _reason(action: Action, item: Seen, row: Row) -> str:
    if row.state not in TRANSITIONS[action].sources:
        return "すでに処理されているか、団体が取り下げました。"
    if row.revision != item.revision:
        return "表示した後に内容が変わりました。開いて確認してください。"
    if action is Action.approve and row.error_count:
        return f"公開不可の指摘が{row.error_count}件あります。開いて確認してください。"
    return ""


def decide(
    action: Action,
    chosen: Sequence[Seen],
    *,
    actor: Actor,
    now: datetime,
    hold: timedelta,
    comment: str = "",
    number: str = "",
) -> str:
    """Does it, in one transaction; every item is tested again in the statement that moves it.

    Returns the batch, under which `results` keeps one line per item and `workflow.undo` takes it back. Over MANY, the
    number that was typed must be that of the dry run.
    """
    plans = dry_run(action, chosen, actor=actor)
    able = [plan for plan in plans if plan.can]
    if not able:
        raise Refused("処理できるものがありません。一覧を読み込み直してください。")
    if len(able) > MANY and whole(number) != len(able):
        raise Refused(f"処理する件数「{len(able)}」を数字で入力してください。")
    batch = workflow.new_batch()
    outcomes = workflow.perform_each(
        action, [plan.seen for plan in able], actor=actor, now=now, hold=hold, comment=comment, batch=batch
    )
    moved = {outcome.version_id: outcome for outcome in outcomes}
    lines = [_line(plan, moved.get(plan.seen.version_id)) for plan in plans]
    audit.record(f"desk.{action}", batch=batch, details={"lines": lines, "comment": comment}, actor=actor, now=now)
    return batch


def whole(text: str) -> int | None:
    """A number as people type it, full-width digits too."""
    digits = unicodedata.normalize("NFKC", text).strip()
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 6 else None


def _line(plan: Plan, outcome: Outcome | None) -> tuple[int, str, str]:
    """Id, title and why it was left out; what does not exist for the actor has no title."""
    title = "" if plan.reason == NO_SUCH else plan.title
    if plan.reason or outcome is None:
        return plan.seen.version_id, title, plan.reason
    return plan.seen.version_id, outcome.title, "" if outcome.refusal is None else str(outcome.refusal)


@dataclass(frozen=True)
class Results:
    action: Action
    at: datetime
    lines: list[tuple[int, str, str]]  # version id, title, why it was left out ("" when it was done)

    @property
    def done(self) -> int:
        return sum(not reason for _id, _title, reason in self.lines)


def results(batch: str, *, actor: Actor) -> Results | None:
    """What became of a bulk decision of this actor."""
    event = db.session.scalars(
        select(AuditEvent).where(
            AuditEvent.batch == batch, AuditEvent.actor_id == actor.account_id, AuditEvent.action.like("desk.%")
        )
    ).one_or_none()
    if event is None:
        return None
    return Results(
        Action(event.action.removeprefix("desk.")), event.at, [tuple(line) for line in event.details["lines"]]
    )


@dataclass(frozen=True)
class Standing:
    """What is left of a decision that can still be taken back."""

    batch: str
    count: int
    title: str  # of one of them
    state: State
    seconds: int  # in which undo leaves no trace outside; 0 when it would be a reversal


def standing(batch: str, *, actor: Actor, now: datetime) -> Standing | None:
    """Nothing when all of it is public, was told as returned, or went on otherwise. One statement."""
    is_held = Version.hold_until > now
    row = db.session.execute(
        select(func.count(), func.min(Version.title), func.min(Version.state), func.max(Version.hold_until)).where(
            Version.batch == batch,
            visible(actor, Version),
            (Version.state == State.approved) | ((Version.state == State.returned) & is_held),
        )
    ).one()
    count, title, state, until = row
    if not count or until is None:
        return None
    return Standing(batch, count, title, State(state), max(0, math.ceil((until - now).total_seconds())))
