"""An image and a leaflet on a notice, by the keyboard alone: handed over, described, seen in the preview, submitted."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from portal.clock import now
from tests.browser.conftest import Running, log_in
from tests.browser.test_pages import look_on
from tests.browser.walks import fill_notice, hand_in
from tests.files.pdfs import pdf
from tests.files.pictures import with_place

ALT = "井戸のポンプを点検する職員"
TITLE = "写真と資料のあるお知らせ"
PHOTO = {"name": "IMG_0001.JPG", "mimeType": "image/jpeg", "buffer": with_place(size=(1600, 1200))}
LEAFLET = {"name": "くわしい資料.pdf", "mimeType": "application/pdf", "buffer": pdf()}


@pytest.fixture
def writer(page: Page, portal: Running) -> Page:
    page.on("filechooser", lambda _chooser: None)  # who listens only at the press may come too late for it
    log_in(page, portal, "org2@example.jp")
    return page


def hand_over(page: Page, name: str, file: dict) -> None:
    """The field opens the system's own choice of files, and the button stands behind it."""
    page.locator(f"#{name}-file").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Space")
    chooser.value.set_files(file)
    page.keyboard.press("Tab")
    expect(page.locator(f"[data-attach={name}] button")).to_be_focused()
    page.keyboard.press("Enter")


def test_files_by_the_keyboard(writer: Page) -> None:
    page = writer
    page.goto("/mypage/notices/new/")
    fill_notice(page, title=TITLE, publish_at=now() + timedelta(days=7))

    hand_over(page, "images", PHOTO)
    expect(page.locator("#images-0-words")).to_be_focused()
    expect(page.locator("[data-attach=images]").get_by_role("status")).to_have_text("追加し、一時保存しました")
    expect(page).to_have_url(re.compile(r"/mypage/notices/edit/\d+/$"))
    expect(page.get_by_label("タイトル")).to_have_value(TITLE)
    page.get_by_role("button", name="確認", exact=True).click()
    error = page.locator("#images-e")
    expect(error).to_have_text("画像1の代替テキストを入力してください。")
    look_on(page, "the form with an image that nobody has described")
    page.set_viewport_size({"width": 1280, "height": 900})
    page.locator("#images-0-words").focus()
    page.keyboard.type(ALT)

    hand_over(page, "attachments", LEAFLET | {"buffer": b"%PDF-1.7 cut"})
    expect(page.locator("#attachments-e")).to_contain_text("ファイルが壊れている")
    expect(page.locator("#attachments-file")).to_be_focused()
    hand_over(page, "attachments", LEAFLET)
    expect(page.locator("#attachments-0-words")).to_have_value("くわしい資料")
    expect(page.locator("#images-0-words")).to_have_value(ALT)  # typed beside it

    with page.context.expect_page() as opened:
        page.get_by_role("button", name="掲載後に表示される内容を確認する").press("Enter")
    preview = opened.value
    image = preview.get_by_role("img", name=ALT)
    expect(image).to_be_visible()
    assert image.evaluate("image => image.decode().then(() => [image.naturalWidth, image.naturalHeight])") == [
        900,
        1200,
    ]
    expect(preview.get_by_role("link", name="くわしい資料")).to_be_visible()
    preview.close()

    page.get_by_role("button", name="確認", exact=True).press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("団体からのお知らせ 登録・編集")
    expect(page.get_by_role("img", name=ALT)).to_be_visible()
    look_on(page, "the confirmation with files")
    page.set_viewport_size({"width": 1280, "height": 900})
    hand_in(page, "掲載申請する")
    expect(page.get_by_role("heading", level=1)).to_contain_text("完了しました")


def test_files_are_moved_and_removed_by_the_keyboard(writer: Page) -> None:
    page = writer
    page.goto("/mypage/notices/new/")
    page.get_by_label("タイトル").fill("資料の順序を変えるお知らせ")
    for number in ("一", "二"):
        hand_over(page, "attachments", LEAFLET | {"name": f"{number}.pdf"})
        expect(page.locator("[data-rows=attachments] > li").last.locator("input").first).to_have_value(number)

    page.get_by_role("button", name="添付ファイル2を上へ移動").press("Enter")
    expect(page.locator("#attachments-0-words")).to_have_value("二")
    page.get_by_role("button", name="添付ファイル2を削除").press("Enter")
    page.get_by_role("button", name="一時保存").press("Enter")
    expect(page.get_by_text("一時保存しました").first).to_be_visible()
    expect(page.locator("[data-rows=attachments] > li")).to_have_count(1)
    expect(page.locator("#attachments-0-words")).to_have_value("二")
    page.get_by_role("button", name="添付ファイル1を削除").press("Enter")
    expect(page.locator("#attachments-file")).to_be_focused()
