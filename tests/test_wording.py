"""One mapping from each state, kind and role to its words, and one way to write a date."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from models.states import Action, ApplyVia, Kind, MailState, Role, State
from portal import wording
from portal.clock import TOKYO
from portal.wording import (
    ACTION_LABEL,
    APPLY_LABEL,
    KIND_WORDS,
    MAIL_LOOK,
    ROLE_LABEL,
    STATE_LOOK,
    Look,
    day,
    day_short,
    days_until,
    event_label,
    lamp_look,
    moment,
    moment_short,
    sla_look,
    span,
    time_left,
)
from tests.databases import ROOT

JAPANESE = re.compile(r"[ぁ-んァ-ヶ一-龠]")


@pytest.mark.parametrize(
    ("mapping", "members"),
    [
        (STATE_LOOK, State),
        (MAIL_LOOK, MailState),
        (KIND_WORDS, Kind),
        (ROLE_LABEL, Role),
        (APPLY_LABEL, ApplyVia),
    ],
    ids=["states", "mail", "kinds", "roles", "methods"],
)
def test_every_member_has_its_words(mapping: Any, members: Any) -> None:
    assert set(mapping) == set(members)
    words = [value if isinstance(value, str) else value.label for value in mapping.values()]
    assert all(JAPANESE.search(word) for word in words)
    assert len(words) == len(set(words))


def test_every_action_has_its_words() -> None:
    assert set(Action) <= set(ACTION_LABEL)
    assert event_label("entry.approve") == "掲載承認"
    assert event_label("login.ok") == "ログイン"
    assert event_label("something.new") == "something.new"


@pytest.mark.parametrize("look", [*STATE_LOOK.values(), *MAIL_LOOK.values(), sla_look(0), lamp_look(0, 0)])
def test_no_state_is_told_by_colour_alone(look: Look) -> None:
    assert look.label
    assert look.icon
    assert look.css


def test_classes_and_icons_of_the_looks_exist() -> None:
    looks = [*STATE_LOOK.values(), *MAIL_LOOK.values(), *(sla_look(days) for days in (-1, 0, 1, 2))]
    looks += [lamp_look(1, 0), lamp_look(0, 1), lamp_look(0, 0)]
    looks += [Look(words.label, "", words.icon) for words in KIND_WORDS.values()]
    css = (ROOT / "static" / "portal.css").read_text()
    icons = set(re.findall(r'id="([a-z]+)"', (ROOT / "static" / "icons.svg").read_text()))

    assert {look.css for look in looks if f".{look.css}" not in css} == {"sla-n"}  # the ordinary case has no colour
    assert {look.icon for look in looks} - icons == set()


@pytest.mark.parametrize(
    ("left", "label"), [(-3, "超過3日"), (-1, "超過1日"), (0, "本日まで"), (1, "あと1日"), (3, "あと3日")]
)
def test_the_secretariats_clock_in_words(left: int, label: str) -> None:
    assert sla_look(left).label == label


@pytest.mark.parametrize(
    ("errors", "warnings", "label"), [(2, 5, "公開不可 2"), (0, 5, "要確認 5"), (0, 0, "問題なし")]
)
def test_the_lamp_of_the_checks_in_words(errors: int, warnings: int, label: str) -> None:
    assert lamp_look(errors, warnings).label == label


# ---- dates

NEW_YEAR = datetime(2026, 12, 31, 15, 0, tzinfo=UTC)


def test_dates_are_those_of_tokyo() -> None:
    assert moment(NEW_YEAR) == "2027年1月1日(金) 00:00"
    assert moment(NEW_YEAR - timedelta(seconds=1)) == "2026年12月31日(木) 23:59"
    assert day(NEW_YEAR) == "2027年1月1日(金)"


def test_dates_are_read_from_letters_too() -> None:
    assert moment(NEW_YEAR.isoformat()) == moment(NEW_YEAR)
    assert day("2026-12-01T00:00:00+09:00") == "2026年12月1日(火)"


@pytest.mark.parametrize("nothing", [None, ""])
def test_no_date_is_no_words(nothing: Any, now: datetime) -> None:
    assert moment(nothing) == day(nothing) == moment_short(nothing, now) == day_short(nothing, now) == ""


@pytest.mark.parametrize("weekday", range(7))
def test_each_day_of_the_week(weekday: int) -> None:
    date = datetime(2026, 11, 23 + weekday, 12, 0, tzinfo=TOKYO)  # a Monday

    assert day(date) == f"2026年11月{23 + weekday}日({'月火水木金土日'[weekday]})"


def test_short_dates_name_the_year_only_when_it_is_another(now: datetime) -> None:
    this_year = datetime(2026, 12, 1, 9, 5, tzinfo=TOKYO)

    assert moment_short(this_year, now) == "12/1(火) 09:05"
    assert day_short(this_year, now) == "12/1(火)"
    assert moment_short(NEW_YEAR, now) == "2027/1/1(金) 00:00"
    assert day_short(NEW_YEAR, now) == "2027/1/1(金)"
    assert day_short(NEW_YEAR, NEW_YEAR) == "1/1(金)"


def test_spans(now: datetime) -> None:
    start, end = datetime(2026, 12, 1, tzinfo=TOKYO), datetime(2027, 1, 31, 23, 59, tzinfo=TOKYO)

    assert span(start, end, now) == "12/1(火) 〜 2027/1/31(日)"
    assert span(start, None, now) == "12/1(火) 〜 "
    assert span(None, end, now) == " 〜 2027/1/31(日)"
    assert span(None, None, now) == ""


@pytest.mark.parametrize(
    ("end", "days", "words"),
    [
        (datetime(2026, 11, 24, 14, 31, tzinfo=TOKYO), 0, "終了しました"),
        (datetime(2026, 11, 24, 14, 32, tzinfo=TOKYO), 0, "終了しました"),
        (datetime(2026, 11, 24, 14, 33, tzinfo=TOKYO), 0, "本日まで"),
        (datetime(2026, 11, 25, 0, 0, tzinfo=TOKYO), 1, "あと1日"),
        (datetime(2026, 12, 24, 23, 59, tzinfo=TOKYO), 30, "あと30日"),
        (datetime(2026, 11, 20, 23, 59, tzinfo=TOKYO), -4, "終了しました"),
    ],
)
def test_what_is_left_until_a_deadline(end: datetime, days: int, words: str, now: datetime) -> None:
    assert days_until(end, now) == days
    assert time_left(end, now) == words


def test_pages_and_letters_know_the_same_words() -> None:
    app = Flask("words")
    wording.register(app)

    said = app.jinja_env.from_string(
        "{{ at | moment }} {{ STATE_LOOK[state].label }} {{ codes.FEE_KINDS.label('free') }}"
    )

    assert said.render(at=NEW_YEAR, state=State.draft) == "2027年1月1日(金) 00:00 下書き 無料"
