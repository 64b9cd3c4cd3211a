"""A25, G24: many clicks are one application; the last second counts, the next one does not."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from sqlalchemy import func, select, update

from models.applications import Application
from models.base import db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.states import ApplicationState, State
from portal.database import begin_write
from portal.publishing import publication
from tests.abuse.conftest import Scene

pytestmark = pytest.mark.usefixtures("true_figures")

SECOND = timedelta(seconds=1)
THREADS, EACH = 10, 10  # SQLite has ten connections of ten threads at most


def letters() -> dict[str, int]:
    rows = db.session.execute(select(OutboxMail.letter, func.count()).group_by(OutboxMail.letter))
    return {name: count for name, count in rows.all() if name.startswith("application_")}


def deadline(scene: Scene, close_at: datetime) -> None:
    begin_write()
    db.session.execute(
        update(Version).where(Version.id == scene.version_id).values(close_at=close_at, unpublish_at=close_at)
    )
    db.session.commit()


def test_a_hundred_clicks_are_one_application_and_one_answer(scene: Scene) -> None:
    application = scene.draft()
    address, revision = f"/talent/applications/{application.id}/confirm", application.revision
    browsers = [scene.browser(scene.talent) for _ in range(THREADS)]
    barrier = Barrier(THREADS)
    db.session.rollback()

    def click(browser) -> list[tuple[int, str]]:
        barrier.wait()
        answers = [browser.post(address, data={"revision": revision}) for _ in range(EACH)]
        return [(answer.status_code, answer.location) for answer in answers]

    with ThreadPoolExecutor(THREADS) as pool:
        answers = [answer for some in pool.map(click, browsers) for answer in some]

    assert len(answers) == THREADS * EACH
    assert set(answers) == {(303, f"/talent/applications/{application.id}/done")}
    states = db.session.execute(select(Application.state, func.count()).group_by(Application.state)).all()
    assert dict(states) == {ApplicationState.applied: 1}
    assert db.session.scalar(select(Entry.application_count)) == 1
    assert letters() == {"application_received": 1, "application_arrived": 1}
    page = browsers[0].get(answers[0][1])
    assert page.status_code == 200
    assert application.number in page.text


def test_two_windows_begin_one_draft(scene: Scene) -> None:
    address = f"/talent/apply/{scene.number}"
    browsers = [scene.browser(scene.talent) for _ in range(THREADS)]
    barrier = Barrier(THREADS)
    db.session.rollback()

    def click(browser) -> int:
        barrier.wait()
        return browser.post(address, data={"consent": "1"}).status_code

    with ThreadPoolExecutor(THREADS) as pool:
        answers = set(pool.map(click, browsers))
    assert answers <= {303, 409}, answers
    assert db.session.scalar(select(func.count()).select_from(Application)) == 1


@pytest.mark.parametrize(("late", "is_taken"), [(-SECOND, True), (timedelta(0), True), (SECOND, False)])
def test_the_last_second_counts_and_the_next_one_does_not(scene: Scene, late: timedelta, is_taken: bool) -> None:
    application = scene.draft()
    key, revision = application.id, application.revision
    close_at = (scene.make.now + timedelta(days=1)).replace(microsecond=0)
    deadline(scene, close_at)
    with time_machine.travel(close_at + late, tick=False):
        browser = scene.browser(scene.talent)
        answer = browser.post(f"/talent/applications/{key}/confirm", data={"revision": revision})
        told = browser.get(answer.location) if answer.location else answer
    db.session.rollback()
    application = db.session.get_one(Application, key)
    if is_taken:
        assert (answer.status_code, answer.location) == (303, f"/talent/applications/{key}/done")
        assert application.state is ApplicationState.applied
        assert letters() == {"application_received": 1, "application_arrived": 1}
        return
    assert told.status_code == 422
    assert "募集期間が終了しました" in told.text
    assert (application.state, application.applied_at) == (ApplicationState.draft, None)
    assert all(document.file_id for document in application.documents), "what was handed over stays for now"
    assert letters() == {}


def test_a_second_click_after_the_deadline_shows_what_the_first_one_did(scene: Scene) -> None:
    application = scene.draft()
    key, revision = application.id, application.revision
    close_at = (scene.make.now + timedelta(days=1)).replace(microsecond=0)
    deadline(scene, close_at)
    answers = []
    for moment in (close_at, close_at + SECOND):
        with time_machine.travel(moment, tick=False):
            browser = scene.browser(scene.talent)
            answer = browser.post(f"/talent/applications/{key}/confirm", data={"revision": revision})
        answers.append((answer.status_code, answer.location))
    assert answers == [(303, f"/talent/applications/{key}/done")] * 2
    assert letters() == {"application_received": 1, "application_arrived": 1}


def test_what_was_sent_in_time_is_taken_though_the_clock_was_quicker(scene: Scene) -> None:
    """The clock ends the posting at the deadline; a request that was read in that second waits for the same row."""
    application = scene.draft()
    key, revision = application.id, application.revision
    close_at = (scene.make.now + timedelta(days=1)).replace(microsecond=0)
    deadline(scene, close_at)
    with time_machine.travel(close_at, tick=False):
        browser = scene.browser(scene.talent)
        publication.close_due(close_at + SECOND)
        db.session.rollback()
        assert db.session.get_one(Version, scene.version_id).state is State.closed
        db.session.rollback()
        answer = browser.post(f"/talent/applications/{key}/confirm", data={"revision": revision})
    assert (answer.status_code, answer.location) == (303, f"/talent/applications/{key}/done")
