"""Who may answer whom when, once for each form, with files, and not past what was not seen."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.base import db
from models.files import StoredFile
from models.mail import OutboxMail
from models.messages import Message
from models.organizations import Organization
from models.states import MailClass, MessageState, Role, Side
from models.talents import TalentBlock
from portal.actors import CLOCK, Actor
from portal.database import begin_write
from portal.errors import Forbidden, Invalid, NotFound, Refused, Throttled
from portal.files import reading
from portal.messaging import attachments, replying
from portal.recruiting import leaving, persons
from tests.make import Maker
from tests.messaging.builders import answer, file, held, sent
from tests.recruiting.builders import applied, posting, profile_of, talent
from tests.recruiting.pages import pdf

TOKEN = "t" * 32
AT_ONCE = 10


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def someone(make: Maker) -> Actor:
    return talent(make)


@pytest.fixture
def offer(make: Maker, owner: Actor, someone: Actor) -> Message:
    return sent(owner, someone, now=make.now)


def count(*criteria: object) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(Message).where(*criteria)) or 0  # type: ignore[arg-type]


# ---- who


def test_an_organization_waits_for_the_answer_to_its_offer(
    make: Maker, owner: Actor, someone: Actor, offer: Message
) -> None:
    with pytest.raises(Refused, match="人材から返信が届くと"):
        answer(offer.thread_id, owner, now=make.now)
    db.session.rollback()
    answer(offer.thread_id, someone, now=make.now)
    message = answer(offer.thread_id, owner, now=make.now)
    assert (message.side, message.mail_class, message.state) == (
        Side.organization,
        MailClass.reply,
        MessageState.delivered,
    )
    assert message.subject == f"Re: {offer.subject}"
    assert answer(offer.thread_id, someone, now=make.now).subject == message.subject, "not Re: Re:"


def test_an_applicant_is_answered_at_any_time(make: Maker, owner: Actor, someone: Actor, folder_store) -> None:
    application = applied(posting(make, actor=owner, documents=[]), someone, now=make.now)
    message = sent(owner, someone, now=make.now, application=application)
    assert answer(message.thread_id, owner, now=make.now).state is MessageState.delivered


def test_others_do_not_find_the_thread(make: Maker, owner: Actor, someone: Actor, offer: Message) -> None:
    answer(offer.thread_id, someone, now=make.now)
    for stranger in (make.member(), talent(make, "石川 拓真")):
        with pytest.raises(NotFound):
            answer(offer.thread_id, stranger, now=make.now)
    viewer = make.member(db.session.get_one(Organization, owner.organization_id), Role.viewer)
    with pytest.raises(Forbidden):
        answer(offer.thread_id, viewer, now=make.now)


def test_what_is_held_is_not_there_for_the_talent(make: Maker, owner: Actor, someone: Actor) -> None:
    message = held(owner, someone, now=make.now)
    with pytest.raises(NotFound):
        answer(message.thread_id, someone, now=make.now)


def test_who_is_hidden_or_gone_is_not_written_to(make: Maker, owner: Actor, someone: Actor, offer: Message) -> None:
    answer(offer.thread_id, someone, now=make.now)
    begin_write()
    block = TalentBlock(talent_id=profile_of(someone).id, organization_id=owner.organization_id, created_at=make.now)
    db.session.add(block)
    db.session.commit()
    with pytest.raises(Refused, match="現在返信できません"):
        answer(offer.thread_id, owner, now=make.now)
    begin_write()
    leaving.erase(persons.of(someone), actor=CLOCK, now=make.now)
    db.session.commit()
    with pytest.raises(Refused, match="退会した人材"):
        answer(offer.thread_id, owner, now=make.now)


def test_without_legal_personality_only_applicants(make: Maker, owner: Actor, someone: Actor, offer: Message) -> None:
    answer(offer.thread_id, someone, now=make.now)
    begin_write()
    db.session.execute(update(Organization).where(Organization.id == owner.organization_id).values(org_type="13"))
    db.session.commit()
    with pytest.raises(NotFound):
        answer(offer.thread_id, owner, now=make.now)


# ---- what


@pytest.mark.parametrize(("body", "sentence"), [(" \r\n ", "本文を入力"), ("あ" * 5001, "現在5,001文字")])
def test_an_empty_or_endless_answer_is_refused(
    make: Maker, someone: Actor, offer: Message, body: str, sentence: str
) -> None:
    with pytest.raises(Invalid) as refused:
        answer(offer.thread_id, someone, now=make.now, body=body)
    assert sentence in refused.value.findings[0].message


def test_files_arrive_as_they_were_and_only_where_they_belong(
    make: Maker, owner: Actor, someone: Actor, offer: Message, folder_store
) -> None:
    ids = [file(someone, title, now=make.now) for title in ("履歴", "証明")]
    foreign = file(owner, "他人", now=make.now)
    message = answer(offer.thread_id, someone, now=make.now, files=[*ids, foreign])
    assert [row.file_id for row in message.files] == ids
    assert all(row.file.dropped_at is None for row in message.files)
    stored = attachments.find(offer.thread_id, ids[0], actor=owner)
    with reading.open_file(stored) as opened:
        assert opened.read() == pdf("履歴")
    for actor, file_id in ((make.member(), ids[0]), (talent(make, "石川 拓真"), ids[0]), (owner, foreign)):
        with pytest.raises(NotFound):
            attachments.find(offer.thread_id, file_id, actor=actor)
    assert attachments.kept(ids, actor=someone) == [], "what was sent is not taken for another message"


def test_more_than_three_or_five_megabytes_are_refused(
    make: Maker, someone: Actor, offer: Message, folder_store
) -> None:
    ids = [file(someone, f"書類{number}", now=make.now) for number in range(4)]
    with pytest.raises(Refused, match="3つまで"):
        answer(offer.thread_id, someone, now=make.now, files=ids)
    begin_write()
    with pytest.raises(Refused, match="5MB"):
        attachments.take_in(Endless(), "大きい.pdf", actor=someone, now=make.now)
    assert count(Message.side == Side.talent) == 0


class Endless:
    """A file without an end."""

    def read(self, size: int) -> bytes:
        return b"%PDF" + b"0" * (size - 4)


# ---- once


def test_the_same_form_twice_is_one_answer(make: Maker, someone: Actor, offer: Message) -> None:
    first = answer(offer.thread_id, someone, now=make.now, token=TOKEN)
    assert answer(offer.thread_id, someone, now=make.now, token=TOKEN, body="別の本文").id == first.id
    assert answer(offer.thread_id, someone, now=make.now, token="u" * 32).id != first.id


def test_ten_presses_at_once_are_one_answer(rules: Flask, make: Maker, someone: Actor, offer: Message) -> None:
    thread_id, barrier = offer.thread_id, Barrier(AT_ONCE)
    db.session.rollback()

    def press(_number: int) -> int:
        with rules.app_context():
            barrier.wait()
            return answer(thread_id, someone, now=make.now, token=TOKEN).id

    with ThreadPoolExecutor(AT_ONCE) as pool:
        assert len(set(pool.map(press, range(AT_ONCE)))) == 1
    assert count(Message.side == Side.talent) == 1
    letters = select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == "answer_arrived")
    assert db.session.scalar(letters) == 1
    assert offer.thread.unread_organization == 1


def test_what_came_meanwhile_is_shown_first(make: Maker, owner: Actor, someone: Actor, offer: Message) -> None:
    answer(offer.thread_id, someone, now=make.now)
    seen = replying.newest_id(offer.thread_id)
    newer = answer(offer.thread_id, someone, now=make.now, body="追伸")
    with pytest.raises(replying.Newer):
        answer(offer.thread_id, owner, now=make.now, seen=seen)
    db.session.rollback()
    assert answer(offer.thread_id, owner, now=make.now, seen=newer.id)


def test_sixty_an_hour_and_no_more(make: Maker, owner: Actor, someone: Actor, offer: Message) -> None:
    begin_write()
    common = {"thread_id": offer.thread_id, "organization_id": owner.organization_id, "talent_id": offer.talent_id}
    db.session.add_all(
        Message(
            **common,
            side=Side.talent,
            account_id=someone.account_id,
            mail_class=MailClass.reply,
            subject="",
            body="",
            state=MessageState.delivered,
            created_at=make.now - timedelta(minutes=1),
            release_at=make.now,
        )
        for _ in range(replying.MOST_AN_HOUR)
    )
    db.session.commit()
    with pytest.raises(Throttled):
        answer(offer.thread_id, someone, now=make.now)
    db.session.rollback()
    assert answer(offer.thread_id, someone, now=make.now + timedelta(hours=1))


def test_an_answer_that_is_refused_leaves_nothing(make: Maker, owner: Actor, offer: Message, folder_store) -> None:
    kept = file(owner, now=make.now)
    with pytest.raises(Refused):
        answer(offer.thread_id, owner, now=make.now, files=[kept])
    db.session.rollback()
    assert count() == 1
    stored = db.session.get_one(StoredFile, kept)
    assert stored.dropped_at is not None, "goes with the sweep when nothing takes it"
    assert [row.id for row in attachments.kept([kept], actor=owner)] == [kept]
