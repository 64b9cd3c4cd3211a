"""A résumé PDF is asked for by a row, made once of what was frozen, kept, and read on record."""

import dataclasses
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.applications import Application, RenderedResume
from models.base import db
from models.entries import Version
from models.files import StoredFile
from models.records import AuditEvent
from models.states import ResumeType
from portal import storage
from portal.actors import CLOCK, Actor
from portal.database import begin_write
from portal.errors import NotFound, Refused, Throttled
from portal.files import intake, reading
from portal.matching import profiles
from portal.press.client import AT_ONCE, press
from portal.recruiting import erasing, following, resume_pdf, resumes
from portal.recruiting.moves import SeenApplication
from tests.make import Maker
from tests.recruiting.builders import applied, draft, posting, profile_of, submit, talent
from tests.recruiting.printed import CONTENTS, portrait, read, text
from tests.recruiting.test_press import ENDLESS, HURRIED, PAGE, all_gone, printers

MINUTE = timedelta(minutes=1)
ITEMS = ["photo", "birthdate", "education", "work"]


@dataclasses.dataclass
class Case:
    """A posting that asks for some items, its owner, and somebody who applied with a photo."""

    owner: Actor
    someone: Actor
    version: Version
    application: Application
    now: datetime


@pytest.fixture
def case(make: Maker) -> Case:
    owner = make.member()
    version, someone = posting(make, actor=owner, resume_items=ITEMS), talent(make, "青木 千尋")
    begin_write()
    profile = profile_of(someone)
    profile.birthdate = datetime(1990, 1, 2).date()  # noqa: DTZ001
    stored = intake.take_in_photo(BytesIO(portrait()), "写真.jpg", owner_id=someone.account_id, now=make.now)
    profiles.set_photo(stored, actor=someone, now=make.now)
    db.session.commit()
    return Case(owner, someone, version, applied(version, someone, now=make.now), make.now)


def ask(case: Case, *, now: datetime | None = None, actor: Actor | None = None) -> StoredFile | None:
    begin_write()
    try:
        return resume_pdf.request(case.application, actor=actor or case.owner, now=now or case.now)
    finally:
        db.session.commit()


def made(case: Case) -> StoredFile:
    assert ask(case) is None
    assert resume_pdf.work(case.now) == 1
    stored = ask(case)
    assert stored is not None
    return stored


def content(stored: StoredFile) -> bytes:
    with reading.open_file(stored) as file:
        return file.read()


def row(case: Case) -> RenderedResume:
    db.session.rollback()
    return db.session.scalars(select(RenderedResume).where(RenderedResume.application_id == case.application.id)).one()


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_it_is_made_once_and_handed_out_as_it_is(case: Case) -> None:
    stored = made(case)
    assert (stored.media_type, stored.owner_id) == ("application/pdf", None)
    assert stored.name == f"{case.application.number}_青木 千尋_履歴書.pdf"
    pdf = content(stored)
    lines = text(pdf)
    for piece in (
        "青木 千尋",
        "写真",
        "生年月日",
        "学歴",
        "職歴",
        "東都大学 卒業",
        "水道局 入職",
        case.application.number,
    ):
        assert piece in lines
    for other in ("連絡先", "性別", "免許・資格", "語学", "志望の動機", "本人希望", "090-0000-0000"):
        assert other not in lines
    assert len(read(pdf).pages[0].images) == 1
    assert resume_pdf.work(case.now + MINUTE) == 0
    again = ask(case, now=case.now + MINUTE)
    assert again is not None
    assert again.id == stored.id
    assert count(RenderedResume) == 1


