"""A page costs as many statements for twenty rows as for one."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.base import db
from models.entries import Version
from models.states import Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.matching import favorites, saved_searches
from portal.matching.favorites import Note
from portal.matching.search import TalentQuery
from tests.make import Maker
from tests.matching.people import publish
from tests.recruiting.builders import applied, talent
from tests.views.login import log_in
from tests.views.pages import Visitor

MANY = 20
SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}


@pytest.fixture
def published(make_here: Maker, owner: Actor) -> Callable[[int], list[Version]]:
    """So many public entries of each kind, and as many drafts."""
    earlier = Maker(make_here.now - timedelta(days=8))
    earlier._count = 5_000

    def publish(count: int) -> list[Version]:
        for _ in range(count):
            for kind in Kind:
                make_here.draft(kind, actor=owner)
        return [earlier.published(kind, actor=owner) for _ in range(count) for kind in Kind]

    return publish


def test_pages_of_many_rows_take_the_statements_of_one(
    site: Flask, client: FlaskClient, owner: Actor, published: Callable[[int], list[Version]], statements
) -> None:
    stranger = site.test_client()
    log_in(client, owner)
    organization_id = owner.organization_id
    pages = {
        **{f"/mypage/{slug}/": client for slug in SLUGS.values()},
        "/mypage/jobs/?state=draft&search=J": client,
        "/mypage/": client,
        "/account/sessions": client,
        "/": stranger,
        **{f"/{slug}/": stranger for slug in SLUGS.values()},
        "/jobs/?q=水&field=03&sort=deadline": stranger,
        f"/organizations/{organization_id}/": stranger,
        **{f"/{slug}/feed.atom": stranger for slug in SLUGS.values()},
        "/sitemap.xml": stranger,
    }

    def counted() -> dict[str, int]:
        found = {}
        for path, browser in pages.items():
            browser.get(path)  # the first one warms what is read once a process
            statements.restart()
            assert browser.get(path).status_code == 200
            found[path] = statements.count
        return found

    published(1)
    one = counted()
    published(MANY - 1)
    for _ in range(MANY - 1):
        log_in(site.test_client(), owner)
    many = counted()

    print("\n" + ", ".join(f"{path} {count}" for path, count in one.items()))
    assert many == one
    assert all(
        client.get(path).text.count('class="title"') >= MANY for path in pages if path.startswith("/mypage/jobs")
    )
    assert stranger.get("/jobs/feed.atom").text.count("<entry>") == MANY
    assert client.get("/account/sessions").text.count("<tr>") == MANY + 1


def test_lists_of_applications_take_the_statements_of_one(
    site: Flask, client: FlaskClient, owner: Actor, make_here: Maker, statements
) -> None:
    """Applicants of one posting, and the applications of one talent."""
    own, someone = site.test_client(), talent(make_here)
    log_in(client, owner)
    log_in(own, someone)
    earlier = Maker(make_here.now - timedelta(days=8))
    earlier._count = 5_000
    version = earlier.published(actor=owner)
    applicants = f"/mypage/applications/{version.entry_id}/"
    pages = {
        applicants: client,
        f"{applicants}?q=a&sort=state-down&size=50&unread=1": client,
        "/mypage/applications/?kind=job&sort=name": client,
        "/mypage/jobs/": client,
        "/mypage/": client,
        "/talent/": own,
        "/talent/applications/": own,
        "/talent/readings/": own,
        "/talent/leave": own,
    }

    def counted() -> dict[str, int]:
        found = {}
        for path, browser in pages.items():
            browser.get(path)
            statements.restart()
            assert browser.get(path).status_code == 200
            found[path] = statements.count
        return found

    first = applied(version, someone, now=make_here.now)
    pages[f"/mypage/applications/detail/{first.id}/?sort=name"] = client
    applied(earlier.published(actor=owner, documents=[]), talent(make_here, "石川 拓真"), now=make_here.now)
    one = counted()
    for number in range(1, MANY):
        applied(version, talent(make_here, f"青木 {number}"), now=make_here.now)
        applied(earlier.published(actor=owner, documents=[]), someone, now=make_here.now)
    many = counted()

    print("\n" + ", ".join(f"{path} {count}" for path, count in one.items()))
    assert many == one
    assert client.get(applicants).text.count('class="title"') == MANY
    mine = "/talent/applications/"
    assert own.get(mine).text.count('class="title"') == MANY
    assert 'rel="next"' not in own.get(mine).text

    applied(earlier.published(actor=owner, documents=[]), someone, now=make_here.now)
    first, second = Visitor(own).open(mine).page, Visitor(own).open(mine).follow("次へ").page
    assert [len(page.tree.findall(".//a[@class='title']")) for page in (first, second)] == [MANY, 1]
    assert "応募状況 21件" in second.text
    assert second.link("前へ") == mine
    statements.restart()
    assert own.get(f"{mine}?page=2").status_code == 200
    assert statements.count == one[mine]
    assert [own.get(f"{mine}?page={number}").status_code for number in (3, 0)] == [404, 400]


def test_lists_of_talents_take_the_statements_of_one(
    site: Flask, client: FlaskClient, owner: Actor, make_here: Maker, statements
) -> None:
    """The search with its marks, favorites, saved searches, postings with applicants."""
    log_in(client, owner)
    earlier = Maker(make_here.now - timedelta(days=8))
    earlier._count = 5_000
    pages = {
        "/mypage/talents/": "codes",
        "/mypage/talents/?keyword=給水&field=03&sort=years": "codes",
        "/mypage/favorites/": "codes",
        "/mypage/favorites/?label=水": "codes",
        "/mypage/searches/": "name",
        "/mypage/favorites/postings/": "",
    }

    def fill(count: int) -> None:
        for number in range(count):
            code = publish(make_here, f"青木 {number}", pr="給水施設", fields=["03"]).code
            begin_write()
            favorites.mark(code, actor=owner, now=make_here.now)
            favorites.save_note(code, Note(label="水"), revision=1, actor=owner, now=make_here.now)
            saved_searches.save(f"{code} {count}", TalentQuery(keyword="給水"), actor=owner, now=make_here.now)
            db.session.commit()
            earlier.published(actor=owner)

    def counted() -> dict[str, int]:
        found = {}
        for path in pages:
            client.get(path)
            statements.restart()
            assert client.get(path).status_code == 200
            found[path] = statements.count
        return found

    fill(1)
    one = counted()
    fill(MANY - 1)
    many = counted()

    print("\n" + ", ".join(f"{path} {count}" for path, count in one.items()))
    assert many == one
    for path, name in pages.items():
        if name:
            assert client.get(path).text.count(f'name="{name}"') >= MANY, path


@pytest.mark.parametrize("kind", Kind)
def test_one_entry_costs_few_statements_whatever_it_holds(
    kind: Kind, site: Flask, client: FlaskClient, owner: Actor, make_here: Maker, statements
) -> None:
    log_in(client, owner)
    version = make_here.draft(kind, actor=owner)
    path = f"/mypage/{SLUGS[kind]}"
    for address in (f"{path}/edit/{version.id}/", f"{path}/confirm/{version.id}/", f"{path}/{version.entry_id}/"):
        client.get(address)
        statements.restart()
        assert client.get(address).status_code == 200
        assert statements.count <= 10, (address, statements.seen)


def test_reading_public_pages_writes_nothing(site: Flask, client: FlaskClient, make_here: Maker, statements) -> None:
    stranger = site.test_client()
    for path in ("/", "/jobs/", "/events/", "/jobs/feed.atom", "/sitemap.xml", "/login", "/help"):
        statements.restart()
        assert stranger.get(path).status_code == 200
        assert [text for text in statements.seen if not text.lstrip().upper().startswith("SELECT")] == [], path
