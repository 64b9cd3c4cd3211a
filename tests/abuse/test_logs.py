"""G33: no name, address, code, token or résumé text in any log, whatever happens; and every reading is on record."""

import logging
from collections.abc import Iterator

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from models.applications import Application, Download
from models.base import db
from models.mail import OutboxMail
from models.people import Account
from models.records import AuditEvent
from models.states import DownloadKind, Lane, Role
from portal import storage
from portal.database import begin_write
from portal.mail import delivery
from portal.recruiting import downloads, resume_pdf
from scheduler import jobs
from scheduler.timetable import Job
from tests.abuse.conftest import Scene
from tests.make import PASSWORD
from tests.recruiting import canaries
from tests.recruiting.builders import profile_of
from tests.recruiting.canaries import EMAIL, MARK
from tests.views.login import mailed_code
from tests.views.pages import Visitor


@pytest.fixture
def nest(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> canaries.Nest:
    monkeypatch.setattr(resume_pdf.press, "print", canaries.printed)
    return canaries.settled(scene.make, scene.owner, scene.another(**canaries.POSTING))


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """Everything down to what an operator would switch on to look for a fault; SQL itself is never logged."""
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy").setLevel(logging.WARNING)
    yield caplog
    logging.getLogger("sqlalchemy").setLevel(logging.NOTSET)


def words_of(caplog: pytest.LogCaptureFixture) -> str:
    """Message, traceback and extra fields of each record: a formatter may show all of them."""
    formatter = logging.Formatter("%(name)s %(message)s")
    return "\n".join(f"{formatter.format(record)} {vars(record)}" for record in caplog.records)


def secrets() -> list[str]:
    """What stands in the outbox for one person alone."""
    params = db.session.scalars(select(OutboxMail.params).where(OutboxMail.lane == Lane.login)).all()
    return [str(value) for row in params for name, value in row.items() if name in ("code", "token")]


def test_a_whole_walk_and_its_faults_leave_nobody_in_the_log(
    scene: Scene, nest: canaries.Nest, said: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes: list[str] = []
    walker = Visitor(scene.browser())
    walker.open("/talent/login").press("次へ", email=EMAIL, password=f"{MARK}-wrong-password", status=422)
    walker.open("/talent/login").press("次へ", email=EMAIL, password=PASSWORD)
    walker.press("ログイン", code="000000", status=422)
    codes.append(mailed_code(walker.client, EMAIL))
    walker.press("ログイン", code=codes[0])
    walker.open("/talent/profile").open(f"/talent/applications/{nest.application_id}")
    walker.client.post("/talent/register", data={"email": EMAIL, "name": MARK, "password": MARK, "again": MARK})
    organization = scene.browser(nest.owner)
    for address in (
        f"/mypage/applications/{nest.entry_id}/?q={MARK}",
        f"/mypage/applications/detail/{nest.application_id}/",
        f"/mypage/applications/{nest.entry_id}/?sort={MARK}&after={MARK}",
        f"/{MARK}",
    ):
        organization.get(address)
    codes += secrets()

    # The store loses a file and goes away; the mail server is away; the press fails.
    for key in list(storage.current().keys()):
        storage.current().delete(key)
    document = db.session.get_one(Application, nest.application_id).documents[0].id
    db.session.rollback()
    address = f"/mypage/applications/detail/{nest.application_id}/documents/{document}"
    assert organization.get(address).status_code == 500
    begin_write()
    downloads.request(DownloadKind.person, nest.application_id, actor=nest.owner, now=scene.make.now)
    db.session.commit()
    downloads.work(scene.make.now)
    delivery.deliver([Lane.login, Lane.normal], now=scene.make.now)

    # A job breaks on a value that is taken: databases like to quote it.
    def twice(_now) -> int:
        begin_write()
        db.session.add(Account(email=EMAIL, name=MARK, role=Role.talent, password_hash=MARK, created_at=scene.make.now))
        db.session.flush()
        return 1

    jobs.run(Job("twice", "試験", 1, twice), now=scene.make.now)
    with pytest.raises(IntegrityError) as raised:
        twice(None)
    db.session.rollback()
    logging.getLogger("portal").error("caught", exc_info=raised.value)

    text = words_of(said)
    assert "job failed" in text, "the log was looked at"
    assert "IntegrityError" in text
    assert "the bytes of a file are gone" in text
    assert len(codes) >= 2
    for word in (MARK, EMAIL, PASSWORD, *codes):
        assert word.lower() not in text.lower(), word


def trail(nest: canaries.Nest) -> list[tuple[str, int | None, int | None]]:
    """What, whose, who: in the order it happened."""
    rows = db.session.execute(
        select(AuditEvent.action, AuditEvent.subject_id, AuditEvent.actor_id).order_by(AuditEvent.id)
    ).all()
    db.session.rollback()
    return [tuple(row) for row in rows]


@pytest.mark.parametrize(
    ("way", "action"),
    [
        ("detail/{application}/", "application.read"),
        ("detail/{application}/documents/{document}", "application.file"),
        ("detail/{application}/resume", "application.resume_pdf"),
        ("downloads/{person}", "download.fetch"),
        ("downloads/{posting}", "download.fetch"),
        ("downloads/{xlsx}", "download.fetch"),
        ("downloads/{csv}", "download.fetch"),
    ],
)
def test_every_way_of_reading_is_on_record_with_who_what_and_when(
    scene: Scene, nest: canaries.Nest, way: str, action: str
) -> None:
    application = db.session.get_one(Application, nest.application_id)
    made = {row.kind.value: row.id for row in downloads.recent(actor=nest.owner, now=scene.make.now)}
    values = {"application": nest.application_id, "document": application.documents[0].id} | made
    db.session.rollback()
    browser, before = scene.browser(nest.owner), len(trail(nest))
    send = browser.post if way.endswith("resume") else browser.get
    assert send(f"/mypage/applications/{way.format(**values)}").status_code == 200
    told = [row for row in trail(nest)[before:] if row[0] == action]
    subject = made.get(way.partition("{")[2].rstrip("}"), nest.application_id)
    assert told == [(action, subject, nest.owner.account_id)]
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc()).limit(1)).one()
    assert (event.organization_id, event.ip) == (nest.owner.organization_id, "127.0.0.1")
    assert abs((event.at - scene.make.now).total_seconds()) < 300


