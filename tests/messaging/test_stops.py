"""Offers end at a word: of one organization or of all, by a link that needs no login and does nothing else."""

import pytest
from sqlalchemy import func, select

from models.base import db
from models.records import AuditEvent
from portal.actors import CLOCK, Actor
from portal.database import begin_write
from portal.errors import NotFound
from portal.mail import delivery
from portal.messaging import stops
from portal.messaging.stops import Act
from portal.recruiting import leaving, persons
from tests.make import Maker
from tests.messaging.builders import sent
from tests.messaging.test_threads import letters
from tests.recruiting.builders import profile_of, talent

SECRET = "a secret for tests that is long enough"


@pytest.fixture
def someone(make: Maker) -> Actor:
    return talent(make, accepts_offers=True)


def perform(act: Act, organization_id: int | None, actor: Actor, make: Maker) -> None:
    begin_write()
    stops.perform(act, organization_id or 0, actor=actor, now=make.now)
    db.session.commit()


def test_one_organization_is_stopped_and_welcome_again(make: Maker, someone: Actor) -> None:
    owner, other = make.member(), make.member()
    for _ in range(2):  # pressed twice is as once
        perform(Act.stop, owner.organization_id, someone, make)
    profile = profile_of(someone)
    assert [row.id for row in stops.stopped_by(profile)] == [owner.organization_id]
    assert not stops.is_stopped(profile.id, other.organization_id or 0)
    perform(Act.resume, owner.organization_id, someone, make)
    perform(Act.resume, owner.organization_id, someone, make)
    assert stops.stopped_by(profile_of(someone)) == []
    trail = select(AuditEvent.action).where(AuditEvent.actor_id == someone.account_id).order_by(AuditEvent.id)
    said = [action for action in db.session.scalars(trail) if action.startswith("talent.")]
    assert said == ["talent.stop", "talent.resume"]


def test_all_are_stopped_and_welcome_again(make: Maker, someone: Actor) -> None:
    before = profile_of(someone).revision
    for act, welcome in ((Act.stop_all, False), (Act.stop_all, False), (Act.resume_all, True)):
        perform(act, None, someone, make)
        assert profile_of(someone).accepts_offers is welcome
    assert profile_of(someone).revision == before + 2, "a profile form that is open meanwhile is told"


def test_an_organization_that_is_not_there(make: Maker, someone: Actor) -> None:
    with pytest.raises(NotFound):
        perform(Act.stop, 2_000_000_000, someone, make)


def test_the_letter_of_an_offer_names_the_organization_and_the_way_out(make: Maker, someone: Actor) -> None:
    owner = make.member()
    message = sent(owner, someone, now=make.now)
    (letter,) = letters("offer_arrived")
    subject, body = delivery.render(letter.letter, letter.params)
    token = stops.token_of(message.talent_id, message.organization_id, secret_key=SECRET)
    address = f"http://localhost/talent/offers/stop/{token}"
    assert address in body.splitlines()
    assert delivery.headers_of(letter.letter, letter.params) == {"List-Unsubscribe": f"<{address}>"}
    assert {"東京都文京区小日向1-2-3 みどりビル4階401", "info@example.org"} <= set(body.splitlines())
    assert message.subject not in subject + body
    assert token not in str(letter.params), "made when the letter is written, kept nowhere"


def test_a_letter_that_cannot_be_stopped_says_nothing_of_it(make: Maker) -> None:
    assert delivery.headers_of("message_arrived", {"organization": "みずの会", "thread_id": 1}) == {}


def test_the_link_acts_for_its_own_talent_and_organization_alone(make: Maker, someone: Actor) -> None:
    owner, other = make.member(), talent(make, "石川 拓真", accepts_offers=True)
    mine, theirs = profile_of(someone).id, profile_of(other).id
    organization_id = owner.organization_id or 0
    token = stops.token_of(mine, organization_id, secret_key=SECRET)
    link = stops.read_token(token, secret_key=SECRET)
    assert (link.talent_id, link.organization_id, link.is_stopped, link.accepts_offers) == (
        mine,
        organization_id,
        False,
        True,
    )
    perform(Act.stop, link.organization_id, stops.by_link(link), make)
    assert stops.is_stopped(mine, organization_id)
    assert not stops.is_stopped(theirs, organization_id)
    assert stops.read_token(token, secret_key=SECRET).is_stopped
    mac = token.rpartition("-")[2]
    for forged in (
        f"{theirs}-{organization_id}-{mac}",
        f"{mine}-{organization_id}-{'0' * 32}",
        token[:-1],
        "",
        "1-2-3",
    ):
        with pytest.raises(NotFound):
            stops.read_token(forged, secret_key=SECRET)
    with pytest.raises(NotFound):
        stops.read_token(token, secret_key="another key that is as long as the first")
    begin_write()
    leaving.erase(persons.of(someone), actor=CLOCK, now=make.now)
    db.session.commit()
    with pytest.raises(NotFound):
        stops.read_token(token, secret_key=SECRET)


def test_nothing_of_the_link_is_on_record(make: Maker, someone: Actor) -> None:
    owner = make.member()
    token = stops.token_of(profile_of(someone).id, owner.organization_id or 0, secret_key=SECRET)
    link = stops.read_token(token, secret_key=SECRET)
    perform(Act.stop_all, None, stops.by_link(link), make)
    told = db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "talent.profile"))
    assert told == 1
    assert all(token not in str(details) for details in db.session.scalars(select(AuditEvent.details)))
