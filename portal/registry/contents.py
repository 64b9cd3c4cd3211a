"""What an organization registered as a plain dict, by the names of its declared fields."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.organizations import Organization
from portal.publishing.check_words import normalized
from portal.publishing.differences import differences_of
from portal.publishing.fields import applies
from portal.publishing.shapes import Field, Section, Type, nothing
from portal.publishing.wording import show
from portal.registry.registration_fields import SECTIONS, fields_of

Content = Mapping[str, Any]


def read(organization: Organization) -> dict[str, Any]:
    return {field.name: _read(field, getattr(organization, field.name)) for field in fields_of()}


def _read(field: Field, value: Any) -> Any:
    """Chosen codes in the order of their list, as a form gives them back."""
    if field.type is not Type.choices or field.choices is None:
        return value
    return [code for code in field.choices.values if code in value]


def in_words(organization: Organization) -> list[tuple[Section, list[tuple[Field, str]]]]:
    """What it registered, by section; without what it left empty."""
    values = read(organization)
    filled = [
        (section, [(field, show(field, values[field.name])) for field in section.fields if values[field.name]])
        for section in SECTIONS
    ]
    return [(section, lines) for section, lines in filled if lines]


def blank(sections: Iterable[Section] = SECTIONS) -> dict[str, Any]:
    return {field.name: nothing(field) for field in fields_of(sections)} | {"hq_country": "JP"}


def tidied(content: Content, sections: Sequence[Section] = SECTIONS) -> dict[str, Any]:
    """As it is stored: without rows that say nothing, and without what the choices made elsewhere leave out."""
    return dict(content) | {field.name: _tidied(field, content) for field in fields_of(sections)}


def _tidied(field: Field, content: Content) -> Any:
    if not applies(field, content):
        return nothing(field)
    value = content.get(field.name)
    if field.name == "corporate_no":  # duplicates are found by it
        return normalized(value)
    return [row for row in value or [] if any(row.values())] if field.type is Type.rows else value


def changed(old: Content, new: Content, sections: Sequence[Section] = SECTIONS) -> list[str]:
    """Names of what a person reads differently, in the order of the form."""
    return [difference.field.name for difference in differences_of(sections, old, new)]
