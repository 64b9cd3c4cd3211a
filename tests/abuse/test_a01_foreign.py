"""A01, G2: what belongs to another organization answers as what never was, also where its number is not in the address.

Numbers in the address are walked route by route in tests/access/test_matrix.py; here they stand in what is sent along.
"""

import re
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from models.base import db
from tests.abuse.conftest import Scene
from tests.access.test_matrix import same
from tests.access.world import digest
from tests.recruiting.builders import applied

NOWHERE = 987_654_321
SELECTION, LISTED = "/mypage/selection/{entry}", "/mypage/applications/{entry}/"
UNTIL = "2099-01-31T17:00"
# Where a number is sent along: the address, and what is posted (nothing: it is a GET). `application`, `document` and
# `download` are the number in question; `mine` is an application of one's own.
WAYS: dict[str, tuple[str, dict[str, str] | None]] = {
    "the page behind one": (LISTED + "?after={application}", None),
    "the page before one": (LISTED + "?before={application}", None),
    "the page behind one, of all": ("/mypage/applications/?after={application}", None),
    "a stage for many": (SELECTION + "/stage", {"item": "{application}:2", "to": "received"}),
    "mail to many": (SELECTION + "/mailer", {"item": "{application}:2"}),
    "asking people": (SELECTION + "/ask", {"item": "{application}:2"}),
    "asking for a document": (SELECTION + "/ask", {"document": "{document}"}),
    "asking, the last step": (
        SELECTION + "/ask/send",
        {"offered": "{document}", "document": "{document}", "until": UNTIL, "message": ""},
    ),
    "asking one for another's document": (
        "/mypage/selection/detail/{mine}/ask",
        {"document": "{document}", "until": UNTIL, "message": ""},
    ),
    "judging another's document": ("/mypage/selection/detail/{mine}/documents/{document}", {"state": "defective"}),
    "reading another's document": ("/mypage/applications/detail/{mine}/documents/{document}", None),
}


def numbers(scene: Scene) -> tuple[dict[str, int], dict[str, int]]:
    """An application to the owner with its document, and the same numbers where nothing is; with one of the rival's."""
    foreign = scene.applied()
    version = scene.ago.published(actor=scene.rival, documents=[])
    mine = applied(version, scene.other, now=scene.make.now)
    own = {"entry": version.entry_id, "mine": mine.id}
    there = own | {"application": foreign.id, "document": foreign.documents[0].id}
    return there, own | {"application": NOWHERE, "document": NOWHERE}


@pytest.mark.parametrize("way", WAYS)
def test_a_foreign_number_that_is_sent_along_is_one_that_nothing_has(scene: Scene, way: str) -> None:
    address, form = WAYS[way]
    there, nowhere = numbers(scene)
    browser = scene.browser(scene.rival)
    for listed in ("/mypage/applications/", f"/mypage/applications/{there['entry']}/"):
        browser.get(listed)  # once a day and login it is on record that a list was read
    before = digest(without=("login_session",))

    def ask(values: dict[str, int]) -> TestResponse:
        if form is None:
            return browser.get(address.format(**values))
        return browser.post(address.format(**values), data={name: text.format(**values) for name, text in form.items()})

    foreign, missing = ask(there), ask(nowhere)
    assert said(foreign, there) == said(missing, nowhere)
    assert foreign.status_code in (200, 404, 422)
    assert "青木" not in foreign.text
    assert digest(without=("login_session",)) == before


def said(answer: TestResponse, values: dict[str, int]) -> str:
    """The whole answer without what is new in each, the number that was asked for as a word."""
    text = same(answer)
    for name in ("application", "document"):
        text = re.sub(rf"\b{values[name]}\b", "number", text) if values[name] == NOWHERE else text
    return text


def test_the_owners_own_numbers_answer_otherwise(scene: Scene) -> None:
    """So the test above can fail."""
    there, _nowhere = numbers(scene)
    own = there | {"entry": scene.entry_id, "mine": there["application"]}
    browser = scene.browser(scene.owner)
    db.session.rollback()
    for address, form in WAYS.values():
        send: Callable[..., TestResponse] = browser.get if form is None else browser.post
        data = {} if form is None else {"data": {name: text.format(**own) for name, text in form.items()}}
        answer = send(address.format(**own), **data)
        assert answer.status_code != 404, address
