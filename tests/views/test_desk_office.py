"""What the office sets for all: news, settings, code lists, rules of the checks, by its pages."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_admin.contrib.sqla import ModelView
from sqlalchemy import select

from models.base import db
from models.office import CodeOverride, OfficeSetting, RuleOverride
from models.records import AuditEvent
from models.states import Kind, Role
from portal.actors import Actor
from portal.administration.lists import LISTS
from portal.administration.office_settings import ADJUSTABLE
from portal.publishing.rule_book import RULES
from tests.make import Maker
from tests.views.desk import everything_written
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems


@pytest.fixture
def admin(client: FlaskClient, make_here: Maker) -> Visitor:
    browser = client.application.test_client()
    log_in(browser, make_here.secretary(Role.administrator))
    return Visitor(browser)


def acts() -> list[str]:
    db.session.rollback()
    told = select(AuditEvent.action).where(AuditEvent.subject.in_(("news", "setting", "code_list", "rule")))
    return list(db.session.scalars(told.order_by(AuditEvent.id)))


def test_news_is_written_at_the_desk_and_read_where_it_belongs(
    client: FlaskClient, desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    stranger, member = Visitor(client.application.test_client()), Visitor(client.application.test_client())
    log_in(member.client, owner)
    desk.open("/desk/news/").follow("追加")
    assert problems(desk.page) == []
    for wrong, words in (
        ({"title": " "}, "タイトルを入力してください。"),
        ({"body": ""}, "本文を入力してください。"),
        ({"audience": "all"}, "選択肢から選んでください。"),
        ({"starts_at": "あした"}, "日時を「2026-12-01 09:00」の形で"),
        ({"starts_at": "0001-01-01T00:00"}, "日時を「2026-12-01 09:00」の形で"),
        ({"starts_at": "2026-12-02T09:00", "ends_at": "2026-12-02T09:00"}, "開始より後の日時"),
        ({"starts_at": ""}, "表示の開始を入力してください。"),
        ({"title": "長" * 101}, "100文字以内"),
    ):
        typed = {
            "title": "題",
            "body": "本文",
            "audience": "everyone",
            "starts_at": "2026-11-01T00:00",
            "ends_at": "",
        } | wrong
        page = Page(client.post("/desk/news/new/", data=typed).text)
        assert words in page.text, wrong
        assert problems(page) == []
    desk.press("保存", title="<年末>の営業", body="休みます。\n1月4日から。", audience="organizations")
    assert problems(desk.page) == []
    assert "表示中" in desk.page.text

    assert "年末" not in stranger.open("/").page.text
    told = member.open("/mypage/").page
    assert "事務局からのお知らせ" in told.text
    assert "<年末>の営業" in told.text
    assert problems(told) == []
    desk.follow("編集").press("保存", audience="everyone", ends_at="2099-01-01T00:00")
    assert "<年末>の営業" in stranger.open("/").page.text
    assert problems(stranger.page) == []
    desk.press("削除")
    assert "年末" not in stranger.open("/").page.text
    assert acts() == ["news.create", "news.change", "news.remove"]


def test_code_lists_rules_and_settings_are_model_views_of_administrators(
    desk: Visitor, admin: Visitor, site: Flask
) -> None:
    views = {view.endpoint: view for door in site.extensions["admin"] for view in door._views}
    books = {
        "codes": (CodeOverride, len(LISTS)),
        "rules": (RuleOverride, len(RULES)),
        "settings": (OfficeSetting, len(ADJUSTABLE)),
    }
    for name, (model, count) in books.items():
        view = views[f"desk_{name}"]
        assert isinstance(view, ModelView)
        assert (view.model, view.roles) == (model, {Role.administrator})
        page = admin.open(f"/desk/{name}/").page
        listed = [row for row in page.all("tr") if page.is_within(row, "tbody")] or page.all("dt")
        assert len(listed) == count, "what nobody changed is listed, too"
        admin.open(f"/desk/{name}/?page=1", status=404)
        desk.open(f"/desk/{name}/", status=403)


def test_a_setting_acts_on_the_next_request_and_goes_back(
    client: FlaskClient, admin: Visitor, make_here: Maker, owner: Actor
) -> None:
    log_in(client, owner)
    version = make_here.draft(Kind.notice, actor=owner)
    admin.open("/desk/settings/")
    assert problems(admin.page) == []
    admin.press("保存（承認までの営業日）", status=422, value="0")
    assert "承認までの営業日は1〜20の数字（営業日）で入力してください。" in admin.page.text
    assert problems(admin.page) == []
    before = everything_written()
    for name, value in (("secret_key", "x" * 40), ("base_url", "https://evil.example")):
        assert admin.client.post(f"/desk/settings/{name}/", data={"value": value}).status_code == 404
    assert everything_written() == before

    admin.press("保存（承認までの営業日）", value="20")
    assert "「承認までの営業日」を変更しました。" in admin.page.text
    confirm = f"/mypage/notices/confirm/{version.id}/"
    assert "20営業日ありません" in Visitor(client).open(confirm).page.text
    assert "内容の確認には20営業日程度かかります" in Visitor(client).open(confirm).page.text
    admin.press("元の値に戻す（承認までの営業日）")
    assert "20営業日" not in Visitor(client).open(confirm).page.text
    assert acts() == ["setting.change", "setting.reset"]


def test_a_code_list_is_worded_for_the_public_site(client: FlaskClient, admin: Visitor) -> None:
    admin.open("/desk/codes/").follow("分野課題")
    assert problems(admin.page) == []
    admin.press("保存", status=422, **{"ja-03": " "})
    assert "コード「03」の名称を入力してください。" in admin.page.text
    assert problems(admin.page) == []
    admin.press("保存", **{"ja-03": "水と防災 <新>", "position-03": "1", "active-20": None})
    assert problems(admin.page) == []
    assert "元：水資源・防災" in admin.page.text

    page = Visitor(client).open("/jobs/").page
    offered = [box.get("value") for box in page.all("input", "option") if box.get("name") == "field"]
    text = page.text
    assert "水と防災 <新>" in text
    assert "水資源・防災" not in text
    assert "南南協力" not in text
    assert offered[:2] == ["03", "01"] or "水と防災" in text.partition("教育")[0]
    assert client.get("/jobs/?field=20").status_code == 200, "an old bookmark still works"
    admin.open("/desk/codes/countries/", status=404)
    assert acts() == ["code_list.change"]


def test_a_code_is_added_where_nothing_else_depends_on_it(admin: Visitor, client: FlaskClient, owner: Actor) -> None:
    admin.open("/desk/codes/fields/")
    assert "追加するコード" not in admin.response.text
    admin.open("/desk/codes/notice_categories/")
    admin.press("保存", status=422, **{"new-value": "表彰", "new-ja": "表彰", "new-position": "5"})
    assert "半角の英数字" in admin.page.text
    assert admin.page.one("input", name="new-ja").get("value") == "表彰", "what was typed stays"
    assert problems(admin.page) == []
    admin.press("保存", **{"new-value": "award", "new-ja": "表彰", "new-en": "Award", "new-position": "5"})
    assert "事務局が追加" in admin.page.text
    assert problems(admin.page) == []
    log_in(client, owner)
    assert "表彰" in Visitor(client).open("/mypage/notices/new/").page.text


def test_a_rule_is_changed_for_what_is_checked_from_now_on(
    client: FlaskClient, admin: Visitor, make_here: Maker, owner: Actor
) -> None:
    log_in(client, owner)
    version = make_here.draft(Kind.job, actor=owner, nice_to_have="35歳以下の方を歓迎します。")
    admin.open("/desk/rules/").follow("年齢を条件とする表現")
    assert problems(admin.page) == []
    admin.press("保存", status=422, message="長" * 301)
    assert "300文字以内" in admin.page.text
    admin.press("保存", severity="error", message="年齢は条件にできません。")
    assert problems(admin.page) == []

    told = Visitor(client).open(f"/mypage/jobs/confirm/{version.id}/").page
    assert "年齢は条件にできません。" in told.text
    assert "エラー" in told.title
    admin.open("/desk/rules/Q-09/").press("保存", active=None)
    assert "しない" in admin.page.text
    assert "内容確認" in Visitor(client).open(f"/mypage/jobs/confirm/{version.id}/").page.title
    assert "変更できません" in admin.open("/desk/rules/F-01/").page.text
    assert admin.client.post("/desk/rules/F-01/", data={}).status_code == 422
    admin.open("/desk/rules/Q-99/", status=404)
    assert acts() == ["rule.change", "rule.change"]


def test_the_number_that_a_rule_goes_by_is_changed(client: FlaskClient, admin: Visitor) -> None:
    admin.open("/desk/rules/Q-07/")
    assert problems(admin.page) == []
    admin.press("保存", status=422, amount="千三百円")
    assert "数字で入力してください" in admin.page.text
    assert admin.page.by_id("amount").get("value") == "千三百円", "what was typed is not lost"
    admin.press("保存", amount="１,２９０")
    assert admin.open("/desk/rules/Q-07/").page.by_id("amount").get("value") == "1290"
    admin.press("保存", amount="")
    assert admin.open("/desk/rules/Q-07/").page.by_id("amount").get("value") == "1226"
