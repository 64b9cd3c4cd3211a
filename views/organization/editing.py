"""What the form page shows: sections with their progress, errors at their fields, the checks beside them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import Any

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.states import EDITABLE_STATES
from portal.publishing import content
from portal.publishing.checks import ERROR, Finding, check
from portal.publishing.differences import Difference, differences
from portal.publishing.fields import Field, Section, Type, applies, fields_of, section_of, sections_of
from portal.publishing.wording import show
from portal.publishing.workflow import is_held
from views.forms.entry import EntryForm, content_of, shape_findings
from views.forms.inputs import Input
from views.organization.rooms import Room
from views.visitor import settings

ROWS = (Type.documents, Type.sessions, Type.languages)
SUMMARY_FIELDS = 3
LONGEST_SUMMARY = 40


@dataclass(frozen=True)
class Box:
    """One field as it is drawn."""

    field: Field
    input: Input
    errors: Sequence[str]
    there: bool
    filled: bool
    asks_date: bool  # of a copy, whose dates were emptied

    @property
    def when(self) -> str:
        return json.dumps([[condition.field, sorted(condition.values)] for condition in self.field.when])


@dataclass(frozen=True)
class Part:
    """One section as it is drawn."""

    section: Section
    boxes: Sequence[Box]
    summary: str

    @cached_property
    def asked(self) -> int:
        return sum(box.there and box.field.required for box in self.boxes)

    @cached_property
    def given(self) -> int:
        return sum(box.there and box.field.required and box.filled for box in self.boxes)

    @cached_property
    def errors(self) -> int:
        return sum(len(box.errors) for box in self.boxes)

    @property
    def is_done(self) -> bool:
        return self.given == self.asked and not self.errors

    @property
    def is_folded(self) -> bool:
        return self.is_done and bool(self.summary) and not any(box.asks_date for box in self.boxes)

    @property
    def lines(self) -> list[tuple[str, list[Box]]]:
        """Fields of one group stand on one line under its name; any other has a line of its own."""
        grouped = groupby(self.boxes, key=lambda box: box.field.group or box.field.name)
        return [(boxes[0].field.group, boxes) for boxes in (list(group) for _key, group in grouped)]


@dataclass(frozen=True)
class Sheet:
    form: EntryForm
    parts: Sequence[Part]
    findings: Sequence[Finding]  # what keeps the input from being saved or confirmed
    checks: Sequence[Finding]  # all that the desk would find
    documents: Sequence[Mapping[str, Any]]
    conflict: str = ""
    others: Sequence[Difference] = ()  # what is saved now, against the input
    is_new: bool = False

    @property
    def asked(self) -> int:
        return sum(part.asked for part in self.parts)

    def title_of(self, name: str) -> str:
        return section_of(self.form.kind, name).title

    @property
    def given(self) -> int:
        return sum(part.given for part in self.parts)


def sheet(
    room: Room,
    form: EntryForm,
    version: Version | None,
    organization: Organization,
    *,
    now: datetime,
    findings: Sequence[Finding] = (),
    conflict: str = "",
) -> Sheet:
    values = content_of(form)
    errors: dict[str, list[str]] = {}
    for finding in findings:
        errors.setdefault(finding.field, []).append(finding.message)
    copied = version is not None and version.copied_from_id is not None
    parts = [_part(section, form, values, errors, copied=copied) for section in sections_of(room.kind)]
    return Sheet(
        form,
        parts,
        findings,
        judge(form, version, organization, now=now),
        values.get("documents", ()) if values.get("apply_via") == "web" else (),
        conflict,
        differences(room.kind, content.read(version), values) if conflict and version else (),
        version is None,
    )


def _part(
    section: Section, form: EntryForm, values: Mapping[str, Any], errors: Mapping[str, Sequence[str]], *, copied: bool
) -> Part:
    boxes = [_box(field, form, values, errors.get(field.name, ()), copied=copied) for field in section.fields]
    return Part(section, boxes, _summary(boxes, values))


def _box(field: Field, form: EntryForm, values: Mapping[str, Any], errors: Sequence[str], *, copied: bool) -> Box:
    value = values[field.name]
    there, filled = applies(field, values), not (value is None or value is False or value in ("", []))
    return Box(field, form[field.name], errors, there, filled, copied and field.dated and there and not filled)


def _summary(boxes: Sequence[Box], values: Mapping[str, Any]) -> str:
    """One line of what a folded section holds."""
    told = [box for box in boxes if box.there and box.filled and box.field.type is not Type.flag and box.field.required]
    line = "、".join(_short(box.field, values[box.field.name]) for box in told[:SUMMARY_FIELDS])
    return line if len(line) <= LONGEST_SUMMARY else f"{line[:LONGEST_SUMMARY]}…"


def _short(field: Field, value: Any) -> str:
    if field.type is Type.prose and len(value) > LONGEST_SUMMARY:
        return f"{field.label} {len(value):,}文字"
    return f"{field.label} {len(value)}件" if field.type in ROWS else show(field, value)


def judge(form: EntryForm, version: Version | None, organization: Organization, *, now: datetime) -> list[Finding]:
    base = db.session.get(Version, version.base_version_id) if version and version.base_version_id else None
    judged = content.read(base) if base else None
    days = settings().approval_days
    return check(form.kind, content_of(form), organization=organization, now=now, base=judged, days=days)


def findings_at(
    step: str, form: EntryForm, version: Version | None, organization: Organization, *, now: datetime
) -> list[Finding]:
    """What keeps the step from being taken: for 「一時保存」 the shape alone, for 「確認」 every error."""
    shaped = shape_findings(form)
    if step == "save":
        return shaped
    unread = {finding.field for finding in shaped}
    judged = [
        finding for finding in errors_among(judge(form, version, organization, now=now)) if finding.field not in unread
    ]
    order = [field.name for field in fields_of(form.kind)]
    return sorted([*shaped, *judged], key=lambda finding: order.index(finding.field))


def errors_among(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == ERROR]


def is_editable(version: Version, now: datetime) -> bool:
    return version.state in EDITABLE_STATES and not is_held(version, now=now)
