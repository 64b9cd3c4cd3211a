"""「人材閲覧・オファーメール発信」 and 「人材閲覧」 as members use them, without scripts."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.base import db
from models.favorites import SavedSearch
from models.organizations import Organization
from models.people import Throttle
from models.records import AuditEvent
from models.states import Role
from portal import clock
from portal.accounts import throttles
from portal.actors import Actor
from portal.database import begin_write
from portal.matching import favorites, search, viewing
from portal.matching.favorites import Note
from tests.access.world import digest
from tests.make import Maker, actor_of
from tests.matching.people import publish
from tests.views.login import log_in
from tests.views.pages import Visitor, problems, text_of

PATH = "/mypage/talents/"
TITLE = "人材閲覧・オファーメール発信"
WATER = {
    "fields": ["03", "18"],
    "pr": "給水施設の維持管理と技術研修。国際機関とNGOで働いた。",
    "years_total": 12,
    "languages": [{"language": "en", "level": "A", "test": "TOEIC", "score": "880"}],
    "experiences": [{"country": "LA", "kind": "ngo", "begin": "2015-04", "end": "2018-03"}],
    "wish_countries": ["LA", "KH", "VN", "NP"],
    "wish_kinds": ["EMP", "EXP"],
}


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


@pytest.fixture
def water(make_here: Maker) -> str:
    """登録コード of somebody who knows about water."""
    return publish(make_here, "青木 千尋", phone="090-1111-2222", **WATER).code


@pytest.fixture
def teacher(make_here: Maker) -> str:
    """Of a teacher who declines offers."""
    return publish(make_here, "石川 拓真", fields=["01"], pr="学校で教えた。", accepts_offers=False).code


def rows(visitor: Visitor) -> list[Element]:
    return [row for row in visitor.page.all("tr") if any(cell.tag == "td" for cell in row)]


def codes_on(visitor: Visitor) -> list[str]:
    return [row.get("id", "") for row in rows(visitor)]


def box_of(visitor: Visitor, code: str) -> Element:
    return visitor.page.one("input", name="codes", value=code)


def heart_of(visitor: Visitor, code: str) -> Element:
    return visitor.page.button(f"気になる（登録コード {code}）")


def choice(visitor: Visitor, name: str, value: str) -> tuple[str, Element]:
    """What a condition's choice says, and its box."""
    box = visitor.page.one("input", name=name, value=value)
    return text_of(next(visitor.page.above(box))), box


# ---- the list


def test_who_searches_too_often_is_told_to_wait(
    client: FlaskClient, visitor: Visitor, owner: Actor, site: Flask
) -> None:
    hour = search.limits(site.config["PORTAL"])[1]
    key = throttles.key(hour, site.config["SECRET_KEY"], "account", owner.account_id)
    assert client.get(PATH).status_code == 200
    begin_write()
    db.session.execute(update(Throttle).where(Throttle.key == key).values(count=hour.most - 1))
    db.session.commit()
    assert client.get(PATH).status_code == 200
    response = client.get(PATH)
    assert response.status_code == 429
    assert 3500 < int(response.headers["Retry-After"]) <= 3600
    assert search.TOO_MANY in response.text


def test_the_menu_leads_to_the_search(visitor: Visitor, water: str) -> None:
    visitor.open("/mypage/").follow(TITLE)
    assert visitor.page.h1 == TITLE
    assert "登録人材情報を探す" in visitor.page.text
    assert problems(visitor.page) == []
    assert codes_on(visitor) == [water]
    visitor.follow(water)
    assert water in visitor.page.h1


def test_a_row_says_what_the_talent_can_and_wants_and_never_who_it_is(visitor: Visitor, water: str) -> None:
    (row,) = rows(visitor.open(PATH))
    said = text_of(row)
    for words in (
        "水資源・防災、環境管理",
        "給水施設の維持管理と技術研修",
        "実務12年",
        "英語 A（TOEIC 880）",
        "ラオス",
        "希望：ラオス、カンボジア、ベトナム ほか1か国／雇用・専門家",
    ):
        assert words in said
    assert "青木" not in visitor.response.text
    assert "090-1111-2222" not in visitor.response.text


