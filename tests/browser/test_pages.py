"""Every main page as people see it: no fault that axe finds (WCAG 2.2 AA), at any width no wider than the screen."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Running, log_in, press, window

WIDTHS = (320, 390, 640, 820, 1024, 1280)
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],  # of all that is right no list is made
}
PUBLIC = (
    "/",
    "/jobs/",
    "/events/",
    "/notices/",
    "/login",
    "/talent/login",
    "/talent/register",
    "/help",
    "/contact",
    "/privacy",
    "/accessibility",
)
ORGANIZATION = (
    "/mypage/",
    "/mypage/jobs/",
    "/mypage/events/",
    "/mypage/notices/",
    "/mypage/applications/",
    "/mypage/talents/",
    "/mypage/talents/?keyword=給水&field=03&language_en=A&place=asia_se&employment=EXP",
    "/mypage/talents/?keyword=鈿細工",
    "/mypage/searches/",
    "/mypage/favorites/",
    "/mypage/favorites/?due=week",
    "/mypage/favorites/postings/",
    "/mypage/favorites/postings/?kind=event",
    "/mypage/mailbox/",
    "/mypage/mailbox/?unread=1&q=あ",
    "/mypage/mailbox/sent/",
    "/mypage/jobs/new/",
    "/mypage/events/new/",
    "/mypage/notices/new/",
    "/account/sessions",
    "/account/reminders/",
)
TALENT = (
    "/talent/",
    "/talent/profile",
    "/talent/resumes/general",
    "/talent/resumes/expert",
    "/talent/applications/",
    "/talent/readings/",
    "/talent/mailbox/",
    "/talent/mailbox/?unread=1",
    "/talent/offers/",
    "/talent/hidden-from",
    "/talent/hidden-from?q=a",
    "/talent/data",
    "/talent/leave",
)
DESK = (
    "/desk/",
    "/desk/filter/?lamp=warning",
    "/desk/entries/",
    "/desk/organizations/",
    "/desk/mail/",
    "/desk/trail/?act=掲載",
    "/desk/dashboard/",
    "/desk/find/?q=特定",
    "/desk/jobs/",
    "/desk/jobs/publish/",
    "/desk/retention/?days=366",
    "/desk/phrases/",
    "/desk/phrases/new/",
    "/desk/closed-days/",
    "/desk/closed-days/new/",
    "/desk/mail-samples/",
    "/desk/mail-samples/new/",
    "/desk/organizations/1/",
    "/desk/members/",
    "/desk/talents/",
    "/desk/news/",
    "/desk/news/new/",
    "/desk/secretaries/",
    "/desk/settings/",
    "/desk/codes/",
    "/desk/codes/fields/",
    "/desk/rules/",
    "/desk/rules/Q-09/",
)


def look_at(page: Page, address: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    response = page.goto(address)
    assert response is not None
    assert response.status == 200, address
    look_on(page, address)


def look_on(page: Page, address: str) -> None:
    """The page as it stands, which a form may have led to; from its top, for what is half under the bar looks small."""
    page.evaluate("scrollTo(0, 0)")
    found = Axe().run(page, options=RULES)
    faults = [f"{fault['id']}: {fault['nodes'][0]['html'][:160]}" for fault in found.response["violations"]]
    assert faults == [], f"{address}: {faults}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{address} is {over}px too wide at {width}px"


def test_public_pages(page: Page, portal: Running) -> None:
    for address in PUBLIC:
        look_at(page, address)
    for path in ("jobs", "events", "notices"):
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(f"/{path}/")
        link = page.locator(f"main a[href^='/{path}/']").filter(has_text=re.compile(r"\S{6}")).first
        look_at(page, str(link.get_attribute("href")))


def test_pages_of_an_organization(page: Page, portal: Running) -> None:
    log_in(page, portal, "org@example.jp")
    for address in ORGANIZATION:
        look_at(page, address)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/mypage/jobs/")
    look_at(page, str(page.locator("a.title").first.get_attribute("href")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/mypage/jobs/?state=published")
    for box in page.locator("input[name=item]").all()[:2]:
        box.press("Space")
    expect(page.get_by_role("region", name="選択したものへの操作")).to_contain_text("2件を選択中")
    look_on(page, "the list with two chosen")
    page.get_by_role("button", name="まとめて掲載終了").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("2件の掲載を終了しますか")
    look_on(page, "two that would end")


def test_pages_about_applications(page: Page, portal: Running) -> None:
    """The list with somebody chosen, each step from it, one application with errors, a published profile."""
    log_in(page, portal, "org@example.jp")
    page.goto("/mypage/jobs/")
    listed = page.locator("a[href^='/mypage/applications/']").filter(has_text=re.compile(r"^[1-9]\d*件$")).first
    address = str(listed.get_attribute("href"))
    look_at(page, address)
    walk = page.url

    def chosen(button: str) -> None:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        for box in page.locator("input[name=item]").all():
            box.check()
        look_on(page, f"{walk} chosen")
        page.get_by_label("変更後の選考状態").select_option(label="受理済")
        page.get_by_role("button", name=button, exact=True).click()
        look_on(page, f"{walk} {button}")

    chosen("メーラーを起動する")
    chosen("選考状態を変更")
    page.goto(address)
    detail = page.get_by_role("link", name="応募詳細").first
    look_at(page, str(detail.get_attribute("href")))
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("button", name="変更する", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("1件のエラーがあります")
    look_on(page, f"{page.url} with an error")
    page.goto(address)
    page.get_by_role("link", name="人材詳細を見る").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("登録コード")
    look_on(page, page.url)


def test_pages_of_mails(page: Page, portal: Running) -> None:
    """A mail on its whole way, with errors, with templates to choose from; the templates themselves."""
    log_in(page, portal, "org@example.jp")
    for address in ("/mypage/mail-templates/", "/mypage/mail-templates/new/", "/mypage/mails/?class=contact"):
        look_at(page, address)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/mypage/jobs/")
    page.locator("a[href^='/mypage/applications/']").filter(has_text=re.compile(r"^[1-9]\d*件$")).first.click()
    expect(page.locator("input[name=item]").first).to_be_visible()
    for box in page.locator("input[name=item]").all():
        box.check()
    page.get_by_role("button", name="連絡メール", exact=True).click()
    look_on(page, "the form of a mail")

    def press_on(button: str, **fields: str) -> None:
        page.set_viewport_size({"width": 1280, "height": 900})
        for name, text in fields.items():
            page.locator(f"#{name}").fill(text)
        page.get_by_role("button", name=button, exact=True).click()
        page.wait_for_load_state()
        look_on(page, button)

    press_on("確認")
    expect(page.get_by_role("alert")).to_contain_text("エラーがあります")
    page.get_by_label("メール種別").select_option(label="再応募依頼")
    look_on(page, "documents to open again")
    press_on("テンプレート")
    press_on("入力画面へ戻る")
    page.get_by_label("メール種別").select_option(label="質問")
    press_on("確認", subject="ご質問", body="{{氏名}} 様\n{{求人タイトル}}について伺います。")
    expect(page.get_by_role("heading", level=1)).to_have_text("メール内容確認")
    press_on("送信")
    expect(page.get_by_role("button", name="取り消す")).to_be_visible()
    press_on("取り消す")


def test_pages_about_talents(page: Page, portal: Running) -> None:
    """The search as it is used with scripts: nothing is loaded anew, nothing that was opened or chosen closes."""
    log_in(page, portal, "org2@example.jp")
    page.goto("/mypage/talents/")
    page.evaluate("window.same = true")
    before = page.locator("#chosen tbody tr").count()
    page.get_by_text("専門分野・職種", exact=True).click()
    first = page.locator("#g-specialty input[name=field]:not(:disabled)").first
    words = str(first.locator("xpath=..").inner_text())
    first.check()
    expect(page.locator("[role=status] b")).to_have_text(f"{words.rpartition('(')[2].rstrip(')')}件")
    assert "?field=" in page.url
    assert page.evaluate("window.same"), "the page was loaded anew"
    assert page.locator("#g-specialty").get_attribute("open") is not None
    expect(page.locator("#g-specialty input[name=field]:checked")).to_be_focused()
    look_on(page, page.url)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="すべて解除").click()
    expect(page.locator("#chosen tbody tr")).to_have_count(before)
    heart = page.locator("button[data-mark][aria-pressed=false]").first
    code = str(heart.get_attribute("data-mark")).rstrip("/").rpartition("/")[2]
    page.evaluate("window.same = true")
    page.locator("#chosen input[name=codes]:not(:disabled)").first.check()
    heart.click()
    expect(page.locator(f"button[data-mark*='{code}']")).to_have_attribute("aria-pressed", "true")
    assert page.evaluate("window.same"), "the page was loaded anew"
    expect(page.get_by_role("region", name="選択した人材への操作")).to_contain_text("1名を選択中")
    page.get_by_text("この検索を保存", exact=True).click()
    look_on(page, "the search with somebody chosen")
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="選択した人材への操作")).to_contain_text("1名を選択中")
    page.set_viewport_size({"width": 390, "height": 900})
    expect(page.locator("#facets")).to_be_hidden()
    page.get_by_role("link", name="条件で絞り込み").click()
    expect(page.locator("#facets")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"/mypage/talents/{code}/")
    look_on(page, page.url)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.get_by_role("link", name="メモを編集").click()
    page.get_by_label("メモ").fill("説明会で話した")
    look_on(page, page.url)
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator("#favorite")).to_contain_text("説明会で話した")


def test_a_thread_at_both_doors(page: Page, portal: Running) -> None:
    """With the form of an answer, and with what is wrong in it."""
    for email, door, address in (
        ("org@example.jp", "/login", "/mypage/mailbox/"),
        ("talent@example.jp", "/talent/login", "/talent/mailbox/"),
    ):
        page.context.clear_cookies()
        log_in(page, portal, email, door=door)
        page.goto(address)
        thread = str(page.locator(".mbx a.title").first.get_attribute("href"))
        look_at(page, thread)
        page.set_viewport_size({"width": 1280, "height": 900})
        page.get_by_role("button", name="送信", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("1件のエラーがあります")
        look_on(page, f"{thread} with an error")


def test_pages_of_the_desk(office_page: Page, portal: Running) -> None:
    page = office_page
    log_in(page, portal, "admin@example.jp")
    for address in DESK:
        look_at(page, address)
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto("/desk/")
    look_at(page, str(page.locator(".q-1 a").first.get_attribute("href")))


def test_pages_of_a_talent(page: Page, portal: Running) -> None:
    log_in(page, portal, "talent@example.jp", door="/talent/login")
    for address in TALENT:
        look_at(page, address)


def test_the_form_of_an_application_as_it_is_filled_in(page: Page, portal: Running) -> None:
    """Empty, refused with its errors, and with a row of a résumé added; the list follows what is chosen."""
    log_in(page, portal, "talent2@example.jp", door="/talent/login")
    page.goto("/jobs/")
    for address in [str(link.get_attribute("href")) for link in page.locator("main a[href^='/jobs/J']").all()]:
        page.goto(address)
        if page.locator("a[href^='/talent/apply/']").count():
            break
    form = str(page.locator("a[href^='/talent/apply/']").first.get_attribute("href"))
    look_at(page, form)
    page.set_viewport_size({"width": 390, "height": 900})
    before = page.locator("[data-left]").inner_text()
    page.get_by_label("個人情報の取扱いに同意する").check()
    expect(page.locator("[data-left]")).not_to_have_text(before)
    page.get_by_label("個人情報の取扱いに同意する").uncheck()
    page.get_by_role("button", name="確認", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("個人情報の取扱い")
    expect(page.get_by_role("alert").first).to_be_focused()
    faults = Axe().run(page, options=RULES).response["violations"]
    assert [fault["id"] for fault in faults] == []
    page.goto("/talent/resumes/expert")
    with page.expect_navigation():
        page.get_by_role("button", name="職歴を追加").click()
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0, "a row of a résumé is wider than a phone"
    faults = Axe().run(page, options=RULES).response["violations"]
    assert [fault["id"] for fault in faults] == []


def test_the_desk_by_keyboard(office_page: Page, portal: Running) -> None:
    page = office_page
    log_in(page, portal, "office-2@example.jp")
    page.goto("/desk/")
    titles = page.locator(".q-1 a").all_inner_texts()
    press(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[0])
    press(page, "j")
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[1])
    press(page, " ")
    expect(page.get_by_role("region", name="選択したものへの操作")).to_contain_text("1件を選択中")
    press(page, "Escape")
    expect(page.get_by_role("region", name="選択したものへの操作")).to_be_hidden()
    press(page, "r")
    expect(page.get_by_label("コメント")).to_be_focused()
    page.keyboard.type("ajk?")
    expect(page.get_by_label("コメント")).to_have_value("ajk?")
    expect(page.get_by_role("heading", level=1)).to_have_text(titles[1])


@pytest.mark.parametrize("width", [1280, 390])
def test_the_form_works_without_scripts(browser: Browser, portal: Running, width: int) -> None:
    """Rows are added by the server, errors come back at their fields, nothing typed is lost."""
    for page in window(browser, portal, width=width, scripts=False):
        log_in(page, portal, "org2@example.jp")
        page.goto("/mypage/jobs/new/")
        page.get_by_label(re.compile("^タイトル")).first.fill("スクリプトなしの下書き")
        page.get_by_role("button", name="書類を追加").click()
        expect(page.get_by_label(re.compile("^タイトル")).first).to_have_value("スクリプトなしの下書き")
        page.get_by_role("button", name="確認", exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text("エラーがあります")
        expect(page.get_by_label(re.compile("^タイトル")).first).to_have_value("スクリプトなしの下書き")
