"""What an entry consists of: one declaration per field, from which form, checks, difference and pages are made."""

from collections.abc import Iterator, Mapping
from typing import Any

from models.organizations import Organization
from models.states import Kind
from portal.code_list import CodeList
from portal.codes import GENERAL_RESUME_ITEMS, JICA, RESUME_ITEMS, RESUME_TYPES
from portal.publishing.event_fields import SECTIONS as EVENT_SECTIONS
from portal.publishing.job_fields import SECTIONS as JOB_SECTIONS
from portal.publishing.notice_fields import SECTIONS as NOTICE_SECTIONS
from portal.publishing.shapes import LONGEST_PROSE, LONGEST_TEXT, MOST_ROWS, Field, Section, Type, When, when

__all__ = ["LONGEST_PROSE", "LONGEST_TEXT", "MOST_ROWS", "Field", "Section", "Type", "When", "when"]

SECTIONS: Mapping[Kind, tuple[Section, ...]] = {
    Kind.job: JOB_SECTIONS,
    Kind.event: EVENT_SECTIONS,
    Kind.notice: NOTICE_SECTIONS,
}


def sections_of(kind: Kind) -> tuple[Section, ...]:
    return SECTIONS[kind]


def fields_of(kind: Kind) -> Iterator[Field]:
    for section in SECTIONS[kind]:
        yield from section.fields


def field_named(kind: Kind, name: str) -> Field:
    return next(field for field in fields_of(kind) if field.name == name)


def section_of(kind: Kind, name: str) -> Section:
    return next(section for section in SECTIONS[kind] if any(field.name == name for field in section.fields))


def applies(field: Field, content: Mapping[str, Any]) -> bool:
    """Whether the field is there at all, given what was chosen elsewhere."""
    return all(condition.holds(content) for condition in field.when)


def choices_for(field: Field, organization: Organization | None) -> CodeList | None:
    """The offered codes; the expert résumé and what only it has are JICA's alone."""
    is_jica = organization is not None and organization.org_type == JICA
    if field.choices is RESUME_TYPES and not is_jica:
        return CodeList(tuple(code for code in RESUME_TYPES if code.value != "expert"))
    if field.choices is RESUME_ITEMS and not is_jica:
        return GENERAL_RESUME_ITEMS
    return field.choices


def defaults(kind: Kind, organization: Organization) -> dict[str, Any]:
    """What the registration already says, so that nobody types it again."""
    inquiry = {"inquiry_phone": organization.phone, "inquiry_email": organization.public_email}
    application = inquiry | {
        "apply_via": "web",
        "resume_type": "general",
        "retention_months": 6,
        "privacy_purpose": "応募者の選考と、選考に関する連絡のために利用します。",
    }
    if kind is Kind.job:
        contact = "　".join(part for part in (organization.phone, organization.public_email) if part)
        return application | {
            "employer_name": organization.name,
            "employer_address": organization.address,
            "employer_contact": contact,
            "post_language": "ja",
            "min_degree": "any",
            "min_experience": "any",
            "min_talent_level": "3",
            "age_limit": "none",
            "gender_limit": "none",
            "currency": "JPY",
            "probation": "none",
            "dispatch_worker": "no",
            "fixed_overtime": "none",
            "languages": [{"language": "ja", "need": "must", "level": "A", "note": ""}],
            "applicant_countries": ["JP"],
        }
    if kind is Kind.event:
        return application | {
            "organizer": organization.name,
            "event_status": "planned",
            "event_languages": ["ja"],
            "venue_country": "JP",
        }
    return {}
