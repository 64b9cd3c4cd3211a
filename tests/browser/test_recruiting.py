"""The manual's chapters 4.3 and 5.3 by their labels: four talents apply, their organization selects, another sees none.

One talent registers on the way and publishes the profile, the others do not; one of them withdraws, one is hired.
"""

import csv
import io
import re
import sqlite3
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Browser, Download, Locator, Page, expect
from playwright.sync_api import TimeoutError as Late
from pypdf import PdfReader

from portal.clock import TOKYO, now
from portal.files import names
from portal.files.kinds import DOCX, PDF, FileKind
from portal.recruiting.tables import HEAD
from tests.browser.conftest import Running, body_of, log_in, text_of, window
from tests.files import offices
from tests.recruiting.pages import pdf
from tests.recruiting.printed import dictionaries, portrait

ORGANIZATION, OTHER = "org@example.jp", "org2@example.jp"
NEW, NAME, KANA = "yoshizaki@example.jp", "𠮷﨑 髙子", "よしざき たかこ"
AGAIN = "応募書類の再提出のお願い（1ページ目）"
SECRET = "tsubame ga kaeru hi"
A4 = (595.28, 841.89)
ADDRESS = re.compile(r"http://\S+(/talent/register/\S+)")
POSTINGS = """
    SELECT entry.id, entry.number, version.title
    FROM entry JOIN version ON version.id = entry.live_version_id
    LEFT JOIN job_version ON job_version.id = version.id LEFT JOIN event_version ON event_version.id = version.id
    WHERE version.organization_id = (SELECT organization_id FROM account WHERE email = ?)
      AND entry.kind = ? AND version.state = 'published' AND version.apply_via = 'web'
      AND version.open_at < ? AND version.close_at > ?
      AND coalesce(job_version.resume_type, event_version.resume_type) = 'general'
      AND (SELECT count(*) FROM event_session WHERE event_session.version_id = version.id) = ?
    ORDER BY (SELECT count(*) FROM talent WHERE NOT talent.is_public AND talent.id NOT IN
                  (SELECT talent_id FROM application WHERE application.entry_id = entry.id)) DESC,
             entry.application_count, entry.id
"""
PRIVATE = """
    SELECT account.email, account.name FROM talent JOIN account ON account.id = talent.account_id
    WHERE NOT talent.is_public AND talent.id NOT IN (SELECT talent_id FROM application WHERE entry_id = ?)
    ORDER BY talent.id
"""


@dataclass(frozen=True)
class Posting:
    id: int
    number: str
    title: str


@dataclass
class Person:
    """A talent with what was handed in: the bytes by posting and name of the document."""

    email: str
    name: str
    password: str = "partner-demo"
    numbers: dict[str, str] = field(default_factory=dict)
    papers: dict[tuple[str, str], tuple[str, bytes]] = field(default_factory=dict)


class House:
    """Everybody's windows, each with one login."""

    def __init__(self, browser: Browser, portal: Running) -> None:
        self.browser, self.portal = browser, portal
        self.states: dict[str, Any] = {}
        self.sheets = count(1)

    @contextmanager
    def at(self, email: str, *, door: str = "/login", password: str = "partner-demo") -> Iterator[Page]:
        options = {"storage_state": self.states[email]} if email in self.states else {}
        for page in window(self.browser, self.portal, width=1280, accept_downloads=True, **options):
            if email not in self.states:
                log_in(page, self.portal, email, door=door, password=password)
                expect(page.get_by_role("heading", level=1)).to_be_visible()
                self.states[email] = page.context.storage_state()
            yield page

    def person(self, who: Person) -> Any:
        return self.at(who.email, door="/talent/login", password=who.password)

    def asked(self, query: str, *values: Any) -> list[Any]:
        """What stands in the portal's database: where there is room to apply, the pages do not say in one place."""
        with sqlite3.connect(f"file:{self.portal.mail.parent}/portal.sqlite?mode=ro", uri=True) as connection:
            return connection.execute(query, values).fetchall()

    def application(self, number: str) -> int:
        return int(self.asked("SELECT id FROM application WHERE number = ?", number)[0][0])

    def posting(self, kind: str, *, sessions: int) -> Posting:
        moment = now().strftime("%Y-%m-%d %H:%M:%S")
        later = (now() + timedelta(hours=2)).strftime("%Y-%m-%d %H:%M:%S")
        return Posting(*self.asked(POSTINGS, ORGANIZATION, kind, moment, later, sessions)[0])


