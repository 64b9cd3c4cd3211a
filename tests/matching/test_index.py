"""The index is what the profiles are: in the same transaction, in every process, and without what must not be found."""

import json
import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from weakref import WeakKeyDictionary

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text

from models.base import db
from models.searching import TalentIndex, TalentSegment
from models.states import Role
from models.talents import Talent, TalentBlock
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Forbidden, Throttled
from portal.matching import facet_sets, profiles, search_index, tokens
from portal.matching.search import Found, TalentQuery, count_one, read_query, search
from portal.operation import doctor, reindexing
from portal.recruiting import leaving
from tests.conftest import Statements
from tests.make import Maker, actor_of
from tests.recruiting.builders import profile_of, talent


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def found(make: Maker, actor: Actor, **arguments: str) -> Found:
    return search(read_query({name: [value] for name, value in arguments.items()}), actor=actor, now=make.now)


def total(make: Maker, actor: Actor, keyword: str) -> int:
    """By the count, which must agree with the rows."""
    result = found(make, actor, keyword=keyword)
    assert len(result.rows) == result.total
    return result.total


def save(make: Maker, someone: Actor, **values: Any) -> None:
    profiles.save(values, revision=profile_of(someone).revision, actor=someone, now=make.now)


# ---- true


def test_a_saved_profile_is_found_by_what_it_now_says(make: Maker, owner: Actor) -> None:
    someone = talent(make, is_public=True, pr="給水施設の維持管理", fields=["03"])
    assert total(make, owner, "給水") == 1
    begin_write()
    save(make, someone, pr="母子保健の研修", fields=["02"])
    db.session.commit()
    assert (total(make, owner, "給水"), total(make, owner, "母子保健")) == (0, 1)
    assert (found(make, owner, field="03").total, found(make, owner, field="02").total) == (0, 1)


def test_years_are_those_of_a_field_that_is_asked_for(make: Maker, owner: Actor) -> None:
    years = [{"field": "03", "years": 12}, {"field": "02", "years": 2}]
    talent(make, is_public=True, fields=["02", "03"], field_years=years)
    assert found(make, owner, field_years="5").total == 1
    assert found(make, owner, field="03", field_years="5").total == 1
    short = found(make, owner, field="02", field_years="5")
    assert short.total == 0
    assert (short.counts["field"]["02"], short.counts["field"]["03"]) == (0, 1)
    assert short.counts["field_years"] == {"1": 1, "3": 0, "5": 0, "10": 0}


def test_what_is_rolled_back_was_never_found(make: Maker, owner: Actor) -> None:
    someone = talent(make, is_public=True, pr="給水施設", fields=["03"])
    begin_write()
    save(make, someone, pr="母子保健", fields=["02"])
    assert (total(make, owner, "母子"), found(make, owner, field="02").total) == (1, 1), (
        "in its own transaction it holds"
    )
    db.session.rollback()
    assert (total(make, owner, "母子"), found(make, owner, field="02").total) == (0, 0)
    assert (total(make, owner, "給水"), found(make, owner, field="03").total) == (1, 1)


def test_what_was_rolled_back_is_not_taken_for_what_came_after_it(make: Maker, owner: Actor) -> None:
    """A stamp that was counted would be drawn twice."""
    someone = talent(make, is_public=True)
    found(make, owner)
    begin_write()
    save(make, someone, fields=["02"])
    assert found(make, owner, field="02").total == 1
    db.session.rollback()
    begin_write()
    save(make, someone, fields=["03"])
    db.session.commit()
    assert (found(make, owner, field="02").total, found(make, owner, field="03").total) == (0, 1)


def test_who_goes_private_is_gone_at_once(make: Maker, owner: Actor) -> None:
    someone = talent(make, is_public=True, pr="給水施設", fields=["03"])
    assert found(make, owner, field="03").counts["field"]["03"] == 1
    begin_write()
    save(make, someone, is_public=False)
    db.session.commit()
    assert total(make, owner, "給水") == 0
    assert found(make, owner).counts["field"]["03"] == 0
    assert rows() == (0, 0), "a private profile leaves nothing behind"


def test_who_is_erased_leaves_nothing_behind(make: Maker, owner: Actor) -> None:
    someone = talent(make, is_public=True, pr="給水施設")
    begin_write()
    leaving.leave(actor=someone, now=make.now)
    db.session.commit()
    assert total(make, owner, "給水") == 0
    assert rows() == (0, 0)


def test_a_new_registration_is_not_published(make: Maker, owner: Actor) -> None:
    make.account(Role.talent)
    assert found(make, owner).total == 0
    assert rows() == (0, 0)


