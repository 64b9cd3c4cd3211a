"""The application list: pages by keyset, numbers that a click keeps, applicants × documents, links of the mailer."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from sqlalchemy import select, update

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Version
from models.states import ApplicationState, DocumentState, Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import NotFound
from portal.publishing.business_days import days_since
from portal.recruiting import applicants, decisions, grid, opening, tallies
from portal.recruiting.applicants import SORTS, Wanted
from portal.recruiting.mailer import LONGEST_LINK, mailer_links
from portal.recruiting.moves import SeenApplication
from portal.recruiting.stages import STAGES
from tests.make import Maker
from tests.recruiting.builders import WEB, applied, posting, talent

NAMES = ["青木 千尋", "石川 拓真", "上田 さくら", "遠藤 光", "岡田 由紀子", "加藤 ジュリア", "木村 直樹"]
KANA = ["あおき", "いしかわ", "うえだ", "えんどう", "おかだ", "かとう", "きむら"]


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def version(make: Maker, owner: Actor, request: pytest.FixtureRequest) -> Version:
    """Asks for documents where a test is about these: files take their time."""
    return posting(make, actor=owner, **(WEB if "papers" in request.fixturenames else {"documents": []}))


def apply_all(make: Maker, version: Version, count: int) -> list[Application]:
    """An hour apart; two at the same moment."""
    hours = (0, 1, 2, 2, 3, 4, 5)
    return [
        applied(version, talent(make, name, name_kana=kana), now=make.now + timedelta(hours=hour))
        for name, kana, hour in zip(NAMES[:count], KANA, hours, strict=False)
    ]


@pytest.fixture
def people(make: Maker, version: Version) -> list[Application]:
    return apply_all(make, version, 7)


@pytest.fixture
def papers(make: Maker, version: Version) -> list[Application]:
    return apply_all(make, version, 4)


def judge(application: Application, place: int, state: DocumentState, actor: Actor, now: datetime) -> None:
    begin_write()
    decisions.judge_document(application.documents[place].id, state, actor=actor, now=now)
    db.session.commit()


def stage(application: Application, to: ApplicationState, actor: Actor, now: datetime) -> None:
    begin_write()
    db.session.refresh(application)
    seen = SeenApplication(application.id, application.revision)
    (moved,) = decisions.set_stage([seen], to, kind=application.kind, actor=actor, now=now)
    assert moved.done
    db.session.commit()


def names_of(entry_id: int, wanted: Wanted, actor: Actor) -> list[str]:
    return [row.name for row in applicants.page_of(entry_id, wanted, actor=actor).rows]


# ---- pages


@pytest.mark.parametrize("upward", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_show_everyone_once_there_and_back(
    sort: str, upward: bool, make: Maker, owner: Actor, version: Version, people: list[Application]
) -> None:
    stage(people[1], ApplicationState.hired, owner, make.now)
    stage(people[4], ApplicationState.received, owner, make.now)
    wanted = Wanted(sort=sort, upward=upward, size=20)
    whole = names_of(version.entry_id, wanted, owner)
    assert sorted(whole) == sorted(NAMES)

    there, wanted = [], replace(wanted, size=3)
    while True:
        page = applicants.page_of(version.entry_id, wanted, actor=owner)
        there.append([row.name for row in page.rows])
        if page.later is None:
            break
        wanted = replace(wanted, after=page.later)
    assert list(chain.from_iterable(there)) == whole
    assert [len(part) for part in there] == [3, 3, 1]

    back = []
    while page.earlier is not None:
        wanted = replace(wanted, after=None, before=page.earlier)
        page = applicants.page_of(version.entry_id, wanted, actor=owner)
        back.insert(0, [row.name for row in page.rows])
    assert list(chain.from_iterable(back)) == whole[:6]
    assert page.earlier is None


def test_the_order_of_stages_is_that_of_a_selection(
    make: Maker, owner: Actor, version: Version, people: list[Application]
) -> None:
    for application, state in zip(people, ("hired", "screened", "received", "interview"), strict=False):
        stage(application, ApplicationState(state), owner, make.now)
    page = applicants.page_of(version.entry_id, Wanted(sort="state", upward=True), actor=owner)
    states = [row.state for row in page.rows]
    assert states == sorted(states, key=STAGES[Kind.job].index)
    assert states[-1] is ApplicationState.hired


def test_an_edge_that_is_somebody_elses_is_not_there(
    make: Maker, owner: Actor, version: Version, people: list[Application]
) -> None:
    other = make.member()
    with pytest.raises(NotFound):
        applicants.page_of(version.entry_id, Wanted(after=people[0].id), actor=other)
    assert names_of(version.entry_id, Wanted(), other) == []


@pytest.mark.parametrize("text", ["青木", "あおき", "%", "_", "\\"])
def test_search_takes_signs_as_they_are(text: str, owner: Actor, version: Version, people: list[Application]) -> None:
    found = names_of(version.entry_id, Wanted(text=text), owner)
    assert found == (["青木 千尋"] if text in ("青木", "あおき") else [])
    assert names_of(version.entry_id, Wanted(text=people[2].number), owner) == [people[2].name]


def test_each_number_is_what_its_click_shows(
    make: Maker, owner: Actor, version: Version, papers: list[Application]
) -> None:
    judge(papers[0], 0, DocumentState.defective, owner, make.now)
    judge(papers[1], 1, DocumentState.defective, owner, make.now)
    stage(papers[1], ApplicationState.received, owner, make.now)
    stage(papers[2], ApplicationState.received, owner, make.now)
    begin_write()
    opening.record_reading(papers[1], "read", actor=owner, now=make.now)
    db.session.commit()

    def shown(wanted: Wanted) -> int:
        return len(applicants.page_of(version.entry_id, wanted, actor=owner).rows)

    received = (ApplicationState.received,)
    for wanted in (
        Wanted(),
        Wanted(text="あ"),
        Wanted(unread=True),
        Wanted(incomplete=True),
        Wanted(states=received),
        Wanted(states=received, incomplete=True, unread=True),
    ):
        numbers = tallies.facets(version.entry_id, wanted, actor=owner)
        assert numbers.shown == shown(wanted), wanted
        assert numbers.everything == shown(Wanted(text=wanted.text)), wanted
        assert numbers.incomplete == shown(replace(wanted, incomplete=True)), wanted
        assert numbers.unread == shown(replace(wanted, unread=True)), wanted
        for state, number in numbers.states.items():
            assert number == shown(replace(wanted, states=(state,))), (wanted, state)
    assert tallies.facets(version.entry_id, Wanted(incomplete=True), actor=owner).shown == 2


def test_numbers_and_pages_cost_the_same_for_seven_as_for_one(
    make: Maker, owner: Actor, version: Version, people: list[Application], statements
) -> None:
    entry_id = version.entry_id

    def cost(wanted: Wanted) -> int:
        statements.restart()
        page = applicants.page_of(entry_id, wanted, actor=owner)
        tallies.facets(entry_id, wanted, actor=owner)
        assert applicants.lines_of(page, now=make.now)
        return statements.count

    assert cost(Wanted(text=NAMES[0])) == cost(Wanted()) == 3


def test_next_and_previous_follow_the_filter(
    make: Maker, owner: Actor, version: Version, people: list[Application]
) -> None:
    for place in (0, 3, 5):
        stage(people[place], ApplicationState.received, owner, make.now)
    wanted = Wanted(states=(ApplicationState.received,), sort="name", upward=True)
    assert applicants.neighbours(people[3], wanted, actor=owner) == (people[0].id, people[5].id)
    assert applicants.neighbours(people[0], wanted, actor=owner) == (None, people[3].id)


def test_a_stage_of_jobs_is_not_given_to_an_events_applicant(make: Maker, owner: Actor) -> None:
    event = posting(make, Kind.event, actor=owner, documents=[])
    application = applied(event, talent(make), now=make.now)
    seen = SeenApplication(application.id, application.revision)
    begin_write()
    (moved,) = decisions.set_stage([seen], ApplicationState.hired, kind=Kind.job, actor=owner, now=make.now)
    assert not moved.done
    db.session.commit()
    db.session.refresh(application)
    assert application.state is ApplicationState.applied


# ---- applicants × documents


def cells(entry_id: int, actor: Actor, now: datetime) -> dict[str, applicants.Line]:
    page = applicants.page_of(entry_id, Wanted(), actor=actor)
    return {line.row.name: line for line in applicants.lines_of(page, now=now)}


def test_the_table_says_who_handed_in_what(
    make: Maker, owner: Actor, version: Version, papers: list[Application]
) -> None:
    judge(papers[0], 0, DocumentState.received, owner, make.now)
    judge(papers[1], 0, DocumentState.defective, owner, make.now)
    judge(papers[2], 1, DocumentState.defective, owner, make.now)
    stage(papers[2], ApplicationState.rejected, owner, make.now)
    begin_write()  # one that left out what may be left out
    db.session.execute(
        update(ApplicationDocument)
        .where(ApplicationDocument.id == papers[3].documents[1].id)
        .values(file_id=None, state=DocumentState.missing)
    )
    db.session.commit()

    page = applicants.page_of(version.entry_id, Wanted(), actor=owner)
    assert [(column.name, column.required) for column in page.grid.columns] == [
        ("語学力を証明する書類", True),
        ("業務経歴一覧", False),
    ]
    lines = cells(version.entry_id, owner, make.now)
    states = {name: [cell and cell.state.value for cell in line.cells] for name, line in lines.items()}
    assert states[NAMES[0]] == ["received", "handed"]
    assert states[NAMES[1]] == ["defective", "handed"]
    needed = {name: [bool(cell and cell.id in page.grid.needed) for cell in line.cells] for name, line in lines.items()}
    assert needed[NAMES[1]] == [True, False]
    assert needed[NAMES[2]] == [False, False], "a selection that is over needs nothing"
    assert [cell and grid.is_none(cell) for cell in lines[NAMES[3]].cells] == [False, True]
    assert needed[NAMES[3]] == [False, False]
    assert (lines[NAMES[1]].is_defective, lines[NAMES[1]].is_missing) == (True, False)
    assert not lines[NAMES[0]].is_defective


def test_everybody_is_asked_for_their_own(
    make: Maker, owner: Actor, version: Version, papers: list[Application]
) -> None:
    judge(papers[0], 0, DocumentState.defective, owner, make.now)
    judge(papers[0], 1, DocumentState.defective, owner, make.now)
    judge(papers[1], 0, DocumentState.defective, owner, make.now)
    first, second = papers[0].documents[0].id, papers[1].documents[0].id

    def asked(people: list[int], documents: list[int], actor: Actor = owner) -> dict[int, list[int]]:
        found = grid.needed_of(people, documents, entry_id=version.entry_id, actor=actor)
        return {row.application_id: list(row.documents) for row in found}

    everything = [row.id for row in papers[0].documents]
    assert asked([papers[0].id, papers[2].id], []) == {papers[0].id: everything}
    assert asked([], [first, second]) == {papers[0].id: [first], papers[1].id: [second]}
    assert asked([papers[0].id], [second]) == {papers[0].id: everything, papers[1].id: [second]}
    assert asked([], [papers[2].documents[0].id]) == {}, "what is in order is not asked for"
    assert asked([papers[0].id], [first], make.member()) == {}


def test_the_number_of_needed_documents_follows_what_is_done(
    make: Maker, owner: Actor, version: Version, papers: list[Application]
) -> None:
    def number() -> int | None:
        return db.session.scalar(select(Application.missing_count).where(Application.id == papers[0].id))

    assert number() == 0
    judge(papers[0], 0, DocumentState.defective, owner, make.now)
    assert number() == 1
    begin_write()
    chosen = {papers[0].id: [papers[0].documents[0].id]}
    decisions.ask_again(chosen, until=make.now + timedelta(days=7), message="", actor=owner, now=make.now)
    db.session.commit()
    assert number() == 0, "asked for is no longer to be asked for"


# Applied on Tuesday 17 November 2026; Monday the 23rd is a holiday.
@pytest.mark.parametrize(("day", "days"), [(17, 0), (19, 2), (20, 3), (23, 3), (24, 4)])
def test_business_days_without_an_answer(day: int, days: int, now: datetime) -> None:
    at = now.replace(day=17, hour=0)
    assert days_since(at, now.replace(day=day)) == days


def test_only_who_waits_long_for_a_first_answer_is_marked(
    make: Maker, owner: Actor, version: Version, people: list[Application]
) -> None:
    stage(people[0], ApplicationState.received, owner, make.now)
    soon, late = make.now + timedelta(days=1), make.now + timedelta(days=14)
    assert {line.days for line in cells(version.entry_id, owner, soon).values()} == {0}
    lines = cells(version.entry_id, owner, late)
    assert lines[NAMES[0]].days == 0
    assert lines[NAMES[1]].days >= 3


# ---- 「メーラーを起動する」


def test_one_address_stands_in_to_and_several_in_bcc() -> None:
    (one,) = mailer_links(["a@example.jp"])
    assert one.href == "mailto:a@example.jp"
    (both,) = mailer_links(["a@example.jp", "b@example.jp"])
    assert both.href == "mailto:?bcc=a@example.jp,b@example.jp"
    assert (both.first, both.last) == (1, 2)


@pytest.mark.parametrize("sign", ["?", "&", ",", "\r\n", "#", "%", '"', " ", "あ"])
def test_nothing_in_an_address_begins_a_header_or_another_recipient(sign: str) -> None:
    odd = f"a{sign}bcc=x@example.jp"
    for link in (*mailer_links([odd]), *mailer_links([odd, "b@example.jp"])):
        parts = urlsplit(link.href)
        assert parts.scheme == "mailto"
        assert not {"\r", "\n", " "} & set(link.href)
        assert parse_qs(parts.query).keys() <= {"bcc"}
        recipients = [unquote(text) for text in (parts.path or parts.query.removeprefix("bcc=")).split(",")]
        assert recipients in ([odd], [odd, "b@example.jp"])


def test_a_link_that_would_be_too_long_becomes_several() -> None:
    addresses = [f"somebody.with.a.long.name.{number}@mail.example.org" for number in range(200)]
    links = mailer_links(addresses)
    assert len(links) > 1
    assert all(len(link.href) <= LONGEST_LINK for link in links)
    assert [text for link in links for text in link.href.removeprefix("mailto:?bcc=").split(",")] == addresses
    assert [link.first for link in links] == [1, *(link.last + 1 for link in links[:-1])]
    assert links[-1].last == 200
