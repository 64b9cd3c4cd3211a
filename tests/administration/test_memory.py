"""What the desk decided holds in every process, without a statement for each request."""

from datetime import datetime, timedelta
from time import monotonic

import pytest
from flask import Flask

from models.base import db
from models.states import Audience, Kind, Role
from portal import codes
from portal.actors import ANONYMOUS, Actor
from portal.administration import check_rules, code_lists, memory, news, office_settings, patterns, posting_rights
from portal.administration.code_lists import Typed
from portal.administration.lists import LISTS
from portal.database import begin_write
from portal.errors import Forbidden, NotFound, Refused
from portal.matching import search_fields
from portal.publishing import checks
from portal.publishing.checks import check
from portal.publishing.fields import fields_of
from portal.publishing.rule_book import RULES, Ruling
from portal.settings import Settings
from tests.conftest import Statements
from tests.databases import ROOT
from tests.make import Maker
from tests.publishing.samples import sample
from tests.recruiting.builders import talent
from views.forms.entry import form_for

HOUR = 3600.0


@pytest.fixture
def administrator(make: Maker) -> Actor:
    return make.secretary(Role.administrator)


def look(now: datetime) -> None:
    memory.look(every=HOUR, now=now)


def typed(name: str, **changed: Typed) -> list[Typed]:
    return [
        changed.get(f"c{code.value}", Typed(code.value, code.ja, code.en, str(place), active=True))
        for place, code in enumerate(LISTS[name].codes.own)
    ]


def save_list(name: str, rows: list[Typed], *, actor: Actor, now: datetime) -> None:
    begin_write()
    code_lists.save(name, rows, actor=actor, now=now)
    db.session.commit()
    look(now)


# ---- when a process looks


def test_it_looks_once_in_a_while_and_reads_only_what_changed(
    make: Maker, administrator: Actor, now: datetime, statements: Statements
) -> None:
    look(now)
    statements.restart()
    for _ in range(50):
        look(now)
    assert statements.count == 0
    memory.look(every=0, now=now)
    assert statements.count == 1

    begin_write()
    office_settings.save("approval_days", "5", actor=administrator, now=now)
    db.session.commit()
    statements.restart()
    look(now)
    assert 1 < statements.count <= 8  # settings, stops, news, words, rules, what is paused, alarms
    assert memory.effective(Settings()).approval_days == 5


def test_what_another_process_wrote_is_noticed_at_the_next_look(
    make: Maker, administrator: Actor, now: datetime
) -> None:
    look(now)
    begin_write()
    office_settings.save("offers_a_day", "7", actor=administrator, now=now)
    db.session.commit()
    memory._kept = memory.replace(memory._kept, looked=monotonic())  # as if another had written
    look(now)
    assert memory.effective(Settings()).offers_a_day == 200
    memory.look(every=0, now=now)
    assert memory.effective(Settings()).offers_a_day == 7


