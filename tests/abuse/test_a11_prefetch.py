"""A11: mail programs open every address of a mail before the person does; only pressing the button uses one."""

from datetime import UTC, datetime, timedelta

import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import db
from models.people import OneTimeAddress
from models.states import Role
from tests.abuse.knocking import stranger
from tests.accounts.mailed import NEW, tokens
from tests.make import Maker, actor_of
from tests.views.login import log_in
from tests.views.pages import Visitor

EMAIL = "org@example.jp"


def used() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).where(OneTimeAddress.used_at.is_not(None))) or 0


def looked_at(site: Flask, address: str) -> None:
    """By a program that follows redirects and keeps no cookies, and by one that keeps them."""
    program = stranger(site, 9)
    for _ in range(5):
        assert stranger(site, 9).head(address).status_code in (200, 303)
        assert program.get(address, follow_redirects=True).status_code == 200


def test_the_address_of_a_reissue(site: Flask, client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=2)):
        client.post("/reissue/organization", data={"email": EMAIL})
        address = f"/password/{tokens('password_reissue')[0]}"
        looked_at(site, address)
        assert used() == 0
        visitor = Visitor(client).open(address).press("パスワードを設定する", password=NEW, again=NEW)
        assert visitor.page.h1 == "パスワードの設定が完了しました"
        assert used() == 1
        visitor.open(address, status=410)


def test_the_addresses_of_a_change_of_e_mail(site: Flask, client: FlaskClient, make_here: Maker) -> None:
    log_in(client, actor_of(make_here.account(Role.owner, make_here.organization(), email=EMAIL)))
    client.post("/account/email", data={"email": "new@example.jp"})
    for number, token in enumerate(tokens("email_confirm")):
        looked_at(site, f"/email/{token}")
        assert used() == number
        Visitor(stranger(site, number)).open(f"/email/{token}").press("変更を確認する")
    undo = f"/email/undo/{tokens('email_changed')[0]}"
    looked_at(site, undo)
    assert used() == 2
    Visitor(stranger(site, 5)).open(undo).press("変更を取り消す")
    assert used() == 3