@dataclass(frozen=True)
class Story:
    """After the talents' part: what they applied to, and who they are."""

    house: House
    job: Posting
    event: Posting
    public: Person
    private: Person
    withdrawn: Person
    hired: Person

    @property
    def people(self) -> Sequence[Person]:
        return self.public, self.private, self.withdrawn, self.hired


@pytest.fixture(scope="module")
def story(browser: Browser, portal: Running) -> Story:
    house = House(browser, portal)
    job, event = house.posting("job", sessions=0), house.posting("event", sessions=2)
    private, withdrawn, hired = (Person(*row) for row in house.asked(PRIVATE, job.id)[:3])
    told = Story(house, job, event, Person(NEW, NAME, SECRET), private, withdrawn, hired)
    register(house, told.public)
    with house.person(told.public) as page:
        fill_profile(page)
        fill_resume(page)
        apply(page, house, told.public, job)
        apply(page, house, told.public, event)
    for person in (private, withdrawn, hired):
        with house.person(person) as page:
            apply(page, house, person, job)
            if person is withdrawn:
                withdraw(page)
    portal.wait_for_letter(ORGANIZATION, f"応募がありました：{job.title}")
    return told


# ---- the talents' part


def register(house: House, person: Person) -> None:
    for page in window(house.browser, house.portal, width=390):
        page.goto("/talent/register")
        page.get_by_label("氏名").fill(person.name)
        page.get_by_label("メールアドレス").fill(person.email)
        page.get_by_label(re.compile(r"^パスワード\s*必須")).fill(person.password)
        page.get_by_label("パスワード（確認）").fill(person.password)
        page.get_by_label("個人情報の取扱いに同意する").check()
        page.get_by_role("button", name="確認のメールを送る").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("確認のメールを送りました")
        letter = house.portal.wait_for_letter(person.email, "登録の確認")
        address = ADDRESS.search(body_of(letter))
        assert address
        page.goto(address[1])
        page.get_by_role("button", name="登録を完了する").click()
        expect(page).to_have_url(re.compile("/talent/login"))


def labelled(page: Page, label: str) -> Locator:
    """A field by its label; 必須 or 任意 behind the label is part of its name."""
    named = page.get_by_label(re.compile(rf"^{re.escape(label)}\s*(必須|任意)?$"))
    return named.and_(page.locator("input, select, textarea")).first


def fill_profile(page: Page) -> None:
    page.goto("/talent/")
    page.get_by_role("link", name="プロフィール", exact=True).click()
    page.get_by_label("写真のファイル").set_input_files(
        {"name": "証明写真.jpg", "mimeType": "image/jpeg", "buffer": portrait()}
    )
    page.get_by_role("button", name="写真を登録").click()
    expect(page.get_by_text("写真を登録しました。")).to_be_visible()
    labelled(page, "ふりがな").fill(KANA)
    labelled(page, "生年月日").fill("1990-05-14")
    labelled(page, "電話番号").fill("090-5555-0199")
    labelled(page, "郵便番号").fill("166-0002")
    labelled(page, "現住所").fill("東京都杉並区高円寺北1-2-3")
    page.get_by_label("プロフィールを登録団体に公開する").check()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("保存しました。")).to_be_visible()


def fill_resume(page: Page) -> None:
    page.goto("/talent/")
    page.get_by_role("link", name="一般履歴書").click()
    for section, at, text in (
        ("education", "2013-03", "東都大学 工学部 卒業"),
        ("work", "2013-04", "市上下水道局 入職"),
    ):
        page.get_by_role("button", name={"education": "学歴を追加", "work": "職歴を追加"}[section]).click()
        page.locator(f"#{section}-0-at").fill(at)
        page.locator(f"#{section}-0-text").fill(text)
    labelled(page, "志望の動機").fill("現地の職員と手順書を作ってきた経験を生かしたいと考えています。")
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_text("保存しました。")).to_be_visible()


