"""The clock: three public pages at their minute and not before, then a revision, a return and the end of a posting.

Begun in `test_manual`; while the minute comes nearer, the worker looks at other pages.
"""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from portal.clock import now
from tests.browser.conftest import Running, window
from tests.browser.walks import ORGANIZATION, WALKS, Walk, Walked, field, hand_in, is_listed

LATE = timedelta(seconds=10)


@pytest.fixture
def owner_page(browser: Browser, portal: Running, walked: Walked) -> Iterator[Page]:
    yield from window(browser, portal, width=1280, storage_state=walked.owner)


@pytest.fixture
def desk_page(browser: Browser, portal: Running, walked: Walked) -> Iterator[Page]:
    yield from window(browser, portal, width=1280, storage_state=walked.office)


def test_from_the_approval_to_the_public_page(
    owner_page: Page, desk_page: Page, portal: Running, walked: Walked
) -> None:
    if now() < walked.publish_at - timedelta(seconds=5):
        assert not any(is_listed(owner_page, walk) for walk in WALKS), "public before its time"
    wait_until(owner_page, walked.publish_at)
    for walk in WALKS:
        see_public(owner_page, portal, walk)
        assert timedelta(0) <= published_at(portal, walk) - walked.publish_at < LATE
    revise_and_end(owner_page, desk_page, portal)


def published_at(portal: Running, walk: Walk) -> datetime:
    with sqlite3.connect(f"file:{portal.mail.parent}/portal.sqlite?mode=ro", uri=True) as connection:
        (moment,) = connection.execute("SELECT published_at FROM version WHERE title = ?", [walk.title]).fetchone()
    return datetime.fromisoformat(moment).replace(tzinfo=UTC)


def wait_until(page: Page, moment: datetime) -> None:
    page.wait_for_timeout(max(0.0, (moment - now()).total_seconds()) * 1000)


def see_public(page: Page, portal: Running, walk: Walk) -> None:
    for _ in range(50):
        if is_listed(page, walk):
            break
        page.wait_for_timeout(200)
    page.get_by_role("link", name=walk.title).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(walk.title)
    assert walk.title in str(portal.wait_for_letter(ORGANIZATION, f"公開しました：{walk.title}")["Subject"])
    page.goto(f"/mypage/{walk.path}/")
    expect(page.get_by_role("row").filter(has_text=walk.title)).to_contain_text("公開中")


def revise_and_end(page: Page, office_page: Page, portal: Running) -> None:
    """「修正」 changes nothing public until it is approved; a return comes back with its comment; 「掲載終了」."""
    job = WALKS[0]
    page.goto("/mypage/jobs/")
    page.get_by_role("row").filter(has_text=job.title).get_by_role("button", name="修正").click()
    page.get_by_role("heading", name="基本", exact=True).click()  # finished sections are folded
    field(page, "タイトル").fill(f"{job.title}改")
    page.get_by_role("button", name="確認", exact=True).click()
    expect(page.get_by_text("変更").first).to_be_visible()
    hand_in(page, "登録")
    assert is_listed(page, job)
    page.goto("/mypage/jobs/")
    row = page.get_by_role("row").filter(has_text=f"{job.title}改")
    expect(row).to_contain_text("公開中")
    expect(row).to_contain_text("申請中")
    office_page.goto(f"/desk/?q={job.title}改")
    office_page.get_by_role("link", name=f"{job.title}改", exact=True).click()
    expect(office_page.locator(".df").first).to_contain_text("改")
    office_page.get_by_label("コメント").fill("タイトルの「改」は不要です。")
    office_page.get_by_role("button", name="差戻し").click()
    expect(office_page.get_by_text("条件に合うものはありません")).to_be_visible()  # what was done is told for a moment
    returned = portal.wait_for_letter(ORGANIZATION, "タイトルの「改」は不要です。")
    assert "差し戻しました" in str(returned["Subject"])
    page.goto("/mypage/jobs/")
    row = page.get_by_role("row").filter(has_text=f"{job.title}改")
    expect(row).to_contain_text("差戻し")
    row.get_by_role("button", name="掲載終了").click()
    page.get_by_role("dialog").get_by_role("button", name="OK").click()
    expect(page.get_by_text("掲載を終了しました。").first).to_be_visible()
    assert not is_listed(page, job)
