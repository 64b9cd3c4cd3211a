"""The manual's chapters by their labels: 1, and 4.1–4.2, 5.1–5.2 and 6 up to the approval; `test_minute` goes on."""

import re

import pytest
from playwright.sync_api import Page, expect

from portal.clock import now
from tests.browser.conftest import Running, log_in, text_of
from tests.browser.walks import OFFICE, ORGANIZATION, WALKS, Walked, is_listed


def test_chapter_1_login(page: Page, portal: Running) -> None:
    """A wrong code, a resend that must wait, the deep link, the way out."""
    known = len([letter for letter in portal.letters("org2@example.jp") if "ワンタイムパスワード" in text_of(letter)])
    page.goto("/mypage/events/")
    page.get_by_label("メールアドレス").fill("org2@example.jp")
    page.get_by_label("パスワード", exact=True).fill("partner-demo")
    page.get_by_role("button", name="次へ").click()
    code = portal.code_for("org2@example.jp", known=known)
    page.get_by_label("ワンタイムパスワード").fill("000000" if code != "000000" else "111111")
    page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page.get_by_text("あと4回")).to_be_visible()
    expect(page.get_by_text("秒で再送できます")).to_be_visible()
    page.get_by_label("ワンタイムパスワード").fill(code)
    page.get_by_role("button", name="ログイン", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("研修・イベント・セミナー情報一覧")
    page.get_by_text("中川 陽子").first.click()
    page.get_by_role("button", name="ログアウト").click()
    page.goto("/mypage/")
    expect(page).to_have_url(re.compile(r"/login\?next="))


def test_from_the_form_to_the_approval(walked: Walked, page: Page) -> None:
    """What is approved waits for its time."""
    assert now() < walked.publish_at
    for walk in WALKS:
        assert not is_listed(page, walk), "public before its time"


def test_undo_takes_a_decision_back(office_page: Page, portal: Running) -> None:
    log_in(office_page, portal, "admin@example.jp")
    office_page.goto("/desk/")
    office_page.locator(".q-1 a").first.click()
    title = office_page.locator("#doc h1").inner_text()
    office_page.get_by_role("button", name="掲載承認").click()
    office_page.get_by_role("button", name=re.compile("取り消す")).click()
    expect(office_page.get_by_text("取り消しました。公開もメール送信もしていません。")).to_be_visible()
    expect(office_page.locator(".q-1 a").filter(has_text=title).first).to_be_visible()


@pytest.mark.parametrize("address", ["/desk/", "/desk/entries/", "/desk/jobs/"])
def test_nobody_but_the_secretariat_enters_the_desk(page: Page, portal: Running, address: str) -> None:
    log_in(page, portal, ORGANIZATION)
    response = page.goto(address)
    assert response is not None
    assert response.status == 403


def test_the_jobs_of_the_clock_say_their_last_run(office_page: Page, portal: Running) -> None:
    log_in(office_page, portal, OFFICE)
    office_page.goto("/desk/jobs/")
    expect(office_page.get_by_role("columnheader", name="最終実行")).to_be_visible()
    expect(office_page.get_by_role("row").filter(has_text="承認済みの情報の公開")).to_contain_text("正常")
