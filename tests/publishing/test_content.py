"""A content goes into a version and comes out as it was, whatever was typed; copies begin without dates."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models.base import db
from models.entries import DocumentRequirement, EventSession, Version
from models.organizations import Organization
from models.states import Kind
from portal.database import begin_write
from portal.publishing import content, drafts
from portal.publishing.fields import Type, fields_of
from tests.make import Maker, seen
from tests.publishing.contents import EMPTY, NO_FILES, as_saved, contents
from tests.publishing.samples import sample

anything = st.sampled_from(Kind).flatmap(lambda kind: st.tuples(st.just(kind), contents(kind)))
WITH_DATABASE = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def transient(kind: Kind, values: dict[str, Any], now: datetime) -> Version:
    return content.transient(kind, values, now=now)


@settings(max_examples=120, deadline=None)
@given(drawn=anything)
def test_what_is_written_is_read(drawn: tuple[Kind, dict[str, Any]]) -> None:
    kind, values = drawn
    version = transient(kind, values, datetime.now().astimezone())

    read = content.read(version)
    content.write(version, read)

    in_time = {"sessions": sorted_sessions(read)} if kind is Kind.event else {}
    assert read | in_time == as_saved(kind, values)
    assert content.read(version) == read


def sorted_sessions(read: dict[str, Any]) -> list[dict[str, Any]]:
    """In memory they stay as typed; the database gives them in the order of time."""
    return as_saved(Kind.event, read | {"schedule_kind": "dated"})["sessions"]


@WITH_DATABASE
@given(data=st.data())
@pytest.mark.parametrize("kind", Kind)
def test_what_is_saved_comes_back_from_the_database(
    kind: Kind, data: st.DataObject, make: Maker, now: datetime
) -> None:
    owner = make.member()
    first, second = data.draw(contents(kind)), data.draw(contents(kind))
    begin_write()
    version = drafts.create(kind, first, actor=owner, now=now)
    db.session.commit()

    assert content.read(version) == as_saved(kind, first) | NO_FILES, "files that nobody took in for this organization"

    begin_write()
    drafts.save(seen(version), second, actor=owner, now=now)
    db.session.commit()

    assert content.read(version) == as_saved(kind, second) | NO_FILES


def test_rows_that_were_replaced_are_gone(make: Maker, now: datetime) -> None:
    owner = make.member()
    version = make.draft(Kind.event, actor=owner)
    begin_write()
    drafts.save(seen(version), sample(Kind.event, now=now, documents=[], sessions=[]), actor=owner, now=now)
    db.session.commit()

    assert db.session.query(DocumentRequirement).count() == db.session.query(EventSession).count() == 0


def test_documents_keep_the_order_in_which_they_were_given(make: Maker, now: datetime) -> None:
    names = ["ん", "あ", "漢", "A", "1", "い"]
    version = make.draft(documents=[{"name": name, "required": False, "note": ""} for name in names])

    assert [row["name"] for row in content.read(version)["documents"]] == names


@pytest.mark.parametrize("kind", Kind)
def test_a_blank_form_holds_what_the_registration_says_and_nothing_else(kind: Kind) -> None:
    organization = Organization(
        name="特定非営利活動法人 アジアの水とくらし",
        prefecture="東京都",
        city="文京区",
        street="小日向1-2-3",
        building="4階",
        phone="03-1234-5678",
        public_email="info@example.org",
        org_type="07",
    )

    blank = content.blank(kind, organization)

    assert blank.keys() == {field.name for field in fields_of(kind)}
    assert blank["title"] == ""
    assert blank["publish_at"] is None
    assert blank["attest"] is False
    if kind is Kind.job:
        assert blank["employer_name"] == organization.name
        assert blank["employer_address"] == "東京都文京区小日向1-2-3 4階"
    if kind is not Kind.notice:
        assert blank["inquiry_email"] == "info@example.org"
        assert blank["apply_via"] == "web"


@settings(max_examples=60, deadline=None)
@given(drawn=anything)
def test_a_copy_has_no_dates_and_promises_nothing(drawn: tuple[Kind, dict[str, Any]]) -> None:
    kind, values = drawn

    copied = content.copied(kind, values)

    emptied = {
        "publish_at",
        "unpublish_at",
        "open_at",
        "close_at",
        "sessions",
        "term_from",
        "term_to",
        "attest",
    } & copied.keys()
    types = {field.name: field.type for field in fields_of(kind)}
    assert {name: copied[name] for name in emptied} == {name: EMPTY[types[name]] for name in emptied}
    assert {name: value for name, value in copied.items() if name not in emptied} == {
        name: value for name, value in values.items() if name not in emptied
    }
    assert all(name in emptied for name, kind_of in types.items() if kind_of in (Type.moment, Type.day, Type.sessions))


def test_showing_input_leaves_nothing_behind(make: Maker, now: datetime) -> None:
    transient(Kind.job, sample(Kind.job, now=now), now)
    db.session.commit()

    assert db.session.query(Version).count() == 0
