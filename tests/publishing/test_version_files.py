"""Attachments and images belong to versions: who has them, what a revision leaves public, and when their bytes go."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from models.base import db
from models.entries import Version, VersionFile
from models.files import StoredFile
from models.states import Action, Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Forbidden, NotFound, Refused
from portal.files import dropping, reading
from portal.publishing import content, drafts, snapshots, version_files
from portal.publishing.checks import check
from portal.publishing.differences import differences
from portal.publishing.fields import field_named
from portal.storage import Store
from tests.files.conftest import folder_store
from tests.files.corpus import EICAR
from tests.files.pdfs import pdf
from tests.files.pictures import claiming, picture, with_place
from tests.make import Maker, seen
from tests.publishing import filing
from tests.publishing.filing import attach
from tests.publishing.filing import row as image
from tests.publishing.samples import sample

__all__ = ["folder_store"]
KINDS = list(Kind)
MONTH = timedelta(days=30)


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


def save(version: Version, *, actor: Actor, now: datetime, **change: Any) -> Version:
    begin_write()
    saved = drafts.save(seen(version), content.read(version) | change, actor=actor, now=now)
    db.session.commit()
    return saved


def count(model: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def begin(act: Callable[..., Version], version: Version, *, actor: Actor, now: datetime) -> Version:
    begin_write()
    made = act(version.entry_id, actor=actor, now=now)
    db.session.commit()
    return made


# ---- they come in


def test_an_image_is_drawn_anew_and_measured(owner: Actor, make: Maker) -> None:
    begin_write()
    field, data = field_named(Kind.job, "images"), with_place(size=(160, 120))
    row = version_files.take_in(field, io.BytesIO(data), "IMG_0001.JPG", held=0, actor=owner, now=make.now)

    assert (row.media_type, row.width, row.height) == ("image/jpeg", 120, 160), "lying on its side, now upright"
    with reading.open_file(db.session.get_one(StoredFile, row.file_id)) as file:
        data = file.read()
    assert b"SECRET" not in data
    assert Image.open(io.BytesIO(data)).size == (120, 160)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_each_kind_of_image_is_taken(owner: Actor, make: Maker, form: str) -> None:
    begin_write()
    field, data = field_named(Kind.notice, "images"), picture(form=form, size=(2400, 1200))
    row = version_files.take_in(field, io.BytesIO(data), f"写真.{form}", held=0, actor=owner, now=make.now)
    assert (row.media_type, row.width, row.height, row.words) == ("image/jpeg", 1200, 600, "")


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("attachments", picture(), "この形式（.png）のファイルは受け付けられません。PDF、Word（.docx）"),
        ("attachments", b"<html>", "この形式"),
        ("attachments", pdf()[:-20], "壊れている"),
        ("attachments", b"", "中身がありません"),
        ("images", pdf(), "この形式（.pdf）のファイルは受け付けられません。JPEG、PNG、WebPのいずれか"),
        ("images", picture()[:-60], "壊れている"),
        ("images", picture(form="WEBP")[:90], "壊れている"),
        ("images", claiming(40_000, 40_000), "4,000万画素まで"),
        ("images", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "この形式"),
        ("images", b"x" * (10 * 1024 * 1024 + 1), "10MBまで"),
    ],
)
def test_what_is_not_taken_is_told_and_leaves_nothing(
    owner: Actor, make: Maker, name: str, data: bytes, told: str
) -> None:
    begin_write()
    field = field_named(Kind.job, name)
    with pytest.raises(Refused, match=told):
        version_files.take_in(field, io.BytesIO(data), "a.pdf", held=0, actor=owner, now=make.now)
    db.session.commit()
    assert count(StoredFile) == 0


def test_five_and_no_more(owner: Actor, make: Maker) -> None:
    begin_write()
    field = field_named(Kind.job, "images")
    with pytest.raises(Refused, match="画像は5件までです"):
        version_files.take_in(field, io.BytesIO(EICAR), "a.png", held=5, actor=owner, now=make.now)


def test_only_who_may_write_hands_one_in(make: Maker) -> None:
    field = field_named(Kind.job, "images")
    for actor in (make.secretary(), Actor(make.secretary().role)):
        with pytest.raises(Forbidden):
            version_files.take_in(field, io.BytesIO(picture()), "a.png", held=0, actor=actor, now=make.now)


# ---- whose they are


def test_a_file_of_another_organization_is_no_file(owner: Actor, make: Maker) -> None:
    theirs = filing.draft(Kind.job, actor=owner, make=make)
    rows = {name: content.read(theirs)[name] for name in ("attachments", "images")}
    stranger = make.member()
    mine = make.draft(actor=stranger)

    mine = save(mine, actor=stranger, now=make.now, **rows)

    assert content.read(mine)["attachments"] == content.read(mine)["images"] == []
    for file_id in (row["file_id"] for kind in rows.values() for row in kind):
        with pytest.raises(NotFound):
            version_files.find(file_id, actor=stranger)
        with pytest.raises(NotFound):
            version_files.find_in(mine, file_id)


def test_what_is_posted_about_a_file_is_not_believed(owner: Actor, make: Maker) -> None:
    version = filing.draft(Kind.notice, actor=owner, make=make)
    before = content.read(version)
    lie = {"media_type": "text/html", "size": 1, "width": 9999}
    wrong = {name: [row | lie for row in before[name]] for name in ("attachments", "images")}

    assert content.read(save(version, actor=owner, now=make.now, **wrong)) == before


def test_a_file_of_one_field_is_none_of_the_other(owner: Actor, make: Maker) -> None:
    """An attachment was not drawn anew."""
    version = filing.draft(Kind.notice, actor=owner, make=make)
    attachment = content.read(version)["attachments"][0] | {"caption": ""}
    assert content.read(save(version, actor=owner, now=make.now, images=[attachment]))["images"] == []


def test_the_office_reads_them_once_they_were_handed_in(owner: Actor, make: Maker) -> None:
    version = filing.draft(Kind.event, actor=owner, make=make)
    office, file_id = make.secretary(), version.files[0].file_id
    assert version_files.find(file_id, actor=owner).file_id == file_id
    with pytest.raises(NotFound):
        version_files.find(file_id, actor=office)

    make.submit(version, actor=owner)
    assert version_files.find(file_id, actor=office).file_id == file_id


# ---- versions share them


@pytest.mark.parametrize("kind", KINDS)
def test_a_revision_leaves_what_is_public(kind: Kind, owner: Actor, make: Maker) -> None:
    live = filing.published(kind, actor=owner, make=make)
    shown, stored = content.read(live), count(StoredFile)

    revision = begin(drafts.revise, live, actor=owner, now=make.now)
    assert content.read(revision) == shown
    assert count(StoredFile) == stored, "the bytes are shared"
    revision = save(revision, actor=owner, now=make.now, attachments=[], images=[])

    assert content.read(revision)["images"] == []
    db.session.refresh(live)
    assert content.read(live) == shown
    dropping.sweep(make.now + MONTH)
    for row in live.files:
        reading.open_file(row.file).close()


def test_a_copy_shares_them_and_outlives_its_source(owner: Actor, make: Maker, folder_store: Store) -> None:
    source = filing.draft(Kind.job, actor=owner, make=make)
    held = content.read(source)
    copy = begin(drafts.copy, source, actor=owner, now=make.now)
    begin_write()
    drafts.discard(seen(source), actor=owner, now=make.now)
    db.session.commit()

    assert dropping.sweep(make.now + MONTH) == 0
    assert {name: content.read(copy)[name] for name in filing.MADE} == {name: held[name] for name in filing.MADE}

    begin_write()
    drafts.discard(seen(copy), actor=owner, now=make.now)
    db.session.commit()
    assert dropping.sweep(make.now + MONTH) == 2
    assert (count(VersionFile), count(StoredFile), list(folder_store.keys())) == (0, 0, [])


def test_a_file_that_no_draft_shows_any_more_goes_after_a_week(owner: Actor, make: Maker, folder_store: Store) -> None:
    version = filing.draft(Kind.notice, actor=owner, make=make)
    version = save(version, actor=owner, now=make.now, images=[])

    assert dropping.sweep(make.now + timedelta(days=6)) == 0
    assert dropping.sweep(make.now + timedelta(days=8)) == 1
    assert len(list(folder_store.keys())) == 1
    assert len(content.read(version)["attachments"]) == 1


def test_they_stand_in_the_order_that_was_chosen(owner: Actor, make: Maker) -> None:
    version = make.draft(Kind.notice, actor=owner)
    for words in ("い", "ろ", "は"):
        attach(version, "attachments", actor=owner, make=make, words=words)
    rows = content.read(version)["attachments"]
    version = save(version, actor=owner, now=make.now, attachments=[rows[2], rows[0], rows[1]])
    db.session.expire_all()
    assert [row["words"] for row in content.read(version)["attachments"]] == ["は", "い", "ろ"]


# ---- the checks, and the difference


def told(now: datetime, **over: Any) -> list[tuple[str, str, str]]:
    found = check(Kind.notice, sample(Kind.notice, now=now, **over), organization=None, now=now)
    return [(finding.rule, finding.severity, finding.message) for finding in found]


def paper(**over: Any) -> dict[str, Any]:
    facts = {"file_id": 2, "media_type": "application/pdf", "size": 120_000, "width": None, "height": None}
    return facts | {"words": "活動報告書（2026年度）"} | over


@pytest.mark.parametrize(
    ("over", "message"),
    [
        ({"images": [image(), image(words=" ")]}, "画像2の代替テキストを入力してください。"),
        ({"images": [image(words="あ" * 201)]}, "画像1の代替テキストは200文字以内で入力してください（現在201文字）。"),
        ({"images": [image(caption="あ\nい")]}, "画像1のキャプションは改行を入れずに、1行で入力してください。"),
        (
            {"images": [image(words="IMG_0001.JPG")]},
            "画像1の代替テキストは、ファイル名ではなく画像の内容を書いてください。",
        ),
        ({"attachments": [paper(words="")]}, "添付ファイル1の表示名を入力してください。"),
    ],
)
def test_words_about_a_file_are_asked_for(now: datetime, over: dict[str, Any], message: str) -> None:
    assert told(now, **over) == [("F-06", "error", message)]


def test_files_with_words_are_in_order(now: datetime) -> None:
    assert told(now, images=[image(words="あ" * 200)], attachments=[paper()]) == []
    assert [rule for rule, *_ in told(now, attachments=[paper()] * 6)] == ["F-02"]


def test_a_text_that_leads_to_the_attachment_alone_is_asked_about(now: datetime) -> None:
    body = "2027年度の活動報告会を開催します。詳しい内容は、添付のPDFファイルをご覧ください。"
    assert told(now, body=body) == []
    ((rule, severity, _message),) = told(now, body=body, attachments=[paper()])
    assert (rule, severity) == ("Q-26", "warning")


def test_wording_rules_read_what_stands_at_an_image(now: datetime) -> None:
    assert [rule for rule, *_ in told(now, images=[image(caption="誰でも必ず稼げる")])] == ["Q-27"]


@pytest.mark.parametrize(
    ("after", "note", "new"),
    [
        ([image(), image(file_id=3, words="研修の様子")], "1件追加", [("same", 0), ("new", 1)]),
        ([], "1件削除", [("same", None)]),
        ([image(words="別の説明")], "1件の説明の変更", [("new", 0)]),
        ([image(file_id=9)], "1件追加・1件削除", [("new", 0)]),
    ],
)
def test_the_difference_tells_files_by_what_they_are(now: datetime, after: Any, note: str, new: Any) -> None:
    before = sample(Kind.notice, now=now, images=[image()])
    (change,) = differences(Kind.notice, before, before | {"images": after})
    assert (change.field.name, change.note) == ("images", note)
    assert [op for op, text in change.new_parts if text != "\n"] == [op for op, _ in new]


def test_another_order_is_a_difference(now: datetime) -> None:
    rows = [image(), image(file_id=3, words="研修の様子")]
    before = sample(Kind.notice, now=now, images=rows)
    (change,) = differences(Kind.notice, before, before | {"images": rows[::-1]})
    assert (change.note, {op for op, _ in change.new_parts}) == ("順序の変更", {"same"})


# ---- what was given back


def test_what_was_returned_is_compared_with_its_files(owner: Actor, make: Maker) -> None:
    version = make.submit(filing.draft(Kind.notice, actor=owner, make=make), actor=owner)
    make.move(Action.return_, version, actor=make.secretary(), comment="画像を差し替えてください。")
    before = content.read(version)
    version = save(version, actor=owner, now=make.now + timedelta(minutes=1), images=[])
    assert snapshots.at_last_return(version) == before