def apply(page: Page, house: House, person: Person, posting: Posting) -> None:
    """From the public page to the receipt; an empty form is sent back with what is missing."""
    page.goto(f"/{'jobs' if posting.number.startswith('J') else 'events'}/{posting.number}")
    page.get_by_role("link", name="応募する").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("応募フォーム")
    page.get_by_role("button", name="確認", exact=True).click()
    expect(page.get_by_role("alert").first).to_contain_text("エラーがあります")
    hand_in(page, house, person, posting)
    sessions = page.get_by_role("group", name=re.compile("参加する日時")).get_by_role("radio")
    if sessions.count():
        sessions.last.check()
    page.get_by_label("個人情報の取扱いに同意する").check()
    page.get_by_role("button", name="確認", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("応募内容の確認")
    page.get_by_role("button", name="応募する", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("応募が完了しました")
    number = re.search(r"E[0-9A-Z]{9}", page.get_by_role("main").inner_text())
    assert number
    person.numbers[posting.number] = number[0]
    house.portal.wait_for_letter(person.email, number[0])


def hand_in(page: Page, house: House, person: Person, posting: Posting) -> None:
    """A file for each field that there is, none like another."""
    expect(page.locator("input[type=file]").first).to_be_attached()  # all() waits for none
    for place in page.locator("input[type=file]").all():
        document = str(place.evaluate("input => input.labels[0].textContent")).strip()
        document = re.sub(r"\s*(必須|任意)$", "", document)
        name, kind, made = sheet(document, next(house.sheets))
        place.set_input_files({"name": name, "mimeType": kind.media_type, "buffer": made})
        person.papers[posting.number, document] = name, made


def sheet(document: str, number: int) -> tuple[str, FileKind, bytes]:
    if number % 2:
        return f"{document} {number}.pdf", PDF, pdf(f"{document} {number}")
    return f"{document}（{number}）.docx", DOCX, offices.package(offices.DOCX, ("word/note.xml", b"%d" % number))


def withdraw(page: Page) -> None:
    page.get_by_role("link", name="応募状況を見る").click()
    page.get_by_role("link", name="辞退する").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("この応募を辞退しますか")
    page.get_by_role("button", name="辞退する").click()
    expect(page.get_by_text("辞退したため、応募書類と履歴書は消去しました。")).to_be_visible()


# ---- the organization's part

# Pixels from the end of the words of the first child to the second child.
BETWEEN = """rows => rows.map(row => {
  const words = document.createRange();
  words.selectNodeContents(row.children[0]);
  return row.children[1].getBoundingClientRect().left - words.getBoundingClientRect().right;
})"""


@pytest.fixture
def member(story: Story) -> Iterator[Page]:
    with story.house.at(ORGANIZATION) as page:
        yield page


def open_list(page: Page, posting: Posting, *, event: bool = False) -> None:
    """① マイページ ② 一覧 ③ 「応募件数」 ④ 応募一覧."""
    title = "研修・イベント・セミナー" if event else "求人"
    page.goto("/mypage/")
    page.get_by_role("navigation", name="団体マイページのメニュー").get_by_role(
        "link", name=f"{title}情報一覧", exact=True
    ).click()
    row = page.get_by_role("row").filter(has_text=posting.number)
    row.locator("td[data-l='応募件数'] a").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{title}応募一覧")


def row_of(page: Page, person: Person) -> Locator:
    return page.get_by_role("row").filter(has_text=person.name)


def open_detail(page: Page, story: Story, person: Person, posting: Posting, *, event: bool = False) -> None:
    open_list(page, posting, event=event)
    row_of(page, person).get_by_role("link", name="応募詳細").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(person.name)
    expect(page.get_by_text(person.numbers[posting.number]).first).to_be_visible()


def fetched(download: Download) -> tuple[str, bytes]:
    return download.suggested_filename, download.path().read_bytes()


def test_the_list_shows_who_applied_and_whose_profile_is_open(story: Story, member: Page) -> None:
    """4.3 ④⑤. On a wide screen the search is one row above the table."""
    open_list(member, story.job)
    controls = member.get_by_role("main").get_by_role("search").locator("input[type=search], select, button").all()
    assert len({box["y"] + box["height"] / 2 for box in map(Locator.bounding_box, controls) if box}) == 1
    for person in story.people:
        row = row_of(member, person)
        expect(row).to_contain_text("辞退" if person is story.withdrawn else "応募中")
        assert row.get_by_role("link", name="人材詳細を見る").count() == (person is story.public)
    row_of(member, story.public).get_by_role("link", name="人材詳細を見る").click()
    expect(member.get_by_role("heading", level=1)).to_contain_text("登録コード")
    main = member.get_by_role("main")
    for secret in (NAME, KANA, NEW, "090-5555-0199", "高円寺"):
        expect(main).not_to_contain_text(secret)


def test_documents_come_back_as_they_were_handed_in(story: Story, member: Page) -> None:
    """4.3 ⑥ (A): bytes and names."""
    for person in (story.public, story.private):
        open_detail(member, story, person, story.job)
        papers = {key[1]: paper for key, paper in person.papers.items() if key[0] == story.job.number}
        assert papers
        for name, made in papers.values():
            with member.expect_download() as caught:
                member.get_by_role("main").get_by_role("link", name=name).click()
            assert fetched(caught.value) == (name, made)


@pytest.mark.parametrize("event", [False, True])
def test_the_resume_as_a_pdf(story: Story, member: Page, event: bool) -> None:
    """4.3 ⑥ (B), 5.3 ⑥ (D): A4, the rare kanji as text, every font inside, the pages counted."""
    posting = story.event if event else story.job
    open_detail(member, story, story.public, posting, event=event)
    name, made = printed(member)
    number = story.public.numbers[posting.number]
    assert name.startswith(f"{number}_{NAME}")
    reader = PdfReader(io.BytesIO(made))
    text = "\n".join(page.extract_text() for page in reader.pages)
    assert NAME in text
    assert "東都大学 工学部 卒業" in text
    assert ("090-5555-0199" in text) is not event, "just the items that were asked for"
    assert number in text
    assert len(reader.pages) == 1
    for page in reader.pages:
        assert (float(page.mediabox.width), float(page.mediabox.height)) == pytest.approx(A4, abs=0.5)
    fonts = [part for part in dictionaries(made) if part.get("/Type") == "/FontDescriptor"]
    assert fonts
    assert all("/FontFile2" in part or "/FontFile3" in part for part in fonts)


def printed(page: Page) -> tuple[str, bytes]:
    """「履歴書PDF出力」 until it is made: the first time it takes some seconds."""
    for _ in range(20):
        try:
            with page.expect_download(timeout=1500) as caught:
                page.get_by_role("button", name="履歴書PDF出力").click()
        except Late:
            continue
        return fetched(caught.value)
    raise AssertionError("the PDF was never made")


def test_an_event_with_sessions(story: Story, member: Page) -> None:
    """5.3 ④ to ⑥: the session that was chosen, the document that was asked for."""
    open_detail(member, story, story.public, story.event, event=True)
    expect(member.get_by_role("main")).to_contain_text("参加する日時")
    for (number, _document), (name, made) in story.public.papers.items():
        if number == story.event.number:
            with member.expect_download() as caught:
                member.get_by_role("main").get_by_role("link", name=name).click()
            assert fetched(caught.value) == (name, made)


def test_states_one_by_one_and_in_bulk(story: Story, member: Page) -> None:
    open_detail(member, story, story.hired, story.job)
    for state in ("受理済", "書類選考通過", "面接調整", "採用"):
        labelled(member, "変更後の選考状態").select_option(label=state)
        member.get_by_role("button", name="変更する", exact=True).click()
        expect(member.get_by_role("main").locator(".hist")).to_contain_text(state)
    assert all(gap >= 4 for gap in member.locator(".hist li").evaluate_all(BETWEEN)), "the time and what happened"
    assert all(re.search(r"\d\d:\d\d\s", text) for text in member.locator(".hist li").all_text_contents())
    for person in (story.public, story.withdrawn, story.hired, story.private):
        member.goto(f"/mypage/applications/{story.job.id}/?size=100")
        expect(row_of(member, person)).to_have_count(1)
    for person in (story.public, story.private, story.withdrawn):
        row_of(member, person).get_by_role("checkbox").first.check()
    member.get_by_label("変更後の選考状態").select_option(label="受理済")
    member.get_by_role("button", name="選考状態を変更").click()
    expect(row_of(member, story.withdrawn)).to_contain_text("見送りました")
    for person in (story.public, story.private):
        expect(row_of(member, person)).to_contain_text("受理済")
    open_list(member, story.job)
    for person, state in ((story.public, "受理済"), (story.hired, "採用"), (story.withdrawn, "辞退")):
        expect(row_of(member, person)).to_contain_text(state)


def test_who_withdrew_cannot_be_moved(story: Story, member: Page) -> None:
    open_detail(member, story, story.withdrawn, story.job)
    expect(member.get_by_text("応募者が辞退したため、変更できません。")).to_be_visible()
    expect(member.get_by_label("変更後の選考状態")).to_have_count(0)


def test_mail_to_one_and_to_many(story: Story, member: Page) -> None:
    """4.3 ⑥補足 (C) and ⑦: one in To, several in Bcc only."""
    open_list(member, story.job)
    row_of(member, story.public).get_by_role("checkbox").first.check()
    member.get_by_role("button", name="メーラーを起動する").click()
    assert mail_links(member) == [f"mailto:{NEW}"]
    open_list(member, story.job)
    for person in (story.public, story.private, story.withdrawn):
        row_of(member, person).get_by_role("checkbox").first.check()
    member.get_by_role("button", name="メーラーを起動する").click()
    (address,) = mail_links(member)
    assert address.startswith("mailto:?bcc=")
    assert NEW in address
    assert story.private.email in address
    assert story.withdrawn.email not in address


def test_a_contact_mail_to_the_chosen(story: Story, member: Page) -> None:
    """4.3 ⑦: 「連絡メール」, メール種別, 「確認」, 「送信」, and taken back while it is held."""
    open_list(member, story.job)
    for person in (story.public, story.private, story.withdrawn):
        row_of(member, person).get_by_role("checkbox").first.check()
    member.get_by_role("button", name="連絡メール", exact=True).click()
    expect(member.get_by_role("heading", level=1)).to_have_text("連絡メール")
    people = member.get_by_role("region", name="一括メール送信対象者")
    expect(people.get_by_role("checkbox")).to_have_count(2)
    expect(people).to_contain_text("応募を辞退しています。")
    for topic in ("質問", "その他", "再応募依頼", "開催リマインド", "選考の調整"):
        labelled(member, "メール種別").select_option(label=topic)
    labelled(member, "件名").fill("面接日程のご相談")
    labelled(member, "本文").fill("{{氏名}} 様")
    labelled(member, "本文").press("End")
    member.get_by_role("button", name="{{求人タイトル}}を本文に挿入").click()
    expect(labelled(member, "本文")).to_have_value("{{氏名}} 様{{求人タイトル}}")
    member.get_by_role("button", name="確認", exact=True).click()

    expect(member.get_by_role("heading", level=1)).to_have_text("メール内容確認")
    expect(member.locator(".mailp mark").first).to_have_text(story.private.name)  # as in the list: the newest first
    member.get_by_role("button", name="次の人").click()
    expect(member.locator(".mailp mark").first).to_have_text(story.public.name)
    member.get_by_role("button", name="入力画面へ戻る").click()
    expect(labelled(member, "件名")).to_have_value("面接日程のご相談")
    people.get_by_role("checkbox").first.uncheck()
    member.get_by_role("button", name="確認", exact=True).click()
    member.get_by_role("button", name="送信", exact=True).click()
    expect(member.get_by_role("heading", level=1)).to_contain_text("完了しました")
    expect(member.get_by_role("main")).to_contain_text("1通を保留しています")
    member.get_by_role("button", name="取り消す").click()
    expect(member.get_by_role("heading", level=1)).to_have_text("送信を取り消しました")


def test_the_same_words_to_many_kept_as_a_template_and_used_again(story: Story, member: Page) -> None:
    """5.3 ⑦ with 補足① to ③."""
    open_list(member, story.event, event=True)
    row_of(member, story.public).get_by_role("checkbox").first.check()
    member.get_by_role("button", name="メール送信", exact=True).click()
    expect(member.get_by_role("heading", level=1)).to_have_text("メール作成")
    labelled(member, "メール種別").select_option(label="開催リマインド")
    labelled(member, "件名").fill("もうすぐ開催です")
    labelled(member, "本文").fill("会場でお待ちしています。")
    member.get_by_role("button", name="テンプレート保存", exact=True).click()
    expect(
        member.get_by_role("status").filter(has_text="テンプレート「もうすぐ開催です」を保存しました。")
    ).to_be_visible()
    labelled(member, "件名").fill("書き換えた件名")
    member.get_by_role("button", name="テンプレート", exact=True).click()
    row = member.get_by_role("listitem").filter(has_text="もうすぐ開催です")
    row.get_by_role("button", name="選択", exact=True).click()
    asked = member.get_by_role("dialog")
    expect(asked).to_contain_text("上書き")
    asked.get_by_role("button", name="OK").click()
    expect(labelled(member, "件名")).to_have_value("もうすぐ開催です")
    member.get_by_role("button", name="元に戻す").click()
    expect(labelled(member, "件名")).to_have_value("書き換えた件名")
    member.get_by_role("button", name="確認", exact=True).click()
    member.get_by_role("button", name="送信", exact=True).click()
    expect(member.get_by_role("main")).to_contain_text("1通を保留しています")
    member.get_by_role("button", name="取り消す").click()


def test_a_hiring_notice_names_whom_it_hires(story: Story, member: Page) -> None:
    """4.3 ⑦: 「採用通知メール」 goes nowhere before somebody says that these are the people."""
    open_list(member, story.job)
    row_of(member, story.private).get_by_role("checkbox").first.check()
    member.get_by_role("button", name="採用通知メール", exact=True).click()
    heading = member.get_by_role("heading", level=1)
    expect(heading).to_have_text("採用通知メール")
    labelled(member, "件名").fill("採用のお知らせ")
    labelled(member, "本文").fill("{{氏名}} 様\nぜひ一緒に働きたく、ご連絡します。")
    member.get_by_role("button", name="確認", exact=True).click()
    expect(heading).to_have_text("メール内容確認")
    expect(member.get_by_role("listitem").filter(has_text=story.private.name).first).to_be_visible()
    expect(member.get_by_role("main")).to_contain_text("選考状態を「採用」に変えます")
    member.get_by_role("button", name="送信", exact=True).click()
    expect(heading).to_have_text("メール内容確認")
    expect(member.get_by_role("alert").first).to_be_focused()
    member.get_by_label("この方々で間違いありません").check()
    member.get_by_role("button", name="送信", exact=True).click()
    expect(member.get_by_role("row").filter(has_text=story.private.name)).to_contain_text("保留中")
    member.get_by_role("button", name="取り消す").click()
    expect(member.get_by_role("main")).to_contain_text("選考状態も書類も変わっていません")
    open_list(member, story.job)
    expect(row_of(member, story.private)).to_contain_text("受理済")


def test_who_is_logged_out_while_writing_finds_the_words_again(story: Story, browser: Browser, portal: Running) -> None:
    for page in window(browser, portal, width=1280):
        log_in(page, portal, ORGANIZATION)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        person = story.house.application(story.private.numbers[story.job.number])
        page.goto(f"/mypage/mails/?class=contact&applications={person}")
        labelled(page, "件名").fill("途中まで書いた件名")
        labelled(page, "本文").fill("途中まで書いた本文")
        with story.house.at(ORGANIZATION) as other:
            other.goto("/account/sessions")
            other.get_by_role("button", name="他の端末をすべてログアウト").click()
            expect(other.get_by_text("ほかにログイン中の端末はありません。")).to_be_visible()
        page.get_by_role("button", name="確認", exact=True).click()
        log_in_here(page, portal)
        expect(labelled(page, "件名")).to_have_value("途中まで書いた件名")
        expect(labelled(page, "本文")).to_have_value("途中まで書いた本文")
        expect(page.get_by_text("入力の途中だった内容を戻しました。")).to_be_visible()


def log_in_here(page: Page, portal: Running) -> None:
    """At the page of the login that somebody was led to."""
    expect(page).to_have_url(re.compile(r"/login\?next="))
    log_in(page, portal, ORGANIZATION, door=page.url)


def mail_links(page: Page) -> list[str]:
    expect(page.get_by_role("heading", level=1)).to_have_text("メーラーを起動する")
    return [str(link.get_attribute("href")) for link in page.locator("a[href^='mailto:']").all()]


def test_a_document_is_asked_for_again_and_comes(story: Story, member: Page) -> None:
    """再応募依頼: the talent sees the deadline, hands in anew, the organization gets the new bytes."""
    person, posting = story.public, story.job
    document = next(name for number, name in person.papers if number == posting.number)
    open_detail(member, story, person, posting)
    member.get_by_text("書類の再提出を依頼する").click()
    member.get_by_label(document, exact=True).check()
    until = (now() + timedelta(days=5)).astimezone(TOKYO).replace(hour=17, minute=0)
    labelled(member, "再提出の期限").fill(f"{until:%Y-%m-%dT%H:%M}")
    labelled(member, "応募者への文").fill("2ページ目が読み取れませんでした。")
    member.get_by_role("button", name="依頼する", exact=True).click()
    expect(member.get_by_role("main")).to_contain_text("再提出待ち")

    letter = story.house.portal.wait_for_letter(person.email, "書類の再提出のお願い")
    assert document in body_of(letter)
    assert "2ページ目が読み取れませんでした。" in body_of(letter)
    with story.house.person(person) as page:
        page.goto("/talent/")
        page.get_by_role("main").get_by_role("link", name=posting.title).first.click()
        expect(page.get_by_role("main")).to_contain_text(spoken(until))
        hand_in(page, story.house, person, posting)
        page.get_by_role("button", name="提出する", exact=True).click()
        expect(page.get_by_text("書類を提出しました。")).to_be_visible()
    story.house.portal.wait_for_letter(ORGANIZATION, f"書類の再提出がありました：{posting.title}")

    open_detail(member, story, person, posting)
    expect(member.get_by_role("main")).to_contain_text("再提出済")
    name, made = person.papers[posting.number, document]
    with member.expect_download() as caught:
        member.get_by_role("main").get_by_role("link", name=name).click()
    assert fetched(caught.value) == (name, made)


def spoken(moment: datetime) -> str:
    return f"{moment.month}月{moment.day}日"


def test_everything_of_a_posting_in_one_file(story: Story, member: Page) -> None:
    """ZIP, XLSX and CSV: made in the background, and all three say the same."""
    open_list(member, story.job)
    archive = zipfile.ZipFile(io.BytesIO(made(member, "応募書類をまとめて（ZIP）", "ZIP")))
    sheet = made(member, "XLSX", "XLSX")
    text = made(member, "CSV", "CSV")
    assert archive.testzip() is None
    for person in story.people:
        folder = names.of_words(f"{person.numbers[story.job.number]}_{person.name}")
        for (number, document), (name, bytes_) in person.papers.items():
            path = f"{folder}/{names.of_words(document)}.{name.rpartition('.')[2]}"
            if number == story.job.number and person is not story.withdrawn:
                assert archive.read(path) == bytes_
        if person is story.withdrawn:
            assert not [path for path in archive.namelist() if path.startswith(folder)], "erased at once"
    index, listed = table(archive.read("index.xlsx")), table(sheet)
    assert index == listed
    assert tuple(listed[0][: len(HEAD)]) == HEAD
    assert text.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(text.decode("utf-8-sig"))))
    assert rows == listed
    by_number = {row[0]: dict(zip(rows[0], row, strict=True)) for row in rows[1:]}
    mine = by_number[story.public.numbers[story.job.number]]
    assert (mine["氏名"], mine["ふりがな"], mine["メールアドレス"]) == (NAME, KANA, NEW)
    assert by_number[story.withdrawn.numbers[story.job.number]]["選考状態"] == "辞退"
    assert (
        len(rows) - 1
        == story.house.asked("SELECT count(*) FROM application WHERE entry_id = ? AND state <> 'draft'", story.job.id)[
            0
        ][0]
    )


