"""The declarations hold together: each field has its column, its words and a condition that can be met."""

from typing import Any

import pytest
from sqlalchemy import inspect

from models.organizations import Organization
from models.states import ApplyVia, Kind
from portal import codes
from portal.publishing.content import CLASSES
from portal.publishing.fields import Field, Type, choices_for, defaults, field_named, fields_of, section_of, sections_of

EACH = [(kind, field) for kind in Kind for field in fields_of(kind)]
each_field = pytest.mark.parametrize(("kind", "field"), EACH, ids=[f"{kind}-{field.name}" for kind, field in EACH])
# Columns that no form shows: identity, how the version came to be, how it was decided, what the search looks at.
KEPT = {
    "id", "entry_id", "organization_id", "kind", "state", "revision", "base_version_id", "copied_from_id",
    "created_at", "updated_at", "updated_by_id", "submitted_at", "submitted_by_id", "submissions", "due_at",
    "findings", "error_count", "warning_count", "assignee_id", "aside_until", "aside_reason", "decided_at",
    "decided_by_id", "comment", "batch",
    "hold_until", "published_at", "ended_at", "search_text", "facets",
}  # fmt: skip
# Columns of all kinds that a notice has no field for.
NOT_OF_NOTICES = {"open_at", "close_at", "apply_via"}


@pytest.mark.parametrize("kind", Kind)
def test_fields_and_columns_are_the_same_set(kind: Kind) -> None:
    mapper = inspect(CLASSES[kind])
    columns = {column.key for column in mapper.column_attrs} - KEPT
    rows = {relation.key for relation in mapper.relationships if relation.key in ("documents", "sessions")}
    names = [field.name for field in fields_of(kind)]
    filed = {
        field.name for field in fields_of(kind) if field.type is Type.files
    }  # rows of one table, by the field's name

    assert len(names) == len(set(names))
    assert filed == {"attachments", "images"}
    assert set(names) - filed == (columns | rows) - (NOT_OF_NOTICES if kind is Kind.notice else set())


@each_field
def test_a_field_can_be_drawn_and_judged(kind: Kind, field: Field) -> None:
    assert field.label
    assert (field.choices is not None) == (field.type in (Type.choice, Type.choices))
    assert field.low is None or field.high is None or field.low <= field.high
    assert field in section_of(kind, field.name).fields
    assert field.dated == (field.type in (Type.moment, Type.day, Type.sessions))


@each_field
def test_a_condition_names_a_choice_that_is_there_and_a_value_it_has(kind: Kind, field: Field) -> None:
    """So one look decides whether a field is there, and what is saved applies to itself: what a choice needs to be
    there, a field that rests on it needs too."""
    for condition in field.when:
        chooser = field_named(kind, condition.field)
        assert all(
            any(own.field == needed.field and own.values <= needed.values for own in field.when)
            for needed in chooser.when
        )
        assert chooser.choices is not None
        assert condition.values - {""} <= set(chooser.choices.values)


@pytest.mark.parametrize("kind", Kind)
def test_labels_and_sections_are_told_apart(kind: Kind) -> None:
    labels = [(field.label, field.group) for field in fields_of(kind)]
    keys = [section.key for section in sections_of(kind)]

    assert len(labels) == len(set(labels))
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize(
    ("organization", "offered"),
    [
        (Organization(org_type="01"), ["general", "expert"]),
        (Organization(org_type="07"), ["general"]),
        (None, ["general"]),
    ],
)
def test_the_expert_resume_is_offered_to_jica_alone(organization: Organization | None, offered: list[str]) -> None:
    for kind in (Kind.job, Kind.event):
        choices = choices_for(field_named(kind, "resume_type"), organization)
        assert choices is not None
        assert list(choices.values) == offered


def test_other_choices_are_the_same_for_everyone() -> None:
    field = field_named(Kind.job, "fields")

    assert choices_for(field, Organization(org_type="07")) is codes.FIELDS


def test_the_three_methods_are_those_of_the_column() -> None:
    assert codes.APPLY_VIA.values == tuple(ApplyVia)


@pytest.mark.parametrize("kind", Kind)
def test_what_a_form_starts_with_can_be_chosen_in_it(kind: Kind) -> None:
    start = defaults(kind, Organization(org_type="07", name="団体", phone="", public_email=""))

    for name, value in start.items():
        field = field_named(kind, name)
        given: list[Any] = value if isinstance(value, list) else [value]
        assert field.choices is None or all(code in field.choices for code in given)
