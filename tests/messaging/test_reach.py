"""Who may be written to: every reason to leave somebody out, and its edges."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from models.applications import Application
from models.base import db
from models.favorites import Favorite, OfferStop
from models.people import Account
from models.states import Kind, MailClass, Side
from models.talents import Talent, TalentBlock
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Forbidden
from portal.messaging import dispatching, exchange, quotas, reach, replying
from portal.messaging.reach import AWAY, DECLINED, ERASED, EVENT, NO_APPLICATION, PRIVATE, TWICE, WITHDRAWN, Turn
from portal.recruiting import erasing, following
from portal.recruiting.moves import SeenApplication
from tests.conftest import Statements
from tests.make import Maker
from tests.messaging.mailing import (
    HOLD,
    SECOND,
    change,
    contact,
    crowd,
    hire,
    offer,
    reasons,
    release,
    send,
    settings,
    welcoming,
)
from tests.recruiting.builders import applied, posting, talent

DAYS = timedelta(days=30)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def keep(row: object) -> None:
    begin_write()
    db.session.add(row)
    db.session.commit()


# ---- offers


def test_who_shows_the_profile_and_welcomes_offers_is_reached(make: Maker, owner: Actor, now: datetime) -> None:
    assert reasons(offer(welcoming(make).id), owner, now) == [""]


@pytest.mark.parametrize(
    ("columns", "reason"), [({"is_public": False}, PRIVATE), ({"accepts_offers": False}, DECLINED)]
)
def test_hidden_and_declined(make: Maker, owner: Actor, now: datetime, columns: dict, reason: str) -> None:
    someone = welcoming(make)
    keep(
        Favorite(
            organization_id=owner.organization_id, talent_id=someone.id, account_id=owner.account_id, created_at=now
        )
    )
    change(someone.id, **columns)
    assert reasons(offer(someone.id), owner, now) == [reason]
    assert reach.left_out([someone], MailClass.offer, actor=owner, now=now, settings=settings()) == {someone.id: reason}


def test_a_stop_and_a_block_are_of_one_organization(make: Maker, owner: Actor, now: datetime) -> None:
    stopped, blocked = welcoming(make).id, welcoming(make, "石川 拓真").id
    keep(OfferStop(talent_id=stopped, organization_id=owner.organization_id, created_at=now))
    keep(
        Favorite(organization_id=owner.organization_id, talent_id=blocked, account_id=owner.account_id, created_at=now)
    )
    keep(TalentBlock(talent_id=blocked, organization_id=owner.organization_id, created_at=now))
    # That one is hidden from this organization alone is not told.
    assert reasons(offer(stopped, blocked), owner, now) == [DECLINED, PRIVATE]
    assert reasons(offer(stopped, blocked), make.member(), now) == ["", ""]


def test_of_a_stranger_not_even_the_code_is_told(make: Maker, owner: Actor, now: datetime) -> None:
    hidden, shown = welcoming(make, is_public=False), welcoming(make, "石川 拓真")
    assert reach.known([hidden.code, shown.code, "T000000000"], actor=owner) == {shown.code: shown.id}
    mails = dispatching.preview(offer(hidden.id, shown.id), actor=owner, now=now, settings=settings())
    assert [mail.code for mail in mails] == [shown.code]


def test_an_account_that_is_suspended_gets_nothing(make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make)
    keep(
        Favorite(
            organization_id=owner.organization_id, talent_id=someone.id, account_id=owner.account_id, created_at=now
        )
    )
    begin_write()
    db.session.execute(update(Account).where(Account.id == someone.account_id).values(suspended_at=now))
    db.session.commit()
    assert reasons(offer(someone.id), owner, now) == [AWAY]


def test_nobody_hears_twice_in_thirty_days_without_having_answered(make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make).id
    colleague = make.member(db.session.get_one(Account, owner.account_id).organization)
    send(offer(someone), colleague, now)
    (told,) = reasons(offer(someone), owner, now + SECOND)
    assert told.startswith("11月24日に佐藤 美咲さんがオファーメールを送っています")
    assert "12月24日14:32から" in told
    assert reasons(offer(someone), owner, now + DAYS - SECOND) != [""]
    assert reasons(offer(someone), owner, now + DAYS) == [""]
    assert reasons(offer(someone), make.member(), now) == [""], "of another organization nothing is counted"
    assert reasons(offer(someone), owner, now + SECOND, offer_interval_days=0) == [""]


def test_an_answer_ends_the_wait(make: Maker, owner: Actor, now: datetime) -> None:
    someone = talent(make, is_public=True, accepts_offers=True)
    key = db.session.query(Talent.id).filter_by(account_id=someone.account_id).scalar()
    send(offer(key), owner, now)
    release(now + HOLD)
    assert reach.written_to(owner, [key])[key] == reach.Written(now, "佐藤 美咲", Turn.unanswered)
    ((message, _shown),) = exchange.with_talent(key, actor=owner)
    begin_write()
    replying.reply(
        message.thread_id,
        "ありがとうございます。",
        side=Side.talent,
        actor=someone,
        now=now + DAYS / 2,
    )
    db.session.commit()
    said = now + DAYS / 2
    assert reach.written_to(owner, [key])[key] == reach.Written(now, "佐藤 美咲", Turn.talent, said)
    assert reasons(offer(key), owner, said + SECOND) == [""]

    begin_write()
    replying.reply(message.thread_id, "面談のご相談です。", side=Side.organization, actor=owner, now=said + SECOND)
    db.session.commit()
    assert reach.written_to(owner, [key])[key] == reach.Written(said + SECOND, "佐藤 美咲", Turn.organization, said)
    again = said + 2 * SECOND
    send(offer(key), owner, again)
    assert reach.written_to(owner, [key])[key].turn is Turn.unanswered, "a new offer waits for an answer of its own"
    assert reasons(offer(key), owner, again + SECOND) != [""]


def test_what_was_taken_back_is_not_counted(make: Maker, owner: Actor, now: datetime) -> None:
    someone = welcoming(make).id
    sent = send(offer(someone), owner, now)
    begin_write()
    dispatching.cancel(sent.id, actor=owner, now=now + SECOND)
    db.session.commit()
    assert reasons(offer(someone), owner, now + SECOND) == [""]
    assert reach.written_to(owner, [someone]) == {}
    assert quotas.left_today(owner.organization_id, now=now, settings=settings()) == 200


def test_the_quota_of_a_day_goes_to_those_who_stand_first(make: Maker, owner: Actor, now: datetime) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(3)]
    send(offer(people[0]), owner, now, offers_a_day=2)
    found = reasons(offer(people[2], people[1]), owner, now, offers_a_day=2)
    assert found[0] == ""
    assert found[1] == "1日に送れるオファーメールの上限（2通）に達しました。"
    assert reasons(offer(people[1]), make.member(), now, offers_a_day=2) == [""]


# 14:32 in Tokyo; the day there ends at 15:00 UTC.
@pytest.mark.parametrize(("hour", "left"), [(14, 1), (15, 2)])
def test_the_day_is_that_of_the_office(make: Maker, owner: Actor, now: datetime, hour: int, left: int) -> None:
    send(offer(welcoming(make).id), owner, now)
    at = now.replace(hour=hour, minute=0, second=0) - (SECOND if hour == 14 else timedelta(0))
    assert quotas.left_today(owner.organization_id, now=at, settings=settings(offers_a_day=2)) == left


def test_organizations_without_legal_personality_make_no_offers(make: Maker, now: datetime) -> None:
    group = make.member(make.organization(org_type="13"))
    someone = welcoming(make).id
    with pytest.raises(Forbidden):
        reasons(offer(someone), group, now)
    with pytest.raises(Forbidden):
        send(offer(someone), group, now)


def test_but_they_write_to_their_own_applicants(make: Maker) -> None:
    group = make.member(make.organization(org_type="13"))
    (key,) = crowd(posting(make, actor=group), 1, now=make.now)
    assert reasons(contact(key), group, make.now) == [""]
    send(contact(key), group, make.now)
    assert release(make.now + HOLD) == 1


# ---- applicants


def test_only_ones_own_applicants(make: Maker, owner: Actor) -> None:
    version = posting(make, actor=owner)
    (key,), stranger = crowd(version, 1, now=make.now), welcoming(make, "石川 拓真")
    assert reasons(contact(key), owner, make.now) == [""]
    assert reasons(contact(key), make.member(), make.now) == [], "of others nothing is told"
    them = [db.session.get_one(Application, key).talent, stranger]
    told = reach.left_out(them, MailClass.contact, actor=owner, now=make.now, settings=settings())
    assert told == {stranger.id: NO_APPLICATION}


def test_who_stepped_back_and_who_was_erased_are_left_out(make: Maker, owner: Actor) -> None:
    version = posting(make, actor=owner)
    people = talent(make), talent(make, "石川 拓真")
    one, two = [applied(version, someone, now=make.now) for someone in people]
    begin_write()
    following.withdraw(SeenApplication(one.id, one.revision), actor=people[0], now=make.now)
    erasing.erase([two.id], actor=owner, now=make.now)
    db.session.commit()
    assert reasons(contact(one.id, two.id), owner, make.now) == [WITHDRAWN, ERASED]


def test_a_hiring_notice_is_for_jobs(make: Maker, owner: Actor) -> None:
    version = posting(make, Kind.event, actor=owner)
    (key,) = crowd(version, 1, now=make.now)
    assert reasons(hire(key), owner, make.now) == [EVENT]
    assert reasons(contact(key), owner, make.now) == [""]


def test_one_person_gets_one_mail_of_a_dispatch(make: Maker, owner: Actor) -> None:
    both = [crowd(posting(make, actor=owner), 1, now=make.now)[0] for _ in range(2)]
    assert reasons(contact(*both), owner, make.now) == ["", TWICE]


def test_looking_costs_the_same_for_one_and_for_twenty(
    make: Maker, owner: Actor, now: datetime, statements: Statements
) -> None:
    people = [welcoming(make, f"人材 {number}").id for number in range(20)]
    counts = []
    for ids in (people[:1], people):
        statements.restart()
        assert reasons(offer(*ids), owner, now) == [""] * len(ids)
        counts.append(statements.count)
    assert counts[0] == counts[1] <= 12
