"""「人材詳細を見る」: published profiles alone, not for groups without legal personality, and not by the thousand."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.records import AuditEvent
from models.talents import TalentBlock
from portal.accounts import throttles
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Forbidden, NotFound, Throttled
from portal.matching import viewing
from portal.settings import Settings
from tests.access.world import digest
from tests.make import Maker
from tests.recruiting.builders import profile_of, talent

SECRET = "090-1234-5678"


@pytest.fixture
def someone(make: Maker) -> Actor:
    return talent(make, is_public=True, pr="水道の維持管理", phone=SECRET, years_total=10)


@pytest.fixture
def config(rules: Flask) -> Settings:
    return rules.config["PORTAL"]


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def set_public(someone: Actor, *, is_public: bool) -> None:
    begin_write()
    profile_of(someone).is_public = is_public
    db.session.commit()


def views(action: str = "talent.view") -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.action == action)) or 0


def open_it(someone: Actor, actor: Actor, now: datetime, config: Settings) -> str:
    code = profile_of(someone).code
    begin_write()
    found = viewing.open_profile(code, actor=actor, now=now, settings=config).code
    db.session.commit()
    return found


def test_a_published_profile_is_shown_and_the_view_is_on_record(
    someone: Actor, owner: Actor, now: datetime, config: Settings
) -> None:
    assert open_it(someone, owner, now, config) == profile_of(someone).code
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "talent.view")).one()
    assert (event.actor_id, event.subject, event.subject_id) == (owner.account_id, "talent", profile_of(someone).id)


def test_what_goes_private_is_gone_with_the_next_request(
    someone: Actor, owner: Actor, now: datetime, config: Settings
) -> None:
    open_it(someone, owner, now, config)
    set_public(someone, is_public=False)
    with pytest.raises(NotFound):
        open_it(someone, owner, now, config)
    db.session.rollback()
    assert views() == 1
    set_public(someone, is_public=True)
    open_it(someone, owner, now, config)


def test_an_organization_that_the_talent_hides_from_sees_nothing(
    make: Maker, someone: Actor, owner: Actor, now: datetime, config: Settings
) -> None:
    begin_write()
    db.session.add(
        TalentBlock(talent_id=profile_of(someone).id, organization_id=owner.organization_id or 0, created_at=now)
    )
    db.session.commit()
    with pytest.raises(NotFound):
        open_it(someone, owner, now, config)
    db.session.rollback()
    open_it(someone, make.member(), now, config)


def test_groups_without_legal_personality_are_refused_and_nothing_is_written(
    make: Maker, someone: Actor, now: datetime, config: Settings
) -> None:
    group = make.member(make.organization(org_type="13"))
    code = profile_of(someone).code
    before = digest()
    for asked in (code, "T000000000"):
        begin_write()
        with pytest.raises(Forbidden, match="法人格"):
            viewing.open_profile(asked, actor=group, now=now, settings=config)
        db.session.rollback()
    assert digest() == before


def test_name_contact_and_birthday_are_not_among_what_is_shown(someone: Actor) -> None:
    profile = profile_of(someone)
    shown = {field.name for section in viewing.SHOWN for field in section.fields}
    assert not shown & {"name", "name_kana", "birthdate", "gender_text", "phone", "postal", "address", "photo_id"}
    text = repr(viewing.texts_of(profile))
    assert "水道の維持管理" in text
    assert SECRET not in text
    assert "青木" not in text


@pytest.mark.parametrize("limit", viewing.LIMITS, ids=lambda limit: limit.name)
def test_beyond_a_limit_nothing_is_shown_until_the_window_ends(
    limit: throttles.Limit, someone: Actor, owner: Actor, make: Maker, now: datetime, config: Settings
) -> None:
    begin_write()
    key = throttles.key(limit, config.secret_key, "account", owner.account_id)
    for _ in range(limit.most - 1):
        throttles.count(limit, [key], now=now)
    db.session.commit()
    open_it(someone, owner, now, config)  # the last one allowed
    later = now + timedelta(minutes=10)
    with pytest.raises(Throttled) as refused:
        open_it(someone, owner, later, config)
    db.session.rollback()
    assert refused.value.retry_after == (limit.window - timedelta(minutes=10)).total_seconds()
    assert views() == 1
    open_it(someone, make.member(), later, config)  # another person's count is their own
    open_it(someone, owner, now + limit.window, config)


def test_the_office_is_told_once_an_hour(owner: Actor, now: datetime) -> None:
    refusal = Throttled("", retry_after=600)
    for minutes in (0, 1, 59, 61):
        begin_write()
        viewing.note_limit(refusal, actor=owner, now=now + timedelta(minutes=minutes))
        db.session.commit()
    assert views("talent.view_limit") == 2
