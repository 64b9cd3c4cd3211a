"""What the pages of an organization's registration show, worked out for their templates."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from models.organizations import Organization
from models.registrations import RegistrationVersion
from portal.publishing.business_days import approval_deadline, closed_days
from portal.publishing.checks import Finding
from portal.publishing.differences import differences_of
from portal.publishing.shapes import Section
from portal.registry import changes, contents
from portal.registry.registration_fields import section_named
from views.forms.boxes import by_field, part_of
from views.forms.entry import DeclaredForm, content_of
from views.organization.confirming import lines_of_sections

NOT_KEPT = ("csrf_token", "step", "revision", "instead")


def section_page(key: str, organization: Organization, found: RegistrationVersion | None) -> dict[str, Any]:
    section, values = section_named(key), contents.read(organization)
    concerns = found is not None and found.section == key
    return {
        "section": section,
        "sections": lines_of_sections((section,), values),
        "organization": organization,
        "found": found if concerns else None,
        "wanted": changes.differences_in(found) if found is not None and concerns else [],
    }


def form_page(
    section: Section, form: DeclaredForm, organization: Organization, *, findings: Sequence[Finding], conflict: str
) -> dict[str, Any]:
    values = contents.read(organization) | content_of(form)
    others = differences_of((section,), contents.read(organization), values) if conflict else []
    return {
        "section": section,
        "part": part_of(section, form, values, by_field(findings)),
        "findings": findings,
        "conflict": conflict,
        "others": others,
    }


def confirm_page(
    section: Section, values: Mapping[str, Any], organization: Organization, *, now: datetime, days: int
) -> dict[str, Any]:
    live, new = contents.read(organization), changes.proposed(section, organization, values)
    found = differences_of((section,), live, new)
    split = changes.split(section, organization, values)
    checks = changes.check(section, organization, values, now=now)
    return {
        "section": section,
        "sections": lines_of_sections((section,), new, found),
        "changed": len(found),
        "waits": split.waits,
        "waiting_words": changes.labels(split.waits),
        "done_words": changes.labels(split.at_once),
        "warnings": [finding for finding in checks if finding.severity == "warning"],
        "due_at": approval_deadline(now, days, closed_days()) if split.waits else None,
    }


def kept(form: MultiDict[str, str]) -> list[tuple[str, str]]:
    """The input, for the hidden fields that carry it to the next page and back."""
    return [(name, value) for name, value in form.items(multi=True) if name not in NOT_KEPT]


def in_order(section: Section, findings: Sequence[Finding]) -> list[Finding]:
    order = [field.name for field in section.fields]
    return sorted(findings, key=lambda finding: order.index(finding.field))
