"""What the routes of registrations are asked for."""

import io
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select, update

from models.base import db
from models.organizations import Organization
from models.registrations import RegistrationFile, RegistrationVersion
from models.states import RegistrationFileKind, RegistrationKind, RegistrationState
from portal.accounts.tokens import digest, new_token
from portal.actors import ANONYMOUS
from portal.database import begin_write
from portal.files import intake
from portal.registry import applying, changes, logos
from tests.access.applications import member_of
from tests.access.asked import Asked, Target
from tests.access.world import World
from tests.files.pictures import picture
from tests.recruiting.pages import pdf
from tests.registry.samples import CONTENT, DAYS

CONTACT = {name: value for name, value in CONTENT.items() if name.startswith(("contact_", "complaint"))}
CONTACT.pop("contact_url")


def section(_world: World, _who: str) -> Asked:
    return Asked({"key": "contact"})


def edited(_world: World, _who: str) -> Asked:
    """As it is saved already: whoever it is asked by, nobody is in another's way."""
    begin_write()
    db.session.execute(update(Organization).values(**CONTACT, contact_revision=1))
    db.session.commit()
    return Asked({"key": "contact"}, CONTACT | {"revision": 1})


def waiting_change(world: World, who: str) -> RegistrationVersion:
    actor = member_of(world, who)
    begin_write()
    organization = db.session.get_one(Organization, actor.organization_id, populate_existing=True)
    found = changes.open_change(organization.id, actor=actor)
    if found is None:
        for name, value in (CONTENT | {"name": organization.name, "org_type": "07"}).items():
            setattr(organization, name, value)
        db.session.flush()
        values = CONTENT | {"name": organization.name, "org_type": "08"}
        revision = organization.organization_revision
        changes.save("organization", revision, values, organization=organization, actor=actor, now=world.now, days=DAYS)
        found = changes.open_change(organization.id, actor=actor)
    db.session.commit()
    assert found is not None
    return found


def withdrawn(world: World, who: str) -> Asked:
    version = waiting_change(world, who)
    return Asked(data={"seen": f"{version.id}.{version.revision}"})


def begun(world: World) -> tuple[str, RegistrationVersion]:
    token = new_token()
    version = world.keep(
        RegistrationVersion(
            kind=RegistrationKind.new,
            state=RegistrationState.draft,
            content=CONTENT | {"corporate_no": "8000012010038", "name": f"財団法人 新しい会{world.next_number()}"},
            account_email=f"applicant{world.next_number()}@example.org",
            account_name="田村 健太",
            token_hash=digest(token),
            created_at=world.now,
            updated_at=world.now,
            expires_at=world.now + applying.LIFE,
        )
    )
    return token, version


PAPERS: WeakKeyDictionary[World, int] = WeakKeyDictionary()  # judging a file takes its time, and one serves all


def with_file(world: World) -> tuple[str, RegistrationVersion]:
    token, version = begun(world)
    begin_write()
    if world not in PAPERS:
        stored = intake.take_in(io.BytesIO(pdf("定款")), "定款.pdf", owner_id=None, now=world.now)
        PAPERS[world] = stored.id
    kind, paper = RegistrationFileKind.review, PAPERS[world]
    db.session.add(RegistrationFile(kind=kind, version_id=version.id, file_id=paper, created_at=world.now))
    db.session.commit()
    return token, version


def draft(world: World, _who: str) -> Asked:
    return Asked({"token": begun(world)[0]})


def saved(world: World, _who: str) -> Asked:
    token, version = begun(world)
    return Asked({"token": token, "key": "contact"}, CONTACT | {"revision": version.revision, "step": "next"})


def one_section(world: World, _who: str) -> Asked:
    return Asked({"token": begun(world)[0], "key": "organization"})


def files(world: World, _who: str) -> Asked:
    return Asked({"token": begun(world)[0]}, {"step": "next"})


def complete(world: World, _who: str) -> Asked:
    token, version = with_file(world)
    return Asked({"token": token}, {"revision": version.revision, "consent": "1"})


def handed_in(world: World) -> RegistrationVersion:
    token, version = with_file(world)
    begin_write()
    applying.submit(version, version.revision, token, consent=True, actor=ANONYMOUS, now=world.now, days=DAYS)
    db.session.commit()
    return version


def reviewed(world: World, _who: str) -> Asked:
    return Asked({"version_id": handed_in(world).id})


def decided(world: World, _who: str) -> Asked:
    version = handed_in(world)
    data: dict[str, Any] = {"action": "approve", "revision": version.revision, "comment": ""}
    return Asked({"version_id": version.id}, data)


def file(world: World, _who: str) -> Asked:
    version = handed_in(world)
    row_id = (
        db.session.scalars(select(RegistrationVersion).where(RegistrationVersion.id == version.id)).one().files[0].id
    )
    return Asked({"version_id": version.id, "row_id": row_id})


def logo(world: World, _who: str) -> Asked:
    if logos.logo_of(world.house_id) is None:
        begin_write()
        logos.put(io.BytesIO(picture()), "ロゴ.png", "みどりの会", actor=world.actors["owner"], now=world.now)
        db.session.commit()
    return Asked({"organization_id": world.house_id})


TARGETS: dict[str, Target] = {
    "organization_registration.section": section,
    "organization_registration_form.edit": section,
    "organization_registration_form.confirm": edited,
    "organization_registration_form.update": edited,
    "organization_registration_form.withdraw": withdrawn,
    "public.logo": logo,
    "registration.show": draft,
    "registration.edit": one_section,
    "registration.save": saved,
    "registration.show_files": draft,
    "registration.take_files": files,
    "registration.confirm": draft,
    "registration.submit": complete,
    "desk_registrations.review": reviewed,
    "desk_registrations.decide": decided,
    "desk_registrations.file": file,
}