def rows() -> tuple[int, int]:
    return tuple(db.session.scalar(text(f"SELECT count(*) FROM {name}")) for name in ("talent_index", "talent_words"))  # type: ignore[return-value]


def test_another_process_sees_the_change(make: Maker, owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is remembered is kept for each process; the stamps tell the other one."""
    someone = talent(make, is_public=True, fields=["03"])
    here, there = facet_sets._remembered, WeakKeyDictionary[Any, Any]()
    assert found(make, owner, field="03").total == 1
    monkeypatch.setattr(facet_sets, "_remembered", there)
    begin_write()
    save(make, someone, fields=["02"])
    db.session.commit()
    assert found(make, owner, field="03").total == 0
    monkeypatch.setattr(facet_sets, "_remembered", here)
    assert found(make, owner, field="03").total == 0
    assert found(make, owner, field="02").total == 1


def test_what_is_remembered_is_read_once(make: Maker, owner: Actor, statements: Statements) -> None:
    for number in range(3):
        talent(make, is_public=True, pr=f"給水{number}")
    found(make, owner)
    statements.restart()
    found(make, owner, keyword="給水", field="03", favorites="without")
    few = statements.count
    assert not any("facets" in statement for statement in statements.seen)
    for number in range(17):
        talent(make, is_public=True, pr=f"給水{number}")
    found(make, owner)
    statements.restart()
    assert len(found(make, owner, keyword="給水", favorites="without").rows) == 20
    assert statements.count == few <= 8


def test_words_are_remembered_until_a_profile_changes(make: Maker, owner: Actor, statements: Statements) -> None:
    someone = talent(make, is_public=True, pr="給水")
    assert total(make, owner, "給水") == total(make, owner, "給水") == 1
    statements.restart()
    assert total(make, owner, "給水") == 1
    assert not any("talent_words" in statement for statement in statements.seen)
    begin_write()
    save(make, someone, pr="道路")
    assert total(make, owner, "給水") == 0
    db.session.rollback()
    assert total(make, owner, "給水") == 1


@pytest.fixture
def short_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that few talents stand in many."""
    monkeypatch.setattr(search_index, "SEGMENT", 8)
    monkeypatch.setattr(facet_sets, "_remembered", WeakKeyDictionary())


@pytest.mark.usefixtures("short_segments")
@pytest.mark.parametrize(("most", "is_part"), [(4, True), (0, False)])
def test_words_are_looked_for_again_where_profiles_changed_if_that_is_in_few_places(
    make: Maker,
    owner: Actor,
    statements: Statements,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
    is_part: bool,
) -> None:
    monkeypatch.setattr(facet_sets, "MOST_STRETCHES", most)
    people = [talent(make, is_public=True, pr="給水") for _ in range(10)]
    assert total(make, owner, "給水") == 10
    for left in (9, 8):
        begin_write()
        save(make, people[left], pr="道路")
        db.session.commit()
        statements.restart()
        assert total(make, owner, "給水") == left
        (asked,) = [statement for statement in statements.seen if "talent_words" in statement]
        assert ("BETWEEN" in asked) is is_part


@pytest.mark.usefixtures("short_segments")
def test_what_is_remembered_of_words_is_what_stands_in_the_index_after_any_changes(make: Maker, owner: Actor) -> None:
    drawn, words = random.Random(20261128), ["給水", "道路", "母子保健", "道"]
    people = [talent(make, is_public=True, pr=drawn.choice(words)) for _ in range(20)]
    for number in range(25):
        changed = drawn.sample(people, drawn.choice((1, 1, 2, 12)))
        begin_write()
        for someone in changed:
            save(make, someone, pr=drawn.choice(words), is_public=drawn.random() < 0.8)
        if drawn.random() < 0.2:
            db.session.rollback()
        else:
            db.session.commit()
        for word in drawn.sample(words, 2):
            found(make, owner, keyword=word)
        asked = [((*tokens.words(word),), ()) for word in words]
        facets = facet_sets.facets(facet_sets.read_stamps())
        assert facets.having_each(asked) == search_index.having_each(asked), number


def test_no_more_words_are_remembered_than_a_process_has_room_for(
    make: Maker, owner: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facet_sets, "MOST_ASKED", 3)
    talent(make, is_public=True, pr="給水")
    for number in range(5):
        assert total(make, owner, f"給水 {number}") == 0
    assert len(facet_sets.facets(facet_sets.read_stamps()).words) == 3
    assert total(make, owner, "給水") == 1


def test_a_process_reads_the_index_before_anybody_searches(
    make: Maker, owner: Actor, rules: Flask, statements: Statements
) -> None:
    talent(make, is_public=True, fields=["03"])
    db.session.rollback()
    facet_sets.warm(rules).join()
    statements.restart()
    assert found(make, owner, field="03").total == 1
    assert not any("facets" in statement for statement in statements.seen)


# ---- scope


def test_whom_a_talent_hides_from_finds_nothing(make: Maker, owner: Actor) -> None:
    someone, stranger = talent(make, is_public=True, pr="給水施設", fields=["03"]), make.member()
    begin_write()
    db.session.add(
        TalentBlock(talent_id=profile_of(someone).id, organization_id=owner.organization_id, created_at=make.now)
    )
    db.session.commit()
    assert (total(make, owner, "給水"), total(make, stranger, "給水")) == (0, 1)
    assert found(make, owner).counts["field"]["03"] == 0
    assert found(make, stranger).counts["field"]["03"] == 1


def test_an_organization_without_legal_personality_may_not_search(make: Maker) -> None:
    group = make.member(make.organization(org_type="13"))
    with pytest.raises(Forbidden):
        found(make, group)


@pytest.mark.parametrize("role", [Role.talent, Role.reviewer])
def test_nobody_else_may_search(make: Maker, role: Role) -> None:
    talent(make, is_public=True)
    with pytest.raises(Forbidden):
        found(make, actor_of(make.account(role)))


def test_who_went_private_a_moment_ago_is_not_shown(make: Maker, owner: Actor) -> None:
    """The rows are read by rights of their own, should the index be behind."""
    someone = talent(make, is_public=True, pr="給水施設")
    begin_write()
    profile_of(someone).is_public = False
    db.session.commit()
    assert found(make, owner).rows == []


@pytest.mark.parametrize("secret", ["青木", "ひみつ", "東京都新宿区", "090", "男性", "1985"])
def test_name_contact_sex_and_age_are_not_searchable(make: Maker, owner: Actor, secret: str) -> None:
    talent(
        make,
        "青木 千尋",
        is_public=True,
        name_kana="ひみつ",
        gender_text="男性",
        phone="090-1234-5678",
        address="東京都新宿区",
        birthdate=make.now.date().replace(year=1985),
    )
    assert found(make, owner).total == 1
    assert total(make, owner, secret) == 0


# ---- odd input

ODD: Mapping[str, list[str]] = {
    "nul": ["\x00"],
    "long": ["長" * 10_000],
    "expanding": ["\ufdfa" * 100],
    "fts5": ['"給水" OR NEAR(a b) AND ^words: - * {words}'],
    "quotes": ["' OR 1=1 --"],
    "like": ["%_\\"],
    "surrogate": ["\ud800給"],
    "emoji": ["👩‍🔬🇯🇵"],
    "words": ["あ " * 60],
    "marks": ["\u0301\u3099\u309a"],
    "empty": [],
}

ANYBODY = {"keyword": ("nul", "empty", "surrogate"), "qualification": ("nul", "empty")}


@pytest.mark.parametrize("name", ["keyword", "qualification"])
def test_odd_words_are_answered(make: Maker, owner: Actor, name: str) -> None:
    talent(make, is_public=True, pr="給水施設", qualifications="看護師")
    for kind, given in ODD.items():
        query = read_query({name: given})
        result = search(query, actor=owner, now=make.now)
        assert result.total == (1 if kind in ANYBODY[name] else 0), kind
        json.dumps([query.arguments(), result.total])


def test_signs_around_a_word_do_not_hide_it(make: Maker, owner: Actor) -> None:
    talent(make, is_public=True, pr="「給水」施設（M&E）", qualifications="看護師（助産師）")
    for keyword in ('"給水"', "給水*", "(給水)", "M&E", "m e", "ｍ＆ｅ", "給水 m&e"):
        assert total(make, owner, keyword) == 1, keyword
    assert found(make, owner, qualification="助産").total == 1
    assert found(make, owner, qualification="給水").total == 0
    assert found(make, owner, keyword="!!!").total == 0, "signs alone stand nowhere"


def test_a_page_beyond_the_last_is_empty(make: Maker, owner: Actor) -> None:
    talent(make, is_public=True)
    result = found(make, owner, page="7")
    assert (result.rows, result.total, result.last) == ([], 1, 1)


# ---- made anew


def test_reindexing_mends_whatever_went_wrong(make: Maker, owner: Actor, rules: Flask) -> None:
    people = [talent(make, is_public=True, pr=f"給水{number}") for number in range(3)]
    hidden = talent(make, pr="給水")
    begin_write()
    db.session.execute(delete(TalentIndex).where(TalentIndex.talent_id == profile_of(people[0]).id))
    profile_of(people[1]).is_public = False
    profile_of(people[2]).revision += 1
    profile_of(hidden).is_public = True
    db.session.commit()
    assert reindexing.missing(rules.config["PORTAL"]) == 4
    behind = doctor.check_search(rules.config["PORTAL"])
    assert not behind.fine
    assert "4人分" in behind.finding
    assert "portal reindex" in behind.finding
    lines: list[str] = []
    assert reindexing.reindex(after=0, say=lines.append) == 4
    assert reindexing.missing(rules.config["PORTAL"]) == 0
    assert total(make, owner, "給水") == 3
    assert reindexing.reindex(after=profile_of(hidden).id, say=lines.append) == 0


def test_reindexing_goes_on_where_it_was_stopped(make: Maker, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        talent(make, is_public=True)
    begin_write()
    db.session.execute(delete(TalentIndex))
    db.session.commit()
    monkeypatch.setattr(reindexing, "STEP", 2)
    monkeypatch.setattr(reindexing, "SAID_EVERY", 2)

    def stop(line: str) -> None:
        raise KeyboardInterrupt(line)

    with pytest.raises(KeyboardInterrupt, match="--after"):
        reindexing.reindex(after=0, say=stop)
    assert db.session.scalar(select(func.count()).select_from(TalentIndex)) == 2, "what was done stays done"
    last = db.session.scalar(select(func.max(TalentIndex.talent_id)))
    assert reindexing.reindex(after=last or 0, say=lambda _line: None) == 3
    assert db.session.scalar(select(func.count()).select_from(TalentIndex)) == 5


def test_the_stretches_of_ids_are_pieced_together(make: Maker, owner: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_index, "SEGMENT", 8)
    monkeypatch.setattr(facet_sets, "_remembered", WeakKeyDictionary())
    people = [talent(make, is_public=True, fields=["03"], years_total=number) for number in range(20)]
    assert found(make, owner, field="03").total == 20
    assert [row.years_total for row in found(make, owner, sort="years").rows] == list(reversed(range(20)))
    begin_write()
    save(make, people[2], fields=["02"])
    save(make, people[19], is_public=False)
    db.session.commit()
    assert found(make, owner, field="03").total == 18
    assert found(make, owner, field="02").total == 1
    assert [row.years_total for row in found(make, owner, sort="years").rows] == list(reversed(range(19)))
    begin_write()
    db.session.execute(delete(TalentIndex))
    db.session.execute(delete(TalentSegment))
    db.session.commit()
    assert found(make, owner).total == 0


# ---- how often


def test_a_member_searches_so_many_times(make: Maker, owner: Actor, rules: Flask) -> None:
    config, colleague = replace(rules.config["PORTAL"], searches_per_minute=30), make.member()
    for _ in range(config.searches_per_minute):
        take(make, owner, config)
    with pytest.raises(Throttled) as refused:
        take(make, owner, config)
    assert refused.value.retry_after == 60
    take(make, colleague, config)
    make.now += timedelta(minutes=1)
    take(make, owner, config)


def take(make: Maker, actor: Actor, config: Any) -> None:
    begin_write()
    try:
        count_one(actor=actor, now=make.now, settings=config)
        db.session.commit()
    finally:
        db.session.rollback()


def test_an_address_says_the_search_again() -> None:
    given = {"keyword": ["給水　施設"], "field": ["12", "03", "nine"], "sort": ["years"], "page": ["3"], "size": ["50"]}
    query = read_query(given | {"age": ["30"], "favorites": ["without", "with"]})
    assert query.arguments() == [
        ("keyword", "給水 施設"),
        ("field", "03"),
        ("field", "12"),
        ("favorites", "without"),
        ("sort", "years"),
        ("size", "50"),
        ("page", "3"),
    ]
    again: dict[str, list[str]] = {}
    for name, value in query.arguments():
        again.setdefault(name, []).append(value)
    assert read_query(again) == query
    assert query.without("field", "03").arguments()[1:3] == [("field", "12"), ("favorites", "without")]
    assert "field" not in query.without("field").choices


@pytest.mark.parametrize("page", ["0", "-1", "1e3", "９", "", "99999999999999", "x", "1.5"])
def test_odd_pages_are_the_nearest_that_there_is(page: str) -> None:
    assert 1 <= read_query({"page": [page], "size": [page], "sort": [page]}).page <= 100
    assert read_query({}) == TalentQuery()


def test_ids_are_those_of_profiles(make: Maker, owner: Actor) -> None:
    someone = talent(make, is_public=True, pr="給水" + "長" * 200, level="4", accepts_offers=True)
    profile = db.session.get_one(Talent, profile_of(someone).id)
    (row,) = found(make, owner).rows
    assert (row.id, row.code, row.updated_at, row.accepts_offers) == (
        profile.id,
        profile.code,
        profile.updated_at,
        True,
    )
    assert row.summary.endswith("…")