def test_a_database_that_is_away_changes_nothing(
    make: Maker, administrator: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_write()
    office_settings.save("offers_a_day", "7", actor=administrator, now=now)
    db.session.commit()
    look(now)

    def gone(*_: object) -> None:
        raise memory.SQLAlchemyError

    monkeypatch.setattr(memory, "_look", gone)
    memory.look(every=0, now=now)
    assert memory.effective(Settings()).offers_a_day == 7


def test_what_was_not_committed_never_was(make: Maker, administrator: Actor, now: datetime) -> None:
    begin_write()
    office_settings.save("offers_a_day", "7", actor=administrator, now=now)
    db.session.rollback()
    look(now)
    assert memory.effective(Settings()).offers_a_day == 200


# ---- settings


def test_the_environments_value_stands_unless_the_desk_set_one(
    make: Maker, administrator: Actor, now: datetime
) -> None:
    environment = Settings(approval_days=4, quiet_hours="22-6")
    assert memory.effective(environment) == environment
    for name, text in (("approval_days", " 6 "), ("quiet_hours", "")):
        begin_write()
        office_settings.save(name, text, actor=administrator, now=now)
        db.session.commit()
    look(now)
    changed = memory.effective(environment)
    assert (changed.approval_days, changed.quiet_hours) == (6, "")
    shown = {each.adjustable.name: each for each in office_settings.listed(environment)}
    assert (shown["approval_days"].value, shown["approval_days"].default, shown["approval_days"].is_set) == (6, 4, True)
    assert not shown["hold_seconds"].is_set

    begin_write()
    office_settings.reset("approval_days", actor=administrator, now=now)
    db.session.commit()
    look(now)
    assert memory.effective(environment).approval_days == 4


@pytest.mark.parametrize("name", office_settings.ADJUSTABLE)
def test_a_setting_takes_its_bounds_and_nothing_beyond(
    name: str, make: Maker, administrator: Actor, now: datetime
) -> None:
    setting = office_settings.ADJUSTABLE[name]
    good = [str(setting.low), str(setting.high)] if setting.is_number else ["", "21-7", "0-23"]
    bad = ["21", "7-7", "24-1", "x", "２１-７"]
    if setting.is_number:
        bad = [
            "",
            "x",
            "1.5",
            "-1",
            "１２",
            "9" * 30,
            str(setting.high + 1),
            *([str(setting.low - 1)] if setting.low else []),
        ]
    begin_write()
    for text in good:
        office_settings.save(name, text, actor=administrator, now=now)
    for text in bad:
        with pytest.raises(Refused, match=setting.label.split("（")[0]):
            office_settings.save(name, text, actor=administrator, now=now)
    db.session.rollback()
    assert hasattr(Settings(), name)


# ---- code lists


def test_a_code_is_told_ordered_and_retired_as_the_desk_wants(make: Maker, administrator: Actor, now: datetime) -> None:
    owner = make.member()
    from models.organizations import Organization

    house = db.session.get_one(Organization, owner.organization_id)
    before = list(codes.NOTICE_CATEGORIES.values)
    offered = form_for(Kind.notice, house)().category.choices
    rows = typed(
        "notice_categories",
        cnews=Typed("news", "お知らせ（一般）", "General news", "90", active=True),
        cgrant=Typed("grant", "公募（助成等）", "", "3", active=False),
    )
    save_list("notice_categories", rows, actor=administrator, now=now)

    assert codes.NOTICE_CATEGORIES.label("news") == "お知らせ（一般）"
    assert codes.NOTICE_CATEGORIES.values == ("report", "publication", "other", "news")
    assert codes.NOTICE_CATEGORIES.label("grant") == "公募（助成等）"
    assert "grant" in codes.NOTICE_CATEGORIES
    now_offered = form_for(Kind.notice, house)().category.choices
    assert list(offered) == before
    assert list(now_offered.items())[-1] == ("news", "お知らせ（一般）")
    assert "grant" not in now_offered

    save_list("notice_categories", typed("notice_categories"), actor=administrator, now=now)
    assert list(codes.NOTICE_CATEGORIES.values) == before
    assert list(form_for(Kind.notice, house)().category.choices) == before


def test_the_search_for_talents_says_the_same_words(make: Maker, administrator: Actor, now: datetime) -> None:
    rows = typed("fields", c03=Typed("03", "水と防災", "Water", "2", active=True))
    save_list("fields", rows, actor=administrator, now=now)
    assert search_fields.CONDITIONS["field"].label_of("03") == "水と防災"


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"cfree": Typed("free", " ", "", "0", active=True)}, "名称を入力"),
        ({"cfree": Typed("free", "長" * 61, "", "0", active=True)}, "60文字以内"),
        ({"cfree": Typed("free", "無料", "e" * 61, "0", active=True)}, "60文字以内"),
        ({"cfree": Typed("free", "無\n料", "", "0", active=True)}, "1行"),
        ({"cfree": Typed("free", "無料", "", "x", active=True)}, "並び順"),
        ({"cfree": Typed("free", "有料", "", "0", active=True)}, "同じ名称"),
        (
            {
                "cfree": Typed("free", "無料", "", "0", active=False),
                "cpaid": Typed("paid", "有料", "", "1", active=False),
            },
            "1つもなくなります",
        ),
        ({"cfree": Typed("gratis", "無料", "", "0", active=True)}, "削除したり"),
    ],
)
def test_a_list_that_cannot_be_is_refused(
    changed: dict[str, Typed], words: str, make: Maker, administrator: Actor, now: datetime
) -> None:
    begin_write()
    with pytest.raises(Refused, match=words):
        code_lists.save("fee_kinds", typed("fee_kinds", **changed), actor=administrator, now=now)
    with pytest.raises(NotFound):
        code_lists.save("languages", [], actor=administrator, now=now)
    db.session.rollback()


def test_the_desk_adds_a_code_which_stays_and_may_be_retired(make: Maker, administrator: Actor, now: datetime) -> None:
    from models.organizations import Organization

    house = db.session.get_one(Organization, make.member().organization_id)
    before = typed("notice_categories")
    save_list(
        "notice_categories", [*before, Typed("award", "表彰", "Award", "1", active=True)], actor=administrator, now=now
    )
    assert codes.NOTICE_CATEGORIES.label("award") == "表彰"
    assert "award" in form_for(Kind.notice, house)().category.choices
    rows = [
        Typed(code.value, code.ja, code.en, str(place), active=code.value != "award")
        for place, code in enumerate(code_lists.rows("notice_categories"))
    ]
    begin_write()
    with pytest.raises(Refused, match="削除したり"):
        code_lists.save("notice_categories", before, actor=administrator, now=now)
    db.session.rollback()
    save_list("notice_categories", rows, actor=administrator, now=now)
    assert "award" in codes.NOTICE_CATEGORIES
    assert "award" not in codes.NOTICE_CATEGORIES.values


