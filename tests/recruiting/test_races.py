"""Talents, organizations and the office at the same moment, many times: one winner each, and nothing by halves.

Who races for what is in one order on both sides; where two orders are right, what is left is that of one of them.
"""

import zipfile
from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.applications import Application, Download
from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.states import Action, ApplicationState, DownloadKind, DownloadState, Kind
from portal.database import begin_write
from portal.errors import Refused
from portal.files import reading
from portal.publishing import workflow
from portal.recruiting import decisions, downloads, drafting, following, submitting
from portal.recruiting.moves import SeenApplication
from portal.recruiting.submitting import Answers
from tests.make import Maker, seen
from tests.racing import RACES, at_once
from tests.recruiting.builders import applied, draft, posting, talent

pytestmark = pytest.mark.usefixtures("true_figures")

CONSENT = Answers(consent=True)
REFUSED = (Refused,)
HIRED = ApplicationState.hired


def now_of(application_id: int) -> SeenApplication:
    revision = db.session.scalar(select(Application.revision).where(Application.id == application_id))
    db.session.rollback()
    assert revision is not None
    return SeenApplication(application_id, revision)


def state_of(application_id: int) -> ApplicationState:
    state = db.session.scalar(select(Application.state).where(Application.id == application_id))
    db.session.rollback()
    assert state is not None
    return state


def letters(name: str) -> int:
    count = db.session.scalar(select(func.count()).select_from(OutboxMail).where(OutboxMail.letter == name))
    db.session.rollback()
    return count or 0


def test_who_hands_in_while_the_posting_is_closed_is_in_wholly_or_not_at_all(rules: Flask, make: Maker) -> None:
    owner, someone, other = make.member(), talent(make), talent(make, "石川 拓真")
    handed_in = 0
    for _ in range(RACES):
        version = posting(make, actor=owner, documents=[])
        application_id = draft(version, someone, now=make.now).id
        asked, shown, moment = now_of(application_id), seen(db.session.get_one(Version, version.id)), make.now
        db.session.rollback()

        took, closed = at_once(
            rules,
            partial(submitting.submit, asked, CONSENT, actor=someone, now=moment),
            partial(workflow.perform, Action.close, shown, actor=owner, now=moment),
            refusals=REFUSED,
        )

        assert closed
        handed_in += took
        assert state_of(application_id) is (ApplicationState.applied if took else ApplicationState.draft)
        assert letters("application_received") == letters("application_arrived") == handed_in
        assert at_once(
            rules,
            partial(drafting.start, version.entry_id, actor=other, now=moment),
            refusals=REFUSED,
        ) == [False], "what is closed takes nobody"
    print(f"\n{RACES} races hand in/close: {handed_in} were in time")


def test_the_last_place_goes_to_one(rules: Flask, make: Maker) -> None:
    version = posting(make, Kind.event, capacity=1, overflow="first", resume_type="")
    people = [talent(make, f"人材 {number}") for number in range(2)]
    first_ones = 0
    for _ in range(RACES):
        ids = [draft(version, person, now=make.now).id for person in people]
        asked = [now_of(key) for key in ids]

        won = at_once(
            rules,
            *(
                partial(submitting.submit, seen, CONSENT, actor=person, now=make.now)
                for seen, person in zip(asked, people, strict=True)
            ),
            refusals=REFUSED,
        )

        assert sorted(won) == [False, True]
        first_ones += won[0]
        for key, person, has_won in zip(ids, people, won, strict=True):
            assert state_of(key) is (ApplicationState.applied if has_won else ApplicationState.draft)
            if has_won:
                begin_write()
                following.withdraw(now_of(key), actor=person, now=make.now)
                db.session.commit()
    print(f"\n{RACES} races for the last place: {first_ones} by the one, {RACES - first_ones} by the other")


def test_who_steps_back_while_they_are_chosen_has_one_state(rules: Flask, make: Maker) -> None:
    owner, someone = make.member(), talent(make)
    version = posting(make, actor=owner, documents=[])
    left = 0
    for _ in range(RACES):
        application_id = applied(version, someone, now=make.now).id
        asked = now_of(application_id)

        def choose(asked: SeenApplication = asked) -> None:
            (moved,) = decisions.set_stage([asked], HIRED, kind=Kind.job, actor=owner, now=make.now)
            if moved.refusal:
                raise moved.refusal

        won = at_once(
            rules,
            partial(following.withdraw, asked, actor=someone, now=make.now),
            choose,
            refusals=REFUSED,
        )

        assert sorted(won) == [False, True]
        assert state_of(application_id) is (ApplicationState.withdrawn if won[0] else HIRED)
        left += won[0]
        if not won[0]:
            begin_write()
            following.withdraw(now_of(application_id), actor=someone, now=make.now)
            db.session.commit()
    print(f"\n{RACES} races step back/hire: {left} stepped back, {RACES - left} were chosen first")


def test_no_archive_that_can_be_fetched_holds_who_stepped_back_meanwhile(rules: Flask, make: Maker) -> None:
    owner, someone, other = make.member(), talent(make), talent(make, "石川 拓真")
    version = posting(make, actor=owner)
    applied(version, other, now=make.now)
    entry_id, late = version.entry_id, 0
    for number in range(RACES):
        make.now += timedelta(hours=1)  # one may ask for so many archives an hour
        application_id = applied(version, someone, now=make.now).id
        begin_write()
        key = downloads.request(DownloadKind.posting, entry_id, actor=owner, now=make.now).id
        db.session.commit()
        asked, moment = now_of(application_id), make.now

        assert at_once(
            rules,
            partial(following.withdraw, asked, actor=someone, now=moment),
            partial(downloads.work, moment),
        ) == [True, True]

        downloads.work(make.now)  # what was begun again
        made = db.session.get_one(Download, key, populate_existing=True)
        late += made.state is DownloadState.expired
        assert made.state in (DownloadState.ready, DownloadState.expired)
        if made.file is not None:
            with reading.open_file(made.file) as file, zipfile.ZipFile(file) as archive:
                names = archive.namelist()
            assert not [name for name in names if "青木" in name], number
            assert [name for name in names if "石川" in name], "whoever stayed is in it"
        db.session.rollback()
    print(f"\n{RACES} races step back/archive: {late} archives were made first and recalled")
