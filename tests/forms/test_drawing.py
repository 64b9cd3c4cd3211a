"""A field that is filled in is the field as it would be drawn anew, whatever is typed in it."""

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from models.states import Kind
from portal.publishing.fields import fields_of
from portal.publishing.shapes import Type
from tests.make import Maker
from views.forms import drawing
from views.forms.boxes import Box
from views.forms.entry import form_for
from views.templating import macros

TYPED = ("", "短い文", "</textarea><b>\"&'", "{typed} %(typed)s %s {0}", "\x02 \x03 \x02", "一行目\n二行目")
GROUPS = (Type.documents, Type.sessions, Type.languages, Type.choices, Type.rows, Type.files, Type.flag)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", Kind)
def test_a_field_filled_in_is_the_field_drawn_anew(site: Flask, make_here: Maker, kind: Kind) -> None:
    organization = make_here.organization()
    with site.test_request_context():
        fields = [field for field in fields_of(kind) if field.type not in GROUPS]
        assert len(fields) > 5
        for field in fields:
            choices = getattr(form_for(kind, organization)()[field.name], "choices", {})
            for typed in (*TYPED, *list(choices)[-1:]):
                given = form_for(kind, organization)(MultiDict({field.name: typed}))[field.name]
                box = Box(field, given, (), there=True, filled=bool(typed), asks_date=False)
                assert drawing.single(box) == macros(drawing.INPUTS).draw_single(box), (field.name, typed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_said_at_a_field_is_drawn(site: Flask, make_here: Maker) -> None:
    field = next(field for field in fields_of(Kind.job) if field.name == "close_at")
    given = form_for(Kind.job, make_here.organization())()[field.name]
    with site.test_request_context():
        plain = drawing.single(Box(field, given, (), there=True, filled=False, asks_date=False))
        wrong = drawing.single(
            Box(field, given, ("日付を入力してください。",), there=True, filled=False, asks_date=False)
        )
        asked = drawing.single(Box(field, given, (), there=True, filled=False, asks_date=True))
    assert "日付を入力" not in plain
    assert 'aria-invalid="true"' in wrong
    assert "日付を入力してください。" in wrong
    assert "日付を入力してください" in asked
