"""A07: what is mailed works once, where it was asked for: one of many at once wins, a second browser gets nothing."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import db
from models.people import Account, LoginSession
from models.states import Role
from portal.accounts.passwords import verify_password
from tests.abuse.knocking import at_once, stranger, twin
from tests.accounts.mailed import NEW, tokens
from tests.make import PASSWORD, Maker
from tests.views.login import mailed_code

EMAIL = "org@example.jp"
MANY = 12


def count_sessions() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(LoginSession)) or 0


def test_one_code_opens_one_session(site: Flask, client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    code = mailed_code(client, EMAIL)
    another = stranger(site, 1)
    another.post("/login", data={"email": EMAIL, "password": PASSWORD})
    twins = [twin(site, client) for _ in range(MANY)]
    db.session.rollback()

    assert stranger(site, 2).post("/login/code", data={"code": code}).location == "/login?again=missing"
    assert mailed_code(client, EMAIL) != code, "the other browser's"
    assert another.post("/login/code", data={"code": code}).status_code == 422
    answers = at_once(MANY, lambda number: twins[number].post("/login/code", data={"code": code}).location)
    assert sorted(answers) == ["/login?again=used"] * (MANY - 1) + ["/mypage/"]
    assert count_sessions() == 1


def test_one_address_sets_one_password(site: Flask, client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=2)):
        client.post("/reissue/organization", data={"email": EMAIL})
        client.get(f"/password/{tokens('password_reissue')[0]}")
        twins = [twin(site, client) for _ in range(MANY)]
        db.session.rollback()

        def press(number: int) -> int:
            said = {"password": f"{NEW}{number}", "again": f"{NEW}{number}"}
            return twins[number].post("/password", data=said).status_code

        answers = at_once(MANY, press)
    assert sorted(answers) == [303] + [410] * (MANY - 1)
    db.session.rollback()
    [secret] = db.session.scalars(select(Account.password_hash)).all()
    assert verify_password(secret, f"{NEW}{answers.index(303)}")
    assert count_sessions() == 0