@pytest.mark.parametrize(
    ("name", "row", "words"),
    [
        ("fields", Typed("99x", "宇宙", "", "1", active=True), "追加できません"),
        ("notice_categories", Typed("表彰", "表彰", "", "1", active=True), "半角の英数字"),
        ("notice_categories", Typed("a" * 13, "表彰", "", "1", active=True), "半角の英数字"),
        ("notice_categories", Typed("award", "", "", "1", active=True), "名称を入力"),
        ("notice_categories", Typed("award", "表彰", "", "", active=True), "並び順"),
        ("notice_categories", Typed("news", "表彰", "", "1", active=True), "重ねたり"),
    ],
)
def test_a_code_that_cannot_be_added_is_refused(
    name: str, row: Typed, words: str, make: Maker, administrator: Actor, now: datetime
) -> None:
    begin_write()
    with pytest.raises(Refused, match=words):
        code_lists.save(name, [*typed(name), row], actor=administrator, now=now)
    db.session.rollback()
    assert row.value not in codes.NOTICE_CATEGORIES.values or row.value == "news"


# ---- rules of the checks


def rule(key: str, ruling: Ruling, *, actor: Actor, now: datetime) -> None:
    begin_write()
    check_rules.save(key, ruling, actor=actor, now=now)
    db.session.commit()
    look(now)


def test_a_rule_is_turned_off_weighed_and_reworded(make: Maker, administrator: Actor, now: datetime) -> None:
    content = sample(Kind.job, now=now, nice_to_have="35歳以下の方を歓迎します。")

    def found() -> list[tuple[str, str]]:
        told = check(Kind.job, content, organization=None, now=now)
        return [(finding.severity, finding.message) for finding in told if finding.rule == "Q-09"]

    ((severity, message),) = found()
    assert severity == "warning"
    rule("Q-09", Ruling(severity="error", message="年齢は条件にできません。"), actor=administrator, now=now)
    assert found() == [("error", message.split("：")[0] + "：年齢は条件にできません。")]
    rule("Q-09", Ruling(active=False), actor=administrator, now=now)
    assert found() == []
    rule("Q-09", Ruling(True, "warning", RULES["Q-09"].message), actor=administrator, now=now)
    assert found() == [(severity, message)]
    assert all(shown.ruling == Ruling() for shown in check_rules.listed(now=now))


def test_what_the_portal_stands_on_cannot_be_changed(make: Maker, administrator: Actor, now: datetime) -> None:
    begin_write()
    for key, ruling, words in (
        ("F-01", Ruling(active=False), "変更できません"),
        ("Q-03", Ruling(active=False), "変更できません"),
        ("Q-11", Ruling(severity="warning"), "重さ"),
        ("Q-09", Ruling(severity="fatal"), "重さ"),
        ("Q-24", Ruling(message="別の文"), "変更できません"),
        ("Q-09", Ruling(message="二行\nの文"), "1行"),
        ("Q-09", Ruling(message="長" * 301), "300文字以内"),
        ("Q-09", Ruling(pattern="(年齢"), "読み取れません"),
        ("Q-09", Ruling(pattern="(あ+)+$"), "時間がかかる"),
        ("Q-09", Ruling(pattern="年*"), "何も書かれていない"),
        ("Q-09", Ruling(pattern="年" * 2001), "2,000文字以内"),
        ("Q-09", Ruling(fields=("attest",)), "項目"),
        ("Q-23", Ruling(pattern="年"), "使いません"),
        ("Q-23", Ruling(amount=3), "使いません"),
        ("Q-07", Ruling(amount=499), "500から10,000まで"),
        ("Q-07", Ruling(amount=10_001), "500から10,000まで"),
    ):
        with pytest.raises(Refused, match=words):
            check_rules.save(key, ruling, actor=administrator, now=now)
    with pytest.raises(NotFound):
        check_rules.save("Q-99", Ruling(), actor=administrator, now=now)
    db.session.rollback()


