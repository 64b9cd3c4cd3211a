"""The organization's own list: what is public and what is open of each entry, filters, order, pages."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.base import db
from models.entries import Version
from models.states import Action, Kind, State
from portal.actors import ANONYMOUS, Actor
from portal.database import begin_write
from portal.errors import NotFound
from portal.publishing import drafts, listing
from portal.publishing.listing import PAGE_SIZE, Wanted
from portal.publishing.workflow import HOLD
from tests.make import Maker

DAY = timedelta(days=1)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def titles(actor: Actor, now: datetime, kind: Kind = Kind.notice, **wanted: Any) -> list[str]:
    rows, total = listing.rows_of(kind, Wanted(**wanted), actor=actor, now=now)
    assert wanted.get("page") or total == len(rows)
    return [row.title for row in rows]


def revise(version: Version, owner: Actor, now: datetime) -> Version:
    begin_write()
    revision = drafts.revise(version.entry_id, actor=owner, now=now)
    db.session.commit()
    return revision


def test_an_entry_is_one_row_with_both_its_states(make: Maker, owner: Actor, now: datetime) -> None:
    live = make.published(actor=owner)
    revision = revise(live, owner, now)
    make.submit(revision, actor=owner)

    rows, total = listing.rows_of(Kind.job, Wanted(), actor=owner, now=now)

    assert total == 1
    row = rows[0]
    assert (row.live_id, row.live_state, row.open_id, row.open_state) == (
        live.id,
        State.published,
        revision.id,
        State.submitted,
    )
    assert (row.number, row.application_count, row.submissions) == (live.entry.number, 0, 1)


def test_a_decision_on_hold_is_shown_as_waiting(make: Maker, owner: Actor, now: datetime) -> None:
    make.approved(Kind.notice, actor=owner)

    def states(at: datetime) -> list[State]:
        return [row.open_state for row in listing.rows_of(Kind.notice, Wanted(), actor=owner, now=at)[0]]

    assert states(now) == [State.submitted]
    assert states(now + HOLD) == [State.approved]
    assert titles(owner, now, state=State.approved) == []
    assert len(titles(owner, now, state=State.submitted)) == 1


def test_each_state_filters_and_is_counted(make: Maker, owner: Actor, now: datetime) -> None:
    office = make.secretary()
    shown = [state for state in State if state is not State.superseded]
    for state in shown:
        version = make.in_state(state, Kind.notice, actor=owner, office=office)
        version.title = f"{state}のお知らせ"
        db.session.commit()
    after_hold = now + HOLD

    for state in shown:
        assert titles(owner, after_hold, state=state) == [f"{state}のお知らせ"]
    assert listing.counts(Kind.notice, actor=owner, now=after_hold) == dict.fromkeys(shown, 1)
    assert listing.counts(Kind.job, actor=owner, now=after_hold) == {}


def test_an_entry_counts_under_both_its_states(make: Maker, owner: Actor, now: datetime) -> None:
    revise(make.published(Kind.notice, actor=owner), owner, now)

    assert listing.counts(Kind.notice, actor=owner, now=now) == {State.published: 1, State.draft: 1}


@pytest.mark.parametrize("sign", ["%", "_", "\\", "/"])
def test_the_search_finds_titles_and_numbers_by_their_signs(
    sign: str, make: Maker, owner: Actor, now: datetime
) -> None:
    make.draft(Kind.notice, actor=owner, title=f"達成{sign}率のお知らせ")
    other = make.draft(Kind.notice, actor=owner, title="達成率のお知らせ")

    assert titles(owner, now, text=f"成{sign}") == [f"達成{sign}率のお知らせ"]
    assert titles(owner, now, text=other.entry.number) == ["達成率のお知らせ"]
    assert titles(owner, now, text="N-20") == ["達成率のお知らせ", f"達成{sign}率のお知らせ"]
    assert titles(owner, now, text="どこにもない") == []


def test_the_search_finds_what_is_public_under_an_older_title(make: Maker, owner: Actor, now: datetime) -> None:
    live = make.published(Kind.notice, actor=owner, title="公開中の古い題")
    revision = revise(live, owner, now)
    revision.title = "書きかけの新しい題"
    db.session.commit()

    assert titles(owner, now, text="古い題") == titles(owner, now, text="新しい題") == ["書きかけの新しい題"]


def test_sorts_in_both_directions_with_nothing_last(make: Maker, owner: Actor, now: datetime) -> None:
    for title, days in (("二番目のもの", 20), ("一番目のもの", 10), ("日付のないもの", None)):
        dates = dict.fromkeys(("publish_at", "close_at"), now + days * DAY if days else None)
        make.draft(actor=owner, title=title, **dates)

    def sorted_by(sort: str, *, upward: bool) -> list[str]:
        return titles(owner, now, Kind.job, sort=sort, upward=upward)

    assert sorted_by("newest", upward=False) == ["日付のないもの", "一番目のもの", "二番目のもの"]
    assert sorted_by("newest", upward=True) == ["二番目のもの", "一番目のもの", "日付のないもの"]
    for sort in ("publish", "deadline"):
        assert sorted_by(sort, upward=True) == ["一番目のもの", "二番目のもの", "日付のないもの"]
        assert sorted_by(sort, upward=False) == ["二番目のもの", "一番目のもの", "日付のないもの"]


def test_pages_hold_everything_once(make: Maker, owner: Actor, now: datetime) -> None:
    for _ in range(PAGE_SIZE + 2):
        make.draft(Kind.notice, actor=owner)

    pages = [listing.rows_of(Kind.notice, Wanted(page=page), actor=owner, now=now) for page in (1, 2, 3)]

    assert [len(rows) for rows, _ in pages] == [PAGE_SIZE, 2, 0]
    assert {total for _, total in pages} == {PAGE_SIZE + 2}
    assert len({row.id for rows, _ in pages for row in rows}) == PAGE_SIZE + 2


def test_only_ones_own_organization_is_there(make: Maker, owner: Actor, now: datetime) -> None:
    version = make.draft(Kind.notice, actor=owner)
    stranger = make.member()

    assert len(titles(owner, now)) == 1
    assert titles(stranger, now) == titles(ANONYMOUS, now) == []
    assert listing.find(Kind.notice, version.entry_id, actor=owner).id == version.entry_id
    assert listing.newest(actor=stranger, now=now, count=5) == []
    for actor, kind in ((stranger, Kind.notice), (owner, Kind.job), (ANONYMOUS, Kind.notice)):
        with pytest.raises(NotFound):
            listing.find(kind, version.entry_id, actor=actor)


def test_the_newest_of_all_kinds(make: Maker, owner: Actor, now: datetime) -> None:
    versions = [make.draft(kind, actor=owner) for kind in (Kind.job, Kind.event, Kind.notice, Kind.job)]

    rows = listing.newest(actor=owner, now=now, count=3)

    assert [row.id for row in rows] == [version.entry_id for version in versions[:0:-1]]


def test_one_row_costs_as_many_statements_as_twenty(make: Maker, owner: Actor, now: datetime, statements) -> None:
    def cost() -> list[int]:
        counts = []
        for read in (
            lambda: [tuple(row) for row in listing.rows_of(Kind.notice, Wanted(), actor=owner, now=now)[0]],
            lambda: listing.counts(Kind.notice, actor=owner, now=now),
            lambda: [tuple(row) for row in listing.newest(actor=owner, now=now, count=20)],
        ):
            statements.restart()
            assert read()
            counts.append(statements.count)
        return counts

    live = make.published(Kind.notice, actor=owner)
    one = cost()
    revise(live, owner, now)
    for _ in range(19):
        make.draft(Kind.notice, actor=owner)
    make.move(Action.close, live, actor=owner)

    assert one == cost() == [2, 1, 1]
