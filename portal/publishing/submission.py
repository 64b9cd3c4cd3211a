"""Handing in: all checks of severity error pass, then the secretariat's business-day clock starts."""

from datetime import datetime

from sqlalchemy import select

from models.base import db
from models.entries import Version
from models.office import PostingStop
from models.states import Action, Kind
from portal.actors import Actor
from portal.errors import Conflict, Forbidden, Invalid
from portal.publishing import content
from portal.publishing.business_days import approval_deadline, closed_days
from portal.publishing.checks import APPROVAL_DAYS, Finding, check
from portal.publishing.drafts import find
from portal.publishing.workflow import Outcome, Seen, perform
from portal.wording import KIND_WORDS


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


def submit(seen: Seen, *, actor: Actor, now: datetime, days: int) -> Outcome:
    """Raises Invalid with the findings when an error is left, or what `refuse_stopped` raises.

    Warnings go along to the desk.
    """
    version = find(seen.version_id, actor=actor)
    if version.revision != seen.revision:
        raise Conflict("競合：確認していた間に内容が変更されました。もう一度確認してください。")
    refuse_stopped(version.organization_id, version.kind)
    findings = findings_of(version, now=now, days=days)
    errors = [finding for finding in findings if finding.severity == "error"]
    if errors:
        raise Invalid(errors)
    return perform(
        Action.submit,
        seen,
        actor=actor,
        now=now,
        due_at=approval_deadline(now, days, closed_days()),
        unpublish_at=content.read(version)["unpublish_at"] or content.natural_end(version),
        findings=[{"rule": f.rule, "severity": f.severity, "field": f.field, "message": f.message} for f in findings],
        error_count=len(errors),
        warning_count=len(findings) - len(errors),
    )
