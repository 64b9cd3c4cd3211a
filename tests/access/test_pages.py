"""Every page that anyone can open: sound markup, names for everything, nothing that the content policy would stop, no
dead link. Contents are hostile on purpose."""

from collections import Counter, deque
from collections.abc import Iterator
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from flask import Flask, url_for

from models.states import Kind, State
from portal.publishing.fields import Type, fields_of
from tests.access.matrix import MATRIX
from tests.access.targets import target_of
from tests.access.world import PEOPLE, World
from tests.views.pages import Page, problems

HOSTILE = "</title></textarea><script>alert(1)</script><img src=x onerror=alert(1)>\"' onfocus=x {{7*7}} &amp; ％"
HTML = "text/html"
WAS_PUBLIC = (State.published, State.closed, State.suspended, State.superseded)
# Pages of one route with the same kind of query; those of the last people differ from others by what is left out.
ALIKE = {"owner": 3, "administrator": 2}
LIKE_ANOTHER = ("suspended", "other", "editor", "rival")

# Markup does not know where its data comes from.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")


def hostile(kind: Kind) -> dict[str, object]:
    """The checks ask for length alone of most texts."""
    texts = {
        field.name: (HOSTILE * 3 if field.type is Type.prose else HOSTILE)[: min(field.high or 200, 500)]
        for field in fields_of(kind)
        if field.type in (Type.text, Type.prose) and field.name not in ("title", "how_to_apply")
    }
    rows = {"documents": [{"name": HOSTILE[:60], "required": True, "note": HOSTILE}]} if kind is not Kind.notice else {}
    return texts | rows | {"title": f"<b>{HOSTILE}"[:100]}


@pytest.fixture(scope="module")
def filled(world: World) -> World:
    """Entries of every kind in every state, a revision that waits, and the same again with hostile contents."""
    owner, office = world.actors["owner"], world.actors["reviewer"]
    for kind in Kind:
        for state in State:
            maker = world.ago if state in WAS_PUBLIC else world.make
            maker.in_state(state, kind, actor=owner, office=office)
        world.ago.published(kind, actor=owner, **hostile(kind))
        world.make.submitted(kind, actor=owner, **hostile(kind))
        world.make.draft(kind, actor=owner, **hostile(kind))
    return world


@pytest.mark.parametrize("name", [person for person in PEOPLE if person not in LIKE_ANOTHER])
def test_every_page_is_sound_and_leads_on(name: str, filled: World, app: Flask) -> None:
    found, dead, seen = [], [], Counter[str]()
    for path, page in walk(filled, app, name, seen, dead):
        found += [f"{path}: {problem}" for problem in problems(page)]
    expected = {
        endpoint for (endpoint, method), answers in MATRIX.items() if method == "GET" and answers[name] == "200"
    }

    print(f"\n{app.config['PORTAL'].database_url.partition(':')[0]} {name}: {seen.total()} pages of {len(seen)} kinds")
    assert found == []
    assert dead == []
    assert expected <= {kind.split("?")[0] for kind in seen}


def walk(world: World, app: Flask, name: str, seen: Counter[str], dead: list[str]) -> Iterator[tuple[str, Page]]:
    """From every page that the matrix gives this person, along all links of this site."""
    waiting = deque((path, "the matrix") for path in roots(world, app, name))
    asked = set()
    while waiting:
        path, source = waiting.popleft()
        kind = kind_of(app, path)
        if path in asked or seen[kind] >= ALIKE.get(name, 1):
            continue
        asked.add(path)
        seen[kind] += 1
        response = world.clients[name].get(path, follow_redirects=True)
        if response.status_code >= 400:
            dead.append(f"{path} ({response.status_code}), linked from {source}")
        if response.status_code == 200 and response.mimetype == HTML:
            page = Page(response.text)
            yield path, page
            waiting += [(found, path) for link in page.links() if (found := here(path, link))]


def roots(world: World, app: Flask, name: str) -> list[str]:
    whose = "noncorp" if name == "noncorp" else "owner"
    found = []
    for (endpoint, method), answers in MATRIX.items():
        is_like_owner = name == "noncorp" and answers["owner"] == "200" and answers[name] != "403"
        if method == "GET" and (answers[name] == "200" or is_like_owner):
            person = name if world.actors[name].is_secretariat else whose
            with app.test_request_context():
                found.append(url_for(endpoint, **target_of(endpoint)(world, person).values))
    return found


def kind_of(app: Flask, path: str) -> str:
    parts = urlsplit(path)
    endpoint, _values = app.url_map.bind("localhost").match(parts.path)
    query = ",".join(sorted(parse_qs(parts.query)))
    return f"{endpoint}?{query}" if query else endpoint


def here(path: str, link: str) -> str:
    """The link as a path of this site, or nothing."""
    parts = urlsplit(urljoin(f"http://localhost{path}", link))
    is_here = parts.netloc == "localhost" and parts.scheme == "http"
    return f"{parts.path}?{parts.query}".rstrip("?") if is_here else ""
