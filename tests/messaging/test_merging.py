"""Placeholders: a fixed list, replaced once, and never anything that is run."""

import pytest

from portal.messaging import merging

VALUES = {"氏名": "青木 千尋", "登録コード": "T123456789", "団体名": "みずの会", "求人タイトル": "専門家", "締切": ""}


@pytest.mark.parametrize("written", ["{{氏名}}", "{氏名}", "{{ 氏名 }}", "｛｛氏名｝｝", "｛氏名｝", "{ 氏名 }"])
def test_each_way_of_writing_is_filled(written: str) -> None:
    assert merging.fill(f"前{written}後", VALUES) == "前青木 千尋後"
    assert merging.unfilled(f"前{written}後", VALUES) == []


@pytest.mark.parametrize(
    "written",
    [
        "{{7*7}}",
        "{{指名}}",
        "{指名}",
        "{{}}",
        "{}",
        "{{config}}",
        "{{氏名|upper}}",
        "{{ ''.__class__ }}",
        "{{締切}}",
        "{% if x %}",
    ],
)
def test_what_is_unknown_or_empty_is_named_and_left_as_it_is(written: str) -> None:
    assert merging.unfilled(f"前{written}後", VALUES) == [written]
    assert merging.fill(f"前{written}後", VALUES) == f"前{written}後"


def test_each_is_named_once_in_the_order_of_the_text() -> None:
    assert merging.unfilled("{{締切}} {指名} {{締切}} {{氏名}}", VALUES) == ["{{締切}}", "{指名}"]


def test_braces_in_a_value_are_only_text() -> None:
    values = VALUES | {"氏名": "{{団体名}}", "求人タイトル": "{7*7}"}
    assert merging.fill("{{氏名}}、{{求人タイトル}}", values) == "{{団体名}}、{7*7}"


@pytest.mark.parametrize("text", ["${氏", "{\n氏名}", "氏名}}", "{{氏名", "a { b", "%(氏名)s"])
def test_other_signs_are_only_text(text: str) -> None:
    assert merging.fill(text, VALUES) == text
    assert merging.unfilled(text, VALUES) == []
