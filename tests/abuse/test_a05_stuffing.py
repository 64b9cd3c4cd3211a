"""A05: lists of stolen passwords are tried: ten an account and ten a network in five minutes; nobody learns more."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import db
from models.people import LoginSession
from models.states import Role
from tests.abuse.knocking import stranger
from tests.make import PASSWORD, Maker

NOT_AGAIN = "試行回数が多すぎます"


def statuses(client: FlaskClient, emails: list[str], password: str = "wrong") -> list[int]:
    return [client.post("/login", data={"email": email, "password": password}).status_code for email in emails]


def test_many_accounts_from_one_network_and_one_account_from_many(
    site: Flask, client: FlaskClient, make_here: Maker
) -> None:
    organization = make_here.organization()
    known = [make_here.account(Role.editor, organization, email=f"m{number}@example.jp").email for number in range(12)]
    one = stranger(site, 1)
    assert statuses(one, known[:10]) == [422] * 10
    answer = one.post("/login", data={"email": known[11], "password": PASSWORD})
    assert answer.status_code == 429, "even the right one"
    assert NOT_AGAIN in answer.text
    assert int(answer.headers["Retry-After"]) <= 300
    assert statuses(stranger(site, 2), [known[11]], PASSWORD) == [303], "others are not held up"

    spread = [statuses(stranger(site, 10 + place), [known[0]])[0] for place in range(11)]
    unknown = [statuses(stranger(site, 40 + place), ["nobody@example.jp"])[0] for place in range(11)]
    assert spread == [422] * 9 + [429] * 2, "one was used up above"
    assert unknown == [422] * 10 + [429]
    assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 0
