"""When a person or an application is erased, who wrote to whom when stays, and no word of it."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select

from models.base import db
from models.favorites import Favorite, OfferStop
from models.files import StoredFile
from models.messages import Dispatch, Message, MessageFile, Thread
from models.people import KeptInput
from models.states import MailClass, MessageState
from portal import storage
from portal.actors import CLOCK, Actor
from portal.database import begin_write
from portal.errors import NotFound
from portal.files import dropping
from portal.messaging import boxes, exchange, stops
from portal.messaging.boxes import Box, Wanted
from portal.recruiting import erasing, leaving, persons
from tests.make import Maker
from tests.messaging.builders import answer, deliver, file, held, sent
from tests.recruiting.builders import applied, posting, profile_of, talent


@pytest.fixture(autouse=True)
def store(folder_store) -> None:
    """Files of the test's own."""


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def someone(make: Maker) -> Actor:
    return talent(make)


def leave(someone: Actor, make: Maker) -> None:
    begin_write()
    leaving.erase(persons.of(someone), actor=CLOCK, now=make.now)
    db.session.commit()
    dropping.sweep_dropped(make.now)
    db.session.expire_all()


def words(messages: Sequence[Message]) -> set[str]:
    return {text for message in messages for text in (message.subject, message.body, message.signature)}


def test_what_was_not_sent_goes_along_where_the_person_is_known(make: Maker, owner: Actor, someone: Actor) -> None:
    sent(owner, someone, now=make.now)
    stranger = make.member()
    begin_write()
    for member in (owner, stranger):
        db.session.add(
            KeptInput(account_id=member.account_id, form="mail", fields=[["body", "青木様"]], kept_at=make.now)
        )
    db.session.commit()
    leave(someone, make)
    assert list(db.session.scalars(select(KeptInput.account_id))) == [stranger.account_id]


def test_a_person_who_leaves_is_a_line_without_data(make: Maker, owner: Actor, someone: Actor) -> None:
    kept_by_others = talent(make, "石川 拓真")
    message = sent(owner, someone, now=make.now)
    answer(message.thread_id, someone, now=make.now, files=[file(someone, now=make.now)])
    answer(message.thread_id, owner, now=make.now, files=[file(owner, now=make.now)])
    other = sent(owner, kept_by_others, now=make.now, subject="ほかの人へ")
    begin_write()
    stops.stop(owner.organization_id or 0, actor=someone, now=make.now)
    db.session.add(
        Favorite(
            organization_id=owner.organization_id,
            talent_id=message.talent_id,
            account_id=owner.account_id,
            note="面談済み",
            created_at=make.now,
        )
    )
    db.session.commit()
    leave(someone, make)

    lines = boxes.page_of(Wanted(Box.sent), actor=owner).lines
    assert {line.who for line in lines} == {"退会した人材", profile_of(kept_by_others).code}
    thread = boxes.find(message.thread_id, actor=owner)
    reading = boxes.read(thread, actor=owner)
    assert (reading.who, reading.is_gone) == ("退会した人材", True)
    assert words(reading.messages) == {"（消去済み）", ""}
    assert [row.created_at for row in reading.messages] == [make.now] * 3, "when stays"
    assert (thread.unread_organization, thread.unread_talent, boxes.count_unread(owner)) == (0, 0, 0)
    for model in (MessageFile, StoredFile, Favorite, OfferStop):
        assert db.session.scalar(select(func.count()).select_from(model)) == 0, model
    assert list(storage.current().keys()) == []
    assert db.session.get_one(Message, other.id).subject == "ほかの人へ"


def test_what_is_held_for_a_person_who_leaves_is_not_sent(make: Maker, owner: Actor, someone: Actor) -> None:
    message = held(owner, someone, now=make.now)
    leave(someone, make)
    assert deliver(message, now=make.now) == 0
    assert db.session.get_one(Message, message.id).state is MessageState.cancelled


def test_a_file_that_went_to_others_stays_with_them(make: Maker, owner: Actor, someone: Actor) -> None:
    other = talent(make, "石川 拓真")
    shared = file(owner, now=make.now)
    held(owner, someone, now=make.now, files=[shared])
    second = held(owner, other, now=make.now, files=[shared])
    leave(someone, make)
    (attached,) = db.session.scalars(select(MessageFile))
    assert attached.message_id == second.id
    assert (attached.file.name, attached.file.dropped_at) == ("業務経歴.pdf", None)
    storage.current().open(attached.file.key).close()


@pytest.mark.parametrize(("alone", "left"), [(True, "（消去済み）"), (False, "{{氏名}}様")])
def test_a_mail_that_went_to_one_person_alone_is_forgotten_too(
    make: Maker, owner: Actor, someone: Actor, alone: bool, left: str
) -> None:
    begin_write()
    dispatch = Dispatch(
        token="1" * 32,
        organization_id=owner.organization_id,
        account_id=owner.account_id,
        mail_class=MailClass.offer,
        subject="{{氏名}}様",
        body="本文",
        created_at=make.now,
        release_at=make.now,
    )
    db.session.add(dispatch)
    db.session.commit()
    for person in [someone] if alone else [someone, talent(make, "石川 拓真")]:
        message = held(owner, person, now=make.now)
        begin_write()
        db.session.get_one(Message, message.id).dispatch_id = dispatch.id
        db.session.commit()
    leave(someone, make)
    assert db.session.get_one(Dispatch, dispatch.id).subject == left


def test_the_end_of_an_application_takes_its_thread_alone(make: Maker, owner: Actor, someone: Actor) -> None:
    application = applied(posting(make, actor=owner, documents=[]), someone, now=make.now)
    about_it = sent(owner, someone, now=make.now, application=application, subject="面接の日程")
    offer = sent(owner, someone, now=make.now)
    begin_write()
    erasing.erase([application.id], actor=CLOCK, now=make.now)
    db.session.commit()
    db.session.expire_all()
    assert (about_it.subject, about_it.body, about_it.thread.subject) == ("（消去済み）", "", "（消去済み）")
    assert offer.subject == offer.thread.subject != "（消去済み）"
    assert boxes.who(db.session.get_one(Thread, about_it.thread_id)) == "（消去済み）"
    with pytest.raises(Exception, match="保存期間が終わり"):
        answer(about_it.thread_id, owner, now=make.now)


def test_the_exchange_is_the_organizations_own(make: Maker, owner: Actor, someone: Actor) -> None:
    message = sent(owner, someone, now=make.now)
    back = answer(message.thread_id, someone, now=make.now)
    assert [row.id for row, _shown in exchange.with_talent(message.talent_id, actor=owner)] == [back.id, message.id]
    assert exchange.with_talent(message.talent_id, actor=make.member()) == []
    with pytest.raises(NotFound):
        boxes.find(message.thread_id, actor=make.member())
