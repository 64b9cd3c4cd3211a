"""A09: no answer tells who is registered: of a reissue and of a change of e-mail. (The login, and the time that both
take: tests/views/test_login_uniform; registration: tests/accounts/test_registration.)"""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models.states import Role
from tests.abuse.knocking import stranger
from tests.accounts.mailed import letters
from tests.make import Maker, actor_of
from tests.views.login import log_in

NEW_EACH_TIME = re.compile(r'nonce="[^"]+"|nonce-[^\']+|name="csrf_token" value="[^"]+"|[a-z]+@example\.jp')


def shape(answer: TestResponse) -> str:
    headers = [(name, value) for name, value in answer.headers if name != "Set-Cookie"]
    return NEW_EACH_TIME.sub("", f"{answer.status_code} {headers} {answer.text}")


@pytest.mark.parametrize("way", ["organization", "talent"])
def test_a_reissue_answers_everybody_alike(way: str, site: Flask, client: FlaskClient, make_here: Maker) -> None:
    now, organization = datetime.now(UTC), make_here.organization()
    make_here.account(Role.owner, organization, email="member@example.jp")
    make_here.account(Role.talent, email="talent@example.jp")
    make_here.account(Role.owner, organization, email="banned@example.jp", suspended_at=now)
    make_here.account(Role.owner, make_here.organization(suspended_at=now), email="closed@example.jp")
    make_here.account(Role.viewer, organization, email="invited@example.jp", password_hash="")
    asked = ["nobody", "member", "member", "talent", "banned", "closed", "invited", "nobody"]
    first, then = set(), set()
    for place, name in enumerate(asked):
        browser = stranger(site, place)
        first.add(shape(browser.post(f"/reissue/{way}", data={"email": f"{name}@example.jp"})))
        then.add(shape(browser.get(f"/reissue/{way}/sent")))
    assert len(first) == len(then) == 1
    mailed = {"organization": ["member@example.jp", "invited@example.jp"], "talent": ["talent@example.jp"]}
    assert [letter.recipient for letter in letters("password_reissue")] == mailed[way]


def test_a_change_of_e_mail_answers_alike(site: Flask, client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.talent, email="taken@example.jp")
    shapes = set()
    for name in ("taken", "fresh"):
        browser = site.test_client()
        owner = make_here.account(Role.owner, make_here.organization(), email=f"{name}owner@example.jp")
        log_in(browser, actor_of(owner))
        answer = browser.post("/account/email", data={"email": f"{name}@example.jp"})
        shapes.add((shape(answer), shape(browser.get("/account/email"))))
    assert len(shapes) == 1
