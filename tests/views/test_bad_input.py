"""The bad input campaign (G27): nothing is a fault, nothing tells of the inside, nothing refused is written.

`PORTAL_CAMPAIGN=20000` asks for that many requests a database, `PORTAL_CAMPAIGN_SEED` for others of them. `make chaos`
asks for a few hundred.
"""

import os
import re
import time
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest
from flask import Flask, url_for
from werkzeug.test import TestResponse

from models.base import db
from tests import databases, writes
from tests.access.conftest import app, world  # noqa: F401  # fixtures
from tests.access.matrix import MATRIX
from tests.access.world import World, digest
from tests.databases import ROOT
from tests.views.campaign import Campaign, Shot

IN_THE_SUITE = 3000
REQUESTS = int(os.environ.get("PORTAL_CAMPAIGN", IN_THE_SUITE))
SEED = int(os.environ.get("PORTAL_CAMPAIGN_SEED", "20261124"))
SLOWEST = 5.0  # seconds, on a busy machine: an answer that grows with what is sent takes minutes
EXPECTED = {200, 202, 302, 303, 304, 308, 400, 403, 404, 405, 409, 410, 413, 415, 416, 422, 429}
INSIDE = re.compile(
    rf'Traceback|File "|sqlite3|psycopg|sqlalchemy|\[SQL|site-packages|{re.escape(str(ROOT))}|werkzeug|jinja2'
)
JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
LOGIN = ("login.staff_check", "login.talent_check", "login.take_second_step", "login.resend_code")
ENDS_SESSIONS = ("login.log_out", "account.end_other_sessions", "account.end_session")
# All that a request can write, but for what is left on purpose: of a refused login its count and its trail, of a page
# with personal data that it was read.
MARK = """
SELECT (SELECT count(*) FROM version), (SELECT coalesce(sum(revision), 0) FROM version),
       (SELECT count(*) FROM entry), (SELECT count(*) FROM publication), (SELECT count(*) FROM outbox_mail),
       (SELECT count(*) FROM document_requirement), (SELECT count(*) FROM event_session),
       (SELECT count(*) FROM version_file),
       (SELECT count(*) FROM phrase), (SELECT count(*) FROM closed_day), (SELECT count(*) FROM account),
       (SELECT count(*) FROM organization), (SELECT count(*) FROM login_session WHERE ended_at IS NOT NULL),
       (SELECT count(*) FROM registration), (SELECT coalesce(sum(revision), 0) FROM talent),
       (SELECT coalesce(sum(revision), 0) FROM resume), (SELECT count(*) FROM stored_file),
       (SELECT count(*) FROM application), (SELECT coalesce(sum(revision + note_revision), 0) FROM application),
       (SELECT count(*) FROM application_document WHERE state <> 'handed'), (SELECT count(*) FROM download),
       (SELECT count(*) FROM dispatch), (SELECT count(*) FROM message),
       (SELECT coalesce(sum(revision), 0) FROM mail_template), (SELECT count(*) FROM registration_file),
       (SELECT coalesce(sum(organization_revision + contact_revision + activity_revision), 0) FROM organization),
       (SELECT count(*) FROM registration_version), (SELECT coalesce(sum(revision), 0) FROM registration_version),
       (SELECT count(*) FROM audit_event WHERE action NOT LIKE 'login.%' AND action NOT LIKE 'code.%'
         AND action NOT IN ('application.list', 'application.read', 'application.file', 'download.fetch', 'talent.view',
           'message.read', 'talent.desk_view', 'registration.file'))
"""


class Watch:
    """Tells what is written. First of all it is asked whether anything was at all, which costs next to nothing: most
    refused requests begin no write, and `MARK` goes through all tables."""

    def __init__(self) -> None:
        self._connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        self._is_sqlite = self._connection.dialect.name == "sqlite"
        self._seen: tuple[Any, tuple[int, ...]] = (None, ())
        self.looks = 0  # at the tables

    def mark(self) -> tuple[int, ...]:
        db.session.rollback()
        # SQLite says it itself: this moves by what other connections commit. PostgreSQL has no such number of one
        # database; all that writes in this test is the application of this process.
        changes = self._row("PRAGMA data_version") if self._is_sqlite else writes.count(db.engine)
        if changes != self._seen[0]:
            self.looks += 1
            self._seen = changes, self._row(MARK)
        return self._seen[1]

    def _row(self, statement: str) -> tuple[Any, ...]:
        """By the driver: SQLAlchemy would begin a transaction, which sees nothing new."""
        driver: Any = self._connection.connection.driver_connection
        return tuple(driver.execute(statement).fetchone())

    def close(self) -> None:
        self._connection.close()


