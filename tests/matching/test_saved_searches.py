"""「保存した検索」: an organization's, by name; who saved one is mailed once a day about what is new."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.favorites import SavedSearch
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.states import Role
from portal.actors import Actor
from portal.clock import TOKYO
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, NotFound, Refused
from portal.mail.delivery import render
from portal.matching import digests, saved_searches
from portal.matching.search import TalentQuery
from tests.make import Maker
from tests.matching.people import publish
from tests.matching.test_favorites import colleague, do, refused

WATER = TalentQuery(keyword="給水", choices={"field": ("03",)}, size=50, page=3)
MORNING = datetime(2026, 11, 25, 8, 0, tzinfo=TOKYO)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def save(actor: Actor, now: datetime, name: str = "水の専門家", query: TalentQuery = WATER) -> int:
    saved = do(saved_searches.save, name, query, actor=actor, now=now)
    assert isinstance(saved, SavedSearch)
    return saved.id


def read(key: int) -> SavedSearch:
    db.session.rollback()
    return db.session.get_one(SavedSearch, key, populate_existing=True)


def test_a_search_is_kept_by_name_for_all_of_the_organization(make: Maker, owner: Actor, now: datetime) -> None:
    key = save(owner, now, "  水の\u3000専門家 ")
    other = colleague(make, owner, Role.viewer)
    (saved,) = saved_searches.listed(actor=other)
    assert (saved.id, saved.name) == (key, "水の 専門家")
    assert saved_searches.query_of(saved) == WATER.on_page(1)
    assert saved_searches.listed(actor=make.member()) == []
    with pytest.raises(NotFound):
        saved_searches.find(key, actor=make.member())


def test_a_name_is_there_once_and_neither_empty_nor_long(make: Maker, owner: Actor, now: datetime) -> None:
    save(owner, now)
    second = save(owner, now, "二つ目")
    save(make.member(), now)
    arguments = {"actor": owner, "now": now}
    assert "すでに" in refused(Conflict, saved_searches.save, "水の専門家", WATER, **arguments)
    assert "すでに" in refused(Conflict, saved_searches.rename, second, "水の専門家", **arguments)
    for name in ("", " \u3000", "あ" * (saved_searches.LONGEST_NAME + 1)):
        refused(Refused, saved_searches.save, name, WATER, **arguments)
        refused(Refused, saved_searches.rename, second, name, **arguments)


def test_there_is_a_most(owner: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(saved_searches, "MOST", 1)
    save(owner, now)
    assert "1件まで" in refused(Refused, saved_searches.save, "二つ目", WATER, actor=owner, now=now)


def test_changes_are_the_organizations_own(make: Maker, owner: Actor, now: datetime) -> None:
    key, stranger, viewer = save(owner, now), make.member(), colleague(make, owner, Role.viewer)
    group = make.member(make.organization(org_type="13"))
    for actor, error in ((stranger, NotFound), (viewer, Forbidden), (group, Forbidden)):
        refused(error, saved_searches.rename, key, "別の名前", actor=actor, now=now)
        refused(error, saved_searches.remove, key, actor=actor, now=now)
        refused(error, saved_searches.set_digest, key, is_on=True, actor=actor, now=now)
    for actor in (viewer, group):
        refused(Forbidden, saved_searches.save, "新しい検索", WATER, actor=actor, now=now)
    refused(Forbidden, saved_searches.set_digest, key, is_on=True, actor=colleague(make, owner), now=now)
    do(saved_searches.rename, key, "別の名前", actor=colleague(make, owner), now=now)
    assert read(key).name == "別の名前"
    do(saved_searches.remove, key, actor=colleague(make, owner), now=now)
    assert saved_searches.listed(actor=owner) == []


def test_opening_tells_when_it_was_opened_before(owner: Actor, now: datetime) -> None:
    key, later = save(owner, now), now + timedelta(days=1)
    assert do(saved_searches.open_search, key, actor=owner, now=later) == (WATER.on_page(1), now)
    assert do(saved_searches.open_search, key, actor=owner, now=later + timedelta(1)) == (WATER.on_page(1), later)


def test_news_are_matches_that_came_or_changed_since(make: Maker, owner: Actor, now: datetime, statements) -> None:
    water, all_of_them = save(owner, now), save(owner, now, "全員", TalentQuery())
    make.now = now - timedelta(days=1)
    publish(make, pr="給水施設", fields=["03"])
    make.now = now + timedelta(minutes=1)
    publish(make, pr="給水施設", fields=["03"])
    publish(make, pr="給水施設", fields=["01"])

    def news() -> dict[int, int]:
        found = saved_searches.listed(actor=owner)
        wanted = {saved.id: (saved, saved.opened_at) for saved in found}
        statements.restart()
        return saved_searches.count_news(wanted, actor=owner, now=now)

    news()  # takes in what is new in the index
    assert news() == {water: 1, all_of_them: 2}
    save(owner, now, "道路", TalentQuery(keyword="道路"))  # words that are not remembered
    news()
    few = statements.count
    for number in range(8):
        save(owner, now, f"検索{number}", TalentQuery(keyword=f"給水 {number}"))
    assert len(news()) == 11
    assert statements.count == few, "as many statements for eight new searches as for one"


# ---- the morning's mail


@pytest.fixture
def told(make: Maker, owner: Actor, now: datetime) -> int:
    """A search with mails, and one new match of it."""
    key = save(owner, now)
    do(saved_searches.set_digest, key, is_on=True, actor=owner, now=now)
    make.now = now + timedelta(hours=1)
    publish(make, pr="給水施設の維持管理", fields=["03"])
    return key


def letters() -> list[OutboxMail]:
    db.session.rollback()
    return list(db.session.scalars(select(OutboxMail).where(OutboxMail.letter == "saved_search_news")))


def test_news_are_mailed_once_a_morning_with_numbers_alone(
    rules: Flask, make: Maker, owner: Actor, told: int, now: datetime
) -> None:
    second = save(owner, now, "全員", TalentQuery())
    do(saved_searches.set_digest, second, is_on=True, actor=owner, now=now)
    save(colleague(make, owner), now, "静かな検索", TalentQuery())
    assert digests.send_due(MORNING - timedelta(seconds=1)) == 0
    assert digests.send_due(MORNING) == 1
    assert digests.send_due(MORNING + timedelta(hours=3)) == 0
    (letter,) = letters()
    assert letter.recipient == db.session.get_one(Account, owner.account_id).email
    assert {each["name"]: each["count"] for each in letter.params["searches"]} == {"水の専門家": 1, "全員": 1}
    _subject, body = render(letter.letter, letter.params)
    assert "水の専門家：1名" in body
    assert "給水施設" not in body
    assert "青木" not in body
    assert digests.send_due(MORNING + timedelta(days=1)) == 0, "the same is not told twice"
    make.now = MORNING + timedelta(days=1, hours=1)
    publish(make, pr="給水", fields=["03"])
    assert digests.send_due(MORNING + timedelta(days=2)) == 1


def test_who_turned_it_off_is_not_told_and_what_was_there_before_is_no_news(
    owner: Actor, told: int, now: datetime
) -> None:
    do(saved_searches.set_digest, told, is_on=False, actor=owner, now=now)
    assert digests.send_due(MORNING) == 0
    later = now + timedelta(hours=2)
    do(saved_searches.set_digest, told, is_on=True, actor=owner, now=later)
    assert digests.send_due(MORNING) == 0
    assert letters() == []


@pytest.mark.parametrize("loss", ["organization", "account", "legal personality"])
def test_who_may_no_longer_search_is_not_told(loss: str, owner: Actor, told: int, now: datetime) -> None:
    begin_write()
    organization = db.session.get_one(Organization, owner.organization_id)
    if loss == "organization":
        organization.suspended_at = now
    elif loss == "account":
        db.session.get_one(Account, owner.account_id).suspended_at = now
    else:
        organization.org_type = "13"
    db.session.commit()
    assert digests.send_due(MORNING) == 0
    assert read(told).told_at == MORNING
    assert letters() == []


def test_each_member_is_told_of_the_own_searches(make: Maker, owner: Actor, told: int, now: datetime) -> None:
    other = colleague(make, owner)
    key = save(other, now, "ほかの人の検索")
    do(saved_searches.set_digest, key, is_on=True, actor=other, now=now)
    stranger = make.member()
    do(saved_searches.set_digest, save(stranger, now), is_on=True, actor=stranger, now=now)
    assert digests.send_due(MORNING) == 3
    assert len({letter.recipient for letter in letters()}) == 3
    assert [len(letter.params["searches"]) for letter in letters()] == [1, 1, 1]
