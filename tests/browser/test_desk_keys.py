"""The desk in a real browser: keys press what stands on the page, a selection is always told, nothing goes twice.

Each decision is taken back, so that the demo's queue is the same afterwards.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.conftest import Running, log_in, press, window

OFFICE = "office@example.jp"
ENTRY = re.compile(r"/desk/review/\d+")
DECIDES = re.compile(r"/desk/(review/\d+/decide|undo/)")


@pytest.fixture(scope="module")
def signed_in(browser: Browser, portal: Running) -> Any:
    """One login for all windows of this file: its cookie."""
    for page in window(browser, portal, width=1280):
        log_in(page, portal, OFFICE)
        expect(page).to_have_url(f"{portal.url}/desk/")
        state = page.context.storage_state()
    return state


@pytest.fixture
def desk(browser: Browser, portal: Running, signed_in: Any) -> Iterator[Page]:
    for page in window(browser, portal, width=1280, storage_state=signed_in):
        page.goto("/desk/")
        yield page


@pytest.fixture
def hand(browser: Browser, portal: Running, signed_in: Any) -> Iterator[Page]:
    """The desk on a hand."""
    for page in window(browser, portal, width=390, storage_state=signed_in):
        page.goto("/desk/")
        yield page


def titles(page: Page) -> list[str]:
    return page.locator("[data-row] .q-1 a").all_inner_texts()


def current(page: Page) -> str:
    return page.locator("[data-row][aria-current] .q-1 a").inner_text()


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="選択したものへの操作")


def test_walking_and_choosing_by_keyboard(desk: Page) -> None:
    first, second, third, *_ = titles(desk)
    expect(bar(desk)).to_be_hidden()

    press(desk, "Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text(first)
    press(desk, "j")
    expect(desk.get_by_role("heading", level=1)).to_have_text(second)
    press(desk, "j")
    expect(desk.get_by_role("heading", level=1)).to_have_text(third)
    press(desk, "k")
    expect(desk.get_by_role("heading", level=1)).to_have_text(second)
    assert current(desk) == second

    press(desk, " ")
    expect(bar(desk)).to_contain_text("1件を選択中")
    press(desk, "Shift+J")
    expect(bar(desk)).to_contain_text("2件を選択中")
    expect(bar(desk)).to_contain_text("表示外の選択 0件")
    press(desk, "Shift+J")
    expect(bar(desk)).to_contain_text("3件を選択中")
    press(desk, "Escape")
    expect(bar(desk)).to_be_hidden()


def test_the_boxes_above_the_list_choose_all_and_the_clean_ones(desk: Page) -> None:
    shown = len(titles(desk))
    clean = desk.locator("[data-clean-row]").count()

    desk.get_by_label("表示中の全件").check()
    expect(bar(desk)).to_contain_text(f"{shown}件を選択中")
    desk.get_by_role("button", name=f"問題なし{clean}件を選択").click()
    expect(bar(desk)).to_contain_text(f"{clean}件を選択中")
    desk.get_by_role("button", name="選択を解除", exact=True).click()
    expect(bar(desk)).to_be_hidden()


def test_a_decision_by_one_key_and_its_undo_by_another(desk: Page) -> None:
    first, second, *_ = titles(desk)
    sent: list[str] = []
    desk.on("request", lambda request: sent.append(request.url) if DECIDES.search(request.url) else None)

    press(desk, "Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text(first)
    press(desk, "a")
    expect(desk.get_by_role("heading", level=1)).to_have_text(second)
    expect(desk.get_by_role("status")).to_contain_text(f"「{first}」を承認しました。")
    press(desk, "u")
    expect(desk.get_by_role("heading", level=1)).to_have_text(first)
    expect(desk.get_by_text("取り消しました。公開もメール送信もしていません。")).to_be_visible()
    assert titles(desk)[0] == first
    assert len(sent) == 2, sent


def test_returning_leads_to_the_comment_first(desk: Page) -> None:
    first, *_ = titles(desk)
    press(desk, "Enter")
    expect(desk.get_by_role("heading", level=1)).to_have_text(first)

    press(desk, "r")
    expect(desk.get_by_label("コメント")).to_be_focused()
    desk.keyboard.type("あaruku")
    expect(desk.get_by_label("コメント")).to_have_value("あaruku")
    assert ENTRY.search(desk.url), "letters in a field press nothing"
    desk.get_by_role("button", name="差戻し", exact=True).click()
    expect(desk.get_by_role("status")).to_contain_text("を差戻しました。")
    desk.get_by_role("button", name="取り消す", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_have_text(first)


def test_keys_rest_in_fields_with_modifiers_and_while_composing(desk: Page) -> None:
    press(desk, "Enter")
    expect(desk).to_have_url(ENTRY)
    here = desk.url

    press(desk, "Control+a", "Alt+j", "Meta+k")
    for key in ("j", "a"):
        desk.evaluate(
            "key => document.body.dispatchEvent(new KeyboardEvent('keydown', {key, bubbles: true, isComposing: true}))",
            key,
        )
    press(desk, "/")
    expect(desk.get_by_label("タイトル・団体名")).to_be_focused()
    desk.keyboard.type("jak")
    expect(desk.get_by_label("タイトル・団体名")).to_have_value("jak")
    assert desk.url == here


def test_one_key_finds_everything_and_the_arrows_choose(desk: Page) -> None:
    title = titles(desk)[0]
    desk.goto("/desk/dashboard/")
    press(desk, "/")
    field = desk.get_by_role("dialog").get_by_role("searchbox")
    expect(field).to_be_focused()
    field.fill(title)
    line = desk.get_by_role("dialog").get_by_role("link", name=title)
    expect(line.first).to_be_visible()
    press(desk, "ArrowDown")
    expect(desk.get_by_role("dialog").get_by_role("link").first).to_be_focused()
    press(desk, "ArrowUp", "Escape")
    expect(desk.get_by_role("dialog")).to_be_hidden()
    press(desk, "Control+k")
    expect(field).to_be_focused()
    press(desk, "Enter")
    expect(desk).to_have_url(ENTRY)
    expect(desk.get_by_role("heading", level=1)).to_contain_text(title[:12])


def test_views_of_an_entry_are_one_at_a_time(desk: Page) -> None:
    press(desk, "Enter")
    expect(desk).to_have_url(ENTRY)
    press(desk, "p")
    expect(desk.locator("#preview")).to_be_visible()
    expect(desk.locator("#all")).to_be_hidden()
    desk.get_by_role("link", name=re.compile("全項目")).click()
    expect(desk.locator("#all")).to_be_visible()
    expect(desk.locator("#preview")).to_be_hidden()


def test_the_list_of_keys_opens_and_they_can_be_turned_off_for_good(desk: Page) -> None:
    press(desk, "?")
    dialog = desk.get_by_role("dialog")
    expect(dialog).to_contain_text("キーボードの操作")
    dialog.get_by_label("キーボードの操作を使う").uncheck()
    dialog.get_by_role("button", name="閉じる").click()
    expect(dialog).to_be_hidden()

    desk.reload()
    press(desk, "Enter", "j", "?")
    desk.wait_for_timeout(300)
    assert desk.url.endswith("/desk/")
    expect(dialog).to_be_hidden()

    desk.get_by_role("button", name=re.compile("一覧")).click()
    dialog.get_by_label("キーボードの操作を使う").check()
    dialog.get_by_role("button", name="閉じる").click()
    press(desk, "j")
    expect(desk).to_have_url(ENTRY)


def test_many_are_decided_after_a_dry_run_and_taken_back(desk: Page) -> None:
    shown = titles(desk)
    boxes = desk.locator("[data-row] input")
    boxes.nth(0).check()
    boxes.nth(1).check()
    desk.get_by_role("button", name="選択したものを承認", exact=True).click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("2件のうち")
    expect(boxes.nth(0)).to_be_checked()
    desk.get_by_role("button", name=re.compile(r"^\d件を承認する$")).click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("を承認しました")
    press(desk, "u")
    expect(desk.get_by_text("取り消しました。公開もメール送信もしていません。")).to_be_visible()
    desk.goto("/desk/")
    assert titles(desk) == shown


def test_on_a_phone_list_entry_and_decision_are_pages_of_their_own(hand: Page) -> None:
    first, second, *_ = titles(hand)
    hand.get_by_role("link", name=first, exact=True).click()
    expect(hand.get_by_role("heading", level=1)).to_have_text(first)
    expect(hand.locator(".d-q")).to_be_hidden()
    hand.get_by_role("button", name="差戻し", exact=True).click()
    expect(hand.get_by_label("コメント")).to_be_focused()
    hand.get_by_label("コメント").fill("就業場所をご確認ください。")
    hand.get_by_role("button", name="差戻し", exact=True).click()
    expect(hand.get_by_role("heading", level=1)).to_have_text(second)
    hand.get_by_role("button", name="取り消す", exact=True).click()
    expect(hand.get_by_role("heading", level=1)).to_have_text(first)
    hand.get_by_role("link", name="一覧", exact=True).click()
    expect(hand.locator("[data-row]").first).to_be_visible()


@pytest.mark.parametrize("width", [320, 390, 640, 820, 1024, 1280])
def test_nothing_overflows(width: int, browser: Browser, portal: Running, signed_in: Any) -> None:
    for page in window(browser, portal, width=width, storage_state=signed_in):
        page.goto("/desk/")
        entry = page.locator("[data-row] .q-1 a").first.get_attribute("href")
        rooms = ("entries", "organizations", "mail", "trail", "jobs", "dashboard")
        for path in ("/desk/", entry, *(f"/desk/{room}/" for room in rooms)):
            page.goto(path or "")
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            assert wide <= 0, (path, wide)


def test_without_scripts_everything_is_there(browser: Browser, portal: Running, signed_in: Any) -> None:
    for page in window(browser, portal, width=1280, scripts=False, storage_state=signed_in):
        page.goto("/desk/")
        first, second, *_ = titles(page)

        page.locator("[data-row] input").nth(0).check()
        expect(bar(page)).to_be_visible()
        page.get_by_role("button", name="選択したものを差戻し", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("1件のうち1件を差戻しできます")
        page.goto("/desk/")
        page.get_by_role("link", name=first, exact=True).click()
        for panel in ("#preview", "#all", "#checks"):
            expect(page.locator(panel)).to_be_visible()
        page.get_by_role("button", name="掲載承認", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(second)
        page.get_by_role("button", name="取り消す", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text(first)
