"""Handing in: all checks of severity error pass, then the secretariat's business-day clock starts."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.office import PostingStop
from models.people import Account
from models.states import SECRETARIAT_ROLES, Action, Kind, State
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, Invalid
from portal.publishing import content, likeness, rule_counts
from portal.publishing.business_days import approval_deadline, closed_days
from portal.publishing.checks import APPROVAL_DAYS, WARNING, Finding, check
from portal.publishing.drafts import find
from portal.publishing.rule_book import RULES
from portal.publishing.workflow import Outcome, Seen, perform
from portal.wording import KIND_WORDS

LONGEST_REASON = 200


def findings_of(version: Version, *, now: datetime, days: int = APPROVAL_DAYS) -> list[Finding]:
    """The checks on a saved draft; its publication time is judged at the moment it was saved."""
    base = db.session.get(Version, version.base_version_id) if version.base_version_id else None
    return check(
        version.kind,
        content.read(version),
        organization=version.organization,
        now=now,
        base=content.read(base) if base else None,
        confirmed_at=version.updated_at,
        days=days,
    )


def refuse_stopped(organization_id: int | None, kind: Kind) -> None:
    """Raises Forbidden with the secretariat's reason where it stopped this organization from handing in this kind."""
    stopped = select(PostingStop.reason).where(PostingStop.organization_id == organization_id, PostingStop.kind == kind)
    reason = db.session.scalar(stopped)
    if reason is not None:
        raise Forbidden(
            f"事務局が、貴団体による{KIND_WORDS[kind].label}の掲載申請を停止しています。理由：{reason}"
            "　ご不明な点は事務局へお問い合わせください。"
        )


class Unacknowledged(Invalid):
    """Warnings that who hands in has not said to have seen, or why they stand."""


def submit(
    seen: Seen, *, actor: Actor, now: datetime, days: int, acknowledged: Mapping[str, str] | None = None
) -> Outcome:
    """Raises Invalid with the findings when an error is left, or what `refuse_stopped` raises.

    `acknowledged` has the reason, or nothing, by the key of each warning that was seen; they go along to the desk.
    """
    version = find(seen.version_id, actor=actor)
    if version.revision != seen.revision:
        raise Conflict("競合：確認していた間に内容が変更されました。もう一度確認してください。")
    refuse_stopped(version.organization_id, version.kind)
    findings = findings_of(version, now=now, days=days)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise Invalid(errors)
    said = {} if acknowledged is None else acknowledged
    if unseen := [finding for finding in findings if finding.severity == WARNING and not _is_seen(finding, said)]:
        raise Unacknowledged(unseen)
    rule_counts.overruled((finding for finding in findings if finding.severity == WARNING), now=now)
    values = content.read(version)
    likeness.keep(version, values)
    return perform(
        Action.submit,
        seen,
        actor=actor,
        now=now,
        due_at=approval_deadline(now, days, closed_days()),
        unpublish_at=values["unpublish_at"] or content.natural_end(version),
        findings=[_kept(finding, said) for finding in findings],
        error_count=len(errors),
        warning_count=len(findings) - len(errors),
        aside_until=None,
        aside_reason="",
        **_same_reviewer(version),
    )


def _same_reviewer(version: Version) -> dict[str, Any]:
    """What comes again goes to whoever gave it back, while they work at the desk."""
    if version.state is not State.returned or version.decided_by_id is None:
        return {}
    reviewer = db.session.get_one(Account, version.decided_by_id)
    is_there = reviewer.role in SECRETARIAT_ROLES and reviewer.suspended_at is None
    return {"assignee_id": reviewer.id} if is_there else {}


def asks_reason(finding: Finding) -> bool:
    return finding.rule in RULES and RULES[finding.rule].asks_reason


def _is_seen(finding: Finding, said: Mapping[str, str]) -> bool:
    reason = said.get(finding.key)
    return reason is not None and len(reason) <= LONGEST_REASON and (bool(reason) or not asks_reason(finding))


def _kept(finding: Finding, said: Mapping[str, str]) -> dict[str, Any]:
    """As the desk reads it: the organization's reason beside what it acknowledged."""
    told = {name: getattr(finding, name) for name in ("rule", "severity", "field", "message")}
    return told | ({"acknowledged": True, "reason": said[finding.key]} if finding.severity == WARNING else {})
