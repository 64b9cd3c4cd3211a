"""Talents and their applications for tests, made by the services."""

import io
from datetime import datetime
from typing import Any

from models.applications import Application
from models.base import db
from models.entries import Version
from models.people import Account
from models.states import Kind, ResumeType, Role
from models.talents import Talent
from portal.actors import Actor
from portal.database import begin_write
from portal.files import intake
from portal.files.kinds import PDF
from portal.matching import profiles, search_index
from portal.recruiting import drafting, resumes, submitting
from portal.recruiting.moves import SeenApplication
from portal.recruiting.submitting import Answers
from tests.make import Maker, actor_of
from tests.recruiting.pages import pdf

RESUME = {"education": [{"at": "2010-03", "text": "東都大学 卒業"}], "work": [{"at": "2010-04", "text": "水道局 入職"}]}
WEB = {
    "documents": [
        {"name": "語学力を証明する書類", "required": True, "note": ""},
        {"name": "業務経歴一覧", "required": False, "note": ""},
    ]
}


def talent(make: Maker, name: str = "青木 千尋", **columns: Any) -> Actor:
    """A talent with a profile and a general résumé."""
    account: Account = make.account(Role.talent, name=name)
    begin_write()
    actor = actor_of(account)
    profile = profile_of(actor)
    for key, value in ({"name_kana": "あおき ちひろ", "phone": "090-0000-0000", "address": "東京都"} | columns).items():
        setattr(profile, key, value)
    search_index.refresh([profile.id])
    resumes.save(profile, ResumeType.general, RESUME, revision=0, actor=actor, now=make.now)
    db.session.commit()
    return actor


def profile_of(actor: Actor) -> Talent:
    return profiles.own(actor)


def posting(make: Maker, kind: Kind = Kind.job, **content: Any) -> Version:
    """A public posting that takes web applications now."""
    version = make.published(kind, **content)
    assert version.open_at is not None
    make.now = version.open_at
    return version


def draft(version: Version, actor: Actor, *, now: datetime, files: bool = True) -> Application:
    begin_write()
    application = drafting.start(version.entry_id, actor=actor, now=now)
    if files:
        for document in application.documents:
            # Not inspected: that takes a process of its own for each file, and has its tests in tests/files.
            stored = intake.keep_made(
                io.BytesIO(pdf(document.name)),
                f"{document.name}.pdf",
                PDF.media_type,
                owner_id=actor.account_id,
                now=now,
            )
            drafting.put_document(document.id, stored, application=application, now=now)
    db.session.commit()
    return application


def submit(application: Application, actor: Actor, *, now: datetime, answers: Answers | None = None) -> Application:
    begin_write()
    seen = SeenApplication(application.id, application.revision)
    handed = submitting.submit(seen, answers or Answers(consent=True), actor=actor, now=now)
    db.session.commit()
    return handed


def applied(version: Version, actor: Actor, *, now: datetime) -> Application:
    return submit(draft(version, actor, now=now), actor, now=now)
