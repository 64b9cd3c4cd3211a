"""The manual's chapter 2 by its labels, with scripts: a track record is added, a name waits for the desk; 団体登録."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Running, body_of, log_in, window
from tests.browser.walks import OFFICE, field

MEMBER, NAME = "org2@example.jp", "認定特定非営利活動法人 ひろば"
NEW_NAME = "認定特定非営利活動法人 まちのひろば"
ADDRESS = re.compile(r"http://\S+/registration/\S+/")


@pytest.fixture(scope="module")
def login(browser: Browser, portal: Running) -> object:
    """The member's cookies: one login for the whole story."""
    for page in window(browser, portal, width=1280):
        log_in(page, portal, MEMBER)
        expect(page.get_by_role("heading", level=1)).to_have_text("団体マイページ")
        state = page.context.storage_state()
    return state


@pytest.fixture
def member(browser: Browser, portal: Running, login: object) -> Iterator[Page]:
    yield from window(browser, portal, width=1280, storage_state=login)


@pytest.fixture
def other_window(browser: Browser, portal: Running, login: object) -> Iterator[Page]:
    yield from window(browser, portal, width=390, storage_state=login)


def edit(page: Page, section: str) -> None:
    """② 「登録内容の確認/更新」, ③ a section of the left side, 「変更する」."""
    page.goto("/mypage/")
    page.get_by_role("link", name="登録内容の確認/更新").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PARTNER団体登録情報")
    side = page.get_by_role("navigation", name="登録情報の項目")
    expect(side.get_by_role("link")).to_have_text(["アカウント情報", "団体情報", "担当者情報", "活動情報"])
    side.get_by_role("link", name=section).click()
    page.get_by_role("link", name="変更する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PARTNER団体登録・編集")


def confirm(page: Page) -> None:
    page.get_by_role("button", name="登録内容を確認する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("PARTNER団体登録・編集 内容確認")


def test_a_track_record_is_added(member: Page, other_window: Page) -> None:
    edit(member, "活動情報")
    edit(other_window, "活動情報")
    for name in ("日本語教室の運営", "教材の作成"):
        member.get_by_role("button", name="活動実績を追加").click()
        member.get_by_label("事業名").last.fill(name)
    member.get_by_label("始まり").first.fill("2020-04")
    member.get_by_role("button", name="活動実績2を上へ移動").click()
    confirm(member)
    row = member.locator("dt", has_text="活動実績")
    expect(row).to_contain_text("変更")
    member.get_by_role("button", name="入力画面へ戻る").click()
    expect(member.get_by_label("事業名").first).to_have_value("教材の作成")
    expect(member.get_by_label("始まり").last).to_have_value("2020-04")
    confirm(member)
    member.get_by_role("button", name="更新").click()
    expect(member.get_by_role("status")).to_contain_text("更新しました")
    expect(member.locator("dd", has_text="教材の作成")).to_contain_text("2020年4月〜　日本語教室の運営")

    field(other_window, "活動内容").fill("在住外国人と地域をつなぐ教室を開き、" * 5)
    other_window.get_by_role("button", name="登録内容を確認する").click()
    expect(other_window.get_by_role("alert")).to_contain_text("競合")
    expect(field(other_window, "活動内容")).to_have_value("在住外国人と地域をつなぐ教室を開き、" * 5)


def test_a_name_waits_for_the_desk(member: Page, office_page: Page, portal: Running) -> None:
    edit(member, "団体情報")
    field(member, "法人格").select_option(label="法人格なし（任意団体）")
    expect(field(member, "法人番号")).to_be_hidden()
    field(member, "法人格").select_option(label="認定特定非営利活動法人")
    expect(field(member, "法人番号")).to_be_visible()
    field(member, "団体名").fill(NEW_NAME)
    field(member, "電話番号").fill("06-5555-0199")
    confirm(member)
    expect(member.get_by_text("団体名の変更は、PARTNER事務局の確認後に反映します")).to_be_visible()
    member.get_by_role("button", name="更新").click()
    expect(member.get_by_text("申請した変更").first).to_be_visible()
    portal.wait_for_letter(MEMBER, "登録内容の変更を受け付けました")

    log_in(office_page, portal, OFFICE)
    office_page.get_by_role("link", name=re.compile("団体登録・変更")).first.click()
    office_page.get_by_role("link", name=NAME).click()
    expect(office_page.locator("ins")).to_have_text("まちの")
    office_page.get_by_role("link", name="公開ページ").click()
    expect(office_page.get_by_role("heading", level=1)).to_have_text(NAME)
    office_page.go_back()
    office_page.get_by_role("button", name="承認").click()
    expect(office_page.get_by_role("status")).to_contain_text("承認し、メールで知らせます。")
    portal.wait_for_letter(MEMBER, "登録内容の変更を承認しました")
    member.reload()
    expect(member.locator("dd", has_text=NEW_NAME)).to_be_visible()


def test_a_new_organization_begins(page: Page, portal: Running) -> None:
    page.goto("/")
    page.get_by_role("link", name="団体登録").click()
    page.get_by_label("ご登録メールアドレス").fill("hajime@example.org")
    page.get_by_role("button", name="入力用のアドレスを送る").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("メールをお送りしました")
    address = ADDRESS.search(body_of(portal.wait_for_letter("hajime@example.org", "団体登録の入力用アドレス")))
    assert address
    page.goto(address.group())
    field(page, "氏名").fill("初芽 直")
    page.get_by_role("button", name="次へ").click()
    field(page, "団体名").fill("任意団体 はじめの会")
    page.get_by_role("button", name="一時保存").click()
    expect(page.get_by_role("status")).to_contain_text("保存しました")
    page.goto(address.group())
    page.get_by_role("link", name="団体情報").click()
    expect(field(page, "団体名")).to_have_value("任意団体 はじめの会")
    page.get_by_role("button", name="次へ").click()
    expect(page.get_by_role("alert")).to_contain_text("団体種別を選択してください。")
