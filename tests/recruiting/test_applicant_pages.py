"""The list of applicants: every order walks over all of them once, there and back, and its numbers are its rows'."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import product
from typing import Any

import pytest
from sqlalchemy import select, update

from models.applications import Application
from models.base import db
from models.states import ApplicationState, Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import NotFound
from portal.recruiting import applicants, opening, tallies
from portal.recruiting.applicants import SORTS, Wanted
from portal.recruiting.grid import IS_INCOMPLETE, is_incomplete
from portal.recruiting.stages import POSITIONS
from tests.make import Maker
from tests.recruiting.builders import applied, talent

MANY = 13
STATES = (ApplicationState.applied, ApplicationState.interview, ApplicationState.hired)
KEYS: dict[str, Callable[[Application], Any]] = {
    "applied": lambda row: row.applied_at,
    "name": lambda row: row.name_kana,
    "state": lambda row: POSITIONS[row.state],
    "moved": lambda row: row.state_at,
}
FILTERS = (
    {},
    {"states": (ApplicationState.interview,)},
    {"incomplete": True},
    {"unread": True},
    {"states": (ApplicationState.applied,), "incomplete": True, "unread": True},
    {"text": "青木 1"},
)


@pytest.fixture
def member(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def crowd(make: Maker, member: Actor) -> list[Application]:
    """Applicants of one posting with many ties; others applied to another one of the same organization."""
    version, other = make.published(Kind.job, actor=member), make.published(Kind.job, actor=member)
    assert version.open_at is not None
    make.now = version.open_at + timedelta(days=1)
    for number in range(MANY):
        applied(version, talent(make, f"青木 {number}"), now=make.now)
    stranger = applied(other, talent(make, "青木 100"), now=make.now)
    people = list(db.session.scalars(select(Application).where(Application.id != stranger.id).order_by(Application.id)))
    begin_write()
    for number, person in enumerate(people):
        db.session.execute(
            update(Application)
            .where(Application.id == person.id)
            .values(
                applied_at=make.now - timedelta(hours=number % 3),
                state_at=make.now - timedelta(hours=number % 4),
                name_kana="あいう"[number % 3],
                state=STATES[number % len(STATES)],
                missing_count=number // 3 % 3,
                read_at=None if number % 4 else make.now,
            )
        )
    db.session.commit()
    return people


def expected(crowd: Iterable[Application], wanted: Wanted) -> list[int]:
    rows = [
        row
        for row in crowd
        if (not wanted.states or row.state in wanted.states)
        and (not wanted.incomplete or is_incomplete(row.state, row.missing_count))
        and (not wanted.unread or row.read_at is None)
        and wanted.text in row.name
    ]
    key = KEYS[wanted.sort]
    return [row.id for row in sorted(rows, key=lambda row: (key(row), row.id), reverse=not wanted.upward)]


def walk(crowd: list[Application], wanted: Wanted, *, actor: Actor) -> list[int]:
    """To the end, then back to the beginning; both ways must show the same pages."""
    read = partial(applicants.page_of, crowd[0].entry_id, actor=actor)
    page = read(wanted)
    pages = [[row.id for row in page.rows]]
    while page.later is not None:
        page = read(replace(wanted, after=page.later))
        pages.append([row.id for row in page.rows])
    back = [pages[-1]]
    while page.earlier is not None:
        page = read(replace(wanted, before=page.earlier))
        back.append([row.id for row in page.rows])
    assert back[::-1] == pages
    return [key for ids in pages for key in ids]


def test_every_order_walks_over_all_applicants_once(crowd: list[Application], member: Actor) -> None:
    for sort, upward, chosen in product(SORTS, (True, False), FILTERS):
        wanted = Wanted(sort=sort, upward=upward, size=3, **chosen)
        order = expected(crowd, wanted)
        assert order, wanted
        assert walk(crowd, wanted, actor=member) == order, wanted
        for before, this, after in zip([None, *order], order, [*order[1:], None], strict=False):
            application = opening.find(this, actor=member)
            assert applicants.neighbours(application, wanted, actor=member) == (before, after)


def test_numbers_are_those_of_the_rows(crowd: list[Application], member: Actor) -> None:
    for chosen in FILTERS:
        wanted = Wanted(**chosen)

        def number(wanted: Wanted = wanted, **changes: Any) -> int:
            return len(expected(crowd, replace(wanted, **changes)))

        assert tallies.facets(crowd[0].entry_id, wanted, actor=member) == tallies.Facets(
            number(states=(), incomplete=False, unread=False),
            number(),
            {state: number(states=(state,)) for state in ApplicationState},
            number(incomplete=True),
            number(unread=True),
        )


def test_what_is_incomplete_is_said_once_for_rows_and_numbers(crowd: list[Application]) -> None:
    found = set(db.session.scalars(select(Application.id).where(IS_INCOMPLETE)))
    assert found == {row.id for row in crowd if is_incomplete(row.state, row.missing_count)}
    assert 0 < len(found) < len(crowd)


def test_an_edge_of_another_organization_is_not_there(make: Maker, crowd: list[Application], member: Actor) -> None:
    elsewhere = make.published(Kind.job, actor=make.member())
    assert elsewhere.open_at is not None
    stranger = applied(elsewhere, talent(make, "石川 拓真"), now=elsewhere.open_at)
    for edge in ({"after": stranger.id}, {"before": stranger.id}):
        with pytest.raises(NotFound):
            applicants.page_of(crowd[0].entry_id, Wanted(**edge), actor=member)
    assert applicants.page_of(stranger.entry_id, Wanted(), actor=member).rows == []
    assert tallies.facets(stranger.entry_id, Wanted(), actor=member).everything == 0


def test_a_page_takes_the_same_statements_wherever_it_is(crowd: list[Application], member: Actor, statements) -> None:
    first = applicants.page_of(crowd[0].entry_id, Wanted(size=3), actor=member)
    statements.restart()
    applicants.page_of(crowd[0].entry_id, Wanted(size=3, after=first.later), actor=member)
    assert statements.count == 3
    statements.restart()
    tallies.facets(crowd[0].entry_id, Wanted(), actor=member)
    assert statements.count == 1
