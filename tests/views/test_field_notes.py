"""付箋 from the desk to the form and back, by the pages alone: put, refused, seen, answered, read again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import db
from models.desk import FieldNote
from models.entries import Version
from models.states import Action, Kind, State
from portal.actors import Actor
from tests.make import Maker
from tests.views.desk import everything_written, letters, states
from tests.views.login import log_in
from tests.views.pages import Visitor, problems, text_of

TITLE, BODY = "団体名を題名から外してください。", "申込方法も書いてください。"
LATER = timedelta(minutes=1)


@pytest.fixture
def member(site: Flask, owner: Actor) -> Visitor:
    client = site.test_client()
    log_in(client, owner)
    return Visitor(client)


def rows_of(desk: Visitor) -> list[tuple[str, str]]:
    """The rows as the page would send them."""
    sent = desk.page.sent_by(desk.page.by_id("decide"))
    return list(zip(sent.getlist("note_field"), sent.getlist("note_text"), strict=True))


def note_ids() -> list[int]:
    """As other connections see them."""
    db.session.rollback()
    return list(db.session.scalars(select(FieldNote.id).order_by(FieldNote.id)))


def returned(desk: Visitor, version: Version, **fields: Any) -> None:
    desk.open(f"/desk/review/{version.id}").press("タイトルに付箋").press("本文に付箋", note_text=[TITLE])
    desk.press("差戻し", **{"note_text": [TITLE, BODY]} | fields)


def test_notes_are_put_one_after_the_other_without_a_script(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    desk.open(f"/desk/review/{version.id}")
    before = everything_written()

    desk.press("タイトルに付箋", comment="一言")
    assert rows_of(desk) == [("title", "")]
    assert desk.page.by_id("note-0-text").get("data-focus") is not None
    desk.press("本文に付箋", note_text=[TITLE]).press("タイトルに付箋")
    assert rows_of(desk) == [("title", TITLE), ("body", "")], "one for a field"
    desk.press("付箋を追加").press("付箋2を削除")
    assert rows_of(desk) == [("title", TITLE), ("", "")]
    assert "".join(desk.page.by_id("comment").itertext()) == "一言", "what was typed stays"
    assert problems(desk.page) == []
    assert everything_written() == before

    desk.press("差戻し", note_field=["title", "body"], note_text=[TITLE, BODY], comment="")
    assert states([version]) == [State.returned]
    assert [(note.field, note.text) for note in db.session.scalars(select(FieldNote).order_by(FieldNote.id))] == [
        ("title", TITLE),
        ("body", BODY),
    ]
    assert len(letters("entry_returned")) == 1


@pytest.mark.parametrize(
    ("button", "fields", "sentence"),
    [
        ("差戻し", {"note_field": ["title"], "note_text": [" "]}, "付箋の文を入力するか、この行を削除してください。"),
        ("差戻し", {"note_field": ["salary"], "note_text": [TITLE]}, "この申請にはない項目です。"),
        ("差戻し", {"note_field": [""], "note_text": [TITLE]}, "項目を選んでください。"),
        ("差戻し", {"note_field": ["title"] * 2, "note_text": [TITLE] * 2}, "1枚にまとめてください。"),
        ("差戻し", {"note_field": ["title"], "note_text": ["あ" * 501]}, "（現在501文字）"),
        ("差戻し", {"note_field": ["title"] * 40, "note_text": [TITLE] * 40}, "1枚にまとめてください。"),
        ("掲載承認", {"note_field": ["title"], "note_text": [TITLE]}, "付箋は差戻しのときだけ団体に届きます。"),
    ],
)
def test_what_is_refused_stays_and_says_why(
    button: str, fields: dict[str, list[str]], sentence: str, desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    desk.open(f"/desk/review/{version.id}").press("付箋を追加")
    before = everything_written()

    desk.press(button, status=422, comment="一言", **fields)

    assert sentence in text_of(desk.page.by_id("decide"))
    kept = [text for _field, text in rows_of(desk) if text.strip()]
    assert kept == [text for text in fields["note_text"][:31] if text.strip()]
    assert problems(desk.page) == []
    assert everything_written() == before


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"step": "drop:x"}, 400),
        ({"step": "note:" + "長" * 3000}, 200),
        ({"step": "?"}, 200),
        ({"step": "drop:99"}, 200),
        ({"step": "note:", "note_field": ["a"] * 31}, 200),
        ({"action": "return", "revision": "2", "note_text": ["\0"]}, 400),
        ({"action": "return", "revision": "1", "note_field": ["title"], "note_text": [TITLE]}, 409),
    ],
)
def test_bad_input_writes_nothing(
    sent: dict[str, Any], status: int, desk: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    desk.open("/desk/")
    before = everything_written()
    desk._arrived(desk.client.post(f"/desk/review/{version.id}/decide", data=sent), status)
    assert problems(desk.page) == []
    assert everything_written() == before


def test_the_member_sees_each_note_at_its_field_and_the_desk_what_became_of_it(
    desk: Visitor, member: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    version_id, entry = version.id, f"/mypage/notices/{version.entry_id}/"
    returned(desk, version)
    assert TITLE not in member.open(entry).page.text, "the decision is on hold"

    with time_machine.travel(make_here.now + LATER, tick=False):
        member.open(entry)
        assert TITLE in member.page.text
        assert BODY in member.page.text
        assert problems(member.page) == []
        assert "事務局：付箋をご確認ください" in member.open("/mypage/").page.text
        member.open(f"/mypage/notices/edit/{version_id}/")
        assert "項目に付いた付箋 2枚" in member.page.text
        assert {"#title", "#body"} <= set(member.page.links())
        for field, text in (("title", TITLE), ("body", BODY)):
            assert text in text_of(member.page.by_id(f"{field}-n"))
            assert f"{field}-n" in member.page.by_id(field).get("aria-describedby", "")
        assert problems(member.page) == []

        _first, second = note_ids()
        member.press("確認", status=422, **{f"answer-{second}": "あ" * 501})
        assert "回答は500文字以内で入力してください（現在501文字）。" in member.page.text
        assert f"#answer-{second}" in member.page.links()
        assert problems(member.page) == []

        answer = {f"answer-{second}": "本文の最後に\r\nあります。", "title": "団体名を外した題名になりました"}
        member.press("一時保存", **answer)
        assert text_of(member.page.by_id(f"answer-{second}")) == "本文の最後に あります。"
        member.press("確認", **{f"answer-{second}": " "})
        assert "回答も変更もない付箋が1枚あります" in member.page.text
        assert f"/mypage/notices/edit/{version_id}/#body" in member.page.links()
        assert problems(member.page) == []
        member.follow("入力画面へ戻る").press("確認", **{f"answered-{second}": "1", f"answer-{second}": "済みです。"})
        assert "回答も変更もない付箋" not in member.page.text
        desk.open(f"/desk/review/{version_id}")
        assert "済みです。" not in desk.page.text, "it is not handed in yet"
        member.press("掲載申請する")

        desk.open(f"/desk/review/{version_id}?against=return")
        checks = text_of(desk.page.by_id("checks"))
        assert f"タイトル 変更あり{TITLE}" in checks
        assert "本文 変更なし" in checks
        assert "団体の回答 済みです。" in checks
        assert TITLE in text_of(desk.page.by_id("diff"))
        assert all(text in text_of(desk.page.by_id("all")) for text in (TITLE, BODY, "済みです。", "対応しました"))
        assert problems(desk.page) == []
        assert "高橋 直子が担当" in desk.open("/desk/").page.text


def test_what_saves_itself_keeps_answers_and_says_when_it_does_not(
    desk: Visitor, member: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    version_id = version.id
    returned(desk, version)
    with time_machine.travel(make_here.now + LATER, tick=False):
        member.open(f"/mypage/notices/edit/{version_id}/")
        note, _other = note_ids()
        _address, sent = member.what_is_sent("一時保存", **{f"answer-{note}": "自動で残る回答"})
        address = f"/mypage/notices/edit/{version_id}/keep/"
        kept = member.client.post(address, data=sent)
        assert kept.status_code == 200
        sent["revision"] = kept.json["revision"]
        sent[f"answer-{note}"] = "あ" * 501
        long = member.client.post(address, data=sent)
        assert (long.status_code, long.json["problem"]) == (422, "回答は500文字以内で入力してください（現在501文字）。")
        del sent[f"answer-{note}"]
        assert member.client.post(address, data=sent).status_code == 200, "a form that knows of no note"
        assert "自動で残る回答" in member.open(f"/mypage/notices/edit/{version_id}/").page.text


def test_nobody_answers_the_notes_of_another_organization(
    desk: Visitor, member: Visitor, make_here: Maker, owner: Actor, site: Flask
) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    other, rival = make_here.member(), site.test_client()
    own = make_here.submitted(Kind.notice, actor=other)
    ids = version.id, own.id
    with time_machine.travel(make_here.now, tick=False):  # both at one moment
        returned(desk, own)
        returned(desk, version)
    log_in(rival, other)
    stranger = Visitor(rival)
    with time_machine.travel(make_here.now + LATER, tick=False):
        theirs = note_ids()[-1]
        stranger.open(f"/mypage/notices/edit/{ids[0]}/", status=404)
        stranger.open(f"/mypage/notices/edit/{ids[1]}/")
        address, sent = stranger.what_is_sent("一時保存")
        sent[f"answer-{theirs}"] = "よその回答"
        assert stranger.client.post(address, data=sent).status_code == 302
        db.session.rollback()
        assert not db.session.scalars(select(FieldNote).where(FieldNote.answer != "")).all()


def test_what_was_typed_before_the_login_ran_out_holds_the_answers_too(
    desk: Visitor, member: Visitor, make_here: Maker, owner: Actor
) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    version_id = version.id
    returned(desk, version)
    client: FlaskClient = member.client
    with time_machine.travel(make_here.now + LATER, tick=False):
        member.open(f"/mypage/notices/edit/{version_id}/")
        note, _other = note_ids()
        address, sent = member.what_is_sent("一時保存", **{f"answer-{note}": "途中の回答"})
    with time_machine.travel(make_here.now + timedelta(hours=13), tick=False):
        assert client.post(address, data=sent).status_code == 302
        log_in(client, owner)
        assert "途中の回答" in member.open(f"/mypage/notices/edit/{version_id}/").page.text


def test_undo_gives_the_entry_back_without_the_notes(desk: Visitor, make_here: Maker, owner: Actor) -> None:
    version = make_here.submitted(Kind.notice, actor=owner)
    returned(desk, version, next=None)
    desk.press("取り消す")
    db.session.rollback()
    assert states([version]) == [State.submitted]
    assert db.session.scalars(select(FieldNote)).all() == []
    make_here.move(Action.approve, db.session.get_one(Version, version.id), actor=make_here.secretary())
