"""A10: the address in a mail is built from the setting alone, whatever host a request names."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.states import Role
from portal.mail.delivery import render
from tests.accounts.mailed import letters
from tests.make import Maker

EMAIL = "org@example.jp"
POISON = [
    {"X-Forwarded-Host": "evil.example"},
    {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "X-Forwarded-Port": "8443"},
    {"Forwarded": "host=evil.example"},
    {"X-Original-Host": "evil.example", "X-Host": "evil.example", "Origin": "https://evil.example"},
    {"X-Forwarded-Prefix": "/evil", "X-Rewrite-Url": "https://evil.example/"},
]


@pytest.mark.parametrize("headers", POISON, ids=lambda headers: next(iter(headers)))
def test_a_forged_host_is_not_in_the_mail(
    headers: dict[str, str], site: Flask, client: FlaskClient, make_here: Maker
) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    answer = client.post("/reissue/organization", data={"email": EMAIL}, headers=headers)
    assert answer.status_code == 303
    [letter] = letters("password_reissue")
    _subject, body = render(letter.letter, letter.params)
    base = site.config["PORTAL"].base_url
    assert set(re.findall(r"https?://[^/\s]+", body)) == {base}
    assert f"{base}/password/{letter.params['token']}" in body.splitlines()


def test_another_host_is_refused_and_mails_nothing(client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    answer = client.post("/reissue/organization", data={"email": EMAIL}, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert letters("password_reissue") == []
