"""付箋 by keyboard: put at two fields, taken back and sent, one field mended, one note answered, read again."""

import re
from datetime import timedelta

from playwright.sync_api import Locator, Page, expect

from portal import clock
from tests.browser.conftest import Running, log_in, press
from tests.browser.test_pages import look_on
from tests.browser.walks import fill_notice, hand_in

MEMBER, OFFICE = "org@example.jp", "office@example.jp"
POSTED, MENDED = "付箋で直すお知らせの題名です", "付箋を見て直したお知らせの題名です"
TITLE, BODY = "何のお知らせか分かる題名にしてください。", "連絡先も書いてください。"
ANSWER = "連絡先は団体のページにあります。"


def struck(control: Locator, key: str = "Enter") -> None:
    control.focus()
    control.press(key)


def opened(page: Page, title: str) -> None:
    """The entry at the desk, by the filter and one key."""
    page.goto(f"/desk/?q={title}")
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(title)


def put_two(page: Page) -> None:
    struck(page.get_by_role("link", name=re.compile("全項目")))
    for number, (field, text) in enumerate((("タイトル", TITLE), ("本文", BODY)), start=1):
        struck(page.get_by_role("button", name=f"{field}に付箋"))
        expect(page.get_by_label(f"付箋の文 {number}")).to_be_focused()
        page.keyboard.insert_text(text)
    struck(page.get_by_role("button", name="タイトルに付箋"))
    expect(page.get_by_label("付箋の文 1")).to_be_focused()
    page.get_by_label("定型文から選ぶ").select_option(index=1)
    expect(page.get_by_label("付箋の文 1")).to_have_value(re.compile(f"{re.escape(TITLE)}\n."))
    page.get_by_label("付箋の文 1").fill(TITLE)


def posted(page: Page) -> str:
    """Handed in; the address of its form."""
    page.goto("/mypage/notices/new/")
    fill_notice(page, title=POSTED, publish_at=clock.local(clock.now()) + timedelta(days=5))
    page.get_by_role("button", name="確認", exact=True).click()
    hand_in(page, "掲載申請する")
    page.wait_for_url("**/done/*/")
    return page.url.replace("/done/", "/edit/")


def given_back(page: Page, portal: Running) -> None:
    """Once too early: what was written is there again after 「取り消す」."""
    opened(page, POSTED)
    put_two(page)
    look_on(page, "the desk with notes that are written")
    page.set_viewport_size({"width": 1280, "height": 900})
    struck(page.get_by_label("次へ進む"), " ")
    struck(page.get_by_role("button", name="差戻し", exact=True))
    expect(page.locator("[data-toast]")).to_contain_text("を差戻しました。")
    expect(page.locator("#checks")).to_contain_text("差戻しの付箋")
    press(page, "u")
    expect(page.get_by_text("取り消しました。公開もメール送信もしていません。")).to_be_visible()
    expect(page.get_by_label("付箋の文 2")).to_have_value(BODY)
    known = len(portal.letters(MEMBER))
    struck(page.get_by_role("button", name="差戻し", exact=True))
    expect(page.locator("[data-toast]")).to_contain_text("を差戻しました。")
    letter = portal.wait_for_letter(MEMBER, "項目に付けた付箋")
    assert len(portal.letters(MEMBER)) == known + 1
    assert all(text in str(letter.get_content()) for text in (TITLE, BODY))


def mended(page: Page, form: str) -> None:
    """One field is changed, the note at the other answered; then it is handed in again."""
    page.goto(form)
    look_on(page, "the form with notes")
    page.set_viewport_size({"width": 1280, "height": 900})
    struck(page.locator(".fnotes").get_by_role("link", name="タイトル"))
    expect(page.get_by_label("タイトル", exact=True)).to_be_focused()
    page.get_by_label("タイトル", exact=True).fill(MENDED)
    struck(page.locator(".fnotes").get_by_role("link", name="本文"))
    expect(page.get_by_label("本文", exact=True)).to_be_focused()
    at_body = page.get_by_role("group", name="本文の付箋")
    expect(at_body).to_contain_text(BODY)
    press(page, "Shift+Tab")
    expect(at_body.get_by_label("対応しました")).to_be_focused()
    press(page, "Shift+Tab")
    page.keyboard.insert_text(ANSWER)
    expect(page.locator("[data-kept]")).to_contain_text("自動保存")
    page.reload()
    expect(at_body.get_by_label("回答")).to_have_value(ANSWER)
    struck(page.get_by_role("button", name="確認", exact=True))
    expect(page.get_by_role("button", name="掲載申請する", exact=True)).to_be_visible()
    expect(page.get_by_text("回答も変更もない付箋")).to_have_count(0)
    hand_in(page, "掲載申請する")
    page.wait_for_url("**/done/*/")


def test_notes_at_fields_go_from_the_desk_to_the_form_and_back(page: Page, office_page: Page, portal: Running) -> None:
    log_in(page, portal, MEMBER)
    form = posted(page)
    log_in(office_page, portal, OFFICE)
    given_back(office_page, portal)
    mended(page, form)

    opened(office_page, MENDED)
    checks = office_page.locator("#checks")
    expect(checks).to_contain_text("前回の差戻しの付箋")
    expect(checks.get_by_role("listitem").filter(has_text=TITLE).first).to_contain_text("変更あり")
    expect(checks.get_by_role("listitem").filter(has_text=BODY).first).to_contain_text("変更なし")
    expect(office_page.locator("#diff")).to_contain_text(TITLE)
    struck(checks.get_by_role("link", name="本文"))
    expect(office_page.locator("#all")).to_contain_text(ANSWER)
    look_on(office_page, "the desk with notes that came back")
    office_page.set_viewport_size({"width": 1280, "height": 900})
    office_page.locator("#doc").focus()
    press(office_page, "a")
    expect(office_page.locator("[data-toast]")).to_contain_text("を承認しました。")