def test_the_desk_says_what_is_looked_for_where_and_from_when(administrator: Actor, now: datetime) -> None:
    def told(**texts: str) -> list[str]:
        look(now)
        found = check(Kind.job, sample(Kind.job, now=now, **texts), organization=None, now=now)
        return [finding.field for finding in found if finding.rule == "Q-27"]

    rule("Q-27", Ruling(pattern="誰でもできる", fields=("team",)), actor=administrator, now=now)
    assert told(team="誰でもできる仕事です") == ["team"]
    assert told(team="アットホームな職場です", nice_to_have="誰でもできる仕事です") == []
    tomorrow = (now + timedelta(days=1)).date()
    rule("Q-27", Ruling(valid_from=tomorrow), actor=administrator, now=now)
    assert told(team="アットホームな職場です") == []
    rule("Q-27", Ruling(valid_from=now.date()), actor=administrator, now=now)
    assert told(team="アットホームな職場です") == ["team"]


def test_the_minimum_wage_is_the_desk_s_to_follow(make: Maker, administrator: Actor, now: datetime) -> None:
    at_home = {"place_kind": "domestic", "prefecture": "東京都", "countries": [], "pay_kind": "hour", "pay_max": None}

    def is_told(pay: int) -> bool:
        look(now)
        content = sample(Kind.job, now=now, **at_home, pay_min=pay)
        found = check(Kind.job, content, organization=None, now=now)
        return ("Q-07", "pay_min") in {(finding.rule, finding.field) for finding in found}

    assert (is_told(1225), is_told(1226)) == (True, False)
    rule("Q-07", Ruling(amount=1290), actor=administrator, now=now)
    assert (is_told(1289), is_told(1290)) == (True, False)
    rule("Q-07", Ruling(amount=1226), actor=administrator, now=now)
    assert (is_told(1225), is_told(1226)) == (True, False)
    assert all(shown.ruling == Ruling() for shown in check_rules.listed(now=now))


def test_the_patterns_of_the_book_could_have_been_typed_at_the_desk() -> None:
    for own in RULES.values():
        for pattern in (own.words.pattern, own.words.ignored, own.words.unless) if own.words else ():
            assert not pattern or patterns.problem_of(pattern) == "", own.id


def test_the_book_names_every_rule_that_the_checks_have() -> None:
    import re

    sources = (ROOT / "portal" / "publishing").glob("check*.py")
    named = {key for path in sources for key in re.findall(r'"([FQ]-\d\d)"', path.read_text())}
    assert named | {key for key, rule in RULES.items() if rule.words} == set(RULES)
    assert checks.ERROR == "error"
    assert all(isinstance(field.name, str) for field in fields_of(Kind.job))


# ---- news


def test_news_is_shown_to_its_audience_from_one_moment_to_another(
    make: Maker, administrator: Actor, now: datetime, statements: Statements
) -> None:
    member, person = make.member(), talent(make, "青木 千尋")
    for title, audience, begin, end in (
        ("全員", Audience.everyone, now, now + timedelta(hours=1)),
        ("団体", Audience.organizations, now + timedelta(minutes=10), None),
        ("人材", Audience.talents, now, None),
        ("終了", Audience.everyone, now - timedelta(days=2), now - timedelta(days=1)),
    ):
        values = {"title": title, "body": "本文", "audience": audience, "starts_at": begin, "ends_at": end}
        begin_write()
        news.save(None, values, actor=make.office or administrator, now=now - timedelta(days=3))
        db.session.commit()
    look(now)

    def shown(actor: Actor, at: datetime) -> list[str]:
        return [bulletin.title for bulletin in news.current(actor, now=at)]

    statements.restart()
    assert shown(ANONYMOUS, now) == ["全員"]
    assert shown(member, now) == ["全員"]
    assert shown(person, now) == ["人材", "全員"]
    assert shown(administrator, now) == ["全員"]
    assert shown(member, now + timedelta(minutes=10)) == ["団体", "全員"]
    assert shown(member, now + timedelta(minutes=59, seconds=59)) == ["団体", "全員"]
    assert shown(member, now + timedelta(hours=1)) == ["団体"]
    assert shown(ANONYMOUS, now - timedelta(seconds=1)) == []
    assert statements.count == 0


# ---- who may


def test_only_administrators_change_what_all_go_by(make: Maker, now: datetime, rules: Flask) -> None:
    owner = make.member()
    begin_write()
    for actor in (make.secretary(), owner):
        for act in (
            lambda actor: office_settings.save("approval_days", "5", actor=actor, now=now),
            lambda actor: office_settings.reset("approval_days", actor=actor, now=now),
            lambda actor: code_lists.save("fee_kinds", typed("fee_kinds"), actor=actor, now=now),
            lambda actor: check_rules.save("Q-09", Ruling(active=False), actor=actor, now=now),
        ):
            with pytest.raises(Forbidden):
                act(actor)
    with pytest.raises(Forbidden):
        posting_rights.stop(owner.organization_id, Kind.job, "理由", actor=owner, now=now)
    db.session.rollback()
