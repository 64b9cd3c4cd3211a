"""Files in the form and on the pages of an entry: handed in without a script, shown to who may see the version."""

import io
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict
from werkzeug.test import TestResponse

from models.base import db
from models.entries import Version
from models.files import StoredFile
from models.states import Action, Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.publishing import drafts, publication
from portal.publishing.content import read
from tests.files.pdfs import pdf
from tests.files.pictures import picture, with_place
from tests.make import Maker, seen
from tests.publishing import filing
from tests.publishing.filing import ALT
from tests.views.login import log_in
from tests.views.pages import Page, Visitor, problems, text_of
from tests.views.posting import posted

SLUGS = {Kind.job: "jobs", Kind.event: "events", Kind.notice: "notices"}
KINDS = list(Kind)


@pytest.fixture
def member(client: FlaskClient, owner: Actor) -> FlaskClient:
    log_in(client, owner)
    return client


@pytest.fixture
def earlier(make_here: Maker) -> Maker:
    """Builds what asked to be public yesterday."""
    maker = Maker(make_here.now - timedelta(days=8))
    maker._count = 5_000
    return maker


def newest() -> Version:
    db.session.rollback()
    return db.session.scalars(select(Version).order_by(Version.id.desc())).first()


def field(page: Page, name: str) -> str:
    return text_of(page.by_id(name))


def send(
    client: FlaskClient, address: str, *, step: str, files: dict[str, tuple[bytes, str]], data: Any
) -> TestResponse:
    body = MultiDict(data)
    body["step"] = step
    for name, (content, called) in files.items():
        body[f"{name}-file"] = (io.BytesIO(content), called)  # type: ignore[assignment]
    return client.post(address, data=body, content_type="multipart/form-data")


# ---- the form


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_added_and_what_was_typed_is_saved_with_it(kind: Kind, member: FlaskClient, make_here: Maker) -> None:
    root = f"/mypage/{SLUGS[kind]}"
    typed = posted(kind, now=make_here.now, title="ファイルと一緒に保存される題名")

    answer = send(member, f"{root}/new/", step="attach:images", files={"images": (with_place(), "a.jpg")}, data=typed)

    version = newest()
    assert (answer.status_code, answer.location) == (302, f"{root}/edit/{version.id}/#images")
    values = read(version)
    assert values["title"] == "ファイルと一緒に保存される題名"
    assert [(row["width"], row["words"]) for row in values["images"]] == [(160, "")]

    page = Visitor(member).open(answer.location).page
    assert problems(page) == []
    shown = page.one("img", alt="代替テキスト未入力の画像").get("src", "")
    assert member.get(shown).mimetype == "image/jpeg"


def form_of(client: FlaskClient, version: Version) -> MultiDict[str, str]:
    page = Page(client.get(f"/mypage/{SLUGS[version.kind]}/edit/{version.id}/").text)
    (form,) = [form for form in page.all("form") if form.get("data-entry-form") is not None]
    return page.sent_by(form)