def test_choices_say_how_many_match_and_narrow_the_list(visitor: Visitor, water: str, teacher: str) -> None:
    visitor.open(PATH)
    assert "2件" in visitor.page.text
    words, box = choice(visitor, "field", "03")
    assert words == "水資源・防災 (1)"
    assert box.get("checked") is None
    assert choice(visitor, "field", "02")[1].get("disabled") is not None, "nobody"
    visitor.open(f"{PATH}?field=03&language_en=A")
    assert codes_on(visitor) == [water]
    assert choice(visitor, "field", "03")[1].get("checked") is not None
    opened = {fold.get("id") for fold in visitor.page.all("details") if fold.get("open") is not None}
    assert {"g-specialty", "g-skills"} <= opened
    assert not {"g-experience", "g-wishes"} & opened
    assert [text_of(chip) for chip in visitor.page.all("a") if "chip" in chip.get("class", "")] == [
        "水資源・防災を外す",
        "英語 A以上を外す",
    ]
    visitor.follow("水資源・防災を外す")
    assert visitor.path == f"{PATH}?language_en=A"


def test_the_four_groups_are_folds_with_the_manuals_words(visitor: Visitor) -> None:
    visitor.open(PATH)
    groups = [fold for fold in visitor.page.all("details") if "facet" in fold.get("class", "")]
    assert [text_of(next(head for head in fold.iter("h3"))) for fold in groups] == [
        "専門分野・職種",
        "語学・資格",
        "経験・経歴",
        "希望条件・その他",
    ]
    assert "条件で絞り込み" in visitor.page.text
    for word in ("年齢", "性別", "国籍"):
        assert [name for name in visitor.page.all("legend", "label") if word in text_of(name)] == []


def test_a_keyword_is_found_and_marked(visitor: Visitor, water: str, teacher: str) -> None:
    visitor.open(PATH)
    form = visitor.page.by_id("search")
    assert form.get("method") == "get"
    assert text_of(visitor.page.by_id("keyword")) == ""
    visitor.open(f"{PATH}?keyword=給水")
    assert codes_on(visitor) == [water]
    assert {text_of(mark) for mark in visitor.page.all("mark")} == {"給水"}
    assert visitor.page.by_id("keyword").get("value") == "給水"
    assert problems(visitor.page) == []


def test_an_address_is_the_search_whatever_else_stands_in_it(visitor: Visitor, water: str) -> None:
    for odd in ("page=0", "page=99999", "size=7", "sort=name", "field=zz", "since=x", "since=99999999999", "chosen=x"):
        visitor.open(f"{PATH}?field=03&{odd}")
        assert text_of(visitor.page.one("h1")) == TITLE


def test_nothing_found_says_what_to_drop(visitor: Visitor, water: str) -> None:
    visitor.open(f"{PATH}?field=03&keyword=鈿細工")
    assert "条件に合う人材はいません" in visitor.page.text
    visitor.follow("「キーワード：鈿細工」を外す")
    assert codes_on(visitor) == [water]
    assert "メール作成" not in visitor.open(f"{PATH}?keyword=鈿細工").page.text
    visitor.open(f"{PATH}?page=7")
    assert "このページに人材はありません" in visitor.page.text
    visitor.follow("1ページ目を見る")
    assert codes_on(visitor) == [water]


def test_pages_lead_on_and_keep_the_conditions(visitor: Visitor, make_here: Maker) -> None:
    for number in range(21):
        publish(make_here, f"青木 {number}", fields=["03"], pr=f"番号{number}")
    visitor.open(f"{PATH}?field=03")
    first = codes_on(visitor)
    assert len(first) == 20
    assert "21件中 1〜20件" in visitor.page.text
    visitor.follow("次へ")
    assert len({*first, *codes_on(visitor)}) == 21
    assert parse_qs(urlsplit(visitor.path).query) == {"field": ["03"], "page": ["2"]}
    assert "21件中 21〜21件" in visitor.page.text


def test_who_declines_offers_cannot_be_chosen_and_the_row_says_why(visitor: Visitor, water: str, teacher: str) -> None:
    visitor.open(PATH)
    assert box_of(visitor, teacher).get("disabled") is not None
    assert box_of(visitor, water).get("disabled") is None
    said = {row.get("id"): text_of(row) for row in rows(visitor)}
    assert "オファーメールを受け取らない設定です" in said[teacher]
    assert "オファーメール" not in said[water]


