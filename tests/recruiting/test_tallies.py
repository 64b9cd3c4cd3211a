"""The numbers above a list of applicants are always those of the applications, whatever moved them."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.applications import Application, ApplicationDocument, Tally
from models.base import db
from models.states import ApplicationState, DocumentState, Kind
from portal.actors import Actor
from portal.database import begin_write, insert_rows
from portal.errors import Refused
from portal.operation import doctor, reindexing
from portal.recruiting import applicants, decisions, drafting, erasing, following, leaving, opening, tallies
from portal.recruiting.applicants import Wanted
from portal.recruiting.grid import is_incomplete
from portal.recruiting.moves import SeenApplication
from portal.recruiting.stages import choosable
from tests.make import Maker
from tests.publishing.test_races import at_once
from tests.recruiting.builders import WEB, applied, draft, posting, submit, talent

pytestmark = pytest.mark.usefixtures("true_figures")

STEPS = 80
ROUNDS = 12


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def wrong() -> int:
    return db.session.scalar(select(func.count()).select_from(tallies.wrong().subquery())) or 0


def seen(application: Application) -> SeenApplication:
    return SeenApplication(application.id, application.revision)


def check(entries: list[int], owner: Actor) -> None:
    """The numbers that a member sees, beside those of the rows; then every kept number."""
    rows = db.session.scalars(select(Application).where(Application.state != ApplicationState.draft)).all()
    for entry_id in (*entries, None):
        mine = [row for row in rows if entry_id in (row.entry_id, None)]
        shown = tallies.facets(entry_id, Wanted(), actor=owner)
        assert shown.everything == shown.shown == len(mine)
        assert {state: number for state, number in shown.states.items() if number} == Counter(row.state for row in mine)
        assert shown.unread == sum(row.read_at is None for row in mine)
        assert shown.incomplete == sum(is_incomplete(row.state, row.missing_count) for row in mine)
    assert wrong() == 0
    db.session.rollback()


class Walk:
    """Everything that moves applications, at random. Each act is a transaction of its own, refused or not."""

    def __init__(self, make: Maker, owner: Actor) -> None:
        self.dice, self.owner = random.Random(20261124), owner
        self.people = {actor.account_id: actor for actor in (talent(make, f"青木 {number}") for number in range(5))}
        job = posting(make, actor=owner, **(WEB | {"documents": WEB["documents"][:1]}))
        event = posting(make, Kind.event, actor=owner, documents=[], capacity=2, overflow="waiting")
        self.versions = (job, event)
        self.now = max(version.open_at for version in self.versions if version.open_at) + timedelta(hours=1)
        self.acts: dict[str, Callable[[], object]] = {
            "apply": self.apply,
            "apply again": self.apply,
            "stages": self.set_stages,
            "judge": self.judge,
            "ask": self.ask,
            "read": lambda: opening.record_reading(self.any_of(), "read", actor=owner, now=self.now),
            "withdraw": lambda: self.as_talent(
                lambda row, actor: following.withdraw(seen(row), actor=actor, now=self.now)
            ),
            "discard": lambda: self.as_talent(
                lambda row, actor: drafting.discard(row, actor=actor, now=self.now), state=ApplicationState.draft
            ),
            "erase": lambda: self.dice.random() < 0.3 and erasing.erase([self.any_of().id], actor=owner, now=self.now),
        }

    def any_of(self, **columns: object) -> Application:
        db.session.expire_all()
        rows = select(Application).filter_by(**columns).order_by(Application.id)
        return self.dice.choice(db.session.scalars(rows).all())

    def as_talent(self, act: Callable[[Application, Actor], object], **columns: object) -> None:
        application = self.any_of(**columns)
        act(application, self.people[application.talent.account_id])

    def apply(self) -> None:
        person = self.dice.choice(list(self.people.values()))
        application = draft(self.dice.choice(self.versions), person, now=self.now)
        if self.dice.random() < 0.7:
            submit(application, person, now=self.now)

    def set_stages(self) -> None:
        kind = self.dice.choice((Kind.job, Kind.event))
        rows = db.session.scalars(select(Application).where(Application.kind == kind).order_by(Application.id)).all()
        chosen = [seen(row) for row in rows if self.dice.random() < 0.6]
        decisions.set_stage(chosen, self.dice.choice(choosable(kind)), kind=kind, actor=self.owner, now=self.now)

    def judge(self) -> None:
        document = self.dice.choice(self.documents())
        state = self.dice.choice((DocumentState.received, DocumentState.defective))
        decisions.judge_document(document.id, state, actor=self.owner, now=self.now)

    def documents(self) -> Sequence[ApplicationDocument]:
        return db.session.scalars(select(ApplicationDocument).order_by(ApplicationDocument.id)).all()

    def ask(self) -> None:
        rows = self.documents()
        chosen = {row.application_id: [row.id] for row in rows if self.dice.random() < 0.5}
        decisions.ask_again(chosen, until=self.now + timedelta(days=3), message="", actor=self.owner, now=self.now)

    def step(self) -> str:
        """Returns what was done; nothing when it was refused, or there was nothing to do it with."""
        name = self.dice.choice(list(self.acts))
        begin_write()
        try:
            self.acts[name]()
            db.session.commit()
        except (Refused, IndexError):
            name = ""
        db.session.rollback()
        return name


def test_a_walk_through_everything_that_moves_applications(make: Maker, owner: Actor) -> None:
    walk = Walk(make, owner)
    entries, done = [version.entry_id for version in walk.versions], Counter[str]()
    for number in range(STEPS):
        done[walk.step()] += 1
        if number % 7 == 0:
            tallies.sum_up(walk.now)
        check(entries, owner)
    assert walk.acts.keys() <= done.keys(), "every kind of move took place"

    begin_write()
    leaving.leave(actor=next(iter(walk.people.values())), now=walk.now)
    db.session.commit()
    while erasing.erase_due(walk.now + timedelta(days=2000)):
        pass
    check(entries, owner)


def test_moves_at_the_same_moment_neither_wait_in_a_ring_nor_get_lost(rules: Flask, make: Maker, owner: Actor) -> None:
    """Each moves its own in two steps, whose places are those of the others in another order."""
    version = posting(make, actor=owner, documents=[])
    people = [applied(version, talent(make, f"青木 {number}"), now=make.now).id for number in range(8)]
    dice, now = random.Random(7), make.now
    states = list(choosable(Kind.job))

    def mover(mine: list[int]) -> Callable[[], None]:
        def move() -> None:
            for to in dice.sample(states, 2):
                rows = db.session.execute(
                    select(Application.id, Application.revision).where(Application.id.in_(mine))
                ).all()
                chosen = [SeenApplication(*row) for row in rows]
                decisions.set_stage(chosen, to, kind=Kind.job, actor=owner, now=now)

        return move

    def sum_up() -> None:
        db.session.rollback()
        tallies.sum_up(now)

    for _ in range(ROUNDS):
        dice.shuffle(people)
        assert all(at_once(rules, mover(people[:3]), mover(people[3:6]), mover(people[6:]), sum_up, sum_up))
        check([version.entry_id], owner)
    tallies.sum_up(now)
    check([version.entry_id], owner)
    assert db.session.scalar(select(func.count()).select_from(Tally)) == len(
        set(db.session.scalars(select(Application.state)))
    )


def test_a_search_counts_what_it_finds_and_others_see_nothing(make: Maker, owner: Actor) -> None:
    version = posting(make, actor=owner, documents=[])
    for name in ("青木 千尋", "石川 拓真"):
        applied(version, talent(make, name), now=make.now)
    assert tallies.facets(version.entry_id, Wanted(text="石川"), actor=owner).everything == 1
    assert tallies.facets(version.entry_id, Wanted(), actor=owner).everything == 2
    assert tallies.facets(None, Wanted(kind=Kind.event), actor=owner).everything == 0
    for entry_id in (version.entry_id, None):
        assert tallies.facets(entry_id, Wanted(), actor=make.member()).everything == 0
    assert len(applicants.page_of(None, Wanted(), actor=owner).rows) == 2


def test_numbers_that_went_wrong_are_told_and_made_anew(make: Maker, owner: Actor, rules: Flask) -> None:
    version = posting(make, actor=owner, documents=[])
    applied(version, talent(make), now=make.now)
    settings = rules.config["PORTAL"]
    assert doctor.check_numbers(settings).fine
    begin_write()
    db.session.execute(update(Tally).values(number=Tally.number + 1))
    db.session.commit()
    begin_write()
    insert_rows(Tally, [_somewhere(version.entry_id, owner)])
    db.session.commit()
    assert reindexing.wrong_numbers(settings) == 2
    assert "portal reindex" in doctor.check_numbers(settings).finding
    tallies.rebuild()
    assert reindexing.wrong_numbers(settings) == 0
    check([version.entry_id], owner)


def _somewhere(entry_id: int, owner: Actor) -> dict[str, object]:
    return {
        "entry_id": entry_id,
        "organization_id": owner.organization_id,
        "kind": Kind.job,
        "state": ApplicationState.hired,
        "is_lacking": False,
        "is_unread": False,
        "number": 1,
        "is_fresh": True,
    }
