"""The form of an entry, made from the declarations: what it reads is the content, and the content is what it shows."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from models.organizations import Organization
from models.states import Kind
from portal.publishing.fields import Type, fields_of
from tests.publishing.contents import BASE, contents
from tests.publishing.samples import sample
from tests.views.posting import pairs_of
from views.forms.entry import EntryForm, content_of, form_for, rearrange, shape_findings

ORDINARY, JICA = Organization(org_type="07"), Organization(org_type="01")
ROWS = (Type.documents, Type.sessions, Type.languages)


def posted(kind: Kind, pairs: Any, organization: Organization = ORDINARY) -> EntryForm:
    return form_for(kind, organization)(MultiDict(list(pairs)))


def with_value(kind: Kind, name: str, value: str) -> EntryForm:
    pairs = [pair for pair in pairs_of(kind, sample(kind, now=BASE)) if pair[0] != name]
    return posted(kind, [*pairs, (name, value)])


@pytest.mark.parametrize("kind", Kind)
def test_there_is_an_input_for_every_field(kind: Kind) -> None:
    assert [field.name for field in form_for(kind, ORDINARY)()] == [field.name for field in fields_of(kind)]


@pytest.mark.parametrize("kind", Kind)
def test_a_right_content_is_read_as_it_was_posted(kind: Kind) -> None:
    content = sample(kind, now=BASE)
    form = posted(kind, pairs_of(kind, content))

    assert content_of(form) == content
    assert shape_findings(form) == []


def as_typed(kind: Kind, content: dict[str, Any]) -> dict[str, Any]:
    """What can be typed of a generated content: minutes instead of seconds, no blanks around, codes in their order."""

    def text(value: Any) -> Any:
        if isinstance(value, datetime):
            return value.replace(second=0, microsecond=0)
        return value.strip() if isinstance(value, str) else value

    typed: dict[str, Any] = {}
    for field in fields_of(kind):
        value = content[field.name]
        if field.type in ROWS:
            value = [{cell: text(part) for cell, part in row.items()} for row in value]
        elif field.type is Type.choices and field.choices:
            value = [code for code in field.choices.values if code in value]
        typed[field.name] = text(value)
    return typed


@settings(max_examples=80, deadline=None)
@given(drawn=st.sampled_from(Kind).flatmap(lambda kind: st.tuples(st.just(kind), contents(kind))))
def test_what_is_posted_is_read_and_what_is_shown_is_what_was_saved(drawn: tuple[Kind, dict[str, Any]]) -> None:
    kind, content = drawn[0], as_typed(*drawn)
    form = posted(kind, pairs_of(kind, content), JICA)
    again = form_for(kind, JICA)(data=content)

    assert content_of(form) == content
    assert {field.name: field.typed for field in again} == {field.name: field.typed for field in form}


def test_nothing_posted_is_an_empty_content() -> None:
    assert {name: value for name, value in content_of(posted(Kind.job, [])).items() if value not in ("", [], None)} == {
        "attest": False
    }


def test_forms_are_made_once_for_each_kind_and_type() -> None:
    assert form_for(Kind.job, Organization(org_type="07")) is form_for(Kind.job, Organization(org_type="07"))
    assert form_for(Kind.job, ORDINARY) is not form_for(Kind.event, ORDINARY)


def test_the_expert_resume_can_be_posted_by_jica_alone() -> None:
    content = sample(Kind.job, now=BASE, resume_type="expert")

    assert shape_findings(posted(Kind.job, pairs_of(Kind.job, content), JICA)) == []
    (finding,) = shape_findings(posted(Kind.job, pairs_of(Kind.job, content), ORDINARY))
    assert (finding.field, finding.severity) == ("resume_type", "error")


@pytest.mark.parametrize(
    ("kind", "name", "value", "told"),
    [
        (Kind.job, "title", "水" * 1_000_000, "タイトル：200文字以内"),
        (Kind.job, "title", "a\x00b", "タイトル：使えない文字"),
        (Kind.job, "duties", "水" * 10_001, "業務の内容（雇入れ直後）：10,000文字以内"),
        (Kind.job, "apply_via", "pigeon", "応募受付方法：選択肢から"),
        (Kind.job, "countries", "XX", "国：選択肢から"),
        (Kind.job, "retention_months", "半年", "応募情報の保存期間（月）：数字で"),
        (Kind.job, "close_at", "2月30日", "応募締切：日時を"),
        (Kind.event, "capacity", "-1", "定員（名）：数字で"),
        (Kind.notice, "publish_at", "2026-02-30T00:00", "掲載希望日時：実在する"),
    ],
)
def test_what_cannot_be_read_is_told_at_its_field_and_kept(kind: Kind, name: str, value: str, told: str) -> None:
    form = with_value(kind, name, value)

    findings = shape_findings(form)

    assert [finding.field for finding in findings if finding.message.startswith(told)] == [name]
    assert form[name].typed in (value, [])  # a code that no list has cannot be drawn again


def test_a_field_that_is_not_there_is_not_judged_by_its_shape() -> None:
    pairs = dict(pairs_of(Kind.job, sample(Kind.job, now=BASE)))
    form = posted(
        Kind.job, (pairs | {"apply_via": "external", "retention_months": "半年", "documents-0-name": "\x00"}).items()
    )

    assert shape_findings(form) == []


# ---- rows without scripts


def documents(form: EntryForm) -> list[str]:
    return [row["name"] for row in form["documents"].typed]


def three() -> EntryForm:
    rows = [(4, "一"), (2, "二"), (9, "三")]
    cells = [
        (f"documents-{place}-{cell}", value)
        for place, name in rows
        for cell, value in (("name", name), ("required", "0"), ("note", ""))
    ]
    return posted(Kind.job, [("apply_via", "web"), *cells])


@pytest.mark.parametrize(
    ("step", "names"),
    [
        ("up:documents:1", ["二", "一", "三"]),
        ("down:documents:0", ["二", "一", "三"]),
        ("down:documents:1", ["一", "三", "二"]),
        ("remove:documents:1", ["一", "三"]),
        ("add:documents", ["一", "二", "三", ""]),
        # At an end, or for a row that is not there, nothing moves.
        ("up:documents:0", ["一", "二", "三"]),
        ("down:documents:2", ["一", "二", "三"]),
        ("remove:documents:3", ["一", "二", "三"]),
        ("remove:documents:99999", ["一", "二", "三"]),
        ("remove:documents:x", ["一", "二", "三"]),
        ("remove:documents:", ["一", "二", "三"]),
        ("remove:documents", ["一", "二", "三"]),
        ("remove:documents:-1", ["一", "二", "三"]),
        ("remove:documents:１", ["一", "二", "三"]),
    ],
)
def test_rows_are_moved_as_the_button_asks(step: str, names: list[str]) -> None:
    form = three()

    assert rearrange(form, step)
    assert documents(form) == names
    assert [row["name"] for row in content_of(form)["documents"]] == names


@pytest.mark.parametrize(
    "step",
    ["save", "confirm", "", "add", "add:", "add:title", "add:nothing", "add:data", "sort:documents", ":::", "add:kind"],
)
def test_other_steps_move_nothing(step: str) -> None:
    form = three()

    assert not rearrange(form, step)
    assert documents(form) == ["一", "二", "三"]


@pytest.mark.parametrize(
    ("kind", "name", "row"),
    [
        (Kind.job, "documents", {"name": "", "required": "1", "note": ""}),
        (Kind.event, "sessions", {"starts_at": "", "ends_at": ""}),
        (Kind.job, "languages", {"language": "", "need": "", "level": "", "note": ""}),
    ],
)
def test_a_new_row_is_empty(kind: Kind, name: str, row: dict[str, str]) -> None:
    form = posted(kind, [])

    assert rearrange(form, f"add:{name}")
    assert form[name].typed == [row]


def test_moving_rows_keeps_what_cannot_be_read() -> None:
    form = posted(
        Kind.event,
        [("sessions-0-starts_at", "あした"), ("sessions-1-starts_at", "2026-12-01T09:00"), ("title", "a\x07b")],
    )

    assert rearrange(form, "down:sessions:0")

    assert [row["starts_at"] for row in form["sessions"].typed] == ["2026-12-01T09:00", "あした"]
    assert set(form["sessions"].cell_errors) == {(1, "starts_at")}
    assert form["title"].typed == "a\x07b"
