"""A12: a session id is new at each step, and one that was stolen is worth nothing after the next step or password."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from models.states import Role
from tests.abuse.knocking import stranger, twin
from tests.accounts.mailed import NEW, tokens
from tests.make import PASSWORD, Maker
from tests.views.login import mailed_code

EMAIL = "org@example.jp"


def sid(client: FlaskClient) -> str:
    with client.session_transaction() as cookie:
        return str(cookie.get("_user_id") or cookie.get("challenge") or "")


def log_in(client: FlaskClient) -> None:
    client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    client.post("/login/code", data={"code": mailed_code(client, EMAIL)})


def step_up(client: FlaskClient, _site: Flask) -> None:
    assert client.post("/account/confirm", data={"password": PASSWORD}).status_code == 303


def change_password(client: FlaskClient, _site: Flask) -> None:
    said = {"present": PASSWORD, "password": NEW, "again": NEW}
    assert client.post("/account/password", data=said).status_code == 303


def reissue(_client: FlaskClient, site: Flask) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=2)):
        other = stranger(site, 3)
        other.post("/reissue/organization", data={"email": EMAIL})
        other.get(f"/password/{tokens('password_reissue')[0]}")
        assert other.post("/password", data={"password": NEW, "again": NEW}).status_code == 303


ACTS: dict[str, tuple[Callable[[FlaskClient, Flask], None], bool]] = {
    # and whether who did it is still in
    "step-up": (step_up, True),
    "another password": (change_password, True),
    "a reissued password": (reissue, False),
}


@pytest.mark.parametrize("name", list(ACTS))
def test_a_stolen_cookie_ends_with(name: str, site: Flask, client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    log_in(client)
    stolen, elsewhere = twin(site, client), site.test_client()
    log_in(elsewhere)
    assert [browser.get("/mypage/").status_code for browser in (client, stolen, elsewhere)] == [200] * 3
    act, stays = ACTS[name]
    act(client, site)
    assert stolen.get("/mypage/").status_code == 302
    assert stolen.post("/account/sessions/end-others").location.startswith("/login")
    assert (client.get("/mypage/").status_code == 200) is stays
    assert (elsewhere.get("/mypage/").status_code == 200) is (name == "step-up")


def test_each_step_has_an_id_of_its_own(client: FlaskClient, make_here: Maker) -> None:
    make_here.account(Role.owner, make_here.organization(), email=EMAIL)
    seen = [sid(client)]
    client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    seen.append(sid(client))
    client.post("/login/code", data={"code": mailed_code(client, EMAIL)})
    seen.append(sid(client))
    step_up(client, client.application)
    seen.append(sid(client))
    change_password(client, client.application)
    seen.append(sid(client))
    assert len(set(seen)) == 5
