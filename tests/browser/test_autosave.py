"""A form saves itself while one writes; two people in one draft see each other's saving and lose nothing."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Response, Route, expect

from tests.browser.conftest import Running, log_in, window

KEPT = "[data-kept]"
COMPANY = "[data-company]"
EDIT = re.compile(r"/mypage/notices/edit/\d+/$")


@pytest.fixture
def writer(page: Page, portal: Running) -> Page:
    log_in(page, portal, "org@example.jp")
    return page


@pytest.fixture
def colleague(browser: Browser, portal: Running) -> Iterator[Page]:
    for other in window(browser, portal, width=390):
        log_in(other, portal, "org-2@example.jp")
        yield other


def test_what_is_typed_is_there_when_one_comes_back(writer: Page, colleague: Page) -> None:
    writer.goto("/mypage/notices/new/")
    writer.get_by_label("タイトル").fill("ひとりでに保存される題名")
    expect(writer.locator(KEPT)).to_contain_text("自動保存")
    expect(writer).to_have_url(EDIT)
    writer.get_by_label("本文").fill("続きの文です。")
    with writer.expect_response(re.compile("/keep/$")):  # three seconds of rest, or when the window is left
        pass
    writer.reload()
    expect(writer.get_by_label("タイトル")).to_have_value("ひとりでに保存される題名")
    expect(writer.get_by_label("本文")).to_have_value("続きの文です。")

    colleague.goto(writer.url)
    colleague.get_by_label("タイトル").fill("同僚の題名")
    colleague.get_by_label("本文").fill("同僚の文です。")
    expect(colleague.locator(KEPT)).to_contain_text("自動保存")
    writer.get_by_label("本文").fill("同時に書いた文です。")
    expect(writer.locator(KEPT)).to_contain_text("競合：田村 健太さんが")
    writer.set_viewport_size({"width": 390, "height": 900})
    assert writer.locator(KEPT).evaluate("it => it.getBoundingClientRect().right <= innerWidth"), "all of it is read"
    writer.get_by_role("button", name="一時保存").click()
    conflict = writer.get_by_role("alert").first
    expect(conflict).to_contain_text("同僚の文です。")
    expect(conflict).to_contain_text("同時に書いた文です。")
    expect(conflict).not_to_contain_text("同僚の題名")  # which only one of them changed
    expect(writer.get_by_label("タイトル")).to_have_value("同僚の題名")
    expect(writer.get_by_role("textbox", name="本文")).to_have_value("同時に書いた文です。")
    writer.get_by_role("button", name="この画面の入力で保存する").click()
    expect(writer.get_by_role("status").first).to_contain_text("一時保存しました")


def tells(answer: Response) -> bool:
    """That the form is open, and not that it was left."""
    return answer.url.endswith("/here/") and "leaves" not in (answer.request.post_data or "")


def test_two_in_one_draft_see_each_other_and_both_texts_are_there(writer: Page, colleague: Page) -> None:
    writer.goto("/mypage/notices/new/")
    writer.get_by_label("タイトル").fill("はじめの題名")
    expect(writer).to_have_url(EDIT)
    path = writer.url
    writer.clock.install()
    with writer.expect_response(tells):
        writer.goto(path)
    with colleague.expect_response(tells):
        colleague.goto(path)
    expect(colleague.locator(COMPANY)).to_contain_text("さんもこの下書きを開いています")
    above = "it => it.getBoundingClientRect().bottom"  # on a phone
    assert colleague.locator(COMPANY).evaluate(above) <= colleague.get_by_label("タイトル").evaluate(above)
    writer.clock.fast_forward("00:31")
    expect(writer.locator(COMPANY)).to_contain_text("田村 健太さんもこの下書きを開いています")

    colleague.get_by_label("タイトル").fill("同僚の題名")
    expect(colleague.locator(KEPT)).to_contain_text("自動保存")
    writer.clock.fast_forward("00:31")
    expect(writer.locator(COMPANY)).to_contain_text("田村 健太さんが")  # before anything of one's own is saved
    expect(writer.locator(COMPANY)).to_contain_text("に「タイトル」を保存しました")
    writer.get_by_label("本文").fill("同時に書いた文です。")
    with writer.expect_response(re.compile("/keep/$")) as kept:
        writer.clock.fast_forward("00:04")
    assert kept.value.ok
    expect(writer.get_by_label("タイトル")).to_have_value("はじめの題名")  # nothing moves under one's hands
    writer.get_by_role("button", name="入力を残して取り込む").click()
    expect(writer.get_by_text("ほかの担当者が変えた「タイトル」も取り込みました。")).to_be_visible()
    expect(writer.get_by_label("タイトル")).to_have_value("同僚の題名")
    expect(writer.get_by_label("本文")).to_have_value("同時に書いた文です。")

    colleague.goto("/mypage/")
    writer.clock.fast_forward("00:31")
    expect(writer.locator(COMPANY)).not_to_contain_text("開いています")


def test_a_press_meanwhile_waits_for_the_saving(writer: Page) -> None:
    """The form goes on with the revision that is being saved: no conflict with oneself."""
    writer.goto("/mypage/notices/new/")
    writer.get_by_label("タイトル").fill("続けて押す題名")
    expect(writer.locator(KEPT)).to_contain_text("自動保存")

    def answered_late(route: Route) -> None:
        answer = route.fetch()  # it is saved already
        writer.wait_for_timeout(1500)
        route.fulfill(response=answer)

    writer.route("**/keep/", answered_late)
    writer.get_by_label("タイトル").fill("続けて押した題名")
    with writer.expect_request(re.compile("/keep/$")):
        pass
    writer.get_by_role("button", name="一時保存").click()
    expect(writer.get_by_text("一時保存しました")).to_be_visible()
    expect(writer.get_by_label("タイトル")).to_have_value("続けて押した題名")
