"""What `portal doctor` finds in rows and files that no rule of the portal leaves so."""

import io
import secrets
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from models.base import db
from models.entries import Entry, Publication, Version
from models.files import StoredFile
from models.states import Kind, State
from portal import storage
from portal.database import begin_write
from portal.operation import doctor, invariants
from portal.settings import Settings
from tests.make import Maker


@pytest.fixture
def entries(make: Maker) -> list[int]:
    """The version that is public, the one before it, one that waits, one that was taken down; in each state another."""
    own, office = make.member(), make.secretary()
    kinds = (State.published, State.closed, State.suspended, State.superseded, State.approved, State.draft)
    return [make.in_state(state, Kind.notice, actor=own, office=office).id for state in kinds]


def change(statement: object) -> None:
    begin_write()
    db.session.execute(statement)
    db.session.commit()


def forget_the_publication(version_id: int) -> None:
    change(delete(Publication).where(Publication.version_id == version_id))


def publish_too_early(version_id: int) -> None:
    mine = Publication.version_id == version_id
    due_at = db.session.scalars(select(Publication.due_at).where(mine)).one()
    change(update(Publication).where(mine).values(published_at=due_at - timedelta(seconds=1)))


def point_nowhere(version_id: int) -> None:
    entry_id = db.session.scalar(select(Version.entry_id).where(Version.id == version_id))
    change(update(Entry).where(Entry.id == entry_id).values(live_version_id=None))


def never_public(version_id: int) -> None:
    change(update(Version.__table__).where(Version.__table__.c.id == version_id).values(state=State.draft))


@pytest.mark.parametrize(
    ("harm", "found"), [(forget_the_publication, 1), (publish_too_early, 1), (point_nowhere, 1), (never_public, 2)]
)
def test_a_publication_that_is_not_as_the_versions_say(
    rules: Flask, settings: Settings, entries: list[int], harm: Callable[[int], None], found: int
) -> None:
    assert invariants.count_wrong_publications(settings) == 0
    assert doctor.check_publications(settings).fine
    harm(entries[0])
    assert invariants.count_wrong_publications(settings) == found
    assert not doctor.check_publications(settings).fine


def test_a_file_that_is_gone(rules: Flask, settings: Settings, now: datetime, tmp_path: Path) -> None:
    chosen = replace(settings, storage_url=f"file://{tmp_path}/files")
    assert doctor.check_files(chosen).fine, "there is none yet, and no folder"
    store = storage.store_at(chosen.storage_url)
    keys = [secrets.token_hex(16) for _ in range(3)]
    begin_write()
    for key in keys:
        store.put(key, io.BytesIO(b"%PDF"))
        row = {"name": "a.pdf", "media_type": "application/pdf", "size": 4, "sha256": "0" * 64, "created_at": now}
        db.session.add(StoredFile(key=key, **row))
    db.session.commit()
    assert doctor.check_files(chosen).fine
    for key in keys[:2]:
        store.delete(key)
    assert "2件が保存先にありません" in doctor.check_files(chosen).finding
    change(update(StoredFile).where(StoredFile.key == keys[0]).values(dropped_at=now))
    assert invariants.lost_files(chosen) == 1, "what nothing refers to may be gone"
