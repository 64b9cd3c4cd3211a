"""A field that is filled in is the field as it would be drawn anew, whatever is typed in it."""

import re

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from models.states import Kind
from portal.publishing.fields import fields_of
from portal.publishing.shapes import Type
from tests.make import Maker
from views.forms import drawing
from views.forms.boxes import ROWS, Box
from views.forms.entry import form_for
from views.templating import macros

TYPED = ("", "短い文", "</textarea><b>\"&'", "{typed} %(typed)s %s {0}", "\x02 \x03 \x02", "一行目\n二行目")
GROUPS = (*ROWS, Type.choices, Type.flag)


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
                assert drawing.draw(box) == macros(drawing.INPUTS).draw_anew(box), (field.name, typed)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_what_is_said_at_a_field_is_drawn(site: Flask, make_here: Maker) -> None:
    field = next(field for field in fields_of(Kind.job) if field.name == "close_at")
    given = form_for(Kind.job, make_here.organization())()[field.name]
    with site.test_request_context():
        plain = drawing.draw(Box(field, given, (), there=True, filled=False, asks_date=False))
        wrong = drawing.draw(
            Box(field, given, ("日付を入力してください。",), there=True, filled=False, asks_date=False)
        )
        asked = drawing.draw(Box(field, given, (), there=True, filled=False, asks_date=True))
    assert "日付を入力" not in plain
    assert 'aria-invalid="true"' in wrong
    assert "日付を入力してください。" in wrong
    assert "日付を入力してください" in asked


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", Kind)
def test_boxes_and_lists_filled_in_are_those_drawn_anew(site: Flask, make_here: Maker, kind: Kind) -> None:
    form = form_for(kind, make_here.organization())
    seen = set()
    with site.test_request_context():
        for field in fields_of(kind):
            if field.type not in (Type.choices, Type.flag):
                continue
            codes = list(getattr(form()[field.name], "choices", {"1": ""}))
            for typed in ((), codes[:1], codes[1::2], codes):
                given = form(MultiDict([(field.name, code) for code in typed]))
                box = Box(field, given[field.name], (), True, bool(typed), asks_date=False, drawn=form.drawn)
                anew = macros(drawing.INPUTS).draw_anew(box)
                assert drawing.draw(box) == anew, (field.name, typed)
                assert len(re.findall(r" (?:checked|selected)\b", anew)) == len(typed)
                seen.add((field.type, box.is_long) if field.type is Type.choices else (field.type,))
    assert seen >= ({(Type.flag,), (Type.choices, True), (Type.choices, False)} if kind is Kind.job else set())


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nothing_that_was_typed_is_kept(site: Flask, make_here: Maker) -> None:
    form = form_for(Kind.job, make_here.organization())
    typed = {field.name: f"秘密の{field.name}" for field in fields_of(Kind.job)} | {"documents-0-name": "秘密の書類"}
    with site.test_request_context():
        given = form(MultiDict(typed))
        boxes = [
            Box(each, given[each.name], (), True, True, asks_date=False, drawn=form.drawn) for each in form.declared
        ]
        assert "秘密の書類" in "".join(drawing.draw(box) for box in boxes if box.field.type is not Type.files)
    assert form.drawn
    assert "秘密" not in "".join(form.drawn.values())
