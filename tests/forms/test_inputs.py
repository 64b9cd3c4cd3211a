"""What single fields make of what people type: full-width digits, times of Tokyo, rows. No error loses any of it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict
from wtforms import Form

from portal.clock import TOKYO
from views.forms import inputs
from views.forms.inputs import (
    ChoiceInput,
    ChoicesInput,
    FlagInput,
    MomentInput,
    NumberInput,
    RowsInput,
    TextInput,
    one_line,
    read_moment,
    read_number,
    read_text,
    tidy,
    written_moment,
)

MILLION = "水" * 1_000_000
TROUBLE = ["\x00", "\x01", "\x07", "\x08", "\x0c", "\x1b", "\x1f", "\x7f", "\x80", "\x9f", "\ufffe", "\uffff", "\ud800"]


class Sheet(Form):
    line = TextInput("題", longest=10)
    prose = TextInput("本文", longest=50, lines=True)
    number = NumberInput("数")
    moment = MomentInput("日時")
    flag = FlagInput("確認")
    choice = ChoiceInput("選択", choices={"a": "甲", "b": "乙"})
    choices = ChoicesInput("複数", choices={"a": "甲", "b": "乙", "c": "丙"})
    rows = RowsInput(
        "行",
        cells={
            "name": (lambda raw: read_text(raw, 10), lambda value: value or ""),
            "at": (read_moment, written_moment),
        },
    )


def posted(*pairs: tuple[str, str]) -> Sheet:
    sheet = Sheet(MultiDict(pairs))
    sheet.validate()
    return sheet


# ---- numbers


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("12", 12),
        ("１２", 12),
        (" 1,200 ", 1200),
        ("１，２００", 1200),
        ("007", 7),
        ("0", 0),
        ("2147483647", 2**31 - 1),
        ("", None),
        ("　", None),
    ],
)
def test_numbers_as_people_type_them(typed: str, number: int | None) -> None:
    sheet = posted(("number", typed))

    assert (sheet.number.data, list(sheet.number.errors)) == (number, [])


@pytest.mark.parametrize(
    "typed", ["-5", "1.5", "１２名", "abc", "2147483648", "9" * 40, "1e3", "٣", "一", "+1", "0x10"]
)
def test_what_is_no_number_is_told_and_kept(typed: str) -> None:
    sheet = posted(("number", typed))

    assert sheet.number.data is None
    assert sheet.number.typed == typed
    assert list(sheet.number.errors) == ["数字で入力してください。"]


@given(st.integers(0, 2**31 - 1))
def test_a_number_is_read_as_it_is_written(number: int) -> None:
    assert read_number(str(number)) == read_number(f"{number:,}") == number


# ---- moments


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-01T09:00",
        "2026-12-01T09:00:00",
        "2026/12/01 09:00",
        "2026/12/1 9:00",
        "２０２６／１２／０１　０９：００",
        "  2026-12-01T09:00  ",
    ],
)
def test_moments_are_minutes_of_tokyo(typed: str) -> None:
    sheet = posted(("moment", typed))

    assert sheet.moment.data == datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
    assert list(sheet.moment.errors) == []


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("あした", "の形で入力してください"),
        ("2026-12-01", "の形で入力してください"),
        ("1999-12-31T23:59", "の形で入力してください"),
        ("2101-01-01T00:00", "の形で入力してください"),
        ("99999-01-01T00:00", "の形で入力してください"),
        ("2026-12-01T09:00+09:00", "の形で入力してください"),
        ("2026-02-30T10:00", "実在する日時"),
        ("2026-13-01T10:00", "実在する日時"),
        ("2026-12-01T24:00", "実在する日時"),
        ("2026-12-01T10:60", "実在する日時"),
        ("0000-00-00T00:00", "の形で入力してください"),
    ],
)
def test_what_is_no_moment_is_told_and_kept(typed: str, told: str) -> None:
    sheet = posted(("moment", typed))

    assert sheet.moment.data is None
    assert sheet.moment.typed == typed
    assert told in sheet.moment.errors[0]


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 12, 31), timezones=st.just(TOKYO)))  # noqa: DTZ001
def test_a_moment_is_read_as_it_is_written(moment: datetime) -> None:
    minute = moment.replace(second=0, microsecond=0)

    assert read_moment(written_moment(minute)) == minute
    assert read_moment(written_moment(minute.astimezone(UTC))) == minute


def test_no_moment_is_written_as_nothing() -> None:
    assert written_moment(None) == ""


# ---- texts


@pytest.mark.parametrize("sign", TROUBLE, ids=ascii)
def test_signs_that_no_page_can_carry_are_told_and_kept(sign: str) -> None:
    for name in ("line", "prose"):
        sheet = posted((name, f"a{sign}b"))
        assert sheet[name].data is None
        assert sheet[name].typed == f"a{sign}b"
        assert "使えない文字" in sheet[name].errors[0]


def test_a_title_of_a_million_signs_is_told_its_length_and_kept() -> None:
    sheet = posted(("line", MILLION))

    assert sheet.line.data is None
    assert sheet.line.typed == MILLION
    assert list(sheet.line.errors) == ["10文字以内で入力してください（現在1,000,000文字）。"]


@pytest.mark.parametrize(("typed", "fits"), [("水" * 10, True), ("𠮷" * 10, True), ("水" * 11, False)])
def test_lengths_count_signs(typed: str, fits: bool) -> None:
    assert (posted(("line", typed)).line.data == typed) is fits


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("一\r\n二\r三\n四", "一\n二\n三\n四"),
        ("一\x0b二", "一\n二"),
        ("  前後  ", "前後"),
        ("一\n\n\n二", "一\n\n\n二"),
        ("タブ\tは残る", "タブ\tは残る"),
    ],
)
def test_line_ends_are_one_sign_in_prose(raw: str, text: str) -> None:
    assert tidy(raw) == posted(("prose", raw)).prose.data == text


@pytest.mark.parametrize(
    ("raw", "text"),
    [("一\r\n二", "一 二"), ("一 \n 二", "一 二"), ("\n一\n", "一"), ("一\x0b二", "一 二"), ("一 二", "一 二")],
)
def test_a_field_of_one_line_has_one(raw: str, text: str) -> None:
    sheet = posted(("line", raw), ("rows-0-name", raw))

    assert one_line(raw) == sheet.line.data == sheet.line.typed == text
    assert sheet.rows.typed[0]["name"] == text


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20))
def test_any_other_text_comes_back_as_it_was(text: str) -> None:
    prose = posted(("prose", f"|{text}|")).prose

    if any(sign in text for sign in "\ufffe\uffff"):
        assert prose.errors
    else:
        assert prose.data == prose.typed == f"|{text}|"


# ---- choices


def test_a_code_that_is_not_offered_is_told_and_kept() -> None:
    sheet = posted(("choice", "z"), ("choices", "c"), ("choices", "z"))

    assert (sheet.choice.data, sheet.choice.typed, list(sheet.choice.errors)) == (
        None,
        "z",
        ["選択肢から選んでください。"],
    )
    assert sheet.choices.typed == ["c"]  # what can be drawn again
    assert list(sheet.choices.errors) == ["選択肢から選んでください。"]


def test_choices_stand_in_the_order_of_the_list_each_once() -> None:
    sheet = posted(("choices", "c"), ("choices", "a"), ("choices", "c"), ("choices", ""))

    assert (sheet.choices.data, list(sheet.choices.errors)) == (["a", "c"], [])


def test_an_empty_form_is_read_as_empty() -> None:
    sheet = posted()

    assert {field.name: field.data for field in sheet} == {
        "line": "",
        "prose": "",
        "number": None,
        "moment": None,
        "flag": False,
        "choice": "",
        "choices": [],
        "rows": [],
    }
    assert sheet.errors == {}


def test_a_form_for_saved_values_shows_them() -> None:
    data: dict[str, Any] = {
        "line": "題",
        "number": 0,
        "moment": datetime(2026, 12, 1, 0, 0, tzinfo=UTC),
        "flag": True,
        "choices": ["b"],
        "rows": [{"name": "一", "at": None}],
    }
    sheet = Sheet(data=data)

    assert {name: sheet[name].typed for name in data} == {
        "line": "題",
        "number": "0",
        "moment": "2026-12-01T09:00",
        "flag": True,
        "choices": ["b"],
        "rows": [{"name": "一", "at": ""}],
    }


# ---- rows


def test_rows_may_have_gaps_and_any_order() -> None:
    """A row that was removed or moved in the browser leaves numbers as they were."""
    sheet = posted(("rows-7-name", "先"), ("rows-7-at", ""), ("rows-2-at", "2026-12-01T09:00"), ("rows-2-name", "後"))

    assert sheet.rows.data == [
        {"name": "先", "at": None},
        {"name": "後", "at": datetime(2026, 12, 1, 0, 0, tzinfo=UTC)},
    ]


def test_a_cell_that_was_not_posted_is_empty() -> None:
    assert posted(("rows-0-name", "一")).rows.typed == [{"name": "一", "at": ""}]


@pytest.mark.parametrize(
    "key", ["rows-x-name", "rows--1-name", "rows-0-other", "rows-0-name-1", "rows-0", "row-0-name", "rows-99999-name"]
)
def test_other_names_are_no_rows(key: str) -> None:
    assert posted((key, "一")).rows.data == []


def test_a_wrong_cell_is_told_with_its_row_and_every_cell_is_kept() -> None:
    sheet = posted(
        ("rows-0-name", "一"),
        ("rows-0-at", "あした"),
        ("rows-1-name", "長すぎる名前をここに入れます"),
        ("rows-1-at", ""),
    )

    assert list(sheet.rows.errors) == ["1件目：日時を「2026/12/01 09:00」の形で入力してください。"]
    assert set(sheet.rows.cell_errors) == {(0, "at"), (1, "name")}
    assert sheet.rows.typed == [
        {"name": "一", "at": "あした"},
        {"name": "長すぎる名前をここに入れます", "at": ""},
    ]
    assert sheet.rows.data == [{"name": "一", "at": None}, {"name": None, "at": None}]


@pytest.mark.parametrize("count", [inputs.MOST_ROWS, inputs.MOST_ROWS + 1])
def test_more_rows_than_allowed_are_told_and_kept(count: int) -> None:
    sheet = posted(*((f"rows-{number}-name", str(number)) for number in range(count)))

    assert [row["name"] for row in sheet.rows.typed] == [str(number) for number in range(count)]
    assert list(sheet.rows.errors) == (
        [] if count <= inputs.MOST_ROWS else ["50件以内で入力してください（現在51件）。"]
    )
