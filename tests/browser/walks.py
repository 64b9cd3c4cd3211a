"""From the empty form of three kinds to their approval in bulk, by the labels of the manual."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from playwright.sync_api import Locator, Page, expect

from portal.clock import TOKYO, now
from tests.browser.conftest import Running
from tests.publishing.samples import BODY, DUTIES, HOW

ORGANIZATION, OFFICE = "org@example.jp", "office@example.jp"
READY = timedelta(seconds=90)  # what the walk needs from the first form to the approval


@dataclass(frozen=True)
class Walk:
    """What differs between the three kinds, in the manual's words."""

    menu: str
    confirm: str
    submit: str
    list: str
    path: str
    title: str
    fill: Any


def field(page: Page, label: str) -> Locator:
    """A field by its label; 必須 or 任意 behind the label is part of its name."""
    return page.get_by_label(re.compile(rf"^{re.escape(label)}\s*(必須|任意)?$")).first


def choose(page: Page, group: str, *words: str) -> None:
    for word in words:
        page.get_by_role("group", name=re.compile(rf"^{re.escape(group)}")).get_by_label(word, exact=True).check()


def typed(moment: datetime) -> str:
    return moment.astimezone(TOKYO).strftime("%Y-%m-%dT%H:%M")


def fill_job(page: Page, *, title: str, publish_at: datetime) -> None:
    hours = page.get_by_role("heading", name="労働時間・保険", exact=True)
    for kind, asks in (("ボランティア・協力隊", False), ("雇用（職員・契約・嘱託・アルバイト）", True)):
        field(page, "募集区分").select_option(label=kind)
        expect(hours).to_be_visible(visible=asks)
    field(page, "募集区分").select_option(label="業務委託・コンサルタント（公示）")
    expect(hours).to_be_hidden()
    field(page, "タイトル").fill(title)
    field(page, "職種").select_option(label="技術専門家")
    choose(page, "分野課題", "水資源・防災")
    field(page, "募集人数").fill("１")
    field(page, "業務の内容（雇入れ直後）").fill(DUTIES)
    field(page, "勤務地区分").select_option(label="海外")
    choose_country(page, "ラオス")
    field(page, "雇用・契約形態").select_option(label="業務委託（法人）")
    field(page, "契約期間の定め").select_option(label="あり")
    field(page, "契約期間の補足").fill("契約の締結から10か月")
    field(page, "中途解約・不更新の条件").fill("30日前までの書面による通知により解約できます。")
    field(page, "賃金形態").select_option(label="業務報酬")
    field(page, "金額の下限").fill("4,800,000")
    field(page, "必須要件").fill("上水道分野の実務経験があること")
    page.get_by_role("button", name="書類を追加").click()
    page.get_by_label(re.compile("書類名")).last.fill("語学力を証明する書類")
    field(page, "応募方法").fill(HOW)
    field(page, "募集開始").fill(typed(publish_at))
    field(page, "応募締切").fill(typed(publish_at + timedelta(days=30)))
    field(page, "選考方法・スケジュール").fill("書類選考と面接を行います。")
    field(page, "選考結果の通知").select_option(label="全員に通知")
    field(page, "応募書類の返却").select_option(label="返却しない")
    post(page, publish_at)


def choose_country(page: Page, name: str) -> None:
    page.get_by_role("group", name=re.compile("^国")).get_by_role("listbox").select_option(label=name)


def fill_event(page: Page, *, title: str, publish_at: datetime) -> None:
    field(page, "種別").select_option(label="セミナー")
    field(page, "タイトル").fill(title)
    choose(page, "分野課題", "水資源・防災")
    field(page, "概要・内容").fill(BODY)
    field(page, "対象者").fill("国際協力に関心のある方")
    choose(page, "開催形式", "オンライン")
    field(page, "日程区分").select_option(label="日時指定")
    page.get_by_role("button", name="開催日時を追加").click()
    start = publish_at + timedelta(days=40)
    page.locator("[name='sessions-0-starts_at']").fill(typed(start))
    page.locator("[name='sessions-0-ends_at']").fill(typed(start + timedelta(hours=2)))
    field(page, "定員（名）").fill("60")
    field(page, "参加費").select_option(label="無料")
    field(page, "申込方法").fill(HOW)
    field(page, "申込開始").fill(typed(publish_at))
    field(page, "申込締切").fill(typed(publish_at + timedelta(days=30)))
    post(page, publish_at)


def fill_notice(page: Page, *, title: str, publish_at: datetime) -> None:
    field(page, "区分").select_option(label="お知らせ")
    field(page, "タイトル").fill(title)
    field(page, "本文").fill(
        "12月29日から1月3日まで、事務局は休業いたします。お急ぎの場合はお問合せフォームをご利用ください。"
    )
    post(page, publish_at)


def post(page: Page, publish_at: datetime) -> None:
    field(page, "掲載希望日時").fill(typed(publish_at))
    page.get_by_label(re.compile("内容は正確で最新です")).check()


