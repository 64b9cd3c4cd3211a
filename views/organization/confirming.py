"""What the confirm page shows: every value in words, what changed, what to mind, what happens next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from models.base import db
from models.entries import Version
from models.states import Kind, State
from portal.actors import Actor
from portal.figures import estimate
from portal.publishing import content, drafts
from portal.publishing.business_days import approval_deadline, closed_days
from portal.publishing.checks import WARNING, Finding
from portal.publishing.differences import Difference, differences
from portal.publishing.fields import Field, Section, Type, applies, sections_of
from portal.publishing.submission import asks_reason
from portal.publishing.wording import show
from portal.publishing.workflow import Seen
from views.organization import answering

MOST_WARNINGS = 50


@dataclass(frozen=True)
class Line:
    field: Field
    text: str
    change: Difference | None = None
    files: Sequence[Mapping[str, Any]] = ()  # that the text names


def page(version: Version, findings: Sequence[Finding], *, now: datetime, days: int) -> dict[str, Any]:
    values = content.read(version)
    live = version.entry.live_version
    changes = differences(version.kind, content.read(live), values) if live else []
    return {
        "version": version,
        "entry": version.entry,
        "sections": lines_of(version.kind, values, changes),
        "changes": changes,
        "is_revision": live is not None and live.state is State.published,
        "warnings": [(finding, asks_reason(finding)) for finding in findings if finding.severity == WARNING],
        "days": days,
        "due_at": approval_deadline(now, days, closed_days()),
        "estimate": estimate.lately(now),
        "left_open": answering.left_open(version),
        "at_once": version.publish_at is not None and version.publish_at <= now,
    }


def acknowledged(form: MultiDict[str, str]) -> dict[str, str]:
    """The reason, or nothing, by the key of each warning that was ticked."""
    return {key: " ".join(form.get(f"reason-{key}", "").split()) for key in form.getlist("seen")[:MOST_WARNINGS]}


def lines_of(
    kind: Kind, values: Mapping[str, Any], changes: Sequence[Difference] = ()
) -> list[tuple[Section, list[Line]]]:
    return lines_of_sections(sections_of(kind), values, changes)


def lines_of_sections(
    sections: Sequence[Section], values: Mapping[str, Any], changes: Sequence[Difference] = ()
) -> list[tuple[Section, list[Line]]]:
    """What applies, by section; a field that was emptied by another choice is told as a change."""
    changed = {change.field.name: change for change in changes}
    return [
        (section, lines)
        for section in sections
        if (
            lines := [
                _line(field, values, changed)
                for field in section.fields
                if applies(field, values) or field.name in changed
            ]
        )
    ]


def _line(field: Field, values: Mapping[str, Any], changed: Mapping[str, Difference]) -> Line:
    value = values[field.name] if applies(field, values) else None
    files = value or () if field.type is Type.files else ()
    return Line(field, show(field, value), changed.get(field.name), files)


def was_submitted(seen: Seen, *, actor: Actor) -> bool:
    """Whether the actor has just handed in exactly this: the second click of two."""
    db.session.expire_all()
    version = drafts.find(seen.version_id, actor=actor)
    return (version.state, version.revision, version.submitted_by_id) == (
        State.submitted,
        seen.revision + 1,
        actor.account_id,
    )
