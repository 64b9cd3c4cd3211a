"""The demo loads on both databases and is what the README and the manual's readers expect of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Select, func, select

from models.applications import Application, ApplicationDocument
from models.base import db
from models.entries import Entry, EventVersion, Version
from models.files import StoredFile
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.organizations import Organization
from models.people import Account
from models.records import AuditEvent
from models.states import (
    ApplicationState,
    DocumentState,
    Kind,
    MailClass,
    MailState,
    MessageState,
    Side,
    State,
)
from models.talents import Talent
from portal.accounts.passwords import verify_password
from portal.app import create_app
from portal.demo import scenes
from portal.files import inspection, reading
from portal.files.kinds import DOCUMENT_KINDS, DOCX, JPEG, PDF
from portal.operation import demonstration
from portal.operation.banner import DEMO_ACCOUNTS, DEMO_PASSWORD
from portal.publishing import catalog
from portal.publishing.catalog import Search
from portal.recruiting.stages import SEATED, STAGES
from portal.settings import Settings
from tests import databases
from tests.demo import loaded


@pytest.fixture(scope="module", params=databases.KINDS)
def demo(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared: Path, worker: str
) -> Iterator[Flask]:
    """Loaded once a database; the tests only read."""
    if request.param == "sqlite":
        settings = loaded.load(shared).settings
    else:
        url = databases.fresh_url(request.param, tmp_path_factory.mktemp("demo"), f"portal_demo_{worker}")
        databases.migrate(url)
        settings = settings_of(url, tmp_path_factory.mktemp("files"))
        assert demonstration.load_if_empty(settings)
        assert not demonstration.load_if_empty(settings), "a second start leaves the data alone"
    app = create_app(settings, doors=False)
    yield app
    with app.app_context():
        db.engine.dispose()


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(database_url=url, secret_key=loaded.SECRET, storage_url=f"file://{folder}/files")


def test_every_account_of_the_banner_can_log_in(demo: Flask) -> None:
    with demo.app_context():
        hashes = dict(db.session.execute(select(Account.email, Account.password_hash)).all())
    assert {address for address, _who in DEMO_ACCOUNTS} <= set(hashes)
    assert verify_password(hashes["org@example.jp"], DEMO_PASSWORD)
    assert {email for email, stored in hashes.items() if not stored} == {scenes.INVITED}, "who was just invited"
    assert len(set(hashes.values()) - {""}) == 1


def test_the_first_talent_and_the_organization_of_the_agency_are_strangers(demo: Flask) -> None:
    """So that an offer to somebody who never applied can be tried."""
    with demo.app_context():
        query = (
            select(func.count())
            .select_from(Application)
            .join(Talent, Talent.id == Application.talent_id)
            .join(Account, Account.id == Talent.account_id)
            .where(Account.email == "talent@example.jp")
        )
        agency = select(Account.organization_id).where(Account.email == "jica@example.jp").scalar_subquery()
        assert db.session.scalar(query)
        assert not db.session.scalar(query.where(Application.organization_id == agency))


def test_the_first_organization_has_an_entry_in_every_state(demo: Flask) -> None:
    with demo.app_context():
        organization_id = db.session.scalar(select(Account.organization_id).where(Account.email == "org@example.jp"))
        states = set(db.session.scalars(select(Version.state).where(Version.organization_id == organization_id)))
        revisions = set(
            db.session.scalars(
                select(Version.state)
                .join(Entry, Entry.id == Version.entry_id)
                .where(Version.organization_id == organization_id, Entry.live_version_id != Version.id)
            )
        )
    assert states == set(State) - {State.superseded}
    assert {State.submitted, State.returned} <= revisions, "revisions wait and came back"


def test_the_desk_has_a_morning_of_work(demo: Flask) -> None:
    with demo.app_context():
        waiting = db.session.scalars(select(Version).where(Version.state == State.submitted)).all()
        now = datetime.now(UTC)
        assert 35 <= len(waiting) <= 55
        assert {version.kind for version in waiting} == set(Kind)
        assert any(version.due_at and version.due_at < now for version in waiting), "some are late"
        assert sum(version.warning_count > 0 for version in waiting) >= 3
        assert all(version.error_count == 0 for version in waiting)
        assert any(version.assignee_id for version in waiting)
        assert len({version.organization_id for version in waiting}) > 15


def test_no_two_entries_have_one_title(demo: Flask) -> None:
    with demo.app_context():
        repeated = db.session.scalars(
            select(Version.title)
            .where(Version.title != "")
            .group_by(Version.title)
            .having(func.count(Version.entry_id.distinct()) > 1)
        ).all()
    assert repeated == []


def test_the_site_looks_lived_in(demo: Flask) -> None:
    with demo.app_context():
        now = datetime.now(UTC)
        totals = {kind: catalog.search(kind, Search(), now=now).total for kind in Kind}
        titles = list(
            db.session.scalars(
                select(Version.title)
                .join(Entry, Entry.live_version_id == Version.id)
                .where(Version.state == State.published)
            )
        )
    assert totals[Kind.job] >= 25
    assert totals[Kind.event] >= 8
    assert totals[Kind.notice] >= 5
    assert len(set(titles)) > 0.8 * len(titles), "few titles stand twice"


def test_no_letter_of_the_past_leaves_now(demo: Flask) -> None:
    with demo.app_context():
        states = dict(db.session.execute(select(OutboxMail.state, func.count()).group_by(OutboxMail.state)).all())
    assert set(states) == {MailState.sent}
    assert states[MailState.sent] > 500


def test_its_history_is_that_of_an_office(demo: Flask) -> None:
    """In order, by people, and none of it after the present."""
    with demo.app_context():
        latest = db.session.scalar(select(func.max(AuditEvent.at)))
        acts = dict(db.session.execute(select(AuditEvent.action, func.count()).group_by(AuditEvent.action)).all())
        early = db.session.scalar(
            select(func.count()).select_from(Version).where(Version.published_at < Version.publish_at)
        )
    assert latest is not None
    assert latest <= datetime.now(UTC)
    assert acts["entry.return"] > 10
    assert acts["entry.approve"] > 150
    assert early == 0


def own_applications() -> Select[tuple[Application]]:
    member = select(Account.organization_id).where(Account.email == "org@example.jp").scalar_subquery()
    return select(Application).where(Application.organization_id == member)


def test_the_first_organization_has_applications_in_every_state(demo: Flask) -> None:
    with demo.app_context():
        there = {(row.kind, row.state) for row in db.session.scalars(own_applications())}
        most = max(Counter(row.entry_id for row in db.session.scalars(own_applications())).values())
        unread = db.session.scalars(own_applications().where(Application.read_at.is_(None))).all()
    assert {state for kind, state in there if kind is Kind.job} >= set(STAGES[Kind.job])
    documents_again = {ApplicationState.resubmit_wait, ApplicationState.resubmitted, ApplicationState.rejected}
    assert {state for kind, state in there if kind is Kind.event} >= set(STAGES[Kind.event]) - documents_again
    assert most > 20, "a list has a second page"
    assert unread


def test_talents_of_every_sort_apply(demo: Flask) -> None:
    with demo.app_context():
        talents = db.session.scalars(select(Talent)).all()
        names = "".join(talent.account.name for talent in talents)
        applying = db.session.scalar(select(func.count(Application.talent_id.distinct())))
        born = [talent.birthdate for talent in talents if talent.birthdate]
    assert len(talents) >= 30
    assert (applying or 0) >= 30
    assert {(talent.is_public, talent.accepts_offers) for talent in talents} == {
        (True, True), (True, False), (False, True), (False, False),
    }  # fmt: skip
    assert set("髙﨑𠮷德濵邉") <= set(names)
    assert max(born).year - min(born).year > 40


def test_an_event_is_full_and_some_wait(demo: Flask) -> None:
    with demo.app_context():
        entry_id = db.session.scalar(
            own_applications().with_only_columns(Application.entry_id).where(Application.state == "waitlisted").limit(1)
        )
        version = db.session.scalars(select(EventVersion).where(EventVersion.entry_id == entry_id)).one()
        taken = db.session.scalar(
            select(func.count()).where(Application.entry_id == entry_id, Application.state.in_(SEATED))
        )
        waiting = db.session.scalars(
            select(Account.email)
            .join(Talent, Talent.account_id == Account.id)
            .join(Application, Application.talent_id == Talent.id)
            .where(Application.entry_id == entry_id, Application.state == ApplicationState.waitlisted)
        ).all()
    assert taken == version.capacity
    assert "talent@example.jp" in waiting


def test_the_talent_of_the_readme_is_asked_for_a_document_again(demo: Flask) -> None:
    with demo.app_context():
        asked = db.session.scalars(
            own_applications()
            .join(Talent, Talent.id == Application.talent_id)
            .join(Account, Account.id == Talent.account_id)
            .where(Account.email == "talent@example.jp", Application.state == ApplicationState.resubmit_wait)
        ).all()
        states = {document.state for application in asked for document in application.documents}
        untils = [application.reopened_until for application in asked]
    assert DocumentState.reopened in states
    assert all(until and until > datetime.now(UTC) for until in untils)


def test_the_papers_are_real_files(demo: Flask) -> None:
    with demo.app_context():
        rows = select(StoredFile).join(ApplicationDocument, ApplicationDocument.file_id == StoredFile.id)
        samples = {stored.media_type: stored for stored in db.session.scalars(rows)}
        for media_type, stored in samples.items():
            with reading.open_file(stored) as file:
                assert inspection.judge(file, DOCUMENT_KINDS).media_type == media_type
    assert {PDF.media_type, DOCX.media_type, JPEG.media_type} <= set(samples)


def test_a_load_that_is_cut_off_leaves_an_empty_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = databases.fresh_url("sqlite", tmp_path, "cut")
    databases.migrate(url)
    settings = settings_of(url, tmp_path)

    from portal.demo import applications

    follow, followed = applications.Applying.follow, count(1)

    def cut(self: Any, *given: Any) -> None:
        follow(self, *given)
        if next(followed) == 5:
            assert db.session.scalar(select(func.count()).select_from(Version)), "something was there to be lost"
            raise KeyboardInterrupt

    monkeypatch.setattr(applications.Applying, "follow", cut)
    with pytest.raises(KeyboardInterrupt):
        demonstration.load_if_empty(settings)
    with create_app(settings, doors=False).app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0


def test_organizations_and_talents_have_written_to_each_other(demo: Flask) -> None:
    with demo.app_context():
        rows = db.session.execute(
            select(Message.mail_class, Message.state, Message.side, Message.delivered_at, Organization.name)
            .join(Organization, Organization.id == Message.organization_id)
            .order_by(Message.id)
        ).all()
        unread = db.session.scalars(select(Thread).where(Thread.unread_organization > 0)).all()
        between = db.session.scalars(
            select(Thread.id)
            .join(Talent, Talent.id == Thread.talent_id)
            .join(Account, Account.id == Talent.account_id)
            .where(Account.email == "talent@example.jp", Thread.organization_id.in_(jica()))
        ).all()
        now = datetime.now(UTC)
    assert {row.mail_class for row in rows} == set(MailClass)
    assert {row.side for row in rows} == set(Side)
    assert {row.state for row in rows} >= {MessageState.delivered, MessageState.held}
    assert all(row.delivered_at <= now for row in rows if row.delivered_at)
    assert len({row.name for row in rows}) == 2
    assert unread, "an answer waits to be read"
    assert between == []


def jica() -> Select[tuple[int | None]]:
    return select(Account.organization_id).where(Account.email == "jica@example.jp")
