"""A04: profiles are opened by a person, not by a program that copies them all: 300 an hour, each one on record."""

from datetime import timedelta

import time_machine
from sqlalchemy import func, select

from models.base import db
from models.organizations import Organization
from models.records import AuditEvent
from models.states import Role
from portal.database import begin_write
from portal.matching import viewing
from tests.abuse.conftest import Scene
from tests.make import actor_of
from tests.recruiting.builders import profile_of

HOUR = 300


def count(action: str) -> int:
    found = db.session.scalar(select(func.count()).where(AuditEvent.action == action)) or 0
    db.session.rollback()
    return found


def test_the_three_hundred_and_first_view_of_an_hour_waits_and_the_office_is_told_once(scene: Scene) -> None:
    begin_write()
    profile_of(scene.talent).is_public = True
    code, settings = profile_of(scene.talent).code, scene.site.config["PORTAL"]
    for _ in range(HOUR - 1):  # one after the other, as the page does it; the pages themselves would take a minute
        viewing.open_profile(code, actor=scene.owner, now=scene.make.now, settings=settings)
    db.session.commit()
    address = f"/mypage/talents/{code}/"
    browser = scene.browser(scene.owner)
    answers = [browser.get(address) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 429]
    for answer in answers[1:]:
        assert 0 < int(answer.headers["Retry-After"]) <= 3600
        assert viewing.TOO_MANY in answer.text
        assert "登録コード" not in answer.text
    assert (count("talent.view"), count("talent.view_limit")) == (HOUR, 1)

    # Another member counts for themselves; an hour later it goes on where it stopped.
    organization = db.session.get_one(Organization, scene.owner.organization_id)
    colleague = actor_of(scene.make.account(Role.owner, organization))
    assert scene.browser(colleague).get(address).status_code == 200
    with time_machine.travel(scene.make.now + timedelta(hours=1, seconds=1), tick=False):
        assert scene.browser(scene.owner).get(address).status_code == 200
    assert (count("talent.view"), count("talent.view_limit")) == (HOUR + 2, 1)
