"""「気になる/応募一覧」 as members use it: both tabs, notes, sheets."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.organizations import Organization
from models.states import Kind, Role
from models.talents import Talent
from portal.actors import Actor
from portal.clock import local
from portal.database import begin_write
from portal.matching import favorites
from portal.matching.favorites import Note
from portal.recruiting import downloads
from tests.make import Maker, actor_of
from tests.matching.people import publish
from tests.views.login import log_in
from tests.views.pages import Visitor, problems, text_of
from tests.views.test_applicants import post

PATH = "/mypage/favorites/"
TAB = "人材お気に入り一覧"


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


def keep(make_here: Maker, actor: Actor, note: Note | None = None, **columns: object) -> str:
    code = publish(make_here, **({"pr": "給水施設の維持管理", "fields": ["03"]} | columns)).code
    begin_write()
    favorites.mark(code, actor=actor, now=make_here.now)
    if note:
        favorites.save_note(code, note, revision=1, actor=actor, now=make_here.now)
    db.session.commit()
    return code


def row_of(visitor: Visitor, code: str) -> str:
    return text_of(visitor.page.by_id(code))


def test_an_empty_list_says_where_talents_are_found(visitor: Visitor) -> None:
    visitor.open("/mypage/").follow("気になる/応募一覧")
    assert visitor.page.h1.startswith(TAB)
    assert "気になる人材はまだいません" in visitor.page.text
    assert problems(visitor.page) == []
    visitor.follow("人材を探す")
    assert visitor.page.h1 == "人材閲覧・オファーメール発信"


def test_favorites_stand_with_their_notes_and_can_be_narrowed(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    today = local(make_here.now).date()
    due = keep(make_here, owner, Note("電話する", "水", today))
    later = keep(make_here, owner, Note("来年", "教育", today + timedelta(40)))
    visitor.open(PATH)
    assert problems(visitor.page) == []
    assert "電話する" in row_of(visitor, due)
    assert "本日" in row_of(visitor, due)
    assert "水資源・防災" in row_of(visitor, later)
    visitor.follow("次回確認日が来た人材 1")
    assert [row.get("id") for row in visitor.page.all("tr") if row.get("id")] == [due]
    visitor.follow("すべて 2").follow("教育 1")
    assert [row.get("id") for row in visitor.page.all("tr") if row.get("id")] == [later]
    visitor.open(f"{PATH}?label=ない")
    assert "条件に合う人材はいません" in visitor.page.text
    assert visitor.client.get(f"{PATH}?due=tomorrow").status_code == 400
    assert visitor.client.get(f"{PATH}?page=0").status_code == 400


def test_who_went_private_is_a_line_without_data(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    code = keep(make_here, owner, Note("電話する", "水"))
    begin_write()
    db.session.scalars(select(Talent).where(Talent.code == code)).one().is_public = False
    db.session.commit()
    said = row_of(visitor.open(PATH), code)
    assert "非公開" in said
    assert "電話する" in said
    assert "給水" not in visitor.response.text
    assert f"/mypage/talents/{code}/" not in visitor.page.links()
    assert visitor.page.one("input", name="codes", value=code).get("disabled") is not None
    visitor.follow(f"メモを編集（登録コード {code}）")
    assert "給水" not in visitor.response.text
    visitor.press("保存", note="公開を待つ")
    assert "公開を待つ" in row_of(visitor, code)
    visitor.press(f"外す（登録コード {code}）")
    db.session.rollback()
    assert favorites.count(owner) == 0


def test_a_conflict_shows_both_and_overwrites_nothing_unseen(
    site: Flask, visitor: Visitor, make_here: Maker, owner: Actor
) -> None:
    code = keep(make_here, owner, Note("はじめ"))
    colleague = actor_of(make_here.account(Role.editor, db.session.get_one(Organization, owner.organization_id)))
    other = Visitor(site.test_client())
    log_in(other.client, colleague)
    for person in (visitor, other):
        person.open(f"/mypage/marks/{code}/note")
    other.press("保存", note="同僚のメモ")
    visitor.press("保存", note="わたしのメモ", label="水", status=409)
    assert "競合" in visitor.page.text
    assert "同僚のメモ" in visitor.page.text
    assert text_of(visitor.page.by_id("note")) == "わたしのメモ"
    assert problems(visitor.page) == []
    assert favorites.find(code, actor=owner).note == "同僚のメモ"
    db.session.rollback()
    visitor.press("保存")
    assert (favorites.find(code, actor=owner).note, favorites.find(code, actor=owner).label) == ("わたしのメモ", "水")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("note", "あ" * 4001, "4,000文字以内"),
        ("label", "あ" * 31, "30文字以内"),
        ("next_on", "あした", "「2026/12/01」の形"),
        ("next_on", "2026-02-30", "実在する日付"),
        ("note", "a\x07b", "使えない文字"),
    ],
)
def test_what_cannot_be_is_told_at_its_field_and_nothing_typed_is_lost(
    field: str, value: str, told: str, visitor: Visitor, make_here: Maker, owner: Actor
) -> None:
    code = keep(make_here, owner, Note("はじめ"))
    typed = {"note": "新しいメモ", "label": "水", "next_on": "2030-01-15"} | {field: value}
    visitor.open(f"/mypage/marks/{code}/note").press("保存", **typed, status=422)
    assert told in visitor.page.text
    assert visitor.page.by_id(field).get("aria-invalid") == "true"
    for name in typed.keys() - {field}:
        control = visitor.page.by_id(name)
        assert (control.get("value") or text_of(control)) == typed[name]
    assert favorites.find(code, actor=owner).note == "はじめ"


def test_sheets_are_made_and_fetched_by_who_asked(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    code = keep(make_here, owner, Note("電話する"))
    visitor.open(PATH).press("CSV")
    assert "CSVを作成しています" in visitor.page.text
    downloads.work(make_here.now + timedelta(minutes=1))
    visitor.open(PATH)
    assert problems(visitor.page) == []
    content = visitor.client.get(visitor.page.link("CSVをダウンロード")).data.decode("utf-8-sig")
    assert code in content
    assert "電話する" in content
    visitor.press("XLSX")
    visitor.press("XLSXの作成を中止")
    assert visitor.path == PATH
    assert "作成を中止しました。" in visitor.page.text


# ---- 「応募一覧」


def test_applications_are_reached_by_kind_and_posting(visitor: Visitor, make_here: Maker, owner: Actor) -> None:
    job = post(make_here, owner)
    event = post(make_here, owner, kind=Kind.event, names=("上田 さくら",))
    visitor.open(PATH).follow("応募一覧")
    assert visitor.page.h1 == "応募一覧"
    assert problems(visitor.page) == []
    links = [link for link in visitor.page.links() if link.startswith("/mypage/applications/")]
    assert links == ["/mypage/applications/", job.path]
    assert "3件" in visitor.page.text
    visitor.follow("研修・イベント・セミナー情報")
    assert event.path in visitor.page.links()
    visitor.open(job.path).follow("人材詳細を見る").press("気になる")
    db.session.rollback()
    assert favorites.count(owner) == 1
    assert "この登録者への操作" in visitor.page.text


def test_postings_are_the_organizations_own(visitor: Visitor, make_here: Maker) -> None:
    post(make_here, make_here.member())
    visitor.open(f"{PATH}postings/")
    assert "公開した求人情報はまだありません" in visitor.page.text
    assert visitor.client.get(f"{PATH}postings/?kind=notice").status_code == 400
