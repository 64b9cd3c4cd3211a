"""The manual's chapter 3 by its labels: talents are searched, marked and written to; one answers and then declines."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Running, body_of, press, text_of, window
from tests.browser.test_recruiting import House, labelled

ORGANIZATION, NONCORP = "org2@example.jp", "noncorp@example.jp"
NAME = "認定特定非営利活動法人 ひろば"
ABOUT_TALENTS = "人材閲覧・オファーメール発信"
SUBJECT, BODY = "水の安全計画づくりのご相談", "ご経験を拝見し、ご連絡しました。\n一度お話を伺えませんか。"
ANSWER = "ご連絡ありがとうございます。来週であれば、オンラインでお話しできます。"
# Public, welcoming, and in no exchange with this organization.
FRESH = """
    WITH own AS (SELECT organization_id AS id FROM account WHERE email = ?)
    SELECT account.email, account.name, talent.code FROM talent JOIN account ON account.id = talent.account_id
    WHERE talent.is_public AND talent.accepts_offers
      AND talent.id NOT IN (SELECT talent_id FROM thread JOIN own ON own.id = thread.organization_id)
      AND talent.id NOT IN (
        SELECT talent_id FROM application JOIN entry ON entry.id = application.entry_id
        JOIN own ON own.id = entry.organization_id)
    ORDER BY talent.id
