"""The desk as a reviewer opens it: who may enter, what a row says, what narrows the queue, what an entry shows."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models.base import db
from models.states import Action, Kind, Role, State
from portal import office as office_rules
from portal.actors import Actor
from portal.database import begin_write
from portal.publishing import drafts
from portal.publishing.content import read
from portal.publishing.workflow import Seen
from tests.conftest import Statements
from tests.make import Maker, actor_of, seen
from tests.views.desk import item, overdue, waiting
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of

LISTS = ("entries", "organizations", "mail", "trail", "jobs", "phrases")
OTHERS = (Role.viewer, Role.editor, Role.owner, Role.talent)


def rows_of(page: Page) -> list[str]:
    return [text_of(row) for row in page.all("li") if row.get("data-row") is not None]


def titles_of(page: Page) -> list[str]:
    return [text_of(link) for link in page.all("a") if (link.get("href") or "").startswith("/desk/review/")]


@pytest.mark.parametrize("role", [Role.reviewer, Role.administrator])
def test_both_roles_of_the_secretariat_work_at_the_desk(role: Role, client: FlaskClient, make_here: Maker) -> None:
    log_in(client, make_here.secretary(role))
    version, visitor = make_here.submitted(), Visitor(client)

    for path in ("/desk/", f"/desk/review/{version.id}", *(f"/desk/{name}/" for name in LISTS)):
        assert problems(visitor.open(path).page) == [], path
    assert client.get("/desk/closed-days/").status_code == (200 if role is Role.administrator else 403)


@pytest.mark.parametrize("role", OTHERS)
def test_nobody_else_gets_in(role: Role, client: FlaskClient, make_here: Maker) -> None:
    is_member = role is not Role.talent
    log_in(client, actor_of(make_here.account(role, make_here.organization() if is_member else None)))
    version = make_here.submitted()

    for path in ("/desk/", f"/desk/review/{version.id}", "/desk/bulk/", *(f"/desk/{name}/" for name in LISTS)):
        assert client.get(path).status_code == 403, path
    for path in (f"/desk/review/{version.id}/decide", "/desk/bulk/plan", "/desk/bulk/run", "/desk/undo/x"):
        assert client.post(path, data={"action": "approve", "item": item(version)}).status_code == 403, path


def test_strangers_are_led_to_the_login_and_back(client: FlaskClient) -> None:
    answer = client.get("/desk/?kind=job")

    assert (answer.status_code, answer.location) == (302, "/login?next=/desk/%3Fkind%3Djob")


def test_a_row_says_all_that_is_needed_to_choose_it(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(Kind.event, actor=owner, title="国際協力キャリアセミナー（オンライン）")

    page = desk.open("/desk/").page
    (row,) = rows_of(page)
    box = next(box for box in page.all("input") if box.get("name") == "item")

    for words in ("国際協力キャリアセミナー（オンライン）", "イベント 新規", "あと", "問題なし", "特定非営利活動法人"):
        assert words in row
    assert page.link("国際協力キャリアセミナー（オンライン）") == f"/desk/review/{version.id}"
    assert box.get("value") == item(version)
    assert box.get("aria-label") == "「国際協力キャリアセミナー（オンライン）」を選択"
    assert page.h1 == "承認待ち"
    assert "承認待ち1" in text_of(page.one("nav", **{"class": "p-tabs-top hide-m"}))


def test_oldest_deadline_first_and_what_is_late_says_so(desk: Visitor, make_here: Maker) -> None:
    waiting(make_here, 1)
    earlier = Maker(make_here.now - timedelta(days=21))
    earlier._count = 500
    earlier.submitted(actor=earlier.member(), title="三週間前からお待ちの求人です")

    rows = rows_of(desk.open("/desk/").page)

    assert "三週間前からお待ちの求人です" in rows[0]
    assert "超過" in rows[0]
    assert "を過ぎました" in rows[0], "the time asked for"
    assert "あと" in rows[1]


def test_a_revision_that_keeps_its_time_is_not_late(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    public = overdue(make_here).published(actor=owner)
    begin_write()
    draft = drafts.revise(public.entry_id, actor=owner, now=make_here.now)
    draft = drafts.save(seen(draft), read(draft) | {"headcount": "若干名"}, actor=owner, now=make_here.now)
    db.session.commit()
    make_here.submit(draft, actor=owner)

    (row,) = rows_of(desk.open("/desk/").page)

    assert "求人 修正" in row
    assert "希望日時" not in row


def test_a_return_comes_back_as_such(desk: Visitor, make_here: Maker, owner: Actor, office: Actor) -> None:
    version = make_here.submitted(actor=owner)
    make_here.move(Action.return_, version, actor=office, comment="ご確認ください。")
    make_here.submit(version, actor=owner)

    (row,) = rows_of(desk.open("/desk/").page)
    page = desk.open(f"/desk/review/{version.id}").page

    assert "再提出 2回目" in row
    assert "再提出 2回目" in page.text
    assert "「ご確認ください。」" in page.text, "the history keeps the comment"


def test_the_queue_is_narrowed_by_kind_words_lamp_and_hands(
    desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    job = make_here.submitted(Kind.job, actor=owner, title="ラオス_給水 専門家を募集します")
    make_here.submitted(Kind.notice, actor=owner, title="ラオス給水 お知らせの題名です")
    doubtful = make_here.submitted(Kind.job, actor=owner, title="推薦状を求める求人の題名です", how_to_apply=ASKS)
    for path, shown in (
        ("/desk/", 3),
        ("/desk/?kind=job", 2),
        ("/desk/?kind=notice", 1),
        ("/desk/?q=ラオス", 2),
        ("/desk/?q=ラオス_", 1),
        ("/desk/?q=試験", 3),
        ("/desk/?q=%25", 0),
        ("/desk/?lamp=warning", 1),
        ("/desk/?lamp=clean", 2),
        ("/desk/?mine=1", 0),
        ("/desk/?kind=job&q=ラオス", 1),
    ):
        page = desk.open(path).page
        assert len(rows_of(page)) == shown, path
        assert f"承認待ち {shown}件" in page.text, path
        assert problems(page) == [], path

    for row in rows_of(desk.open("/desk/").page):
        assert ("要確認 1" in row, "問題なし" in row) == (doubtful.title in row, doubtful.title not in row)

    desk.open(f"/desk/review/{job.id}").press("自分が担当する")
    assert "高橋 直子" in desk.page.text
    assert titles_of(desk.open("/desk/?mine=1").page)[0] == job.title
    assert desk.open("/desk/?lamp=warning").page.link(doubtful.title) == f"/desk/review/{doubtful.id}?lamp=warning"


ASKS = "応募書類に加えて推薦状を添えて、締切までにこのサイトから応募してください。お待ちしています。"


def test_an_empty_queue_says_what_comes_next(desk: Visitor) -> None:
    assert "承認待ちはありません" in desk.open("/desk/").page.text
    assert "条件に合うものはありません" in desk.open("/desk/?q=ない").page.text


def test_pages_of_fifty_and_all_that_matches_can_be_chosen(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    versions = waiting(make_here, 52, actor=owner)

    page = desk.open("/desk/").page
    assert len(rows_of(page)) == 50
    assert "条件に合う全52件" in page.text
    assert len(rows_of(desk.follow("次へ").page)) == 2
    assert desk.path == "/desk/?page=2"

    desk.press("選択したものを承認", all="1", status=200)
    assert f"{len(versions)}件のうち52件を承認できます" in desk.page.text


def test_as_many_statements_for_one_row_as_for_twenty(
    desk: Visitor, make_here: Maker, owner: Actor, statements: Statements
) -> None:
    counted = []
    for count in (1, 19):
        version = waiting(make_here, count, actor=owner)[0]
        figures = []
        for path in ("/desk/", f"/desk/review/{version.id}", "/desk/entries/?state=published", "/desk/trail/"):
            desk.open(path)
            statements.restart()
            desk.open(path)
            figures.append(statements.count)
        counted.append(figures)

    print(f"\nstatements of the queue, an entry, the entries, the trail: {counted[0]}")
    assert counted[0] == counted[1]
    assert counted[0][0] <= 8
    assert counted[0][1] <= 20


@pytest.fixture
def revision(make_here: Maker, owner: Actor) -> int:
    """Of a public job, submitted: its duties and number of people changed."""
    version = make_here.published(actor=owner, title="改訂のある求人の題名です")
    begin_write()
    draft = drafts.revise(version.entry_id, actor=owner, now=make_here.now)
    content = read(draft) | {"title": "題名を直した求人の題名です"}
    draft = drafts.save(seen(draft), content, actor=owner, now=make_here.now)
    db.session.commit()
    make_here.submit(draft, actor=owner)
    return draft.id


def test_a_revision_opens_beside_what_is_public(desk: Visitor, revision: int) -> None:
    page = desk.open(f"/desk/review/{revision}").page
    difference = text_of(page.by_id("diff"))

    assert "公開中の版があります" in page.text
    assert "改訂のある求人の題名です" in difference
    assert "題名を直した求人の題名です" in difference
    changed, _mark, unchanged = difference.partition("変更のない項目")
    assert "業務の内容" not in changed, "only what changed"
    assert "業務の内容" in unchanged, "the rest is folded away"
    assert "公開中の版と入れ替わり" in page.text, "the effect stands above the buttons"
    assert problems(page) == []


@pytest.mark.parametrize("kind", Kind)
def test_an_entry_shows_its_preview_all_fields_checks_and_what_approval_does(
    kind: Kind, desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(kind, actor=owner, memo_to_secretariat="急ぎでお願いします。")

    page = desk.open(f"/desk/review/{version.id}").page

    assert page.h1 == version.title
    assert version.title in text_of(page.by_id("preview"))
    assert "佐藤 美咲" in text_of(page.by_id("checks")), "who submitted"
    assert "急ぎでお願いします。" in text_of(page.by_id("checks"))
    assert "承認すると" in page.text
    assert "1名" in page.text
    assert {"掲載承認", "差戻し"} <= {text_of(button) for button in page.all("button")}
    assert text_of(page.one("label", **{"for": "comment"})).startswith("コメント")
    assert problems(page) == []


def test_a_warning_leads_to_its_field(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner, how_to_apply=ASKS)

    page = desk.open(f"/desk/review/{version.id}").page

    assert "推薦状" in text_of(page.by_id("checks"))
    assert [link for link in page.links() if link.startswith("#f-")]


def test_before_and_after_in_the_queue(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    first, second, third = waiting(make_here, 3, actor=owner)
    ids = [first.id, second.id, third.id]

    page = desk.open(f"/desk/review/{ids[1]}?kind=job").page

    assert page.link("前へ") == f"/desk/review/{ids[0]}?kind=job"
    assert page.link("次へ") == f"/desk/review/{ids[2]}?kind=job"


@pytest.mark.parametrize("state", [State.draft, State.superseded])
def test_what_the_desk_may_not_see_or_decide(
    state: State, desk: Visitor, make_here: Maker, owner: Actor, office: Actor
) -> None:
    version = make_here.in_state(state, actor=owner, office=office)

    if state is State.draft:
        desk.open(f"/desk/review/{version.id}", status=404)
    else:
        buttons = [text_of(button) for button in desk.open(f"/desk/review/{version.id}").page.all("button")]
        assert not any("承認" in words or "掲載" in words for words in buttons if "選択" not in words)


def test_phrases_are_offered_in_their_order(desk: Visitor, make_here: Maker, owner: Actor, office: Actor) -> None:
    version = make_here.submitted(actor=owner)
    begin_write()
    for position, title in ((2, "二番目"), (1, "一番目")):
        values = {"title": title, "text": f"{title}の文です。", "position": position}
        office_rules.save_phrase(None, values, actor=office, now=make_here.now)
    db.session.commit()

    options = desk.open(f"/desk/review/{version.id}").page.by_id("phrase")

    assert text_of(options) == "定型文から選ぶ 一番目 二番目" or text_of(options) == "定型文から選ぶ一番目二番目"


def test_scripts_carry_the_nonce_and_nothing_is_inline(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(actor=owner)
    for path in ("/desk/", f"/desk/review/{version.id}"):
        page = desk.open(path).page
        policy = desk.response.headers["Content-Security-Policy"]
        nonces = {script.get("nonce") for script in page.all("script")}
        assert len(nonces) == 1
        assert f"'nonce-{nonces.pop()}'" in policy
        assert any("desk.js" in (script.get("src") or "") for script in page.all("script"))


@pytest.mark.parametrize(
    "query", ["page=0", "page=-1", "page=x", "page=99999", "kind=x", "lamp=x", "mine=2", "q=%00", "page=１"]
)
def test_an_address_that_says_nonsense_is_told_so(query: str, desk: Visitor) -> None:
    desk.open(f"/desk/?{query}", status=400)

    assert any(words in desk.page.text for words in ("ページ番号", "選べない条件", "使えない文字"))


def test_a_search_of_any_length_is_cut_not_refused(desk: Visitor) -> None:
    desk.open(f"/desk/?q={'長' * 2000}")


def test_ids_beyond_all_bounds_lead_nowhere(desk: Visitor) -> None:
    for text in ("0", "abc", "99999999999999999999", "-1", "1.5", "%00"):
        desk.open(f"/desk/review/{text}", status=400 if text == "%00" else 404)


def test_seen_is_what_the_row_said(site: Flask, make_here: Maker) -> None:
    version = make_here.submitted()

    assert seen(version) == Seen(*map(int, item(version).split(":")))
