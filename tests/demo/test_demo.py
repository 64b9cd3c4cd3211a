"""The demo loads on both databases and is what the README and the manual's readers expect of it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.people import Account
from models.records import AuditEvent
from models.states import Kind, MailState, State
from portal.accounts.passwords import verify_password
from portal.app import create_app
from portal.operation import demonstration
from portal.operation.banner import DEMO_ACCOUNTS, DEMO_PASSWORD
from portal.publishing import catalog
from portal.publishing.catalog import Search
from portal.settings import Settings
from tests import databases


@pytest.fixture(scope="module", params=databases.KINDS)
def demo(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, worker: str) -> Iterator[Flask]:
    """Loaded once a database; the tests only read."""
    url = databases.fresh_url(request.param, tmp_path_factory.mktemp("demo"), f"portal_demo_{worker}")
    databases.migrate(url)
    settings = Settings(database_url=url, secret_key="a secret for the demo that is long enough")
    assert demonstration.load_if_empty(settings)
    assert not demonstration.load_if_empty(settings), "a second start leaves the data alone"
    app = create_app(settings, doors=False)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_every_account_of_the_banner_can_log_in(demo: Flask) -> None:
    with demo.app_context():
        hashes = dict(db.session.execute(select(Account.email, Account.password_hash)).all())
    assert {address for address, _who in DEMO_ACCOUNTS} <= set(hashes)
    assert verify_password(hashes["org@example.jp"], DEMO_PASSWORD)
    assert len(set(hashes.values())) == 1


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


def test_a_load_that_is_cut_off_leaves_an_empty_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = databases.fresh_url("sqlite", tmp_path, "cut")
    databases.migrate(url)
    settings = Settings(database_url=url, secret_key="a secret for the demo that is long enough")

    def cut() -> None:
        raise KeyboardInterrupt

    from portal.demo import life

    monkeypatch.setattr(life, "finish", cut)
    with pytest.raises(KeyboardInterrupt):
        demonstration.load_if_empty(settings)
    with create_app(settings, doors=False).app_context():
        assert db.session.scalar(select(func.count()).select_from(Account)) == 0
