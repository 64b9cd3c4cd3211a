"""G20, G24, G25: a request that is stopped in the middle leaves nothing half done, whether its process is killed, the
disk is full or the database goes away: at each step in turn, through the page, in a process of its own."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import count

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from models.applications import Application
from models.base import db
from models.entries import Entry
from models.files import StoredFile
from models.mail import OutboxMail
from models.records import AuditEvent
from models.states import ApplicationState, DocumentState
from portal import storage
from portal.files import dropping
from tests.abuse.conftest import Scene
from tests.drills import files as drill
from tests.recruiting.builders import talent
from tests.recruiting.pages import pdf

pytestmark = pytest.mark.usefixtures("true_figures")

SYSTEM = {"write", "fsync", "rename"}  # tests/drills/files.py stops at every other call as well
COMMITS, STATEMENTS = {"do_commit"}, {"do_commit", "do_execute"}
Harm = tuple[Callable[[], None], set[str], set[str]]


def away() -> None:
    raise OperationalError("COMMIT", {}, Exception("the connection is gone"))


# What happens, before which steps (`return`: after them), and which of the database's count as steps.
UPLOAD: dict[str, Harm] = {
    "killed": (drill.killed, {"c_call", "call", "return"}, COMMITS),
    "disk full": (drill.full, {"c_call"}, set()),
    "database away": (away, {"call", "return"}, COMMITS),
}
SUBMIT: dict[str, Harm] = {
    "killed": (drill.killed, {"call"}, STATEMENTS),
    "killed after the commit": (drill.killed, {"return"}, COMMITS),
    "database away": (away, {"call", "return"}, COMMITS),
}


@dataclass(frozen=True)
class Stopped:
    step: int
    ending: str


def stopped_everywhere(act: Callable[[int], str], harm: Harm) -> Iterator[Stopped]:
    """After each step at which the request was stopped, and at last after the one that nothing stopped."""
    happens, events, database = harm
    for step in count(1):
        steps = drill.Steps(step, happens, events, system=SYSTEM, database=database)

        def work(steps: drill.Steps = steps) -> str:
            with drill.watched(steps):
                return act(steps.at)

        db.session.remove()
        db.engine.dispose()  # no connection is shared with the process that will be killed
        ending, seen = drill.run(work, steps)
        yield Stopped(step, ending)
        if seen < step:
            return


# ---- a document is handed in


@pytest.mark.parametrize("harm", UPLOAD)
def test_an_upload_that_is_stopped_is_there_whole_or_not_at_all(scene: Scene, harm: str) -> None:
    """Each time another file is sent: what is served afterwards is all of it, or all of the one before."""
    browser, organization = scene.browser(scene.talent), scene.browser(scene.owner)
    number, talent_id = scene.number, scene.talent.account_id
    db.session.rollback()

    def upload(step: int) -> str:
        given = {"document-1": (BytesIO(body(step)), f"{step}.pdf"), "consent": "1"}
        return str(browser.post(f"/talent/apply/{number}", data=given).status_code)

    served, endings, faults = b"", dict[str, int](), list[str]()
    for stopped in stopped_everywhere(upload, UPLOAD[harm]):
        endings[stopped.ending] = endings.get(stopped.ending, 0) + 1
        application = db.session.scalars(select(Application)).one_or_none()
        before, served = served, b""
        if application is not None:
            assert application.state is ApplicationState.draft
            (document,) = application.documents
            assert (document.file_id is None) is (document.state is DocumentState.missing)
            addresses = (
                (browser, f"/talent/applications/{application.id}/documents/{document.id}"),
                (organization, f"/mypage/applications/detail/{application.id}/documents/{document.id}"),
            )
            has_file = document.file_id is not None
            db.session.rollback()
            answers = [client.get(address) for client, address in addresses]
            assert [answer.status_code for answer in answers] == [200 if has_file else 404, 404]
            served = answers[0].data if has_file else b""
        if served not in (before, body(stopped.step)):
            faults.append(f"step {stopped.step}: {len(served)} bytes that nobody sent")
        if stopped.ending == "303" and served != body(stopped.step):
            faults.append(f"step {stopped.step}: said to be kept, and is not")
        faults += [f"step {stopped.step}: {fault}" for fault in rows_without_bytes()]
    print(f"\n{db.engine.dialect.name}, {harm}: {endings}")
    assert faults == []
    assert stopped.ending == "303"
    assert stopped.step >= {"killed": 10, "disk full": 6, "database away": 3}[harm]
    # A day later nothing is left of those that were stopped.
    dropping.sweep(datetime.now(UTC) + timedelta(days=8))
    (left,) = db.session.scalars(select(StoredFile))
    assert (list(storage.current().keys()), left.owner_id) == ([left.key], talent_id)


def body(step: int) -> bytes:
    return pdf(f"step {step}")


def rows_without_bytes() -> Iterator[str]:
    keys = set(storage.current().keys())
    for stored in db.session.scalars(select(StoredFile)):
        if stored.key not in keys:
            yield f"a row without bytes: {stored.name}"
    db.session.rollback()


# ---- an application is handed in


@pytest.mark.parametrize("harm", SUBMIT)
def test_an_application_that_is_stopped_is_handed_in_with_all_that_belongs_to_it_or_not_at_all(
    scene: Scene, harm: str
) -> None:
    """State, résumé, number of applications, both letters and the trail: all of them or none."""
    organization = scene.browser(scene.owner)
    browser, key = applicant(scene)
    applied = 0

    def submit(_step: int) -> str:
        address = f"/talent/applications/{key}/confirm"
        return str(browser.post(address, data={"revision": 1}).status_code)

    endings = dict[str, int]()
    for stopped in stopped_everywhere(submit, SUBMIT[harm]):
        endings[stopped.ending] = endings.get(stopped.ending, 0) + 1
        application = db.session.get_one(Application, key)
        is_in = application.state is ApplicationState.applied
        assert is_in or application.state is ApplicationState.draft
        assert is_in or stopped.ending != "303", "said to be handed in, and is not"
        assert bool(application.resume) is bool(application.applied_at) is bool(application.name) is is_in
        assert (application.revision == 2) is is_in
        db.session.rollback()
        applied += is_in
        assert told(scene) == (applied, applied, applied, applied), f"step {stopped.step}"
        status = organization.get(f"/mypage/applications/detail/{key}/").status_code
        assert status == (200 if is_in else 404)
        if is_in:  # who does not know it tries again, and is shown what was done; then it is another one's turn
            again = browser.post(f"/talent/applications/{key}/confirm", data={"revision": 1})
            assert (again.status_code, again.location) == (303, f"/talent/applications/{key}/done")
            assert told(scene) == (applied, applied, applied, applied)
            browser, key = applicant(scene)
    print(f"\n{db.engine.dialect.name}, {harm}: {endings}")
    assert stopped.ending == "303"
    assert stopped.step >= (10 if STATEMENTS is SUBMIT[harm][2] else 2)
    assert applied == (2 if "return" in SUBMIT[harm][1] else 1)


def applicant(scene: Scene):
    """Somebody who has only to press the last button, and the number of the application."""
    someone = talent(scene.make, "応募 する人")
    key = scene.draft(someone).id
    browser = scene.browser(someone)
    db.session.rollback()
    return browser, key


def told(scene: Scene) -> tuple[int, ...]:
    """How many applications the posting counts, how many letters went to either side, and what the trail says."""
    sent = db.session.execute(select(OutboxMail.letter, func.count()).group_by(OutboxMail.letter))
    letters = {letter: number for letter, number in sent}  # noqa: C416  # rows are no pairs to dict()
    moves = db.session.scalar(select(func.count()).where(AuditEvent.action == "application.move"))
    counted = db.session.scalar(select(Entry.application_count).where(Entry.id == scene.entry_id))
    db.session.rollback()
    return (
        counted or 0,
        letters.get("application_received", 0),
        letters.get("application_arrived", 0),
        moves or 0,
    )
