"""Publishing by chunks: what cannot be published is left alone, and everything else of its chunk is published once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from models.base import db
from models.entries import Entry, Publication, Version
from models.mail import OutboxMail
from models.states import Kind, State
from portal.database import begin_write
from portal.publishing import publication
from tests.make import Maker


def spoil(version: Version, *, now: datetime) -> None:
    """As if it had been published before: its publication cannot be written a second time."""
    begin_write()
    db.session.add(Publication(version_id=version.id, entry_id=version.entry_id, due_at=now, published_at=now))
    db.session.commit()


@pytest.mark.parametrize("bad", [[0], [3], [6], [1, 2, 5], [0, 1, 2, 3, 4, 5, 6]])
def test_bad_items_stop_nobody_else(bad: list[int], make: Maker, now: datetime) -> None:
    owner, office = make.member(), make.secretary()
    versions = [make.approved(Kind.notice, actor=owner, office=office) for _ in range(7)]
    for place in bad:
        spoil(versions[place], now=now)

    published = publication.publish_due(now + timedelta(days=60))

    assert published == 7 - len(bad)
    for place, version in enumerate(versions):
        db.session.refresh(version)
        assert version.state is (State.approved if place in bad else State.published)
        pointer = db.session.scalar(select(Entry.live_version_id).where(Entry.id == version.entry_id))
        assert pointer == (None if place in bad else version.id)
        told = select(func.count()).where(OutboxMail.version_id == version.id, OutboxMail.letter == "entry_published")
        assert db.session.scalar(told) == (0 if place in bad else 1)


def test_many_chunks_leave_nothing(make: Maker, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(publication, "CHUNK", 2)
    owner, office = make.member(), make.secretary()
    versions = [make.approved(Kind.notice, actor=owner, office=office) for _ in range(5)]
    spoil(versions[2], now=now)

    assert publication.publish_due(now + timedelta(days=60)) == 4
    assert publication.publish_due(now + timedelta(days=60)) == 0


def test_message_ids_differ(make: Maker, now: datetime) -> None:
    owner = make.member()
    for _ in range(3):
        make.published(Kind.notice, actor=owner)

    ids = db.session.scalars(select(OutboxMail.message_id)).all()

    assert len(set(ids)) == len(ids) > 3
    assert all(one.startswith("<") and one.endswith("@partner.example.jp>") for one in ids)