"""
WRITTEN = re.compile("に送信|に返信")
STOP = re.compile(r"http://\S+(/talent/offers/stop/\S+)")
READ = re.compile(r"http://\S+(/talent/mailbox/\d+/)")


@pytest.fixture(scope="module")
def house(browser: Browser, portal: Running) -> House:
    return House(browser, portal)


@pytest.fixture
def member(house: House) -> Iterator[Page]:
    with house.at(ORGANIZATION) as page:
        yield page


@dataclass(frozen=True)
class Met:
    """The talent whom the organization gets to know."""

    email: str
    name: str
    code: str


@pytest.fixture(scope="module")
def met(house: House) -> Met:
    return Met(*house.asked(FRESH, ORGANIZATION)[0])


@pytest.fixture
def talent(house: House, met: Met) -> Iterator[Page]:
    with house.at(met.email, door="/talent/login") as page:
        yield page


def from_menu(page: Page, label: str) -> None:
    """① マイページ ② its menu."""
    page.goto("/mypage/")
    page.get_by_role("navigation", name="団体マイページのメニュー").get_by_role("link", name=label).first.click()


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


# ---- 3.1, 3.2


def test_the_four_groups_open_and_count(member: Page) -> None:
    """3.1 ③: 「＋」, a choice with its number, the same number found, taken away again."""
    from_menu(member, ABOUT_TALENTS)
    heading(member, ABOUT_TALENTS)
    press(member, "Tab", "Enter")
    expect(member.get_by_role("main")).to_be_focused()
    total = member.locator("[role=status] b.big")
    whole = total.inner_text()
    groups = member.get_by_role("search", name="人材の検索").locator("details.facet")
    expect(groups).to_have_count(4)
    for group in groups.all():
        inside = group.locator("summary ~ *").first
        expect(inside).to_be_hidden()
        group.locator("summary").first.click()
        expect(inside).to_be_visible()
    choice = groups.first.locator("label:has(input:enabled)").first
    matching = re.search(r"^(.+?)\s*\(([\d,]+)\)$", choice.inner_text().strip())
    assert matching, choice.inner_text()
    choice.locator("input").check()
    expect(total).to_have_text(f"{matching[2]}件")
    chips = member.get_by_role("group", name="選択中の条件")
    expect(chips).to_contain_text(matching[1])
    member.go_back()
    expect(total).to_have_text(whole)
    member.go_forward()
    chips.get_by_role("link").first.click()
    expect(total).to_have_text(whole)


def test_a_mail_to_the_checked(member: Page, met: Met) -> None:
    """3.2 (B): a keyword, 「メール送信」, 「メール作成」, what is missing, 「確認」, 「送信」, the result of each."""
    from_menu(member, ABOUT_TALENTS)
    member.get_by_label("キーワード").fill("教育")
    member.get_by_role("button", name="検索", exact=True).click()
    expect(member.get_by_role("group", name="選択中の条件")).to_contain_text("教育")
    rows = member.get_by_role("row").filter(has=member.locator("input[name=codes]:enabled"), has_not_text=WRITTEN)
    rows = rows.filter(has_not_text=met.code)
    codes = [str(row.get_attribute("id")) for row in rows.all()[:2]]
    assert len(codes) == 2
    for code in codes:
        member.get_by_label(f"登録コード {code} をメール送信の対象にする").check()
    expect(member.get_by_role("region", name="選択した人材への操作")).to_contain_text("2名を選択中")
    member.get_by_role("button", name="メール作成").click()

    heading(member, "メール作成")
    expect(member.locator(".req").first).to_have_text("必須")
    people = member.get_by_role("region", name="一括メール送信対象者")
    for code in codes:
        expect(people.get_by_label(f"{code} に送信")).to_be_checked()
    member.get_by_role("button", name="確認", exact=True).click()
    told = member.get_by_role("alert").filter(has_text="エラーがあります")
    expect(told).to_contain_text("件名を入力してください。")
    expect(told).to_contain_text("本文を入力してください。")
    labelled(member, "件名").fill("活動報告会のご案内")
    labelled(member, "本文").fill("{{登録コード}} 様\n報告会を開きます。")
    member.get_by_role("button", name="確認", exact=True).click()
    heading(member, "メール内容確認")
    expect(member.locator(".mailp mark").first).to_have_text(codes[0])
    member.get_by_role("button", name="次の人").click()
    expect(member.locator(".mailp mark").first).to_have_text(codes[1])
    member.get_by_role("button", name="送信", exact=True).click()
    heading(member, "送信の手続きが完了しました")
    for code in codes:
        expect(member.get_by_role("row").filter(has_text=code)).to_contain_text("保留中")
    member.get_by_role("button", name="取り消す").click()
    heading(member, "送信を取り消しました")


def test_a_mail_from_the_page_of_a_talent(member: Page, met: Met) -> None:
    """3.2 (A): 「登録コード」, 「この登録者にメールを送る」."""
    from_menu(member, ABOUT_TALENTS)
    member.get_by_label("キーワード").fill(met.code)
    member.get_by_role("button", name="検索", exact=True).click()
    member.get_by_role("link", name=met.code, exact=True).click()
    heading(member, f"登録コード {met.code}")
    expect(member.get_by_role("main")).not_to_contain_text(met.name)
    expect(member.get_by_role("region", name="メールの送受信")).to_contain_text("まだありません")
    member.get_by_role("link", name="この登録者にメールを送る").click()
    heading(member, "メール作成")
    labelled(member, "件名").fill(SUBJECT)
    labelled(member, "本文").fill(BODY)
    member.get_by_role("button", name="確認", exact=True).click()
    member.get_by_role("button", name="送信", exact=True).click()
    heading(member, "送信の手続きが完了しました")


# ---- 3.4, 3.5 while the mail is held


def test_a_favorite_is_found_again_and_written_to(member: Page, met: Met) -> None:
    """3.1 ④ ⑤, 3.5: 「気になる」, 「気になる/応募一覧」, 「人材お気に入り一覧」, its note, its mail."""
    member.goto(f"/mypage/talents/{met.code}/")
    member.get_by_role("button", name="気になる", exact=True).click()
    expect(member.get_by_role("button", name="気になる", exact=True)).to_have_attribute("aria-pressed", "true")
    member.get_by_role("link", name="メモを編集").click()
    labelled(member, "メモ").fill("報告会で話した")
    member.get_by_role("button", name="保存", exact=True).click()
    from_menu(member, "気になる/応募一覧")
    heading(member, re.compile("^人材お気に入り一覧"))
    row = member.get_by_role("row").filter(has_text=met.code)
    expect(row).to_contain_text("報告会で話した")
    row.get_by_role("checkbox").check()
    member.get_by_role("button", name="メール作成").click()
    heading(member, "メール作成")
    people = member.get_by_role("region", name="一括メール送信対象者")
    expect(people.get_by_role("row").filter(has_text=met.code)).to_contain_text("対象外")


def test_an_applicant_is_marked(member: Page) -> None:
    """3.4: 「応募一覧」, the posting, 「人材詳細」, 「気になる」."""
    from_menu(member, "気になる/応募一覧")
    member.get_by_role("navigation", name="一覧の種類").get_by_role("link", name="応募一覧").click()
    main = member.get_by_role("main")
    for kind in ("研修・イベント・セミナー情報", "求人情報"):
        main.get_by_role("link", name=re.compile(f"^{kind}")).click()
    main.locator("a[href^='/mypage/applications/']").filter(has_text=re.compile("[1-9]")).first.click()
    heading(member, "求人応募一覧")
    member.get_by_role("link", name="人材詳細を見る").first.click()
    heading(member, re.compile("^登録コード"))
    mark = member.get_by_role("button", name="気になる", exact=True)
    before = mark.get_attribute("aria-pressed")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", "false" if before == "true" else "true")
    mark.click()
    expect(mark).to_have_attribute("aria-pressed", str(before))


def test_without_legal_personality_there_is_nothing(house: House, met: Met) -> None:
    with house.at(NONCORP) as page:
        page.goto("/mypage/")
        menu = page.get_by_role("navigation", name="団体マイページのメニュー")
        for label in (ABOUT_TALENTS, "気になる/応募一覧"):
            expect(menu.get_by_role("link", name=label)).to_have_count(0)
        for address in (
            "/mypage/talents/",
            f"/mypage/talents/{met.code}/",
            "/mypage/searches/",
            "/mypage/favorites/",
            "/mypage/favorites/postings/",
            f"/mypage/mails/?class=offer&codes={met.code}",
        ):
            assert page.request.get(address, max_redirects=0).status == 403, address
        page.goto("/mypage/talents/")


# ---- 3.3


def test_the_talent_is_told_reads_and_answers(talent: Page, portal: Running, met: Met) -> None:
    """A link by e-mail, never the words; the name is shown from the answer on, and the page says so before."""
    letter = portal.wait_for_letter(met.email, "オファーメールが届きました", seconds=60)
    for words in (SUBJECT, *BODY.splitlines(), met.name):
        assert words not in text_of(letter)
    found = READ.search(body_of(letter))
    assert found
    talent.goto(found[1])
    heading(talent, NAME)
    expect(talent.get_by_role("main")).to_contain_text(BODY.splitlines()[0])
    expect(talent.get_by_role("main")).to_contain_text(f"あなたの氏名（{met.name}）が")
    labelled(talent, "本文").fill(ANSWER)
    talent.get_by_role("button", name="送信", exact=True).click()
    expect(talent.get_by_role("main").get_by_role("article").last).to_contain_text(ANSWER)
    talent.goto("/talent/")
    talent.get_by_role("main").get_by_role("link", name="メールボックス", exact=True).click()
    expect(talent.get_by_role("row").filter(has_text=NAME).first).to_contain_text("あなた：")


def test_the_answer_is_read_and_answered(member: Page, talent: Page, portal: Running, met: Met) -> None:
    """3.3: 「メールボックス」, 「受信BOX」, 「返信する」, 「送信BOX」."""
    told = portal.wait_for_letter(ORGANIZATION, "返信")
    assert ANSWER not in text_of(told)
    from_menu(member, "メールボックス")
    tabs = member.get_by_role("navigation", name="メールボックス")
    expect(tabs.get_by_role("link", name="受信BOX")).to_have_attribute("aria-current", "page")
    row = member.get_by_role("row").filter(has_text=met.name)
    expect(row).to_contain_text("未読")
    row.get_by_role("link").first.click()
    heading(member, met.name)
    main = member.get_by_role("main")
    expect(main).to_contain_text(ANSWER)
    expect(main.get_by_role("article").first).to_contain_text("開封")
    answer = member.get_by_role("form", name="返信する")
    answer.get_by_role("button", name="送信", exact=True).click()
    expect(member.get_by_role("alert").first).to_contain_text("本文を入力してください")
    labelled(member, "本文").fill("では水曜日の10時にいかがでしょうか。")
    answer.get_by_role("button", name="送信", exact=True).click()
    expect(main.get_by_role("article").last).to_contain_text("では水曜日の10時に")
    from_menu(member, "メールボックス")
    expect(member.get_by_role("row").filter(has_text=met.name)).not_to_contain_text("未読")
    tabs.get_by_role("link", name="送信BOX").click()
    row = member.get_by_role("row").filter(has_text=met.name)
    expect(row).to_contain_text("では水曜日の10時に")
    portal.wait_for_letter(met.email, "メッセージが届きました")
    talent.goto("/talent/mailbox/")
    expect(talent.get_by_role("row").filter(has_text=NAME).first).to_contain_text("未読")


def test_who_declines_is_not_reachable_and_it_is_said(
    member: Page, browser: Browser, portal: Running, met: Met
) -> None:
    """By the link of the letter: no login, one press, and by hand with scripts off."""
    found = STOP.search(body_of(portal.wait_for_letter(met.email, "オファーメールが届きました")))
    assert found
    for page in window(browser, portal, width=390, scripts=False):
        page.goto(found[1])
        heading(page, "オファーメールの停止")
        page.get_by_role("button", name="この団体のオファーメールを停止").click()
        expect(page.get_by_role("status")).to_contain_text("停止しました")
    member.goto(f"/mypage/talents/?keyword={met.code}")
    row = member.get_by_role("row").filter(has_text=met.code)
    expect(row).to_contain_text("オファーメールを受け取らない設定です")
    expect(row.get_by_role("checkbox")).to_be_disabled()
    from_menu(member, "気になる/応募一覧")
    expect(member.get_by_role("row").filter(has_text=met.code).get_by_role("checkbox")).to_be_disabled()
    member.goto(f"/mypage/talents/{met.code}/")
    expect(member.get_by_text("オファーメールの受け取りを希望していません。")).to_be_visible()
    expect(member.get_by_role("link", name="この登録者にメールを送る")).to_have_count(0)
    member.goto(f"/mypage/mails/?class=offer&codes={met.code}")
    people = member.get_by_role("region", name="一括メール送信対象者")
    expect(people.get_by_role("row").filter(has_text=met.code)).to_contain_text(
        "オファーメールの受け取りを希望していません。"
    )
    expect(people.get_by_role("checkbox")).to_have_count(0)


# ---- the same by thumb, and with scripts off

OVER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What is smaller than a finger needs: 24 px (WCAG 2.5.8); the label of a box is touched as well as the box.
SMALL = """() => [...document.querySelectorAll("main :is(button, .btn, select, summary, .ckcell, .ck), .p-bar .btn")]
  .filter((each) => each.checkVisibility() && each.getBoundingClientRect().width > 1)
  .filter((each) => Math.min(each.getBoundingClientRect().width, each.getBoundingClientRect().height) < 24)
  .map((each) => each.outerHTML.slice(0, 120))"""


def fits(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(OVER) <= 0, page.url
    assert page.evaluate(SMALL) == [], page.url


@pytest.mark.parametrize("scripts", [True, False], ids=["phone", "phone without scripts"])
def test_by_thumb(member: Page, browser: Browser, portal: Running, met: Met, scripts: bool) -> None:
    """The whole way to a mail on a phone; only 「＋」 and the links are needed, no script."""
    state = member.context.storage_state()
    for page in window(browser, portal, width=390, scripts=scripts, storage_state=state):
        page.goto("/mypage/talents/")
        fits(page)
        page.get_by_role("link", name="条件で絞り込み").click()
        search = page.get_by_role("search", name="人材の検索")
        group = search.locator("details.facet").first
        group.locator("summary").first.click()
        fits(page)
        search.get_by_label("キーワード").fill("教育")
        search.get_by_role("button", name="この条件で検索").click()
        expect(page.get_by_role("group", name="選択中の条件")).to_contain_text("教育")
        rows = page.locator("#chosen tbody tr").filter(has=page.locator("input[name=codes]:enabled"))
        rows.filter(has_not_text=WRITTEN).first.get_by_role("checkbox").check()
        fits(page)
        page.get_by_role("button", name="メール作成").click()
        heading(page, "メール作成")
        fits(page)
        page.get_by_role("button", name="確認", exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text("件名を入力してください。")
        labelled(page, "件名").fill("オンライン説明会")
        labelled(page, "本文").fill("説明会を開きます。")
        page.get_by_role("button", name="確認", exact=True).click()
        heading(page, "メール内容確認")
        fits(page)
        page.get_by_role("button", name="送信", exact=True).click()
        heading(page, "送信の手続きが完了しました")
        fits(page)
        page.get_by_role("button", name="取り消す").click()
        heading(page, "送信を取り消しました")
        for address in (
            f"/mypage/talents/{met.code}/",
            "/mypage/favorites/",
            "/mypage/mailbox/",
            "/mypage/mailbox/sent/",
        ):
            page.goto(address)
            fits(page)
        with page.expect_navigation():
            page.locator("main a.title").first.click()
        fits(page)