WALKS = (
    Walk(
        "求人情報掲載",
        "求人情報 内容確認",
        "登録",
        "求人情報一覧",
        "jobs",
        "ラオス 配水管網の診断（業務委託）",
        fill_job,
    ),
    Walk(
        "研修・イベント・セミナー情報掲載",
        "研修・イベント・セミナー情報 内容確認",
        "登録",
        "研修・イベント・セミナー情報一覧",
        "events",
        "井戸と暮らしを語る夜の集い",
        fill_event,
    ),
    Walk(
        "お知らせ情報登録",
        "団体からのお知らせ 登録・編集",
        "掲載申請する",
        "お知らせ一覧",
        "notices",
        "休業期間の窓口のご案内",
        fill_notice,
    ),
)


@dataclass(frozen=True)
class Walked:
    """Three kinds are approved and wait for their minute; the cookies of the two who did it."""

    publish_at: datetime
    owner: Any
    office: Any


def walk(page: Page, office_page: Page, portal: Running) -> Walked:
    """Chapters 4.1–4.2, 5.1–5.2 and 6, then the desk in bulk. Both are logged in."""
    publish_at = (now() + READY + timedelta(minutes=1)).replace(second=0, microsecond=0)
    for each in WALKS:
        write_and_submit(page, portal, each, publish_at=publish_at)
    approve_in_bulk(office_page, portal)
    assert now() < publish_at, "the walk was too slow to see that nothing appears early"
    for each in WALKS:
        assert not is_listed(page, each), "public before its time"
    return Walked(publish_at, page.context.storage_state(), office_page.context.storage_state())


def write_and_submit(page: Page, portal: Running, walk: Walk, *, publish_at: datetime) -> None:
    page.goto("/mypage/")
    page.get_by_role("navigation", name="団体マイページのメニュー").get_by_role(
        "link", name=walk.menu, exact=True
    ).click()
    expect(page.locator(".req").first).to_have_text("必須")
    page.get_by_role("button", name="一時保存").click()
    expect(page.get_by_text("一時保存しました").first).to_be_visible()
    page.wait_for_load_state()
    page.get_by_role("button", name="確認", exact=True).click()
    summary = page.get_by_role("alert").filter(has_text="エラーがあります")
    expect(summary).to_contain_text("タイトルを入力してください。")
    walk.fill(page, title=walk.title, publish_at=publish_at)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="掲載後に表示される内容を確認する").click()
    preview = opened.value
    expect(preview.get_by_role("heading", level=1)).to_have_text(walk.title)
    look_by_phone(preview, walk.title)
    preview.close()
    page.get_by_role("button", name="確認", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(walk.confirm)
    page.get_by_role("link", name="入力画面へ戻る").click()
    expect(field(page, "タイトル")).to_have_value(walk.title)
    page.get_by_role("button", name="確認", exact=True).click()
    hand_in(page, walk.submit)
    expect(page.get_by_role("heading", level=1)).to_contain_text("完了しました")
    receipt = portal.wait_for_letter(ORGANIZATION, walk.title)
    assert "受け付けました" in str(receipt["Subject"])
    page.goto(f"/mypage/{walk.path}/")
    row = page.get_by_role("row").filter(has_text=walk.title)
    expect(row).to_contain_text("申請中")


def look_by_phone(preview: Page, title: str) -> None:
    """The same page in a phone's width, without the words about the preview, and back."""
    preview.wait_for_load_state()
    preview.get_by_role("button", name="スマートフォン").click()
    phone = preview.frame_locator("iframe[title='スマートフォンでの表示']")
    expect(phone.get_by_role("heading", level=1)).to_have_text(title)
    expect(phone.get_by_text("プレビュー")).to_have_count(0)
    assert phone.locator("html").evaluate("page => page.clientWidth") == 390
    assert phone.locator("html").evaluate("page => page.scrollWidth") <= 390
    expect(preview.locator("main").get_by_role("heading", level=1)).to_be_hidden()
    preview.get_by_role("button", name="パソコン").click()
    expect(preview.get_by_role("heading", level=1)).to_be_visible()


def hand_in(page: Page, button: str) -> None:
    """Each warning is ticked first."""
    expect(page.get_by_role("button", name=button, exact=True)).to_be_visible()
    for box in page.get_by_label("確認しました", exact=True).all():
        box.check()
    page.get_by_role("button", name=button, exact=True).click()
    with page.expect_navigation():  # who goes elsewhere at once would stop it on its way
        page.get_by_role("dialog").get_by_role("button", name="OK").click()


def approve_in_bulk(page: Page, portal: Running) -> None:
    page.goto("/desk/")
    expect(page.get_by_role("link", name=re.compile("承認待ち")).first).to_be_visible()
    page.get_by_text("絞り込み").first.click()
    page.get_by_label("タイトル・団体名").fill("アジアの水とくらし")
    page.get_by_role("button", name="絞り込む").click()
    for walk in WALKS:
        page.get_by_label(f"「{walk.title}」を選択").check()
    page.get_by_role("button", name="選択したものを承認").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3件のうち3件を承認できます")
    page.get_by_role("button", name="3件を承認する").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("3件のうち3件を承認しました")
    for walk in WALKS:
        expect(page.get_by_role("row").filter(has_text=walk.title)).to_contain_text("承認しました")
        portal.wait_for_letter(ORGANIZATION, f"承認しました：{walk.title}")


def is_listed(page: Page, walk: Walk) -> bool:
    page.goto(f"/{walk.path}/")
    return page.get_by_role("link", name=walk.title).count() > 0
