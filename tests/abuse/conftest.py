"""A posting that takes applications, a talent and the organization in their browsers, and a rival of each."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.applications import Application
from models.base import db
from models.entries import Version
from portal.actors import Actor
from portal.database import begin_write
from portal.recruiting import drafting
from tests.access.world import AGO
from tests.make import Maker
from tests.recruiting.builders import applied, draft, talent
from tests.views.login import log_in

DOCUMENTS = [{"name": "語学力を証明する書類", "required": True, "note": ""}]


@dataclass(frozen=True)
class Scene:
    site: Flask
    make: Maker
    ago: Maker
    owner: Actor
    rival: Actor  # of another organization
    talent: Actor
    other: Actor  # another talent
    version: Version
    version_id: int
    entry_id: int
    number: str

    def browser(self, actor: Actor | None = None) -> FlaskClient:
        """A new one, logged in as the actor."""
        client = self.site.test_client()
        if actor:
            log_in(client, actor)
        return client

    def draft(self, actor: Actor | None = None) -> Application:
        """All but the last click is done."""
        application = draft(self.version, actor or self.talent, now=self.make.now)
        begin_write()
        drafting.remember(application, session_at=None, consent=True)
        db.session.commit()
        return application

    def applied(self, actor: Actor | None = None) -> Application:
        return applied(self.version, actor or self.talent, now=self.make.now)

    def another(self, **content: Any) -> Version:
        return self.ago.published(actor=self.owner, **{"documents": DOCUMENTS} | content)


@pytest.fixture
def scene(site: Flask, make_here: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    settings = dataclasses.replace(site.config["PORTAL"], storage_url=f"file://{tmp_path}/files")
    monkeypatch.setitem(site.config, "PORTAL", settings)
    monkeypatch.delitem(site.extensions, "storage", raising=False)
    house = make_here.organization("みどりの会")
    ago = Maker(datetime.now(UTC) - AGO)
    ago._count = 10_000  # addresses of its own
    owner = make_here.member(house)
    version = ago.published(actor=owner, documents=DOCUMENTS)
    people = talent(make_here), talent(make_here, "石川 拓真")
    rival = make_here.member()
    yield Scene(
        site, make_here, ago, owner, rival, *people, version, version.id, version.entry_id, version.entry.number
    )
    db.session.rollback()
    site.extensions.pop("storage", None)
