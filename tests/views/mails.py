"""People to write to, and the fields of the form of a mail, for tests of its pages."""

from datetime import timedelta
from itertools import count

from models.base import db
from models.entries import Version
from models.states import Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.matching import profiles
from tests.make import Maker
from tests.recruiting import builders

AGO = timedelta(days=8)
NUMBERS = count(20_000, 1_000)  # of people, beside those of the other maker
DOCUMENTS = [
    {"name": "語学力を証明する書類", "required": True, "note": ""},
    {"name": "業務経歴一覧", "required": False, "note": ""},
]


def posting(make_here: Maker, owner: Actor, kind: Kind = Kind.job, **content: object) -> Version:
    earlier = Maker(make_here.now - AGO)
    earlier._count = next(NUMBERS)
    return earlier.published(kind, actor=owner, **({"documents": []} | content))


def applicants(make_here: Maker, version: Version, *names: str) -> list[int]:
    """Ids of applications by people of these names."""
    return [
        builders.applied(version, builders.talent(make_here, name), now=make_here.now + timedelta(seconds=place)).id
        for place, name in enumerate(names)
    ]


def welcoming(make_here: Maker, *names: str) -> list[str]:
    """登録コード of talents who show the profile and welcome offers."""
    found = []
    for name in names:
        actor = builders.talent(make_here, name)
        begin_write()
        profile = profiles.own(actor)
        profile.is_public = profile.accepts_offers = True
        db.session.commit()
        found.append(profile.code)
    return found


def contact(*application_ids: int) -> str:
    return address("contact", "applications", application_ids)


def hire(*application_ids: int) -> str:
    return address("hire", "applications", application_ids)


def offer(*codes: str) -> str:
    return address("offer", "codes", codes)


def address(mail_class: str, name: str, keys: tuple[object, ...]) -> str:
    return f"/mypage/mails/?class={mail_class}&{name}={','.join(map(str, keys))}"
