"""Chapters 7 and 2.3 of the manual by their labels, with the mail that was caught; then a member and an app."""

import re

import pyotp
from playwright.sync_api import Page, expect

from tests.browser.conftest import Running, body_of, log_in, text_of

OWNER, INVITED = "tohto@example.jp", "shinjin@example.jp"
FIRST, SECOND, THIRD = "みずうみと青い電車の切符", "ゆうやけに跳ねる鯨と時計", "さばくの図書館と銀の鍵穴"


def mailed_address(portal: Running, recipient: str, words: str) -> str:
    found = re.search(r"^http\S+/password/\S+$", body_of(portal.wait_for_letter(recipient, words)), re.MULTILINE)
    assert found, "the address stands on a line of its own"
    return found.group()


def set_password(page: Page, address: str, password: str) -> None:
    page.goto(address)
    expect(page.get_by_role("heading", level=1)).to_have_text("パスワード設定")
    page.get_by_label("新しいパスワード", exact=True).fill(password)
    page.get_by_label("新しいパスワード（確認）", exact=True).fill(password)
    page.get_by_role("button", name="パスワードを設定する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("パスワードの設定が完了しました")


def reissue(page: Page, portal: Running) -> None:
    """Chapter 7."""
    page.goto("/login")
    page.get_by_role("link", name="パスワード再発行").click()
    page.get_by_role("link", name="団体登録の方はこちら").click()
    page.get_by_label("ID（ご登録メールアドレス）").fill(OWNER)
    page.get_by_role("button", name="確認", exact=True).click()
    expect(page.get_by_text("登録がある場合は、パスワード再発行用のアドレスをメールで送りました")).to_be_visible()
    set_password(page, mailed_address(portal, OWNER, "再発行"), FIRST)
    log_in(page, portal, OWNER, password=FIRST)
    expect(page.get_by_role("heading", level=1)).to_have_text("団体マイページ")


def change(page: Page, portal: Running) -> None:
    """Chapter 2, 「アカウント情報」."""
    page.goto("/mypage/account/")
    page.get_by_role("link", name="変更する", exact=True).click()
    page.get_by_label("現在のパスワード", exact=True).fill(FIRST)
    page.get_by_role("button", name=re.compile("表示.*（新しいパスワード）$")).click()
    page.get_by_label("新しいパスワード", exact=True).fill(SECOND)
    page.get_by_label("新しいパスワード（確認）", exact=True).fill(SECOND)
    page.get_by_role("button", name="パスワードを変更する").click()
    popup = page.get_by_role("dialog", name="パスワードが変更されました")
    expect(popup).to_be_visible()
    assert popup.evaluate("dialog => dialog.matches(':modal')")
    popup.get_by_role("button", name="OK").click()
    expect(popup).to_be_hidden()
    assert "パスワードが変更されました" in text_of(portal.wait_for_letter(OWNER, "パスワードが変更されました"))


def invite_and_remove(page: Page, phone: Page, portal: Running) -> None:
    """A member, who comes in on a phone, and is out at once."""
    page.goto("/mypage/members/")
    page.get_by_role("link", name="メンバーを招待する").click()
    page.get_by_label(re.compile("^氏名")).fill("新人 まどか")
    page.get_by_label(re.compile("^メールアドレス")).fill(INVITED)
    page.get_by_label(re.compile("^閲覧者")).check()
    page.get_by_role("button", name="招待のメールを送る").click()
    row = page.get_by_role("row").filter(has_text="新人 まどか")
    expect(row).to_contain_text("招待中")
    set_password(phone, mailed_address(portal, INVITED, "アカウントのご案内"), THIRD)
    log_in(phone, portal, INVITED, password=THIRD)
    expect(phone.get_by_role("heading", level=1)).to_have_text("団体マイページ")
    page.reload()
    row.get_by_role("link", name="外す").click()
    page.get_by_role("button", name="メンバーから外す").click()
    expect(page.get_by_role("row").filter(has_text="新人 まどか")).to_have_count(0)
    phone.goto("/mypage/")
    expect(phone).to_have_url(re.compile("/login"))


def set_up_app(page: Page) -> None:
    """An authenticator app, and a recovery code of it."""
    page.goto("/account/authenticator/")
    page.get_by_label("パスワード", exact=True).fill(SECOND)
    page.get_by_role("button", name="設定を始める").click()
    drawn = page.get_by_role("img", name="認証アプリに登録するためのQRコード").locator("svg").bounding_box()
    assert drawn is not None
    assert drawn["width"] >= 200
    app = pyotp.TOTP(page.locator("code").inner_text().replace(" ", ""))
    page.get_by_label("認証アプリの数字").fill(app.now())
    page.get_by_role("button", name="認証アプリを使う").click()
    codes = page.locator(".codes code")
    expect(codes).to_have_count(10)
    recovery = codes.first.inner_text()
    page.context.clear_cookies()
    page.goto("/login")
    page.get_by_label("メールアドレス").fill(OWNER)
    page.get_by_label("パスワード", exact=True).fill(SECOND)
    page.get_by_role("button", name="次へ").click()
    page.get_by_label("ワンタイムパスワード").fill(recovery)
    page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("団体マイページ")


def test_a_password_is_reissued_and_changed_a_member_invited_and_an_app_set_up(
    page: Page, phone: Page, portal: Running
) -> None:
    reissue(page, portal)
    change(page, portal)
    invite_and_remove(page, phone, portal)
    set_up_app(page)