# ---- 「気になる」 from the list


def test_a_mark_is_set_and_taken_off_where_it_stands(visitor: Visitor, water: str, teacher: str) -> None:
    visitor.open(f"{PATH}?keyword=給水")
    assert heart_of(visitor, water).get("aria-pressed") == "false"
    visitor.press(f"気になる（登録コード {water}）", codes=[water])
    assert heart_of(visitor, water).get("aria-pressed") == "true"
    assert box_of(visitor, water).get("checked") is not None, "what was chosen stays so"
    assert visitor.page.by_id("keyword").get("value") == "給水"
    visitor.press(f"気になる（登録コード {water}）")
    assert heart_of(visitor, water).get("aria-pressed") == "false"


def test_several_are_marked_at_once(visitor: Visitor, water: str, teacher: str, owner: Actor) -> None:
    visitor.open(f"{PATH}?sort=oldest").press("気になるに追加", codes=[water])
    assert "1名を気になるに追加しました。" in visitor.page.text
    assert "sort=oldest" in visitor.path
    assert [heart_of(visitor, code).get("aria-pressed") for code in (water, teacher)] == ["true", "false"]
    response = visitor.client.post("/mypage/marks/add", data={"codes": []})
    assert response.status_code == 422
    db.session.rollback()
    assert favorites.count(owner) == 1


def test_a_script_is_told_without_a_page(visitor: Visitor, water: str, owner: Actor) -> None:
    client = visitor.client
    assert client.post(f"/mypage/marks/{water}/on", data={"at": "script"}).status_code == 204
    begin_write()
    favorites.save_note(water, Note("会った"), revision=1, actor=owner, now=clock.now())
    db.session.commit()
    assert client.post(f"/mypage/marks/{water}/off", data={"at": "script"}).status_code == 409
    visitor.open(PATH).press(f"気になる（登録コード {water}）")
    assert favorites.KEPT_ANYWAY in visitor.page.text
    assert heart_of(visitor, water).get("aria-pressed") == "true"


def test_a_viewer_looks_but_marks_nothing(client: FlaskClient, owner: Actor, make_here: Maker, water: str) -> None:
    viewer = actor_of(make_here.account(Role.viewer, db.session.get_one(Organization, owner.organization_id)))
    log_in(client, viewer)
    visitor = Visitor(client).open(PATH)
    assert codes_on(visitor) == [water]
    assert visitor.page.all("input") != []
    assert [box for box in visitor.page.all("input") if box.get("name") == "codes"] == []
    assert "気になる" not in [text_of(button) for button in visitor.page.all("button")]
    assert "この検索を保存" not in visitor.page.text
    visitor.follow(water)
    assert visitor.page.buttons("気になる") == []


# ---- saved searches


def test_a_search_is_saved_opened_and_its_news_are_marked(
    visitor: Visitor, make_here: Maker, water: str, owner: Actor
) -> None:
    visitor.open(f"{PATH}?field=03&keyword=給水").press("保存", name="水の専門家")
    assert "検索を保存しました" in visitor.page.text
    make_here.now += timedelta(hours=1)
    fresh = publish(make_here, "上田 さくら", **WATER).code
    visitor.open(PATH).press("水の専門家 1名が新着")
    assert parse_qs(urlsplit(visitor.path).query).keys() == {"field", "keyword", "since"}
    assert "から新しい人材 1名" in visitor.page.text
    assert {code: "新着" in text_of(visitor.page.by_id(code)) for code in codes_on(visitor)} == {
        fresh: True,
        water: False,
    }
    visitor.follow("新着の確認・設定")
    assert visitor.page.h1.startswith("保存した検索")
    assert problems(visitor.page) == []


def test_saving_without_a_name_or_with_one_that_is_there_keeps_the_search(visitor: Visitor, water: str) -> None:
    visitor.open(f"{PATH}?keyword=給水").press("保存", name="水")
    for name, told in (
        ("", "検索の名前を入力してください"),
        ("水", "すでに保存されています"),
        ("水\x07", "使えない文字"),
    ):
        visitor.open(f"{PATH}?keyword=給水").press("保存", name=name, status=409 if name == "水" else 422)
        assert told in visitor.page.text
        assert visitor.page.by_id("name").get("value") == name
        assert visitor.page.by_id("keyword").get("value") == "給水"
        assert visitor.page.title.startswith("エラー：")
        assert problems(visitor.page) == [] or not name.isprintable()


