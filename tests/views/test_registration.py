"""Chapter 2 without scripts: the four sections, from the form over the confirm page to the update, and what waits."""

import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.organizations import Organization
from models.registrations import RegistrationVersion
from models.states import Role
from portal.actors import Actor
from portal.database import begin_write
from portal.registry import deciding
from portal.registry.workflow import Seen
from tests.files.pictures import picture
from tests.make import Maker
from tests.registry.samples import ACHIEVEMENT, registered
from tests.views.login import log_in
from tests.views.pages import Visitor, problems, text_of

NEW_NAME = "認定特定非営利活動法人 いずみの会"
PATH = "/mypage/registration/"


@pytest.fixture
def house(make_here: Maker) -> Organization:
    return registered(make_here)


@pytest.fixture
def member(make_here: Maker, house: Organization) -> Actor:
    return make_here.member(house)


@pytest.fixture
def colleague(make_here: Maker, house: Organization, member: Actor) -> Actor:
    return make_here.member(house, Role.editor)


@pytest.fixture
def viewer(make_here: Maker, house: Organization, member: Actor) -> Actor:
    return make_here.member(house, Role.viewer)


@pytest.fixture
def visitor(client: FlaskClient, member: Actor) -> Visitor:
    log_in(client, member)
    return Visitor(client)


def saved(name: str) -> object:
    db.session.rollback()
    return db.session.scalar(select(getattr(Organization, name)))


def test_the_menu_leads_to_four_sections(visitor: Visitor) -> None:
    visitor.open("/mypage/").follow("登録内容の確認/更新")
    assert visitor.page.h1 == "PARTNER団体登録情報"
    side = visitor.page.one("nav", **{"aria-label": "登録情報の項目"})
    assert [text_of(link) for link in side.iter("a")] == ["アカウント情報", "団体情報", "担当者情報", "活動情報"]
    for word, value in (
        ("団体情報", "特定非営利活動法人 みずの会"),
        ("担当者情報", "田村 健太"),
        ("活動情報", "ラオス"),
    ):
        visitor.follow(word)
        assert value in visitor.page.text
        assert visitor.page.link("変更する") == f"{visitor.path}edit/"
        assert problems(visitor.page) == []


def test_a_row_of_achievements_from_the_form_to_the_update(visitor: Visitor) -> None:
    visitor.open(PATH).follow("活動情報").follow("変更する")
    assert visitor.page.h1 == "PARTNER団体登録・編集"
    typed = {f"achievements-0-{name}": value for name, value in ACHIEVEMENT.items()}
    visitor.press("活動実績を追加").press("活動実績を追加", **typed)
    visitor.press("登録内容を確認する", **{"achievements-1-funder": "寄付金"}, status=422)
    assert "活動実績の2件目：事業名を入力してください。" in visitor.page.text
    assert problems(visitor.page) == []
    visitor.press("登録内容を確認する", **{"achievements-1-name": "衛生教育の教材づくり"})
    assert visitor.page.h1 == "PARTNER団体登録・編集 内容確認"
    assert "変更した項目 1件" in visitor.page.text
    assert "活動実績 変更" in visitor.page.text
    assert problems(visitor.page) == []

    visitor.press("入力画面へ戻る")
    assert visitor.page.by_id("achievements-1-name").get("value") == "衛生教育の教材づくり"
    visitor.press("活動実績2を上へ移動").press("登録内容を確認する").press("更新")
    assert "更新しました。" in visitor.page.text
    assert [row["name"] for row in saved("achievements")] == ["衛生教育の教材づくり", "村落給水施設の整備"]
    visitor.follow("変更する").press("活動実績1を削除").press("登録内容を確認する").press("更新")
    assert saved("achievements") == [ACHIEVEMENT]


def test_the_split_of_an_edit_is_told_and_what_waits_can_be_withdrawn(visitor: Visitor) -> None:
    visitor.open(f"{PATH}organization/edit/").press("登録内容を確認する", name=NEW_NAME, phone="03-0000-0000")
    told = visitor.page.text
    assert "団体名の変更は、PARTNER事務局の確認後に反映します" in told
    assert "そのほかの変更（電話番号）は、「更新」を押すとすぐに反映します。" in told
    visitor.press("更新")
    assert "電話番号を更新しました。団体名の変更は、PARTNER事務局の確認後に反映します。" in visitor.page.text
    assert "申請中" in visitor.page.text
    assert "認定特定非営利活動法人 いずみの会" in visitor.page.text
    assert problems(visitor.page) == []
    assert (saved("name"), saved("phone")) == ("特定非営利活動法人 みずの会", "03-0000-0000")

    visitor.follow("変更する")
    assert "name" not in visitor.page.ids
    assert "団体名は、申請した変更がPARTNER事務局の確認を待っているため" in visitor.page.text
    visitor.open(PATH).press("取下げ")
    assert "取下げました" in visitor.page.text
    assert "申請した変更" not in visitor.page.text
    assert "name" in visitor.open(f"{PATH}organization/edit/").page.ids


