"""What the form page shows: sections with their progress, errors at their fields, the checks beside them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.states import EDITABLE_STATES
from portal.publishing import content
from portal.publishing.checks import ERROR, Finding, check
from portal.publishing.differences import Difference, differences
from portal.publishing.fields import fields_of, section_of, sections_of
from portal.publishing.rule_book import NOTE
from portal.publishing.workflow import is_held
from views.forms.boxes import Part, by_field, part_of
from views.forms.entry import EntryForm, content_of, shape_findings
from views.organization import answering
from views.organization.answering import AtField
from views.organization.rooms import Room
from views.visitor import settings


@dataclass(frozen=True)
class Sheet:
    form: EntryForm
    parts: Sequence[Part]
    findings: Sequence[Finding]  # what keeps the input from being saved or confirmed
    checks: Sequence[Finding]  # all that the desk would find
    documents: Sequence[Mapping[str, Any]]
    values: Mapping[str, Any]
    conflict: str = ""
    others: Sequence[Difference] = ()  # what is saved now, against the input
    is_new: bool = False
    notes: Mapping[str, AtField] = field(default_factory=dict)  # of the last return, by field

    @property
    def asked(self) -> int:
        return sum(part.asked for part in self.parts)

    def title_of(self, name: str) -> str:
        return section_of(self.form.kind, name).title

    @property
    def there(self) -> set[str]:
        """Names of the fields that what was chosen asks for."""
        return {box.field.name for part in self.parts for box in part.boxes if box.there}

    @property
    def problems(self) -> list[tuple[str, str, str]]:
        """Where, id of the input and sentence of each, as the summary lists them."""
        at_fields = [(self.title_of(finding.field), finding.field, finding.message) for finding in self.findings]
        return at_fields + answering.problems(self.notes)

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
    notes: Mapping[str, AtField] | None = None,
) -> Sheet:
    values = content_of(form)
    errors = by_field(findings)
    copied = version is not None and version.copied_from_id is not None
    notes = notes or {}
    parts = [part_of(section, form, values, errors, copied=copied, notes=notes) for section in sections_of(room.kind)]
    return Sheet(
        form,
        parts,
        findings,
        [finding for finding in judge(form, version, organization, now=now) if finding.severity != NOTE],
        values.get("documents", ()) if values.get("apply_via") == "web" else (),
        values,
        conflict,
        differences(room.kind, content.read(version), values) if conflict and version else (),
        version is None,
        notes,
    )


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