def test_saved_searches_are_renamed_told_of_and_removed(visitor: Visitor, water: str) -> None:
    visitor.open(f"{PATH}?keyword=給水").press("保存", name="水")
    visitor.open(f"{PATH}?field=03").press("保存", name="水資源")
    visitor.open("/mypage/searches/").press("毎朝受け取る（水）")
    assert visitor.page.button("毎朝受け取る（水）").get("aria-pressed") == "true"
    assert visitor.page.button("毎朝受け取る（水資源）").get("aria-pressed") == "false"
    visitor.press("毎朝受け取る（水）")
    assert visitor.page.button("毎朝受け取る（水）").get("aria-pressed") == "false"
    visitor.press("名前を変更", beside="キーワード：給水", name="水資源", status=409)
    assert "すでに保存されています" in visitor.page.text
    assert problems(visitor.page) == []
    visitor.press("名前を変更", beside="キーワード：給水", name="給水の人材")
    assert "給水の人材" in visitor.page.text
    visitor.press("削除", beside="給水の人材")
    db.session.rollback()
    assert db.session.scalars(select(SavedSearch.name)).all() == ["水資源"]


# ---- 「人材閲覧」


def test_the_page_of_a_talent_ends_with_what_can_be_done(visitor: Visitor, water: str) -> None:
    visitor.open(f"{PATH}{water}/")
    assert problems(visitor.page) == []
    assert "登録コード" in visitor.page.h1
    assert "給水施設の維持管理" in visitor.page.text
    assert "青木" not in visitor.response.text
    assert "メールの送受信" in visitor.page.text
    visitor.press("気になる")
    assert visitor.page.button("気になる").get("aria-pressed") == "true"
    assert visitor.path == f"{PATH}{water}/"
    visitor.follow("メモを編集").press("保存", note="説明会で話した", label="水", next_on="2030-01-15")
    assert visitor.path == f"{PATH}{water}/"
    for words in ("説明会で話した", "2030年1月15日(火)"):
        assert words in visitor.page.text
    db.session.rollback()
    views = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "talent.view")
    assert db.session.scalar(views) == 3, "every reading is on record"


def test_who_declines_offers_is_told_of_at_the_button(visitor: Visitor, teacher: str) -> None:
    visitor.open(f"{PATH}{teacher}/")
    (button,) = visitor.page.buttons("この登録者にメールを送る")
    assert (button.get("aria-disabled"), button.get("type")) == ("true", "button")
    assert "オファーメールの受け取りを希望していません。" in visitor.page.text


# ---- organizations without legal personality (G6)


def test_groups_have_neither_menu_nor_address_and_nothing_is_written(
    site: Flask, client: FlaskClient, make_here: Maker, water: str
) -> None:
    group = make_here.member(make_here.organization(org_type="13"))
    log_in(client, group)
    visitor = Visitor(client).open("/mypage/")
    for word in ("登録人材情報を探す", TITLE, "気になる/応募一覧"):
        assert word not in visitor.page.text
    visitor.follow("応募一覧")
    before = digest()
    for path in (PATH, f"{PATH}{water}/", "/mypage/favorites/", "/mypage/favorites/postings/", "/mypage/searches/"):
        response = client.get(path)
        assert response.status_code == 403, path
        assert viewing.NOT_FOR_GROUPS in response.text
    for path in (f"marks/{water}/on", f"marks/{water}/off", "marks/add", "saving/add", "favorites/export"):
        response = client.post(f"/mypage/{path}", data={"codes": water, "name": "水", "kind": "favorites_csv"})
        assert response.status_code == 403, path
    assert digest() == before


def test_a_suspended_right_acts_on_the_next_request(visitor: Visitor, owner: Actor, water: str) -> None:
    visitor.open(PATH)
    begin_write()
    db.session.get_one(Organization, owner.organization_id).org_type = "13"
    db.session.commit()
    assert visitor.client.get(PATH).status_code == 403
