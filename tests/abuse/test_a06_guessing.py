"""A06: many browsers with one cookie guess the code at once: five answers, then the right one is refused too."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import db
from models.people import LoginChallenge, LoginSession
from models.records import AuditEvent
from models.states import Role
from tests.abuse.knocking import at_once, twin
from tests.make import PASSWORD, Maker
from tests.views.login import mailed_code

EMAIL = "org@example.jp"


def test_parallel_guesses_are_five_and_the_login_is_over(site: Flask, client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    code = mailed_code(client, EMAIL)
    wrong = f"{(int(code) + 1) % 1_000_000:06}"
    thieves = [twin(site, client) for _ in range(16)]
    db.session.rollback()

    answers = at_once(16, lambda number: thieves[number].post("/login/code", data={"code": wrong}))

    assert sum(answer.status_code == 422 for answer in answers) <= 5
    assert {answer.status_code for answer in answers} <= {422, 303}
    assert client.post("/login/code", data={"code": code}).location == "/login?again=tries"
    db.session.rollback()
    assert db.session.scalar(select(LoginChallenge.tries)) == 5
    assert db.session.scalar(select(func.count()).where(AuditEvent.action == "code.failed")) == 5
    assert db.session.scalar(select(func.count()).select_from(LoginSession)) == 0
