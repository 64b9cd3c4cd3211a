"""What each box shows, to whom, in which words, and what it costs."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.base import db
from models.mail import OutboxMail
from models.messages import Message
from models.people import Account
from models.states import MailState, MessageState
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import NotFound
from portal.messaging import boxes, waiting
from portal.messaging.boxes import About, Box, Shown, Wanted
from portal.todo import Cause, todo
from tests.make import Maker
from tests.messaging.builders import answer, deliver, held, open_as, sent
from tests.recruiting.builders import applied, posting, profile_of, talent

RECEIVED, SENT, BOTH = Wanted(Box.received), Wanted(Box.sent), Wanted(Box.both)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def someone(make: Maker) -> Actor:
    return talent(make)


def subjects(wanted: Wanted, actor: Actor) -> list[str]:
    return [line.thread.subject for line in boxes.page_of(wanted, actor=actor).lines]


# ---- lists


def test_an_offer_is_sent_and_comes_back_as_received(make: Maker, owner: Actor, someone: Actor) -> None:
    message = held(owner, someone, now=make.now)
    (line,) = boxes.page_of(SENT, actor=owner).lines
    assert (line.who, line.state, line.message) == (profile_of(someone).code, Shown.held, message)
    assert boxes.page_of(RECEIVED, actor=owner).lines == []
    assert boxes.page_of(BOTH, actor=someone).lines == [], "held"

    deliver(message, now=make.now)
    (line,) = boxes.page_of(BOTH, actor=someone).lines
    assert (line.unread, boxes.count_unread(someone), boxes.count_unread(owner)) == (1, 1, 0)

    answer(message.thread_id, someone, now=make.now, body="面談を希望します。")
    (line,) = boxes.page_of(RECEIVED, actor=owner).lines
    assert (line.who, line.unread, boxes.count_unread(owner)) == ("青木 千尋", 1, 1)
    beside = select(boxes.unread_beside()).select_from(Account).where(Account.id == owner.account_id)
    assert db.session.scalar(beside) == 1
    assert line.message is not None
    assert line.message.body == "面談を希望します。"
    assert boxes.page_of(RECEIVED, actor=make.member()).total == 0


def test_the_name_is_told_with_the_application_or_the_answer(make: Maker, owner: Actor, folder_store) -> None:
    applicant, silent = talent(make, "石川 拓真"), talent(make, "青木 千尋")
    application = applied(posting(make, actor=owner, documents=[]), applicant, now=make.now)
    sent(owner, applicant, now=make.now, application=application)
    sent(owner, silent, now=make.now)
    assert {line.who for line in boxes.page_of(SENT, actor=owner).lines} == {"石川 拓真", profile_of(silent).code}
    (line,) = boxes.page_of(Wanted(Box.sent, about=About.application), actor=owner).lines
    assert line.posting is not None
    assert line.posting.title == application.version.title
    (line,) = boxes.page_of(Wanted(Box.sent, about=About.offer), actor=owner).lines
    assert line.posting is None


def test_unread_ones_alone_and_counted(make: Maker, owner: Actor) -> None:
    for number in range(3):
        person = talent(make, f"青木 {number}")
        message = sent(owner, person, now=make.now)
        answer(message.thread_id, person, now=make.now + timedelta(minutes=number))
        if number == 1:
            open_as(owner, message.thread_id, now=make.now)
    found = boxes.page_of(Wanted(unread=True), actor=owner)
    assert [line.who for line in found.lines] == ["青木 2", "青木 0"], "the newest first"
    assert (found.total, found.unread, boxes.count_unread(owner)) == (2, 2, 2)
    assert boxes.page_of(RECEIVED, actor=owner).total == 3
    second = boxes.page_of(Wanted(size=2, page=2), actor=owner)
    assert ([line.who for line in second.lines], second.last) == (["青木 0"], 2)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("水", {"給水施設"}),
        ("給水 施設", {"給水施設"}),
        ("TOEIC", {"語学"}),
        ("toeic", {"語学"}),
        ("ＴＯＥＩＣ", {"語学"}),
        ("100%", {"語学"}),
        ("100_", set()),
        ("語学 水", set()),
        ("", {"給水施設", "語学"}),
    ],
)
def test_words_of_any_length_are_found_in_what_was_written(
    make: Maker, owner: Actor, text: str, found: set[str]
) -> None:
    sent(owner, talent(make), now=make.now, subject="給水施設", body="維持管理の専門家")
    sent(owner, talent(make, "石川 拓真"), now=make.now, subject="語学", body="TOEIC 800点、出席率100%の方")
    assert set(subjects(Wanted(Box.sent, text=text), owner)) == found
    assert subjects(Wanted(Box.sent, text=text), make.member()) == []


def test_a_name_is_found_only_where_it_is_shown(make: Maker, owner: Actor, someone: Actor) -> None:
    message = sent(owner, someone, now=make.now)
    assert subjects(Wanted(Box.sent, text="青木"), owner) == [], "nobody learns the name by trying"
    assert subjects(Wanted(Box.sent, text=profile_of(someone).code), owner) == [message.subject]
    answer(message.thread_id, someone, now=make.now)
    assert len(subjects(Wanted(Box.sent, text="青木"), owner)) == 1
    assert len(subjects(Wanted(Box.both, text="試験"), someone)) == 1, "the organization by its name"


# ---- how it stands with a message


def letter_is(message: Message, state: MailState) -> None:
    begin_write()
    db.session.execute(update(OutboxMail).where(OutboxMail.dedupe_key == message.notice_key).values(state=state))
    db.session.commit()


@pytest.mark.parametrize(
    ("letter", "shown"),
    [
        (MailState.queued, Shown.sent),
        (MailState.sent, Shown.sent),
        (MailState.bounced, Shown.failed),
        (MailState.failed, Shown.failed),
    ],
)
def test_the_letter_says_whether_it_arrived_until_it_is_read(
    make: Maker, owner: Actor, someone: Actor, letter: MailState, shown: Shown
) -> None:
    message = sent(owner, someone, now=make.now)
    letter_is(message, letter)
    assert boxes.states_of([message]) == {message.id: shown}
    open_as(someone, message.thread_id, now=make.now)
    db.session.refresh(message)
    assert boxes.states_of([message]) == {message.id: Shown.read}


@pytest.mark.parametrize("state", [MessageState.held, MessageState.cancelled, MessageState.refused])
def test_what_did_not_leave_says_so(make: Maker, owner: Actor, someone: Actor, state: MessageState) -> None:
    message = held(owner, someone, now=make.now)
    begin_write()
    message.state = state
    db.session.commit()
    assert boxes.states_of([message])[message.id].value == state.value
    thread = boxes.find(message.thread_id, actor=owner)
    assert [row.id for row in boxes.read(thread, actor=owner).messages] == [message.id]
    with pytest.raises(NotFound):
        boxes.find(message.thread_id, actor=someone)


# ---- things to do


def tasks(actor: Actor, make: Maker) -> list[tuple[Cause, str]]:
    return [(task.cause, task.title) for task in todo(actor, make.now)]


def test_answers_and_lost_letters_are_things_to_do_until_they_are_seen(
    make: Maker, owner: Actor, someone: Actor
) -> None:
    code = profile_of(someone).code
    message = sent(owner, someone, now=make.now)
    letter_is(message, MailState.bounced)
    assert tasks(owner, make) == [(Cause.bounced, code)]
    assert tasks(make.member(), make) == []
    begin_write()
    assert waiting.see_lost(message.thread, now=make.now) == 1
    db.session.commit()
    assert tasks(owner, make) == []
    answer(message.thread_id, someone, now=make.now, body="面談を希望します。")
    assert tasks(owner, make) == [(Cause.message, "青木 千尋")]
    open_as(owner, message.thread_id, now=make.now)
    assert tasks(owner, make) == []


# ---- cost


def test_twenty_threads_take_the_statements_of_one(make: Maker, owner: Actor, statements) -> None:
    def write(count: int) -> None:
        for number in range(count):
            person = talent(make, f"青木 {number}")
            message = sent(owner, person, now=make.now)
            answer(message.thread_id, person, now=make.now)

    def counted() -> list[int]:
        found = []
        for wanted in (RECEIVED, SENT, Wanted(Box.received, text="連絡", unread=True)):
            db.session.rollback()
            statements.restart()
            page = boxes.page_of(wanted, actor=owner)
            said = [(line.who, line.posting, line.message and line.message.account.name) for line in page.lines]
            assert len(said) == page.total
            found.append(statements.count)
        db.session.rollback()
        statements.restart()
        todo(owner, make.now)
        return [*found, statements.count]

    write(1)
    one = counted()
    write(19)
    many = counted()
    assert many == one
    assert max(one) <= 6


def test_a_long_thread_comes_in_pages(
    make: Maker, owner: Actor, someone: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(boxes, "MESSAGES", 3)
    message = sent(owner, someone, now=make.now)
    for number in range(4):
        answer(message.thread_id, someone, now=make.now, body=f"{number}")
    thread = boxes.find(message.thread_id, actor=owner)
    newest = boxes.read(thread, actor=owner)
    assert [row.body for row in newest.messages] == ["1", "2", "3"]
    earlier = boxes.read(thread, actor=owner, before=newest.earlier)
    assert [row.body for row in earlier.messages][1:] == ["0"]
    assert earlier.earlier is None
