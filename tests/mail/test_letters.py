"""Every letter that anything may queue has its words, for every kind of entry and with nothing left unsaid."""

import ast
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from models.states import Kind
from portal.mail.delivery import render
from portal.publishing.workflow import TRANSITIONS
from tests.databases import ROOT

LETTERS = ROOT / "templates" / "letters"
PARAMS = {
    "title": "ラオス 給水施設維持管理専門家 <採用> & 調整",
    "entry_id": 12,
    "publish_at": "2026-12-01T00:00:00+00:00",
    "until": "2026-12-20T08:00:00+00:00",
    "comment": '就業場所の変更の範囲をご記入ください。\n"例"もご覧ください。',
    "name": "佐藤 美咲",
    "code": "123456",
    "expires_at": "2026-11-24T05:42:00+00:00",
    "when": "2026-11-24T05:32:00+00:00",
    "ip": "192.0.2.1",
    "browser": "Chrome（Windows）",
}


def letters() -> list[str]:
    return sorted(path.name for path in LETTERS.iterdir() if path.name != "shared")


def named_in_code() -> set[str]:
    """First arguments of Letter(…) and of functions that tell somebody, and what the workflow names."""
    told = {name for move in TRANSITIONS.values() for name in (move.letter, move.office_letter)}
    names = told - {""}
    for path in Path(ROOT / "portal").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                names |= literal_letter(node)
    return names


def literal_letter(call: ast.Call) -> set[str]:
    function = getattr(call.func, "id", getattr(call.func, "attr", ""))
    given = [*call.args[:1]] if function in ("Letter", "tell") else []
    given += [keyword.value for keyword in call.keywords if keyword.arg == "letter"]
    return {
        node.value for node in given if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value
    }


def test_every_letter_that_code_names_has_its_words() -> None:
    named = named_in_code()
    assert {"entry_submitted", "approval_reversed", "one_time_password"} <= named
    assert named == set(letters())


@pytest.mark.parametrize("letter", letters())
@pytest.mark.parametrize("kind", list(Kind))
def test_a_letter_leaves_nothing_unsaid(house: Flask, letter: str, kind: Kind) -> None:
    with house.app_context():
        before = house.jinja_env.undefined
        house.jinja_env.undefined = StrictUndefined
        try:
            subject, body = render(letter, PARAMS | {"kind": kind.value})
        finally:
            house.jinja_env.undefined = before
    assert subject.startswith("【PARTNER】")
    assert "\n" not in subject
    assert "&lt;" not in body
    assert "&#34;" not in body, "plain text is not HTML"
    assert body.rstrip().endswith("このメールは送信専用です。")
    assert "{{" not in body


@pytest.mark.parametrize("kind", list(Kind))
def test_an_approval_says_when_it_will_be_public(house: Flask, kind: Kind) -> None:
    with house.app_context():
        _subject, body = render("entry_approved", PARAMS | {"kind": kind.value})
    assert "2026年12月1日(火) 09:00" in body
    assert f"/mypage/{ {'job': 'jobs', 'event': 'events', 'notice': 'notices'}[kind.value] }/12/" in body


def test_a_title_cannot_add_a_header(house: Flask) -> None:
    with house.app_context():
        subject, _body = render(
            "entry_submitted", PARAMS | {"kind": "job", "title": "件名\r\nBcc: x@example.com\u2028行"}
        )
    assert "\r" not in subject
    assert "\n" not in subject
    assert "\u2028" not in subject