def test_what_came_back_is_mended(visitor: Visitor, make_here: Maker, office: Actor) -> None:
    visitor.open(f"{PATH}organization/edit/").press("登録内容を確認する", name=NEW_NAME).press("更新")
    db.session.rollback()
    version = db.session.scalars(select(RegistrationVersion)).one()
    seen = Seen(version.id, version.revision)
    begin_write()
    deciding.give_back(seen, "登記の名称と異なります。", actor=office, now=make_here.now)
    db.session.commit()

    assert "団体名の変更が差し戻されました" in visitor.open("/mypage/").page.text
    visitor.open(PATH)
    assert "登記の名称と異なります。" in visitor.page.text
    visitor.follow("直して申請し直す")
    assert visitor.page.by_id("name").get("value") == NEW_NAME
    visitor.press("登録内容を確認する", name="特定非営利活動法人 いずみの会").press("更新")
    assert "申請中" in visitor.page.text


@pytest.mark.parametrize("button", ["登録内容を確認する", "更新"])
def test_the_second_editor_is_told_and_keeps_the_input(
    button: str, colleague: Actor, visitor: Visitor, client: FlaskClient
) -> None:
    other = Visitor(client.application.test_client())
    log_in(other.client, colleague)
    visitor.open(f"{PATH}contact/edit/")
    if button == "更新":
        visitor.press("登録内容を確認する", contact_dept="総務部")
    other.open(f"{PATH}contact/edit/").press("登録内容を確認する", contact_dept="広報部").press("更新")

    fields = {} if button == "更新" else {"contact_dept": "総務部"}
    visitor.press(button, **fields, status=409)

    assert "競合" in visitor.page.text
    assert "佐藤 美咲さん" in visitor.page.text
    assert visitor.page.by_id("contact_dept").get("value") == "総務部"
    assert problems(visitor.page) == []
    assert saved("contact_dept") == "広報部"
    visitor.press("この画面の入力で確認へ進む")
    assert "変更前広報部" in visitor.page.text
    visitor.press("更新")
    assert saved("contact_dept") == "総務部"


def test_nothing_new_is_told_and_viewers_only_read(viewer: Actor, visitor: Visitor, client: FlaskClient) -> None:
    visitor.open(f"{PATH}contact/edit/").press("登録内容を確認する")
    assert "変更された項目はありません。" in visitor.page.text
    assert not visitor.page.buttons("更新")

    reader = Visitor(client.application.test_client())
    log_in(reader.client, viewer)
    assert "変更する" not in reader.open(f"{PATH}contact/").page.text
    reader.open(f"{PATH}contact/edit/", status=403)


def test_a_wrong_input_is_told_in_words(visitor: Visitor) -> None:
    visitor.open(f"{PATH}organization/edit/")
    wrong = {"corporate_no": "1234567890123", "postal": "x", "founded": "いつか", "staff_japan": "たくさん"}
    visitor.press("登録内容を確認する", **wrong, status=422)
    for sentence in ("法人番号は13桁", "郵便番号は7桁", "年月を「2026/12」の形で", "数字で入力してください"):
        assert sentence in visitor.page.text
    for name, value in wrong.items():
        assert visitor.page.by_id(name).get("value") == value
    for path, data in (
        ("contact/edit/", {"revision": "x"}),
        ("contact/update/", {"revision": "9" * 30}),
        ("contact/edit/", {"revision": "1", "step": "dance"}),
        ("withdraw/", {"seen": "1.x"}),
    ):
        assert visitor.client.post(PATH + path, data=data).status_code in (400, 422)
    assert visitor.client.post(f"{PATH}withdraw/", data={"seen": "999.1"}).status_code == 404
    assert visitor.client.get(f"{PATH}account/").status_code == 404


def test_a_logo_is_public_at_once(visitor: Visitor, client: FlaskClient) -> None:
    def send(content: bytes, words: str) -> str:
        data = {"logo": (io.BytesIO(content), "logo.png"), "words": words}
        client.post(f"{PATH}logo/", data=data)
        return visitor.open(PATH).page.text

    assert "ロゴの説明を、1行で" in send(picture(), " ")
    send(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "みずの会")
    assert visitor.page.one("div", role="alert") is not None
    assert "ロゴを更新しました。" in send(picture(), "みずの会のロゴ")
    assert problems(visitor.page) == []
    shown = visitor.page.one("img", alt="みずの会のロゴ").get("src", "")
    answer = client.application.test_client().get(shown)
    assert (answer.status_code, answer.mimetype) == (200, "image/png")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    visitor.press("ロゴを削除")
    assert client.get(shown).status_code == 404