def test_a_later_change_of_the_profile_changes_neither_digest_nor_bytes(case: Case) -> None:
    stored = made(case)
    before, digest = content(stored), resume_pdf.digest_of(case.application)
    begin_write()
    profile = profile_of(case.someone)
    profile.account.name, profile.name_kana, profile.phone = "鈴木 千尋", "すずき ちひろ", "03-9999-9999"
    profile.birthdate = None
    other = intake.take_in_photo(BytesIO(portrait()), "別.jpg", owner_id=case.someone.account_id, now=case.now)
    profiles.set_photo(other, actor=case.someone, now=case.now)
    resumes.save(profile, ResumeType.general, {"education": []}, revision=1, actor=case.someone, now=case.now)
    db.session.commit()
    db.session.refresh(case.application)
    assert resume_pdf.digest_of(case.application) == digest
    later = ask(case, now=case.now + 60 * MINUTE)
    assert later is not None
    assert content(later) == before
    # Even a portal that lost its copy makes the same again.
    begin_write()
    db.session.delete(row(case))
    db.session.commit()
    assert ask(case) is None
    resume_pdf.work(case.now)
    remade = ask(case)
    assert remade is not None
    assert remade.id != stored.id
    assert content(remade) == before


def test_reading_is_on_record_before_the_bytes_leave_and_waiting_is_not(case: Case) -> None:
    def readings() -> int:
        query = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "application.resume_pdf")
        return db.session.scalar(query) or 0

    assert ask(case) is None
    resume_pdf.work(case.now)
    assert readings() == 0
    assert ask(case) is not None
    assert readings() == 1
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "application.resume_pdf")).one()
    assert (event.actor_id, event.subject_id) == (case.owner.account_id, case.application.id)
    assert ask(case, actor=case.someone) is not None  # one's own
    assert readings() == 1


def test_what_is_not_there_cannot_be_asked_for(make: Maker) -> None:
    version, someone = posting(make, resume_type=""), talent(make)
    without = applied(version, someone, now=make.now)
    unsent = draft(posting(make), someone, now=make.now)
    erased = applied(posting(make), talent(make), now=make.now)
    begin_write()
    erasing.erase([erased.id], actor=CLOCK, now=make.now)
    db.session.commit()
    db.session.expire_all()
    for application in (without, unsent, erased):
        with pytest.raises(NotFound):
            resume_pdf.request(application, actor=someone, now=make.now)
    db.session.rollback()


def test_erased_while_it_waits_or_is_printed_leaves_nothing(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(case)
    original = press.print

    def slow(page: str) -> bytes:
        pdf = original(page)
        erase_elsewhere(case)
        return pdf

    monkeypatch.setattr(press, "print", slow)
    files = count(StoredFile)
    assert resume_pdf.work(case.now) == 0
    db.session.rollback()
    assert (count(RenderedResume), count(StoredFile)) == (0, files)


def erase_elsewhere(case: Case) -> None:
    """In a thread of the worker: a session of its own."""
    from flask import current_app

    app = getattr(current_app, "_get_current_object", lambda: HOUSE[0])() if current_app else HOUSE[0]
    with app.app_context():
        begin_write()
        erasing.erase([case.application.id], actor=CLOCK, now=case.now)
        db.session.commit()
        db.session.remove()


HOUSE: list[Flask] = []


@pytest.fixture(autouse=True)
def house_at_hand(rules: Flask) -> Iterator[None]:
    HOUSE[:] = [rules]
    yield
    HOUSE.clear()


def test_who_applies_again_gets_a_new_one_and_the_old_is_dropped(case: Case) -> None:
    old = made(case)
    begin_write()
    seen = SeenApplication(case.application.id, case.application.revision)
    following.withdraw(seen, actor=case.someone, now=case.now + MINUTE)
    db.session.commit()
    again = draft(case.version, case.someone, now=case.now + 2 * MINUTE)
    case.application = submit(again, case.someone, now=case.now + 3 * MINUTE)
    new = made(case)
    assert new.id != old.id
    assert count(RenderedResume) == 1
    db.session.refresh(old)
    assert old.dropped_at is not None
    assert "14:35" not in text(content(old))
    assert text(content(new)) != text(content(old))


# ---- many at once


def people(make: Maker, number: int) -> list[Case]:
    owner = make.member()
    version = posting(make, actor=owner, resume_items=["education"])
    return [
        Case(owner, someone, version, applied(version, someone, now=make.now), make.now)
        for someone in (talent(make, f"人材 {place}") for place in range(number))
    ]


def test_asking_many_times_at_once_makes_one(rules: Flask, case: Case) -> None:
    application_id = case.application.id
    barrier = threading.Barrier(8)

    def try_it(_number: int) -> bool:
        with rules.app_context():
            barrier.wait()
            begin_write()
            application = db.session.get_one(Application, application_id)
            answer = resume_pdf.request(application, actor=case.owner, now=case.now)
            db.session.commit()
            db.session.remove()
            return answer is None

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(try_it, range(8)))
    db.session.rollback()
    assert count(RenderedResume) == 1