def test_files_are_named_moved_and_removed_without_a_script(
    member: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    version = make_here.draft(Kind.notice, actor=owner)
    edit = f"/mypage/notices/edit/{version.id}/"
    for name in ("一.pdf", "二.pdf"):
        sent = form_of(member, version)
        assert send(member, edit, step="attach:attachments", files={"attachments": (pdf(), name)}, data=sent).location
    sent = form_of(member, version)
    assert [sent[f"attachments-{place}-words"] for place in (0, 1)] == ["一", "二"]

    sent["attachments-1-words"] = "二つ目の資料"
    page = Page(send(member, edit, step="up:attachments:1", files={}, data=sent).text)
    (form,) = [form for form in page.all("form") if form.get("data-entry-form") is not None]
    assert send(member, edit, step="save", files={}, data=page.sent_by(form)).status_code == 302
    assert [row["words"] for row in read(newest())["attachments"]] == ["二つ目の資料", "一"]

    page = Page(send(member, edit, step="remove:attachments:0", files={}, data=form_of(member, version)).text)
    (form,) = [form for form in page.all("form") if form.get("data-entry-form") is not None]
    send(member, edit, step="save", files={}, data=page.sent_by(form))
    assert [row["words"] for row in read(newest())["attachments"]] == ["一"]


@pytest.mark.parametrize(
    ("step", "files", "told"),
    [
        ("attach:images", {"images": (pdf(), "a.jpg")}, "この形式（.pdf）のファイルは受け付けられません"),
        ("attach:attachments", {"attachments": (pdf()[:-20], "a.pdf")}, "ファイルが壊れている"),
        ("attach:attachments", {"attachments": (b"", "a.pdf")}, "ファイルの中身がありません"),
        ("attach:images", {}, "追加するファイルを選んでください。"),
        ("save", {"images": (b"GIF89a", "a.gif")}, "この形式"),
    ],
)
def test_what_is_refused_is_told_at_its_field_and_saves_nothing(
    member: FlaskClient, make_here: Maker, step: str, files: dict[str, tuple[bytes, str]], told: str
) -> None:
    typed = posted(Kind.notice, now=make_here.now, title="残っている題名です")
    answer = send(member, "/mypage/notices/new/", step=step, files=files, data=typed)

    page, name = Page(answer.text), step.partition(":")[2] or "images"
    assert answer.status_code == 422
    assert told in field(page, name)
    assert told in text_of(page.one("div", role="alert"))
    assert page.by_id(f"{name}-file").get("aria-invalid") == "true"
    assert page.by_id("title").get("value") == "残っている題名です"
    assert newest() is None
    assert db.session.scalar(select(func.count()).select_from(StoredFile)) == 0


def test_a_file_that_was_chosen_goes_along_with_any_button(member: FlaskClient, make_here: Maker) -> None:
    """「確認」 with an image that nobody has described yet: it is kept, and its words are asked for."""
    typed = posted(Kind.notice, now=make_here.now)
    answer = send(member, "/mypage/notices/new/", step="confirm", files={"images": (picture(), "a.png")}, data=typed)
    page = Visitor(member).open(answer.location).page
    assert page.h1 == "団体からのお知らせ情報登録"
    assert "画像1の代替テキストを入力してください。" in field(page, "images")
    assert page.by_id("images-0-words").get("aria-invalid") == "true"
    assert problems(page) == []


def test_a_file_that_a_colleague_removed_is_told_of(member: FlaskClient, owner: Actor, make_here: Maker) -> None:
    version = filing.draft(Kind.notice, actor=owner, make=make_here)
    sent = form_of(member, version)
    gone = MultiDict([pair for pair in sent.items(multi=True) if not pair[0].startswith("images-")])
    send(member, f"/mypage/notices/edit/{version.id}/", step="save", files={}, data=gone)

    sent["revision"] = str(newest().revision)
    answer = send(member, f"/mypage/notices/edit/{version.id}/", step="save", files={}, data=sent)

    assert answer.status_code == 422
    assert "ほかの画面で削除されたファイルがあります" in field(Page(answer.text), "images")
    assert len(read(newest())["attachments"]) == 1


def test_a_stranger_cannot_take_a_file_by_its_number(member: FlaskClient, make_here: Maker, site: Flask) -> None:
    theirs = filing.draft(Kind.notice, actor=make_here.member(), make=make_here)
    file_id = theirs.files[0].file_id
    typed = posted(Kind.notice, now=make_here.now)
    typed["attachments-0-file_id"], typed["attachments-0-words"] = str(file_id), "わたしのもの"

    assert member.post("/mypage/notices/new/", data=MultiDict([*typed.items(), ("step", "save")])).status_code == 422
    shown = member.post("/mypage/notices/preview/", data=typed)
    assert "わたしのもの" not in shown.text
    assert member.get(f"/mypage/notices/files/{file_id}").status_code == 404


# ---- who sees them


@pytest.mark.parametrize("kind", KINDS)
def test_the_public_page_shows_them_and_readers_save_them(
    kind: Kind, client: FlaskClient, owner: Actor, earlier: Maker
) -> None:
    version = filing.published(kind, actor=owner, make=earlier)
    path = f"/{SLUGS[kind]}/{version.entry.number}"

    page = Page(client.get(path).text)
    assert problems(page) == []
    image = page.one("img", alt=ALT)
    assert (image.get("width"), image.get("height"), image.get("loading")) == ("120", "160", "lazy")
    assert f"http://localhost{image.get('src')}" in text_of(page.one("script", type="application/ld+json"))
    assert "募集要項 PDF、1 KB" in text_of(page.by_id("files"))
    for address, kept_as, media_type in (
        (image.get("src", ""), f"{ALT}.jpg", "image/jpeg"),
        (page.link("募集要項"), "募集要項.pdf", "application/pdf"),
    ):
        answer = client.get(address)
        assert (answer.status_code, answer.mimetype) == (200, media_type)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert quote(kept_as) in answer.headers["Content-Disposition"]


def test_they_are_public_as_long_as_the_entry_is(client: FlaskClient, owner: Actor, make_here: Maker) -> None:
    version = make_here.submit(filing.draft(Kind.event, actor=owner, make=make_here), actor=owner)
    path = f"/events/{version.entry.number}/files/{version.files[0].file_id}"
    assert client.get(path).status_code == 404
    make_here.move(Action.approve, version, actor=make_here.secretary())
    assert client.get(path).status_code == 404

    publication.publish_due(version.publish_at)
    db.session.rollback()
    with time_machine.travel(version.publish_at, tick=False):
        assert client.get(path).status_code == 200
    with time_machine.travel(version.unpublish_at, tick=False):
        assert client.get(path).status_code == 404
    make_here.move(Action.unpublish, version, actor=make_here.secretary(), comment="確認のため停止します。")
    with time_machine.travel(version.publish_at, tick=False):
        assert client.get(path).status_code == 404


def public_page(client: FlaskClient, path: str) -> str:
    return re.sub(r'nonce="[^"]+"', "", client.get(path).text)


def test_a_revision_changes_nothing_outside_until_it_is_public(
    member: FlaskClient, site: Flask, owner: Actor, earlier: Maker
) -> None:
    version = filing.published(Kind.notice, actor=owner, make=earlier)
    path, entry_id = f"/notices/{version.entry.number}", version.entry_id
    old = [row.file_id for row in version.files]
    visitor = site.test_client()
    before = public_page(visitor, path)

    member.post("/mypage/notices/revise/", data={"entry": entry_id})
    revision = newest()
    sent = form_of(member, revision)
    kept = MultiDict([pair for pair in sent.items(multi=True) if not pair[0].startswith(("images-", "attachments-"))])
    send(
        member,
        f"/mypage/notices/edit/{revision.id}/",
        step="attach:images",
        files={"images": (picture(size=(300, 200)), "新しい写真.png")},
        data=kept,
    )
    new = newest().files[0].file_id

    assert public_page(visitor, path) == before
    assert [visitor.get(f"{path}/files/{file_id}").status_code for file_id in (*old, new)] == [200, 200, 404]
    assert member.get(f"/mypage/notices/files/{new}").status_code == 200


def test_the_organization_and_the_desk_see_what_is_handed_in(
    member: FlaskClient, site: Flask, owner: Actor, make_here: Maker
) -> None:
    version = filing.draft(Kind.event, actor=owner, make=make_here)
    confirm = Page(member.get(f"/mypage/events/confirm/{version.id}/").text)
    preview = Page(member.post("/mypage/events/preview/", data=form_of(member, version)).text)
    version = make_here.submit(newest(), actor=owner)
    entry_page, address = f"/mypage/events/{version.entry_id}/", f"/desk/review/{version.id}"
    entry = Page(member.get(entry_page).text)
    desk = site.test_client()
    log_in(desk, make_here.secretary())
    review = Page(desk.get(address).text)

    for client, page in ((member, confirm), (member, preview), (member, entry), (desk, review)):
        assert problems(page) == []
        source = page.one("img", alt=ALT).get("src", "")
        assert client.get(source).status_code == 200
        assert client.get(page.link("募集要項")).mimetype == "application/pdf"
    assert ALT in confirm.text, "the words are read by those who see the image, too"


def test_the_desk_sees_which_files_a_revision_changes(
    site: Flask, owner: Actor, earlier: Maker, make_here: Maker
) -> None:
    version = filing.published(Kind.notice, actor=owner, make=earlier)
    values = read(version)
    begin_write()
    draft = drafts.revise(version.entry_id, actor=owner, now=make_here.now)
    renamed = [values["attachments"][0] | {"words": "募集要項（改訂版）"}]
    drafts.save(seen(draft), values | {"attachments": renamed, "images": []}, actor=owner, now=make_here.now)
    db.session.commit()
    address = f"/desk/review/{make_here.submit(draft, actor=owner).id}"
    desk = site.test_client()
    log_in(desk, make_here.secretary())

    told = text_of(Page(desk.get(address).text).by_id("diff"))

    assert "添付ファイル変更1件の説明の変更" in told
    assert "画像削除1件削除" in told


def test_the_desk_has_no_file_of_a_draft_nor_one_by_another_entry(
    desk: Visitor, owner: Actor, make_here: Maker
) -> None:
    draft = filing.draft(Kind.notice, actor=owner, make=make_here)
    handed_in = make_here.submitted(Kind.notice, actor=owner)
    file_id, draft_id, other_id = draft.files[0].file_id, draft.id, handed_in.id

    for version_id in (draft_id, other_id):
        assert desk.client.get(f"/desk/review/{version_id}/files/{file_id}").status_code == 404
    assert desk.client.get(f"/mypage/notices/files/{file_id}").status_code == 403


def test_input_that_came_after_the_login_ran_out_keeps_its_files(
    member: FlaskClient, owner: Actor, make_here: Maker
) -> None:
    version = filing.draft(Kind.notice, actor=owner, make=make_here)
    sent = form_of(member, version)
    sent["images-0-words"] = "ログインが切れたあとの説明"
    with time_machine.travel(make_here.now + timedelta(hours=20), tick=True):
        answer = send(member, f"/mypage/notices/edit/{version.id}/", step="save", files={}, data=sent)
        assert "/login" in answer.location
        log_in(member, owner)
        page = Page(member.get(f"/mypage/notices/edit/{version.id}/").text)
    assert page.by_id("images-0-words").get("value") == "ログインが切れたあとの説明"