def test_opening_a_profile_and_taking_addresses_are_on_record_too(scene: Scene, nest: canaries.Nest) -> None:
    begin_write()
    profile = profile_of(nest.talent)
    profile.is_public, profile.code = True, "T000000007"
    talent_id = profile.id
    db.session.commit()
    browser = scene.browser(nest.owner)
    before = len(trail(nest))
    assert browser.get("/mypage/talents/T000000007/").status_code == 200
    form = {"item": f"{nest.application_id}:2"}
    assert browser.post(f"/mypage/selection/{nest.entry_id}/mailer", data=form).status_code == 200
    assert trail(nest)[before:] == [
        ("talent.view", talent_id, nest.owner.account_id),
        ("application.address", nest.application_id, nest.owner.account_id),
    ]


# What each party decides, in the order of a selection: the address, what is posted, and what the trail then says.
DECISIONS = [
    ("owner", "/mypage/selection/detail/{key}/stage", {"revision": "2", "to": "received"}, "application.move"),
    ("owner", "/mypage/selection/detail/{key}/note", {"note": MARK, "note_revision": "2"}, "application.note"),
    ("owner", "/mypage/selection/detail/{key}/documents/{document}", {"state": "defective"}, "application.document"),
    (
        "owner",
        "/mypage/selection/detail/{key}/ask",
        {"document": "{document}", "until": "2099-01-31T17:00", "message": MARK},
        "application.move",
    ),
    ("owner", "/mypage/applications/detail/{key}/download", {}, "download.request"),
    ("owner", "/mypage/applications/{entry}/download", {"kind": "csv"}, "download.request"),
    ("talent", "/talent/applications/{key}/withdraw", {"revision": "4"}, "application.move"),
    ("talent", "/talent/data", {}, "download.request"),
]


def test_every_decision_leaves_one_row_with_who_and_about_what(scene: Scene, nest: canaries.Nest) -> None:
    """One after the other about the same application; a refused one leaves none."""
    document = db.session.get_one(Application, nest.application_id).documents[0].id
    db.session.rollback()
    values = {"key": nest.application_id, "document": document, "entry": nest.entry_id}
    people = {"owner": nest.owner, "talent": nest.talent}
    browsers = {name: scene.browser(actor) for name, actor in people.items()}
    for who, address, form, action in DECISIONS:
        before = len(trail(nest))
        sent = {name: text.format(**values) for name, text in form.items()}
        answer = browsers[who].post(address.format(**values), data=sent)
        assert answer.status_code == 303, (address, answer.text)
        told = trail(nest)[before:]
        assert [(row[0], row[2]) for row in told] == [(action, people[who].account_id)], address
        about = nest.application_id if action.startswith("application") else newest_download()
        assert told[0][1] == about, address
        if action == "application.move":  # the same click again finds another state, and says so
            assert browsers[who].post(address.format(**values), data=sent).status_code in (303, 409, 422)
            assert [row[0] for row in trail(nest)[before:]].count(action) == 1, address
    said = repr(db.session.scalars(select(AuditEvent.details)).all())
    assert MARK not in said


def newest_download() -> int | None:
    return db.session.scalar(select(func.max(Download.id)))


def test_what_cannot_be_put_on_record_is_not_shown(
    scene: Scene, nest: canaries.Nest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The trail comes first: if it fails, nothing of the person leaves."""

    def broken(*_: object, **__: object) -> None:
        raise OSError("the trail is away")

    document = db.session.get_one(Application, nest.application_id).documents[0].id
    db.session.rollback()
    browser = scene.browser(nest.owner)
    browser.application.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("portal.audit.record", broken)
    for way in (f"detail/{nest.application_id}/", f"detail/{nest.application_id}/documents/{document}"):
        answer = browser.get(f"/mypage/applications/{way}")
        assert answer.status_code == 500
        assert MARK.encode() not in answer.data
    browser.application.config["PROPAGATE_EXCEPTIONS"] = None


def test_the_trail_itself_names_nobody(scene: Scene, nest: canaries.Nest) -> None:
    """Ids alone: what people are called stands where it can be erased."""
    said = repr(
        db.session.execute(select(AuditEvent.action, AuditEvent.subject, AuditEvent.batch, AuditEvent.details)).all()
    )
    assert "application.move" in said
    assert MARK not in said
    assert EMAIL not in said
