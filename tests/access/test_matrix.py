"""The matrix holds: every route, every person, own, foreign and unknown objects, on both databases (G1, G2, G5)."""

import re
from collections import Counter
from functools import lru_cache

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from models.base import db
from models.records import AuditEvent
from tests.access.asked import Asked
from tests.access.matrix import MATRIX
from tests.access.targets import target_of, unknown
from tests.access.world import PEOPLE, World, digest

NOT_ROUTED = {"HEAD", "OPTIONS"}  # HEAD is GET without the body, OPTIONS says what is allowed
REFUSED = ("login", "400", "403", "404", "422")
NEW_EACH_TIME = re.compile(r'nonce="[^"]+"|nonce-[^\']+|name="csrf_token" value="[^"]+"|参照番号 [0-9a-f]{8}')
OWNERS_OF_OTHERS = ("other", "noncorp")
STRANGERS = (*OWNERS_OF_OTHERS, "rival")
ENDS_SESSIONS = ("login.log_out", "account.end_other_sessions")
OWN_AFFAIRS = (
    "desk_filter.save",
    "desk_filter.delete",
    "desk_trail_export.cancel",
)  # names of one's own filters, a wait given up


def routed(app: Flask) -> set[tuple[str, str]]:
    return {(rule.endpoint, method) for rule in app.url_map.iter_rules() for method in rule.methods - NOT_ROUTED}


def test_every_route_has_a_row_and_every_row_a_route(app: Flask) -> None:
    assert routed(app) - MATRIX.keys() == set(), "routes that nobody decided about"
    assert MATRIX.keys() - routed(app) == set(), "rows about nothing"


def test_no_row_gives_the_desk_to_anyone_but_the_secretariat(app: Flask) -> None:
    desk = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/desk/")}
    for (endpoint, _method), answers in MATRIX.items():
        if endpoint in desk:
            assert {answers[name] for name in PEOPLE[:-2]} == {"login", "403"}, endpoint


def is_act_of_the_desk(endpoint: str, method: str) -> bool:
    return endpoint.startswith("desk") and method == "POST" and endpoint not in OWN_AFFAIRS


def newest_event() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.max(AuditEvent.id))) or 0


TALLY: dict[str, Counter[str]] = {}


@pytest.mark.parametrize(("endpoint", "method"), list(MATRIX))
def test_everyone_gets_what_the_row_says(endpoint: str, method: str, world: World) -> None:
    answers, target = MATRIX[endpoint, method], target_of(endpoint)
    asked = target(world, "owner")
    read = {"owner": asked}  # what reading leaves as it is
    before = digest()
    for name in refused_by(answers):
        assert outcome(ask(world, name, endpoint, method, asked)) == answers[name], name
    assert digest() == before or "422" in answers.values(), "a refused request wrote something"

    for name in PEOPLE:
        if name not in refused_by(answers):
            whose = name if name == "rival" or world.actors[name].is_secretariat else "owner"
            if method != "GET" or whose not in read:
                read[whose] = target(world, whose)
            told = newest_event()
            response = ask(world, name, endpoint, method, read[whose])
            assert outcome(response) == answers[name].replace("out", "login"), name
            if is_act_of_the_desk(endpoint, method) and outcome(response) == "go":
                assert newest_event() > told, f"{name} did something that the trail does not tell"
            if endpoint in ENDS_SESSIONS:
                world.clients[name] = world.fresh_client(name)
    tally = TALLY.setdefault(world.app.config["PORTAL"].database_url.partition(":")[0], Counter())
    tally.update(answers.values())


@pytest.mark.parametrize(
    ("endpoint", "method", "name"),
    [(*key, name) for key, answers in MATRIX.items() for name in STRANGERS if answers[name] == "404"],
)
def test_a_foreign_object_answers_as_one_that_does_not_exist(
    endpoint: str, method: str, name: str, world: World
) -> None:
    asked = for_strangers(world, endpoint, method)

    foreign = ask(world, name, endpoint, method, asked)
    nowhere = ask(world, name, endpoint, method, unknown(asked))
    no_route = world.clients[name].open("/nowhere/at/all", method=method)

    assert foreign.status_code == 404
    assert same(foreign) == same(nowhere) == same(no_route)


@lru_cache(maxsize=1)  # the strangers of a row come one after another, and leave what it is about as it is
def for_strangers(world: World, endpoint: str, _method: str) -> Asked:
    return target_of(endpoint)(world, "owner")


@pytest.mark.parametrize(
    ("endpoint", "method", "name"),
    [
        (*key, name)
        for key, answers in MATRIX.items()
        for name in OWNERS_OF_OTHERS
        if key[0].startswith("organization") and answers[name] != "403"
    ],
)
def test_owners_get_with_their_own_what_every_owner_gets(name: str, endpoint: str, method: str, world: World) -> None:
    response = ask(world, name, endpoint, method, target_of(endpoint)(world, name))

    assert outcome(response) == MATRIX[endpoint, method]["owner"]


@pytest.mark.parametrize(
    ("endpoint", "method"), [key for key, answers in MATRIX.items() if "404" == answers["rival"] != answers["talent"]]
)
def test_talents_get_with_their_own_what_every_talent_gets(endpoint: str, method: str, world: World) -> None:
    response = ask(world, "rival", endpoint, method, target_of(endpoint)(world, "rival"))

    assert outcome(response) == MATRIX[endpoint, method]["talent"]


@pytest.mark.parametrize(("endpoint", "method"), [key for key in MATRIX if key[1] == "GET"])
def test_head_is_get_without_the_body_and_nothing_else_is_allowed(endpoint: str, method: str, world: World) -> None:
    asked = target_of(endpoint)(world, "owner")
    for name in ("anonymous", "owner", "administrator"):
        whole = ask(world, name, endpoint, "GET", asked)
        head = ask(world, name, endpoint, "HEAD", asked)
        assert (head.status_code, head.location, head.data) == (whole.status_code, whole.location, b"")
        assert ask(world, name, endpoint, "DELETE", asked).status_code == 405


def test_the_figures(world: World) -> None:
    """Last in the file, for the reader of the log."""
    for engine, tally in TALLY.items():
        told = ", ".join(f"{answer} × {count}" for answer, count in tally.most_common())
        print(f"\n{engine}: {len(MATRIX)} routes × {len(PEOPLE)} people = {tally.total()} answers: {told}")
    assert TALLY


def refused_by(answers: dict[str, str]) -> list[str]:
    return [name for name in PEOPLE if answers[name] in REFUSED]


def ask(world: World, name: str, endpoint: str, method: str, asked: Asked) -> TestResponse:
    with world.app.test_request_context():
        address = url_for(endpoint, **asked.values)
    data = asked.data if method == "POST" else None
    return world.clients[name].open(address, method=method, data=data)


def outcome(response: TestResponse) -> str:
    if response.status_code in (301, 302, 303, 307, 308):
        return "login" if (response.location or "").startswith(("/login", "/talent/login")) else "go"
    return str(response.status_code)


def same(response: TestResponse) -> str:
    """The whole answer, headers too, without what is new in each."""
    headers = [header for header in response.headers if header[0] != "Set-Cookie"]
    return NEW_EACH_TIME.sub("", f"{response.status_code} {headers}\n{response.text}")