class Tally:
    def __init__(self) -> None:
        self.statuses: Counter[int] = Counter()
        self.aims: set[tuple[str, str, str]] = set()
        self.slowest = (0.0, "")

    def note(self, shot: Shot, answer: TestResponse, seconds: float) -> None:
        self.statuses[answer.status_code] += 1
        self.aims.add((shot.endpoint, shot.method, shot.about.partition(" ")[0]))
        self.slowest = max(self.slowest, (seconds, f"{shot.endpoint} {shot.about}"))


@pytest.fixture(scope="module")
def hardened(app: Flask) -> Iterator[Flask]:  # noqa: F811
    """Faults become pages, as in service."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    yield app
    app.config["PROPAGATE_EXCEPTIONS"] = None


@pytest.mark.timeout(REQUESTS // 2)  # seconds: thousands of requests, on whatever machine
def test_no_request_is_a_fault_and_nothing_refused_is_written(hardened: Flask, world: World) -> None:  # noqa: F811
    # In the suite each parameter is aimed at on one of the databases; in a longer campaign on both.
    turn = databases.KINDS.index(db.engine.name) if REQUESTS <= IN_THE_SUITE else None
    campaign, tally, watch = Campaign(world, hardened, SEED, turn=turn), Tally(), Watch()
    parameters = sum(len(campaign.parameters(*route)) for route in campaign.routes)
    begun, faults = time.perf_counter(), []
    # So few that not each parameter has its turn are taken from all over.
    for shot in islice(campaign.every(), 0, None, max(1, IN_THE_SUITE // REQUESTS)):
        faults += fire(shot, campaign, world, tally, watch)
    for shot in islice(campaign.more(), max(0, REQUESTS - tally.statuses.total())):
        faults += fire(shot, campaign, world, tally, watch)
    spent = time.perf_counter() - begun
    watch.close()

    engine, count = db.engine.name, tally.statuses.total()
    told = ", ".join(f"{status} × {number}" for status, number in sorted(tally.statuses.items()))
    print(f"\n{engine}: {count} bad requests at {parameters} parameters of {len(MATRIX)} routes, seed {SEED}: {told}")
    print(f"{engine}: {1000 * spent / count:.0f} ms each, the slowest {tally.slowest[0]:.2f} s ({tally.slowest[1]})")
    print(f"{engine}: {watch.looks} looks at the tables")
    assert faults == [], "\n".join(faults[:30])
    assert tally.slowest[0] < SLOWEST, tally.slowest
    assert count >= REQUESTS
    for status in (200, 302, 400, 404, 405, 409, 413, 422):
        assert tally.statuses[status], f"the campaign never met {status}"


LISTS = [endpoint for endpoint, _method in MATRIX if endpoint.endswith(".index_view")]
ODD_LISTS = [
    *(f"page={value}" for value in ("9" * 20, "9223372036854775807", "-5", "abc", "1,2", "1.5", "%00", "9999")),
    *(f"sort={value}" for value in ("-1", "99", "abc", "%00", "99999999999999999999")),
    *(f"page_size={value}" for value in ("-1", "0", "99999999999999999999", "x")),
    *(f"search={value}" for value in ("%00", "%25", "%ff", "a" * 60_000, "word+" * 1_200, "%27%3B--")),
    *(f"desc={value}" for value in ("x", "99")),
    "flt0_0=99999999999999999999999",
    "flt0_created_at_gt=x&flt1_1=",
    "export=csv&state=zzz",
    "self=1&_external=1&_anchor=x&endpoint=y&values=z",
]
ODD_IDS = ["x&id=2", "", "abc", "0", "-1", "1,2", "9" * 11, "9" * 20, "%00", "1%202", "２", "1" * 5_000]
EDITED = [endpoint for endpoint, method in MATRIX if endpoint.endswith(".edit_view") and method == "GET"]


@pytest.mark.parametrize("endpoint", LISTS)
def test_lists_answer_whatever_their_address_says(endpoint: str, hardened: Flask, world: World) -> None:  # noqa: F811
    """Most of these were faults in the library (on one database or on both)."""
    client = world.clients["owner" if endpoint.startswith("organization") else "administrator"]
    with hardened.test_request_context():
        path = url_for(endpoint)
    for query in ODD_LISTS:
        answer = client.get(f"{path}?{query}")
        assert answer.status_code in (200, 400, 404), f"{path}?{query[:60]}: {answer.status_code}"
        assert not INSIDE.search(answer.text)
    assert client.get(f"{path}?page=9999").status_code == 404


@pytest.mark.parametrize("endpoint", EDITED)
def test_rows_answer_whatever_their_id_says(endpoint: str, hardened: Flask, world: World) -> None:  # noqa: F811
    client, before = world.clients["administrator"], digest()
    with hardened.test_request_context():
        edit, remove = url_for(endpoint), url_for(endpoint.replace("edit_view", "delete_view"))
        bulk = url_for(endpoint.replace("edit_view", "index_view")) + "action/"
    for odd in ODD_IDS:
        answers = [
            client.get(f"{edit}?id={odd}"),
            client.post(f"{edit}?id={odd}", data={"title": "x", "text": "x", "day": "2030-01-01", "name": "x"}),
            client.post(remove, data=f"id={odd}", content_type="application/x-www-form-urlencoded"),
            client.post(bulk, data={"action": "delete", "rowid": ["abc", "1"]}),
        ]
        assert {answer.status_code for answer in answers} <= {200, 302, 400, 404}, f"{odd[:20]} {answers}"
        assert {answer.status_code for answer in answers if answer.status_code == 200} == set()
    assert digest() == before


@pytest.mark.parametrize(
    "back", ["\r\n", "/\r\nX-Evil: 1", "//evil.example/", "/\\evil.example", "https://evil.example/"]
)
def test_no_form_leads_back_to_elsewhere(back: str, hardened: Flask, world: World) -> None:  # noqa: F811
    client, before = world.clients["administrator"], digest()
    phrase = {"title": "名称", "text": "文です。", "position": "1", "url": back}

    assert client.post("/desk/phrases/new/", data=phrase).status_code == 400
    assert client.get("/desk/phrases/new/", query_string={"url": back}).status_code == 400
    assert digest() == before
    assert client.post("/desk/phrases/new/", data=phrase | {"url": "/desk/phrases/?page=1"}).status_code == 302


def fire(shot: Shot, campaign: Campaign, world: World, tally: Tally, watch: Watch) -> list[str]:  # noqa: F811
    """What is wrong with the answer."""
    client = world.clients[shot.name]
    if shot.endpoint in LOGIN:  # a stranger each time, or the throttle would answer for the form
        client = world.app.test_client()
        client.environ_base["REMOTE_ADDR"] = f"198.51.{len(tally.aims) % 250}.{tally.statuses.total() % 250}"
    before = watch.mark()
    begun = time.perf_counter()
    answer = client.open(
        shot.address, method=shot.method, data=shot.body or None, content_type=shot.content_type, headers=[]
    )
    tally.note(shot, answer, time.perf_counter() - begun)
    accepted = answer.status_code < 400 and shot.method not in ("GET", "HEAD")
    wrong = list(judged(shot, answer))
    if not accepted and watch.mark() != before:
        wrong.append(f"{shot}: {answer.status_code}, but something was written")
    if accepted:
        campaign.taken(shot)
        if answer.location and tally.statuses.total() % 2:  # what was taken must be shown, too
            wrong += judged(shot, client.get(answer.location))
    if shot.endpoint in ENDS_SESSIONS and accepted:
        world.clients[shot.name] = world.fresh_client(shot.name)
    return wrong


def told(answer: TestResponse) -> str:
    """What a person or a script is told, where it is Japanese by its own word."""
    if answer.is_json:
        return str(answer.get_json().get("problem", ""))
    return answer.text if 'lang="ja"' in answer.text[:200] else ""


def judged(shot: Shot, answer: TestResponse) -> Iterator[str]:
    about = f"{shot.method} {shot.address[:200]} as {shot.name}, {shot.about}: {answer.status_code}"
    if answer.status_code not in EXPECTED:
        yield about
    if answer.mimetype == "text/html" and len(answer.data) < 300_000 and INSIDE.search(answer.text):
        yield f"{about} tells of the inside: {INSIDE.findall(answer.text)}"
    if answer.status_code >= 400 and not JAPANESE.search(told(answer)):
        yield f"{about} is not told in Japanese"