def test_several_clocks_make_each_once_and_two_at_a_time(rules: Flask, make: Maker, monkeypatch) -> None:
    cases = people(make, 7)
    for each in cases:
        ask(each)
    printing, most, pages = [0], [0], []
    original, lock = press.print, threading.Lock()

    def watched(page: str) -> bytes:
        with lock:
            pages.append(page)
            printing[0] += 1
            most[0] = max(most[0], printing[0])
        try:
            return original(page)
        finally:
            with lock:
                printing[0] -= 1

    monkeypatch.setattr(press, "print", watched)

    def run(_number: int) -> int:
        done = 0
        with rules.app_context():
            end = time.monotonic() + 60
            while time.monotonic() < end and waiting():
                done += resume_pdf.work(make.now)
            db.session.remove()
        return done

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(run, range(4))) == 7
    db.session.rollback()
    assert len(pages) == len(set(pages)) == 7
    assert most[0] <= AT_ONCE
    for each in cases:
        stored = ask(each)
        assert stored is not None
        assert db.session.get_one(Application, each.application.id).name in text(content(stored))


def waiting() -> int:
    number = db.session.scalar(select(func.count()).select_from(RenderedResume).where(*resume_pdf.WAITS)) or 0
    db.session.rollback()
    return number


def test_a_lease_that_ended_is_taken_over_and_its_holder_says_nothing_more(case: Case) -> None:
    ask(case)
    (first,) = resume_pdf._claim(case.now)
    assert resume_pdf.work(case.now) == 0  # somebody has it
    later = case.now + resume_pdf.LEASE
    assert resume_pdf.work(later) == 1
    stored = ask(case, now=later)
    assert stored is not None
    begin_write()
    assert not resume_pdf._close(first, error="zu spät")
    assert row(case).file_id == stored.id


def test_too_many_of_one_organization_are_told_to_wait(make: Maker, case: Case, monkeypatch) -> None:
    monkeypatch.setattr(resume_pdf, "MOST_WAITING", 2)
    first, second, third = people(make, 3)
    ask(first)
    ask(second)
    with pytest.raises(Throttled, match="混み合って"):
        ask(third)
    assert ask(first) is None  # it waits already
    assert ask(case) is None  # another organization
    resume_pdf.work(make.now)
    assert ask(third) is None


# ---- what goes wrong


def spoil(case: Case, **items: Any) -> None:
    """What no form lets in: straight into the row."""
    begin_write()
    resume = case.application.resume | {"items": case.application.resume["items"] | items}
    db.session.execute(update(Application).where(Application.id == case.application.id).values(resume=resume))
    db.session.commit()
    db.session.refresh(case.application)


def test_what_is_beyond_any_resume_fails_in_words_without_the_press(case: Case, monkeypatch) -> None:
    monkeypatch.setattr(press, "print", lambda _page: pytest.fail("the press was asked"))
    spoil(case, work={"work": [{"at": "2000-01", "text": "行"}] * 3000})
    assert ask(case) is None
    assert resume_pdf.work(case.now) == 0
    for later in (case.now, case.now + 60 * MINUTE):
        with pytest.raises(Refused) as refusal:
            ask(case, now=later)
        assert str(refusal.value) == resume_pdf.HEAVY
    assert resume_pdf.work(case.now + 60 * MINUTE) == 0