def made(page: Page, button: str, word: str) -> bytes:
    """Asks for a file and fetches it when the page says by itself that it is there."""
    page.get_by_role("button", name=button, exact=True).click()
    link = page.get_by_role("link", name=f"{word}をダウンロード").first
    expect(link).to_be_visible(timeout=20_000)
    with page.expect_download() as caught:
        link.click()
    return fetched(caught.value)[1]


def table(made: bytes) -> list[list[str]]:
    sheet = openpyxl.load_workbook(io.BytesIO(made), read_only=True).active
    assert sheet is not None
    return [["" if cell is None else str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]


def test_a_mail_asks_for_a_document_again(story: Story, member: Page) -> None:
    """4.3 ⑦: メール種別 「再応募依頼」; what it opens is handed in below, when the mail is no longer held."""
    document = next(name for number, name in story.private.papers if number == story.job.number)
    open_list(member, story.job)
    row_of(member, story.private).get_by_role("checkbox").first.check()
    member.get_by_role("button", name="連絡メール", exact=True).click()
    labelled(member, "メール種別").select_option(label="再応募依頼")
    labelled(member, "件名").fill(AGAIN)
    labelled(member, "本文").fill("{{氏名}} 様\n1ページ目をもう一度お送りください。")
    member.get_by_role("button", name="確認", exact=True).click()
    told = member.get_by_role("alert").filter(has_text="エラーがあります")
    expect(told).to_contain_text("書類")
    expect(told).to_contain_text("期限")
    member.get_by_label(document, exact=True).check()
    until = (now() + timedelta(days=6)).astimezone(TOKYO).replace(hour=17, minute=0)
    labelled(member, "再提出の期限").fill(f"{until:%Y-%m-%dT%H:%M}")
    member.get_by_role("button", name="確認", exact=True).click()
    expect(member.get_by_role("main")).to_contain_text(f"まで出し直せるようにします：{document}")
    member.get_by_role("button", name="送信", exact=True).click()
    expect(member.get_by_role("main")).to_contain_text("1通を保留しています")


def test_the_other_organization_sees_nothing_of_it(story: Story, member: Page) -> None:
    """What the first organization reads and does is a 404 for the second, and none of it is for another talent."""
    keys = [story.house.application(person.numbers[story.job.number]) for person in story.people]
    application_id = story.house.application(story.private.numbers[story.job.number])
    open_detail(member, story, story.private, story.job)
    document = str(member.locator("main a[href*='/documents/']").first.get_attribute("href"))
    open_list(member, story.job)
    downloads = member.get_by_role("link", name=re.compile("(ZIP|CSV|XLSX)をダウンロード")).all()
    read = [member.url, *(f"/mypage/applications/detail/{key}/" for key in keys), document]
    read += [str(link.get_attribute("href")) for link in downloads]
    written = [f"/mypage/applications/detail/{application_id}/{act}" for act in ("resume", "download")]
    written += [f"/mypage/selection/detail/{application_id}/{act}" for act in ("stage", "note", "ask")]
    written.append(f"/mypage/applications/{story.job.id}/download")
    with story.house.at(OTHER) as page:
        page.goto("/mypage/jobs/")
        form = {"csrf_token": str(page.locator("input[name=csrf_token]").first.get_attribute("value"))}
        form |= {"to": "received", "revision": "1", "note": "x", "note_revision": "1", "kind": "csv"}
        assert profiles_open(page, story) == profiles_open(member, story) == [True, False, False, False]
        for address in read:
            assert page.request.get(address, max_redirects=0).status == 404, address
        for address in written:
            assert page.request.post(address, form=form, max_redirects=0).status == 404, address
    with story.house.person(story.hired) as page:
        for address in read:
            assert page.request.get(address, max_redirects=0).status == 403, address
        assert page.request.get(f"/talent/applications/{application_id}", max_redirects=0).status == 404


def profiles_open(page: Page, story: Story) -> list[bool]:
    """Whose profile this organization may read: it was published to all, not to whom somebody applied."""
    code = "SELECT code FROM talent JOIN account ON account.id = talent.account_id WHERE account.email = ?"
    codes = [story.house.asked(code, person.email)[0][0] for person in story.people]
    answers = [page.request.get(f"/mypage/talents/{code}/", max_redirects=0).status for code in codes]
    assert set(answers) <= {200, 404}
    return [answer == 200 for answer in answers]


def test_the_talent_sees_who_opened_the_resume(story: Story) -> None:
    with story.house.person(story.public) as page:
        page.goto("/talent/")
        page.get_by_role("main").get_by_role("link", name=story.job.title).first.click()
        expect(page.get_by_role("main")).to_contain_text("アジアの水とくらし")


def test_what_a_mail_asked_for_is_handed_in(story: Story, member: Page) -> None:
    """The letter is a link alone; the words, the deadline and the form are behind the login."""
    person, posting = story.private, story.job
    document = next(name for number, name in person.papers if number == posting.number)
    letter = story.house.portal.wait_for_letter(person.email, "からメッセージが届きました", seconds=60)
    assert AGAIN not in text_of(letter)
    assert "1ページ目" not in text_of(letter)
    with story.house.person(person) as page:
        page.goto("/talent/mailbox/")
        page.get_by_role("link", name=AGAIN).click()
        expect(page.get_by_role("main")).to_contain_text("1ページ目をもう一度お送りください。")
        page.get_by_role("link", name=posting.title).click()
        hand_in(page, story.house, person, posting)
        page.get_by_role("button", name="提出する", exact=True).click()
        expect(page.get_by_text("書類を提出しました。")).to_be_visible()
    open_detail(member, story, person, posting)
    expect(member.get_by_role("main")).to_contain_text("再提出済")
    name, made = person.papers[posting.number, document]
    with member.expect_download() as caught:
        member.get_by_role("main").get_by_role("link", name=name).click()
    assert fetched(caught.value) == (name, made)
