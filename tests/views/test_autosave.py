"""Drafts that save themselves while somebody writes, and input that outlives the login (SPEC 4.2)."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from werkzeug.datastructures import MultiDict

from models.base import db
from models.entries import Version
from models.organizations import Organization
from models.people import LoginSession
from models.states import Kind, Role, State
from portal.actors import Actor
from portal.database import begin_write
from portal.publishing import presence
from tests.make import Maker, actor_of
from tests.views.desk import everything_written
from tests.views.login import log_in
from tests.views.pages import Page, Visitor
from tests.views.posting import posted

RESTS_ON = ("revision", "base")
SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}


@pytest.fixture
def member(client: FlaskClient, owner: Actor) -> FlaskClient:
    log_in(client, owner)
    return client


def versions() -> list[Version]:
    db.session.rollback()
    return list(db.session.scalars(select(Version).order_by(Version.id)))


@pytest.mark.parametrize("kind", Kind)
def test_a_form_saves_itself_from_the_first_title_on(kind: Kind, member: FlaskClient, make_here: Maker) -> None:
    path = f"/mypage/{SLUGS[kind]}/"
    first = member.post(f"{path}keep/", data=posted(kind, now=make_here.now, title="書きはじめ"))
    said = first.get_json()
    (draft,) = versions()
    assert (draft.state, draft.title, draft.revision) == (State.draft, "書きはじめ", said["revision"])
    assert said["path"] == f"{path}edit/{draft.id}/"
    assert said["told"].startswith("自動保存 ")
    sent = posted(kind, now=make_here.now, title="書きつづき", revision=said["revision"])
    second = member.post(f"{said['path']}keep/", data=sent).get_json()
    (draft,) = versions()
    assert (draft.title, draft.revision, second["path"]) == ("書きつづき", second["revision"], said["path"])
    # What rests on an older revision overwrites nothing, whoever sends it.
    stale = member.post(f"{said['path']}keep/", data=sent)
    assert stale.status_code == 409
    assert "競合：佐藤 美咲さんが" in stale.get_json()["problem"]
    assert versions()[0].revision == second["revision"]


def test_what_cannot_be_read_is_told_and_changes_nothing(member: FlaskClient, owner: Actor, make_here: Maker) -> None:
    draft = make_here.draft(Kind.job, actor=owner)
    path, title, revision = f"/mypage/jobs/edit/{draft.id}/keep/", draft.title, draft.revision
    sent = posted(Kind.job, now=make_here.now, title="新しい題名", revision=revision)
    sent["publish_at"] = "いつか"
    answer = member.post(path, data=sent)
    assert (answer.status_code, answer.get_json()) == (
        422,
        {"problem": "入力できない値があるため、自動保存していません。"},
    )
    assert (versions()[0].title, versions()[0].revision) == (title, revision)
    waiting = make_here.submitted(Kind.notice, actor=owner)
    path, seen = f"/mypage/notices/edit/{waiting.id}/keep/", waiting.revision
    late = member.post(path, data=posted(Kind.notice, now=make_here.now, revision=seen))
    assert late.status_code == 409
    assert "内容は変更できません" in late.get_json()["problem"]


def test_two_people_in_one_draft_lose_nothing(site: Flask, member: FlaskClient, owner: Actor, make_here: Maker) -> None:
    house = db.session.get_one(Organization, owner.organization_id)
    colleague = actor_of(make_here.account(Role.editor, house, name="小川 葵"))
    draft = make_here.draft(Kind.notice, actor=owner)
    path, revision = f"/mypage/notices/edit/{draft.id}/", draft.revision
    other = site.test_client()
    log_in(other, colleague)
    theirs = posted(Kind.notice, now=make_here.now, title="小川の題名", revision=revision)
    assert other.post(f"{path}keep/", data=theirs).status_code == 200
    mine = posted(Kind.notice, now=make_here.now, title="佐藤の題名", revision=revision)
    told = member.post(f"{path}keep/", data=mine).get_json()["problem"]
    assert "小川 葵さんが" in told
    page = member.post(path, data=mine | {"step": "save"})
    assert page.status_code == 409
    assert "小川の題名" in Page(page.text).text
    assert "佐藤の題名" in Page(page.text).text
    assert [version.title for version in versions()] == ["小川の題名"]


@pytest.fixture
def colleague(site: Flask, owner: Actor, make_here: Maker) -> FlaskClient:
    house = db.session.get_one(Organization, owner.organization_id)
    browser = site.test_client()
    log_in(browser, actor_of(make_here.account(Role.editor, house, name="小川 葵")))
    return browser


def opened(browser: FlaskClient, path: str) -> dict[str, str]:
    """The revision and the prints that the form carries."""
    page = Visitor(browser).open(path).page
    return {field.get("name"): field.get("value") for field in page.all("input") if field.get("name") in RESTS_ON}


@pytest.mark.parametrize("kind", Kind)
def test_what_only_one_of_two_changed_stays_from_both(
    kind: Kind, member: FlaskClient, colleague: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    draft = make_here.draft(kind, actor=owner)
    path, title = f"/mypage/{SLUGS[kind]}/edit/{draft.id}/", draft.title
    mine, theirs = opened(member, path), opened(colleague, path)

    def typed(rests_on: dict[str, str], **over: str) -> MultiDict[str, str]:
        return posted(kind, now=make_here.now, **{"title": title} | rests_on | over)

    assert colleague.post(f"{path}keep/", data=typed(theirs, title="小川の題名")).status_code == 200
    said = member.post(f"{path}keep/", data=typed(mine, memo_to_secretariat="佐藤のメモ")).get_json()
    (version,) = versions()
    assert (version.title, version.memo_to_secretariat) == ("小川の題名", "佐藤のメモ")
    assert "「タイトル」は、ほかの画面で変えた内容が保存されています。" in said["company"]
    # The form still shows the old title; what saves itself next leaves the new one where it is.
    mine = {"revision": said["revision"], "base": said["base"]}
    said = member.post(f"{path}keep/", data=typed(mine, memo_to_secretariat="続き")).get_json()
    (version,) = versions()
    assert (version.title, version.memo_to_secretariat) == ("小川の題名", "続き")
    mine = {"revision": said["revision"], "base": said["base"]}
    saved = member.post(path, data=typed(mine, memo_to_secretariat="終わり") | {"step": "save"}, follow_redirects=True)
    assert "ほかの担当者が変えた「タイトル」も取り込みました。" in saved.text
    assert Page(saved.text).by_id("title").get("value") == "小川の題名"


def test_what_both_changed_is_asked_about_field_by_field(
    member: FlaskClient, colleague: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    draft = make_here.draft(Kind.notice, actor=owner)
    path = f"/mypage/notices/edit/{draft.id}/"
    mine, theirs = opened(member, path), opened(colleague, path)
    text = {"title": "小川の題名", "body": "小川の文", "memo_to_secretariat": "小川のメモ"}
    colleague.post(f"{path}keep/", data=posted(Kind.notice, now=make_here.now, **text, **theirs))
    sent = posted(Kind.notice, now=make_here.now, title="佐藤の題名", body="佐藤の文", **mine)

    assert member.post(f"{path}keep/", data=sent).status_code == 409
    page = Page(member.post(path, data=sent | {"step": "save"}).text)

    asked = [box.get("value") for box in page.all("input") if box.get("name") == "take"]
    assert asked == ["title", "body"], "not the memo, which only one of them wrote"
    assert page.by_id("title").get("value") == "佐藤の題名"
    assert page.by_id("memo_to_secretariat").text == "小川のメモ"
    again = {field.get("name"): field.get("value") for field in page.all("input")}
    revision = versions()[0].revision
    last = posted(
        Kind.notice, now=make_here.now, title="佐藤の題名", body="佐藤の文", memo_to_secretariat="小川のメモ",
        revision=again["revision"], base=again["base"], instead=revision, take="body",
    )  # fmt: skip
    assert member.post(path, data=last).status_code == 302
    (version,) = versions()
    assert (version.title, version.body, version.memo_to_secretariat) == ("佐藤の題名", "小川の文", "小川のメモ")


def test_two_members_see_each_other_and_what_is_new(
    member: FlaskClient, colleague: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    draft = make_here.draft(Kind.notice, actor=owner)
    path = f"/mypage/notices/edit/{draft.id}/"
    before = everything_written()
    mine, theirs = opened(member, path), opened(colleague, path)
    assert everything_written() == before, "only the script tells"

    def told(browser: FlaskClient, **sent: str) -> str:
        answer = browser.post(f"{path}here/", data=sent)
        assert answer.status_code == 200
        return Page(answer.text).text if answer.text else ""

    assert "開いています" not in told(member, **mine)
    assert f"{owner.name}さんもこの下書きを開いています" in told(colleague, **theirs)
    assert "小川 葵さんもこの下書きを開いています" in told(member, **mine)
    assert "小川 葵さんもこの下書きを開いています" in member.get(path).text
    assert {table for table, rows in everything_written().items() if rows != before[table]} == {"presence"}
    sent = posted(Kind.notice, now=make_here.now, title="小川の題名", **theirs)
    assert colleague.post(f"{path}keep/", data=sent).status_code == 200
    assert re.search("小川 葵さんが.+に「タイトル」を保存しました", told(member, **mine))
    assert told(colleague, leaves="1") == ""
    assert "開いています" not in told(member, **mine)


def test_nobody_tells_where_nobody_would_see_it(member: FlaskClient, owner: Actor, make_here: Maker) -> None:
    draft, stranger = make_here.draft(Kind.notice, actor=owner), make_here.member()
    path = f"/mypage/notices/edit/{draft.id}/"
    before = everything_written()
    assert 'data-here=""' in member.get(path).text
    assert member.post(f"{path}here/").status_code == 200
    assert everything_written() == before
    foreign = make_here.draft(Kind.notice, actor=stranger)
    for address in (f"/mypage/notices/edit/{foreign.id}/here/", f"/mypage/jobs/edit/{draft.id}/here/"):
        assert member.post(address).status_code == 404


def test_telling_that_one_is_here_prolongs_no_login(
    member: FlaskClient, colleague: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    draft = make_here.draft(Kind.notice, actor=owner)
    begin_write()
    seen = make_here.now - timedelta(minutes=10)
    db.session.execute(update(LoginSession).values(seen_at=seen))
    db.session.commit()
    assert member.post(f"/mypage/notices/edit/{draft.id}/here/").status_code == 200
    db.session.rollback()
    assert db.session.scalar(select(func.max(LoginSession.seen_at))) == seen


def test_a_form_costs_the_same_statements_however_many_have_it_open(
    site: Flask, member: FlaskClient, owner: Actor, make_here: Maker, statements
) -> None:
    draft = make_here.draft(Kind.notice, actor=owner)
    path = f"/mypage/notices/edit/{draft.id}/"
    house = db.session.get_one(Organization, owner.organization_id)

    def counted(count: int) -> int:
        for _ in range(count):
            other = actor_of(make_here.account(Role.editor, house))
            begin_write()
            presence.come(db.session.get_one(Version, draft.id), actor=other, now=make_here.now)
            db.session.commit()
        member.get(path)
        statements.restart()
        assert "開いています" in member.get(path).text
        return statements.count

    assert counted(1) == counted(19)


@pytest.mark.parametrize("by", ["keep/", ""])
@pytest.mark.parametrize("is_new", [True, False])
def test_what_was_typed_outlives_the_login(
    by: str, is_new: bool, member: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    draft = None if is_new else make_here.draft(Kind.job, actor=owner)
    shown = "/mypage/jobs/new/" if draft is None else f"/mypage/jobs/edit/{draft.id}/"
    sent = posted(
        Kind.job, now=make_here.now, title="ログインが切れる前の題名", revision=draft.revision if draft else ""
    )
    run_out(make_here)
    address = f"/mypage/jobs/{by}" if is_new and by else f"{shown}{by}"
    lost = member.post(address, data=sent | {"step": "save"})
    assert lost.location == f"/login?next={quote(shown)}"
    assert "ログインが切れる前の題名" not in [version.title for version in versions()]

    log_in(member, owner)
    visitor = Visitor(member).open(shown)
    assert "入力の途中だった内容を戻しました。" in visitor.page.text
    assert visitor.page.by_id("title").get("value") == "ログインが切れる前の題名"
    visitor.press("一時保存")
    assert [version.title for version in versions()] == ["ログインが切れる前の題名"]
    assert "入力の途中だった内容" not in visitor.open(shown).page.text


def test_saving_a_draft_takes_away_nothing_that_was_kept_of_another_form(
    member: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    run_out(make_here)
    sent = posted(Kind.notice, now=make_here.now, title="お知らせの途中")
    assert member.post("/mypage/notices/new/", data=sent).location.startswith("/login")
    log_in(member, owner)
    sent = posted(Kind.job, now=make_here.now, title="求人の下書き")
    assert member.post("/mypage/jobs/keep/", data=sent).status_code == 200
    assert Visitor(member).open("/mypage/notices/new/").page.by_id("title").get("value") == "お知らせの途中"


def run_out(make: Maker) -> None:
    begin_write()
    db.session.execute(update(LoginSession).values(seen_at=make.now - timedelta(hours=2)))
    db.session.commit()


def test_saving_by_itself_prolongs_no_login(member: FlaskClient, owner: Actor, make_here: Maker) -> None:
    draft = make_here.draft(Kind.notice, actor=owner)
    path, revision = f"/mypage/notices/edit/{draft.id}/", draft.revision
    begin_write()
    seen = make_here.now - timedelta(minutes=10)
    db.session.execute(update(LoginSession).values(seen_at=seen))
    db.session.commit()
    sent = posted(Kind.notice, now=make_here.now, title="離席中", revision=revision)
    assert member.post(f"{path}keep/", data=sent).status_code == 200
    db.session.rollback()
    assert db.session.scalar(select(func.max(LoginSession.seen_at))) == seen
    member.get(path)
    db.session.rollback()
    assert db.session.scalar(select(func.max(LoginSession.seen_at))) > seen
