"""Every request that could change something needs the token of its own session (with protection on, as in service)."""

import re

import pytest
from flask import Flask, url_for
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from models.states import Kind, Role
from tests.access.world import digest
from tests.make import PASSWORD, Maker
from tests.views.login import log_in, mailed_code
from tests.views.pages import Page, Visitor
from tests.views.posting import posted

LOST = "画面の有効期限が切れました。前の画面に戻り、読み込み直してからもう一度操作してください。"
SAMPLES = {"path": "jobs", "code": "T000000000", "key": "contact", "door": "organization"}
WRITING = {"POST", "PUT", "PATCH", "DELETE"}
TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def guarded(site: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> Flask:
    monkeypatch.setitem(site.config, "WTF_CSRF_ENABLED", True)
    return site


def writing_rules(app: Flask) -> list[tuple[Rule, str]]:
    return [(rule, method) for rule in app.url_map.iter_rules() for method in sorted(rule.methods & WRITING)]


def address_of(app: Flask, rule: Rule) -> str:
    values = {name: SAMPLES.get(name, 1) for name in rule.arguments - set(rule.defaults or ())}
    with app.test_request_context():
        return url_for(rule.endpoint, **values)


def token_of(client: FlaskClient, path: str) -> str:
    return TOKEN.findall(client.get(path).text)[0]


def is_lost(answer: TestResponse) -> bool:
    return answer.status_code == 400 and LOST in answer.text and Page(answer.text).tree.get("lang") == "ja"


def test_no_writing_address_takes_a_request_without_its_token(guarded: Flask, make_here: Maker) -> None:
    people = {"/desk/": make_here.secretary(Role.administrator), "/mypage/": make_here.member()}
    clients = {path: guarded.test_client() for path in (*people, "/login")}
    for path, actor in people.items():
        log_in(clients[path], actor)
    strangers_token = token_of(guarded.test_client(), "/login")
    rules, before = writing_rules(guarded), digest()

    for rule, method in rules:
        path = next((door for door in people if rule.rule.startswith((door, "/account/"))), "/login")
        for sent in ({}, {"csrf_token": ""}, {"csrf_token": "x"}, {"csrf_token": strangers_token}):
            answer = clients[path].open(address_of(guarded, rule), method=method, data=sent)
            assert is_lost(answer), f"{method} {rule} {sent}: {answer.status_code}"

    assert digest() == before
    print(f"\n{len(rules)} writing routes × 4 wrong tokens: 400 each")


def test_what_only_acts_cannot_be_read(guarded: Flask, make_here: Maker) -> None:
    client = guarded.test_client()
    log_in(client, make_here.member())
    reading = {rule.rule for rule in guarded.url_map.iter_rules() if "GET" in rule.methods}

    for rule, _method in writing_rules(guarded):
        if rule.rule not in reading:
            assert client.get(address_of(guarded, rule)).status_code in (404, 405), rule


def test_the_tokens_that_pages_carry_are_taken_all_the_way(guarded: Flask, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email="org@example.jp")
    visitor = Visitor(guarded.test_client())

    visitor.open("/login").press("次へ", email="org@example.jp", password=PASSWORD)
    visitor.press("ログイン", code=mailed_code(visitor.client, "org@example.jp"))
    visitor.open("/mypage/notices/new/")
    content = dict(posted(Kind.notice, now=make_here.now).lists())
    visitor.press("確認", **content).press("掲載申請する")
    assert visitor.page.h1 == "登録が完了しました"
    visitor.follow("登録した情報を見る").press("取下げ").press("コピー")
    visitor.press("ログアウト")

    assert visitor.path == "/login"


def test_a_token_ends_with_its_session(guarded: Flask, make_here: Maker) -> None:
    client = guarded.test_client()
    log_in(client, make_here.member())
    token = token_of(client, "/mypage/notices/new/")
    client.post("/logout", data={"csrf_token": token})

    assert is_lost(client.post("/login", data={"csrf_token": token, "email": "x@example.jp", "password": "x"}))


def test_a_form_may_be_written_for_hours(guarded: Flask) -> None:
    assert guarded.config["WTF_CSRF_TIME_LIMIT"] is None
