"""What the routes of talents and of their applications are asked for."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

from models.applications import Application
from models.base import db
from models.entries import Version
from models.states import DocumentState, DownloadKind, Kind, ResumeType
from models.talents import Registration
from portal import clock
from portal.accounts.tokens import digest
from portal.actors import Actor
from portal.clock import local
from portal.database import begin_write
from portal.matching import profiles
from portal.recruiting import decisions, downloads, resumes
from tests.access.asked import Asked, Target
from tests.access.world import World
from tests.make import password_hash
from tests.recruiting import builders

NO_DOCUMENTS: Mapping[str, Any] = {"documents": []}  # files take their time, and most routes do not ask for them


def talent_of(world: World, who: str) -> Actor:
    return world.actors["rival" if who == "rival" else "talent"]


def member_of(world: World, who: str) -> Actor:
    return world.actors[who if world.actors[who].is_member else "owner"]


def posting(world: World, who: str, **content: Any) -> Version:
    """Open for applications since yesterday."""
    return world.ago.published(Kind.job, actor=member_of(world, who), **content)


def draft(world: World, who: str) -> Application:
    return builders.draft(posting(world, who, **NO_DOCUMENTS), talent_of(world, who), now=world.now)


def applied(world: World, who: str, **content: Any) -> Application:
    version = posting(world, who, **(content or NO_DOCUMENTS))
    return builders.applied(version, talent_of(world, who), now=world.now)


def with_document(world: World, who: str) -> Application:
    return applied(world, who, documents=[{"name": "語学力を証明する書類", "required": True, "note": ""}])


def defective(world: World, who: str) -> Application:
    application = with_document(world, who)
    begin_write()
    document_id, actor = application.documents[0].id, member_of(world, who)
    decisions.judge_document(document_id, DocumentState.defective, actor=actor, now=world.now)
    db.session.commit()
    return application


def asked_again(world: World, who: str) -> Application:
    application = defective(world, who)
    begin_write()
    chosen = {application.id: [application.documents[0].id]}
    until, actor = world.now + timedelta(days=7), member_of(world, who)
    decisions.ask_again(chosen, until=until, message="", actor=actor, now=world.now)
    db.session.commit()
    return application


def item(application: Application) -> str:
    db.session.refresh(application)
    return f"{application.id}:{application.revision}"


def until(world: World) -> str:
    return f"{local(world.now) + timedelta(days=7):%Y-%m-%dT%H:%M}"


# ---- talents


def registration(world: World, _who: str) -> Asked:
    token = uuid4().hex
    world.keep(
        Registration(
            token_hash=digest(token),
            email=f"new{world.next_number()}@example.jp",
            name="新田 遥",
            password_hash=password_hash(),
            consent_text="",
            created_at=world.now,
            expires_at=world.now + timedelta(hours=24),
        )
    )
    return Asked({"token": token})


def profile(world: World, who: str) -> Asked:
    talent = profiles.own(talent_of(world, who))
    return Asked(
        data={
            "revision": talent.revision,
            "name": "青木 千尋",
            "name_kana": "あおき ちひろ",
            "residence_country": "JP",
            "level": "3",
        }
    )


def resume(world: World, who: str) -> Asked:
    talent = profiles.own(talent_of(world, who))
    kept = resumes.find(talent, ResumeType.general)
    revision = kept.revision if kept else 0
    return Asked({"kind": "general"}, {"revision": revision, "education-0-at": "2010-03", "education-0-text": "卒業"})


def apply(world: World, who: str) -> Asked:
    return Asked({"number": posting(world, who, **NO_DOCUMENTS).entry.number}, {"consent": "1"})


def begun(world: World, who: str) -> Asked:
    application = draft(world, who)
    return Asked({"application_id": application.id}, {"revision": application.revision})


def handed_in(world: World, who: str) -> Asked:
    application = applied(world, who)
    db.session.refresh(application)
    return Asked({"application_id": application.id}, {"revision": application.revision})


def document(world: World, who: str) -> Asked:
    application = with_document(world, who)
    return Asked({"application_id": application.id, "document_id": application.documents[0].id})


def reopened(world: World, who: str) -> Asked:
    return Asked({"application_id": asked_again(world, who).id})


def hidden(world: World, _who: str) -> Asked:
    return Asked(data={"hide": world.make.organization().id})


def own_data(world: World, who: str) -> Asked:
    begin_write()
    actor = talent_of(world, who)
    target = profiles.own(actor).id
    download = downloads.request(DownloadKind.own_data, target, actor=actor, now=world.now)
    db.session.commit()
    download_id = download.id
    downloads.work(clock.now())  # it may be one that was asked for at a page, a moment after the world began
    return Asked({"download_id": download_id})


# ---- organizations


def listed(world: World, who: str) -> Asked:
    return Asked({"entry_id": applied(world, who).entry_id}, {"kind": "csv"})


def made(world: World, who: str) -> Asked:
    entry_id = applied(world, who).entry_id
    begin_write()
    download = downloads.request(DownloadKind.csv, entry_id, actor=member_of(world, who), now=world.now)
    db.session.commit()
    download_id = download.id
    downloads.work(world.now)
    return Asked({"download_id": download_id})


def waiting(world: World, who: str) -> Asked:
    entry_id = applied(world, who).entry_id
    begin_write()
    download = downloads.request(DownloadKind.csv, entry_id, actor=member_of(world, who), now=world.now)
    db.session.commit()
    return Asked({"download_id": download.id})


def staged(world: World, who: str) -> Asked:
    application = applied(world, who)
    return Asked({"entry_id": application.entry_id}, {"item": item(application), "to": "received"})


def staged_one(world: World, who: str) -> Asked:
    application = applied(world, who)
    db.session.refresh(application)
    return Asked({"application_id": application.id}, {"revision": application.revision, "to": "received"})


def asked_for(world: World, who: str) -> Asked:
    application = defective(world, who)
    return Asked({"entry_id": application.entry_id}, {"item": item(application)})


def requested(world: World, who: str) -> Asked:
    application = defective(world, who)
    document_id = application.documents[0].id
    return Asked(
        {"entry_id": application.entry_id},
        {
            "offered": document_id,
            "document": document_id,
            "until": until(world),
            "message": "新しい証明書をお送りください。",
        },
    )


def asked_one(world: World, who: str) -> Asked:
    application = defective(world, who)
    return Asked({"application_id": application.id}, {"document": application.documents[0].id, "until": until(world)})


def noted(world: World, who: str) -> Asked:
    application = applied(world, who)
    return Asked({"application_id": application.id}, {"note": "面接を打診する", "note_revision": 1})


def judged(world: World, who: str) -> Asked:
    asked = document(world, who)
    return Asked(asked.values, {"state": "received"})


TARGETS: dict[str, Target] = {
    "talent.show_confirmation": registration,
    "talent.take_confirmation": registration,
    "talent.take_profile": profile,
    "talent.show_resume": resume,
    "talent.take_resume": resume,
    "talent.show_apply": apply,
    "talent.take_apply": apply,
    "talent.show_application": handed_in,
    "talent.confirm_application": begun,
    "talent.submit_application": begun,
    "talent.done_application": handed_in,
    "talent.own_document": document,
    "talent.hand_in_documents": reopened,
    "talent.ask_withdrawal": handed_in,
    "talent.withdraw_application": handed_in,
    "talent.discard_application": begun,
    "talent.change_hidden": hidden,
    "talent.fetch_own_data": own_data,
    "organization_applications.applications": listed,
    "organization_applications.detail": handed_in,
    "organization_applications.document": document,
    "organization_applications.resume": handed_in,
    "organization_applications.download": listed,
    "organization_applications.download_person": handed_in,
    "organization_applications.fetch": made,
    "organization_applications.cancel": waiting,
    "organization_selection.stage": staged,
    "organization_selection.ask": asked_for,
    "organization_selection.send_request": requested,
    "organization_selection.mailer": staged,
    "organization_selection.stage_one": staged_one,
    "organization_selection.note": noted,
    "organization_selection.judge": judged,
    "organization_selection.ask_one": asked_one,
}