@pytest.mark.parametrize("others", [1, 3])
def test_a_bomb_fails_in_words_and_holds_up_nobody(make: Maker, case: Case, others: int, monkeypatch) -> None:
    """The page itself is a bomb here, as if the caps were not there."""
    cases = people(make, others)
    ask(case)
    for each in cases:
        ask(each)
    original, done = press.print, {}
    monkeypatch.setattr(press, "seconds", HURRIED)
    original(PAGE)  # the press has started
    begun = time.monotonic()

    def watched(page: str) -> bytes:
        pdf = original(ENDLESS if "青木" in page else page)
        done[page] = time.monotonic() - begun
        return pdf

    monkeypatch.setattr(press, "print", watched)
    assert resume_pdf.work(make.now) == others  # whose posting opened after that of the case
    assert time.monotonic() - begun < HURRIED * 2
    for each in cases:
        assert ask(each) is not None
    with pytest.raises(Refused, match="内容の量が多いため"):
        ask(case)
    assert len(done) == others
    assert min(done.values()) < HURRIED / 2  # the first beside it was ready long before it ended
    assert all_gone()


def test_a_printer_that_is_killed_is_tried_again_and_then_given_up(make: Maker, case: Case, monkeypatch) -> None:
    original = press.print
    monkeypatch.setattr(press, "print", lambda _page: killed(lambda: original(ENDLESS)))
    ask(case)
    now = case.now
    for attempt in range(1, resume_pdf.MOST_TRIES + 1):
        assert resume_pdf.work(now) == 0
        assert row(case).attempts == attempt
        if attempt < resume_pdf.MOST_TRIES:
            assert ask(case, now=now) is None
            assert resume_pdf.work(now) == 0  # not at once
        now += resume_pdf.PAUSE
    with pytest.raises(Refused, match="しばらくしてから"):
        ask(case, now=now - resume_pdf.PAUSE)
    monkeypatch.setattr(press, "print", original)
    assert ask(case, now=now) is None  # asked for anew after the pause
    assert resume_pdf.work(now) == 1
    assert ask(case, now=now) is not None


def killed(run: Callable[[], bytes]) -> bytes:
    """Runs it and kills its printer in the middle."""
    stop = threading.Event()

    def hunt() -> None:
        while not stop.wait(0.05):
            for number in printers():
                os.kill(number, signal.SIGKILL)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        return run()
    finally:
        stop.set()
        hunter.join()


def test_a_store_that_is_away_is_waited_for(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(case)
    store = storage.current()

    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as broken:
        broken.setattr(store, "open", away)  # the photo cannot be read
        assert resume_pdf.work(case.now) == 0
        assert row(case).error == ""
    with monkeypatch.context() as broken:
        broken.setattr(store, "put", away)  # the PDF cannot be kept
        assert resume_pdf.work(case.now + resume_pdf.PAUSE) == 0
        assert row(case).error == ""
    assert resume_pdf.work(case.now + 2 * resume_pdf.PAUSE) == 1


def test_an_expert_resume_is_made_too(make: Maker) -> None:
    owner = make.member(make.organization(org_type="01"))
    items = ["specialty", "work", "missions", "abilities"]
    version = posting(make, actor=owner, resume_type="expert", resume_items=items)
    someone = talent(make, "𠮷田 﨑子")
    begin_write()
    content_of = CONTENTS[ResumeType.expert]
    resumes.save(profile_of(someone), ResumeType.expert, content_of, revision=0, actor=someone, now=make.now)
    db.session.commit()
    lines = text(content(made(Case(owner, someone, version, applied(version, someone, now=make.now), make.now))))
    assert "𠮷田 﨑子" in lines
    for heading in ("専門家履歴書", "専門分野", "職歴", "国際協力業務従事経験", "6つの資質・能力"):
        assert heading in lines
    assert "学歴" not in lines
