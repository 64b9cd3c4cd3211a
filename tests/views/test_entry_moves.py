"""From the form to the submission and on: every button that a member has, pressed on the page where it stands."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from models.base import db
from models.entries import Entry, Version
from models.mail import OutboxMail
from models.organizations import Organization
from models.states import Action, Kind, Role, State
from portal.actors import Actor
from portal.publishing import publication
from tests.make import Maker, actor_of
from tests.publishing import samples
from tests.views.login import log_in
from tests.views.pages import Visitor, text_of
from tests.views.posting import posted

SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}
LISTS = {Kind.job: "求人情報一覧", Kind.event: "研修・イベント・セミナー情報一覧", Kind.notice: "お知らせ一覧"}
MENU = {Kind.job: "求人情報掲載", Kind.event: "研修・イベント・セミナー情報掲載", Kind.notice: "お知らせ情報登録"}
FORM = MENU | {Kind.notice: "団体からのお知らせ情報登録"}
CONFIRM = {
    Kind.job: "求人情報 内容確認",
    Kind.event: "研修・イベント・セミナー情報 内容確認",
    Kind.notice: "団体からのお知らせ 登録・編集",
}
SUBMIT = {Kind.job: "登録", Kind.event: "登録", Kind.notice: "掲載申請する"}
# rows that the sample has and an empty form has not
ROWS = {
    Kind.job: ("書類を追加", "書類を追加", "言語を追加", "諸手当を追加"),
    Kind.event: ("書類を追加", "書類を追加", "開催日時を追加"),
    Kind.notice: (),
}
SHOWN_ONCE = re.compile(r'nonce="[^"]+"|\'nonce-[^\']+\'|name="csrf_token" value="[^"]+"')


@pytest.fixture
def visitor(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


def values_for(kind: Kind, make: Maker) -> dict[str, list[str]]:
    return dict(posted(kind, now=make.now).lists())


def current(entry_id: int | None = None) -> Version:
    """The newest version."""
    db.session.rollback()
    query = select(Version).order_by(Version.id.desc())
    return db.session.scalars(query.where(Version.entry_id == entry_id) if entry_id else query).first()


def count(model: type) -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def colleague_of(actor: Actor, make: Maker, role: Role, **columns: str) -> Actor:
    return actor_of(make.account(role, db.session.get_one(Organization, actor.organization_id), **columns))


def ago(make: Maker) -> Maker:
    """Builds what asked to be public yesterday, with entries of names of its own."""
    earlier = Maker(make.now - timedelta(days=8))
    earlier._count = 5_000
    return earlier


@pytest.mark.parametrize("kind", Kind)
def test_form_confirm_submit_done(kind: Kind, visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    colleague_of(owner, make_here, Role.viewer, email="colleague@example.jp")
    visitor.open("/mypage/").follow(MENU[kind])
    assert visitor.page.h1 == FORM[kind]
    for button in ROWS[kind]:
        visitor.press(button)

    visitor.press("確認", **values_for(kind, make_here))
    assert visitor.page.h1 == CONFIRM[kind]
    assert "まだ申請は完了していません" in visitor.page.text
    assert samples.sample(kind, now=make_here.now)["title"] in visitor.page.text
    assert current().state is State.draft

    visitor.press(SUBMIT[kind])
    assert visitor.page.h1 == "登録が完了しました"
    version = current()
    assert (version.state, version.submissions, version.submitted_by_id) == (State.submitted, 1, owner.account_id)
    mails = db.session.scalars(select(OutboxMail.recipient).where(OutboxMail.letter == "entry_submitted")).all()
    assert sorted(mails) == sorted({*mails, "colleague@example.jp"})
    assert len(mails) == 2

    visitor.follow("登録した情報を見る")
    assert "申請中" in visitor.page.text
    visitor.open(f"/mypage/{SLUGS[kind]}/")
    assert visitor.page.h1.startswith(LISTS[kind])
    assert "申請中" in visitor.page.row_of(visitor.page.one("a", id=f"t{version.entry_id}"))


@pytest.mark.parametrize("kind", Kind)
def test_back_to_the_form_with_the_input_kept(kind: Kind, visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    version = make_here.draft(kind, actor=owner)
    visitor.open(f"/mypage/{SLUGS[kind]}/confirm/{version.id}/").follow("入力画面へ戻る")

    assert visitor.page.by_id("title").get("value") == version.title
    visitor.press("確認", title="直したあとのタイトル")
    assert visitor.page.h1 == CONFIRM[kind]
    assert "直したあとのタイトル" in visitor.page.text


@pytest.mark.parametrize("kind", Kind)
def test_what_has_errors_cannot_be_confirmed_by_its_address(
    kind: Kind, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    version = make_here.draft(kind, actor=owner, title="")

    visitor.open(f"/mypage/{SLUGS[kind]}/confirm/{version.id}/")
    assert visitor.path == f"/mypage/{SLUGS[kind]}/edit/{version.id}/?check=1"
    assert "タイトルを入力してください" in visitor.page.text

    answer = visitor.client.post(f"/mypage/{SLUGS[kind]}/confirm/{version.id}/", data={"revision": version.revision})
    assert answer.location == visitor.path
    assert current().state is State.draft


@pytest.mark.parametrize("kind", Kind)
def test_the_preview_of_unsaved_input_is_the_public_page_to_come(
    kind: Kind, visitor: Visitor, owner: Actor, office: Actor, make_here: Maker, site: Flask
) -> None:
    content = posted(kind, now=make_here.now, title="プレビューで見たタイトル")
    before = visitor.client.post(f"/mypage/{SLUGS[kind]}/preview/", data=content)
    assert before.status_code == 200
    assert count(Version) == 0

    version = make_here.approved(kind, actor=owner, office=office, title="プレビューで見たタイトル")
    moment, number = version.publish_at, version.entry.number
    assert moment is not None
    publication.publish_due(moment)
    with time_machine.travel(moment, tick=False):
        after = site.test_client().get(f"/{SLUGS[kind]}/{number}")

    assert after.status_code == 200
    leads_on = 'href="#apply"', f'href="/talent/apply/{number}"'  # a preview cannot be applied to
    assert said(before.text.replace(*leads_on)) == said(after.text)
    assert "プレビュー" not in after.text.replace("プレビューで", "")


NOT_YET_KNOWN = re.compile(
    r'<span class="sub num">掲載番号 [^<]+</span>|<p class="small muted upd">.*?</p>'
    r'|<a class="btn btn-block" href="/events/.*?</a>',
    re.DOTALL,
)


def said(html: str) -> list[str]:
    """The lines of the posting, without what only a published one has: number, dates of publication, calendar."""
    posting = NOT_YET_KNOWN.sub("", html[html.index('<div class="job-g">') : html.index("</main>")])
    return [line.strip() for line in posting.splitlines() if line.strip()]


@pytest.mark.parametrize("kind", Kind)
def test_an_empty_form_can_be_previewed(kind: Kind, visitor: Visitor) -> None:
    answer = visitor.client.post(f"/mypage/{SLUGS[kind]}/preview/", data={})

    assert answer.status_code == 200
    assert "（無題）" in answer.text


def test_no_odd_address_becomes_a_link_in_a_preview(visitor: Visitor, make_here: Maker) -> None:
    for address in ("javascript:alert(1)", "data:text/html,x", "//evil.example", "http://example.org", "https:evil"):
        content = posted(Kind.notice, now=make_here.now, link=address)
        assert f'href="{address}"' not in visitor.client.post("/mypage/notices/preview/", data=content).text


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.usefixtures("true_figures")
def test_two_clicks_on_the_button_make_one_submission(
    kind: Kind, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    version_id = make_here.draft(kind, actor=owner).id
    visitor.open(f"/mypage/{SLUGS[kind]}/confirm/{version_id}/")
    address, sent = visitor.what_is_sent(SUBMIT[kind])
    cookie = visitor.client.get_cookie("sid")
    assert cookie is not None

    def click(_number: int) -> tuple[int, str | None]:
        browser = visitor.client.application.test_client()
        browser.set_cookie("sid", cookie.value)
        answer = browser.post(address, data=sent)
        return answer.status_code, answer.location

    with ThreadPoolExecutor(8) as threads:
        answers = set(threads.map(click, range(8)))

    assert answers == {(302, f"/mypage/{SLUGS[kind]}/done/{version_id}/")}
    assert current().submissions == 1
    assert db.session.scalar(select(func.count()).where(OutboxMail.letter == "entry_submitted")) == 1


def test_what_changed_since_the_confirm_page_is_not_handed_in(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    version = make_here.draft(Kind.notice, actor=owner)
    visitor.open(f"/mypage/notices/confirm/{version.id}/")
    address, sent = visitor.what_is_sent("掲載申請する")
    visitor.open(f"/mypage/notices/edit/{version.id}/").press("一時保存", title="確認のあとで直したタイトル")

    answer = visitor.client.post(address, data=sent)

    assert answer.status_code == 409
    assert "競合" in answer.text
    assert current().state is State.draft


# ---- two editors


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("who", ["a colleague", "the same member"])
def test_a_stale_save_is_a_conflict_that_shows_both(
    who: str, kind: Kind, site: Flask, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    other = Visitor(site.test_client())
    colleague = colleague_of(owner, make_here, Role.editor, name="田中 一郎")
    log_in(other.client, owner if who == "the same member" else colleague)
    version = make_here.draft(kind, actor=owner)
    path = f"/mypage/{SLUGS[kind]}/edit/{version.id}/"
    visitor.open(path)
    other.open(path).press("一時保存", title="先に保存されたタイトル")

    visitor.press("一時保存", status=409, title="あとから打ったタイトル", memo_to_secretariat="消えてはならない連絡")

    told = visitor.page.text
    assert "競合" in told
    assert ("田中 一郎さんが" if who == "a colleague" else "佐藤 美咲さんが") in told
    assert "保存されている内容" in told
    assert [text_of(mark) for mark in visitor.page.all("del")] != []
    assert "先に保存された" in told
    assert visitor.page.by_id("title").get("value") == "あとから打ったタイトル"
    assert "".join(visitor.page.by_id("memo_to_secretariat").itertext()) == "消えてはならない連絡"
    assert current().title == "先に保存されたタイトル"

    visitor.press("一時保存", status=409)  # the same button again overwrites nothing either
    assert current().title == "先に保存されたタイトル"
    visitor.press("この画面の入力で保存する")
    assert (current().title, current().memo_to_secretariat) == ("あとから打ったタイトル", "消えてはならない連絡")


def test_a_conflict_can_be_left_for_what_is_saved(
    site: Flask, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    version = make_here.draft(Kind.notice, actor=owner)
    visitor.open(f"/mypage/notices/edit/{version.id}/")
    address, sent = visitor.what_is_sent("一時保存", title="もう一つの窓で保存")
    visitor.client.post(address, data=sent)

    visitor.press("確認", status=409, title="この窓のタイトル").follow("保存されている内容を読み込む")

    assert visitor.page.by_id("title").get("value") == "もう一つの窓で保存"


def test_what_was_handed_in_meanwhile_cannot_be_overwritten(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    version = make_here.draft(Kind.notice, actor=owner)
    visitor.open(f"/mypage/notices/edit/{version.id}/")
    make_here.submit(version, actor=owner)

    visitor.press("一時保存", status=409, title="遅すぎたタイトル")

    assert "申請中または公開中のため、内容は変更できません" in visitor.page.text
    assert visitor.page.by_id("title").get("value") == "遅すぎたタイトル"
    assert visitor.page.buttons("この画面の入力で保存する") == []
    assert current().title == version.title
    assert visitor.follow("今の状態を見る").page.h1 == version.title


@pytest.mark.usefixtures("true_figures")
def test_of_ten_savers_at_once_one_wins_and_nine_are_told(visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    version = make_here.draft(Kind.notice, actor=owner)
    cookie = visitor.client.get_cookie("sid")
    assert cookie is not None
    path, revision, title = f"/mypage/notices/edit/{version.id}/", version.revision, version.title

    def save(number: int) -> int:
        browser = visitor.client.application.test_client()
        browser.set_cookie("sid", cookie.value)
        sent = posted(Kind.notice, now=make_here.now, title=f"保存した人{number}", revision=revision, step="save")
        return browser.post(path, data=sent).status_code

    with ThreadPoolExecutor(10) as threads:
        answers = list(threads.map(save, range(10)))

    assert sorted(answers) == [302] + [409] * 9
    assert current().title == f"保存した人{answers.index(302)}" != title
    assert current().revision == revision + 1


# ---- after the submission


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("place", ["list", "entry"])
def test_withdraw_revise_copy_close_and_discard(
    place: str, kind: Kind, visitor: Visitor, owner: Actor, office: Actor, make_here: Maker
) -> None:
    def at(version: Version) -> Visitor:
        row = f"/mypage/{SLUGS[kind]}/" if place == "list" else f"/mypage/{SLUGS[kind]}/{version.entry_id}/"
        return visitor.open(row)

    def beside(version: Version) -> str:
        return version.entry.number if place == "list" else ""

    waiting = make_here.submitted(kind, actor=owner, title="取下げるもののタイトル")
    at(waiting).press("取下げ", beside=beside(waiting))
    assert current(waiting.entry_id).state is State.draft
    assert "取下げました" in visitor.page.text

    live = ago(make_here).published(kind, actor=owner, title="公開しているもののタイトル")
    at(live).press("修正", beside=beside(live))
    revision = current(live.entry_id)
    assert (revision.state, revision.base_version_id, revision.title) == (State.draft, live.id, live.title)
    assert visitor.path == f"/mypage/{SLUGS[kind]}/edit/{revision.id}/"
    at(live).press("修正", beside=beside(live))
    assert current(live.entry_id).id == revision.id  # the one that was begun is gone on with

    at(live).press("下書きを削除" if place == "entry" else "削除", beside=beside(live))
    assert current(live.entry_id).id == live.id

    at(live).press("コピー", beside=beside(live))
    copy = current()
    assert copy.entry_id != live.entry_id
    assert (copy.title, copy.state, copy.publish_at, copy.close_at, copy.attest) == (
        live.title,
        State.draft,
        None,
        None,
        False,
    )
    assert "日付を入力してください" in visitor.page.text
    assert visitor.page.by_id("publish_at").get("value") == ""

    at(live).press("掲載終了", beside=beside(live))
    assert current(live.entry_id).state is State.closed
    assert visitor.client.get(f"/{SLUGS[kind]}/{live.entry.number}").status_code == 404

    entries, copys_page = count(Entry), f"/mypage/{SLUGS[kind]}/{copy.entry_id}/"
    at(copy).press("下書きを削除" if place == "entry" else "削除", beside=beside(copy))
    assert count(Entry) == entries - 1
    assert visitor.client.get(copys_page).status_code == 404


def test_a_returned_entry_shows_why_and_is_handed_in_again(
    visitor: Visitor, owner: Actor, office: Actor, make_here: Maker
) -> None:
    earlier = ago(make_here)
    version = earlier.submitted(Kind.notice, actor=owner, publish_at=make_here.now + timedelta(days=9))
    earlier.move(Action.return_, version, actor=office, comment="期間を\n確かめてください。")

    visitor.open("/mypage/")
    assert "差戻し" in visitor.page.text
    assert "期間を 確かめてください。" in visitor.page.text
    visitor.open(f"/mypage/notices/{version.entry_id}/")
    assert "事務局からの差戻し" in visitor.page.text
    assert "期間を 確かめてください。" in visitor.page.text
    visitor.press("修正")
    assert "期間を 確かめてください。" in visitor.page.text
    visitor.press("確認", title="直して出し直したお知らせ").press("掲載申請する")

    assert (current().state, current().submissions) == (State.submitted, 2)


@pytest.mark.parametrize("kind", Kind)
def test_while_a_revision_waits_the_public_page_stays_byte_for_byte(
    kind: Kind, site: Flask, visitor: Visitor, owner: Actor, office: Actor, make_here: Maker
) -> None:
    live = ago(make_here).published(kind, actor=owner)
    path = f"/{SLUGS[kind]}/{live.entry.number}"

    def seen() -> str:
        return SHOWN_ONCE.sub("", site.test_client().get(path).text)

    before = seen()
    visitor.open(f"/mypage/{SLUGS[kind]}/{live.entry_id}/").press("修正")
    assert seen() == before
    visitor.press("一時保存", title="承認を待つタイトル")
    assert seen() == before
    visitor.press("確認")
    assert "変更" in visitor.page.text
    assert "公開中の版からの変更 1件" in visitor.page.text
    assert visitor.page.all("ins") != []
    visitor.press(SUBMIT[kind])
    assert seen() == before
    revision = current(live.entry_id)
    make_here.move(Action.return_, revision, actor=office, comment="差戻します。")
    assert seen() == before
    make_here.submit(revision, actor=owner)
    make_here.move(Action.approve, revision, actor=office)
    assert seen() == before
    states = visitor.open(f"/mypage/{SLUGS[kind]}/").page.row_of(visitor.page.one("a", id=f"t{live.entry_id}"))
    assert "公開中" in states
    assert "申請中" in states  # a decision on hold has not happened yet

    publication.publish_due(make_here.now + timedelta(minutes=1))
    assert "承認を待つタイトル" in seen()


def test_a_second_revision_while_one_waits_is_a_conflict(
    visitor: Visitor, owner: Actor, office: Actor, make_here: Maker
) -> None:
    live = ago(make_here).published(Kind.notice, actor=owner)
    visitor.open(f"/mypage/notices/{live.entry_id}/").press("修正").press("確認", title="待つ修正のタイトル")
    visitor.press("掲載申請する")

    answer = visitor.client.post("/mypage/notices/revise/", data={"entry": live.entry_id})

    assert answer.status_code == 409
    assert "競合" in answer.text
    assert "承認を待っている申請があります" in answer.text
    assert current(live.entry_id).title == "待つ修正のタイトル"


@pytest.mark.parametrize("act", ["withdraw", "close", "discard"])
def test_a_button_of_an_old_page_is_a_conflict(act: str, visitor: Visitor, owner: Actor, make_here: Maker) -> None:
    maker = {
        "withdraw": lambda: make_here.submitted(Kind.notice, actor=owner),
        "close": lambda: ago(make_here).published(Kind.notice, actor=owner),
        "discard": lambda: make_here.draft(Kind.notice, actor=owner),
    }
    version = maker[act]()
    state = version.state

    answer = visitor.client.post(f"/mypage/notices/{act}/", data={"seen": f"{version.id}.{version.revision - 1}"})

    assert answer.status_code == 409
    assert "競合" in answer.text
    assert current().state is state


@pytest.mark.parametrize("kind", Kind)
def test_a_viewer_reads_and_is_offered_nothing_to_write(
    kind: Kind, site: Flask, visitor: Visitor, owner: Actor, make_here: Maker
) -> None:
    log_in(visitor.client, colleague_of(owner, make_here, Role.viewer))
    versions = [make_here.draft(kind, actor=owner), ago(make_here).published(kind, actor=owner)]
    texts = ("修正", "コピー", "取下げ", "掲載終了", "削除", "下書きを削除", "続きを書く")

    for path in ("/mypage/", f"/mypage/{SLUGS[kind]}/", *(f"/mypage/{SLUGS[kind]}/{v.entry_id}/" for v in versions)):
        page = visitor.open(path).page
        assert [word for word in texts if page.buttons(word)] == [], path
        writing = re.compile(r"/(new|edit|confirm|copy|revise)/")
        assert [link for link in page.links() if writing.search(link)] == [], path
    assert versions[0].title in page.text or versions[1].title in page.text
