"""Writes the people of the demo and hands out who acts."""

import io
from dataclasses import dataclass
from datetime import datetime

from models.base import db
from models.office import InternalNote, News
from models.organizations import Organization
from models.people import Account
from models.records import ClosedDay, Phrase
from models.states import Role
from portal.accounts.passwords import hash_password
from portal.actors import Actor
from portal.demo import mail_templates, talents
from portal.demo.papers import portrait
from portal.demo.people import NEWS, NOTES, ORGANIZATIONS, PHRASES, SECRETARIAT, Registered
from portal.demo.registered import details
from portal.demo.talents import TALENTS
from portal.files import intake
from portal.files.kinds import JPEG
from portal.matching import profiles
from portal.recruiting import resumes

WRITER = "org"  # the organization that keeps templates of its own
PASSWORD = "partner-demo"  # noqa: S105  # the demo's password stands in the README


@dataclass(frozen=True)
class House:
    """An organization of the demo with the member who posts for it."""

    registered: Registered
    organization: Organization
    member: Actor


@dataclass(frozen=True)
class Person:
    """A talent of the demo who applies."""

    registered: talents.Registered
    actor: Actor


@dataclass(frozen=True)
class Cast:
    houses: dict[str, House]
    reviewers: list[Actor]
    talents: list[Person]


def write(*, begun: datetime, now: datetime) -> Cast:
    """Everybody registered at `begun`. One hash serves all: Argon2 is slow on purpose."""
    secret = hash_password(PASSWORD)
    houses = {
        registered.key: _house(registered, number, secret, begun)
        for number, registered in enumerate(ORGANIZATIONS, start=1)
    }
    office = [_account(email, role, name, secret, begun) for email, role, name in SECRETARIAT]
    for position, (title, text) in enumerate(PHRASES, start=1):
        db.session.add(Phrase(title=title, text=text, position=position))
    db.session.add_all(mail_templates.rows(houses[WRITER].organization.id, now=begun))
    founded = now.date().replace(month=10, day=1)
    db.session.add_all(
        [
            ClosedDay(day=founded, name="創立記念日"),
            ClosedDay(day=founded.replace(year=founded.year + 1), name="創立記念日"),
        ]
    )
    db.session.flush()
    for title, body, audience in NEWS:
        db.session.add(
            News(title=title, body=body, audience=audience, starts_at=begun, created_at=begun, updated_at=begun)
        )
    for key, text in NOTES:
        house = houses[key].organization.id
        db.session.add(InternalNote(organization_id=house, author_id=office[0].id, text=text, created_at=begun))
    people = [_talent(number, registered, secret, begun) for number, registered in enumerate(TALENTS, start=1)]
    return Cast(houses, [_actor(account) for account in office if account.role is Role.reviewer], people)


def _talent(number: int, registered: talents.Registered, secret: str, begun: datetime) -> Person:
    """An account with its profile and résumés; two in three have a portrait."""
    account = _account(registered.email, Role.talent, registered.name, secret, begun)
    db.session.flush()
    actor, profile = _actor(account), profiles.create(account, now=begun)
    profiles.save(talents.profile(registered, number, now=begun), revision=profile.revision, actor=actor, now=begun)
    db.session.refresh(profile)
    for resume_type, content in talents.resumes(registered, now=begun):
        resumes.save(profile, resume_type, content, revision=0, actor=actor, now=begun)
    if number % 3:
        picture = io.BytesIO(portrait(registered))
        stored = intake.keep_made(picture, "写真.jpg", JPEG.media_type, owner_id=account.id, now=begun)
        profiles.set_photo(stored, actor=actor, now=begun)
    return Person(registered, actor)


def _house(registered: Registered, number: int, secret: str, begun: datetime) -> House:
    prefecture, city, street, building = registered.place
    organization = Organization(
        **details(registered, number),
        name=registered.name,
        short_name=registered.short,
        org_type=registered.org_type,
        prefecture=prefecture,
        city=city,
        street=street,
        building=building,
        phone=registered.phone,
        public_email=f"info-{registered.key}@example.jp",
        website=f"https://{registered.key}.example.jp/",
        created_at=begun,
    )
    db.session.add(organization)
    db.session.flush()
    members = [_account(email, role, name, secret, begun, organization) for email, role, name in registered.members]
    db.session.flush()
    return House(registered, organization, _actor(members[0]))


def _account(
    email: str, role: Role, name: str, secret: str, begun: datetime, organization: Organization | None = None
) -> Account:
    account = Account(
        email=email,
        name=name,
        role=role,
        organization_id=organization.id if organization else None,
        password_hash=secret,
        created_at=begun,
    )
    db.session.add(account)
    return account


def _actor(account: Account) -> Actor:
    return Actor(account.role, account.id, account.organization_id, account.name, "192.0.2.10")
