"""The mailboxes as people use them, at both doors, and the page behind the stop link."""

import io
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update

from models.base import db
from models.favorites import OfferStop
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.organizations import Organization
from models.people import LoginSession
from models.states import MailState, Role, Side
from portal.actors import Actor
from portal.database import begin_write
from portal.messaging import stops
from tests.make import Maker
from tests.messaging.builders import BODY, SUBJECT, answer, held, sent
from tests.recruiting.builders import applied, profile_of, talent
from tests.recruiting.pages import pdf
from tests.views.login import log_in
from tests.views.pages import Visitor, problems

MANY = 20


@pytest.fixture
def someone(make_here: Maker) -> Actor:
    return talent(make_here, "青木 千尋", is_public=True, accepts_offers=True)


@pytest.fixture
def member(client: FlaskClient, owner: Actor) -> Visitor:
    log_in(client, owner)
    return Visitor(client)


@pytest.fixture
def visitor(site: Flask, client: FlaskClient, someone: Actor) -> Visitor:
    browser = site.test_client()
    log_in(browser, someone)
    return Visitor(browser)


@pytest.fixture
def offer(make_here: Maker, owner: Actor, someone: Actor) -> Message:
    return sent(owner, someone, now=make_here.now)


def file(title: str = "経歴") -> tuple[io.BytesIO, str]:
    return io.BytesIO(pdf(title)), f"{title}.pdf"


def messages() -> list[Message]:
    db.session.rollback()
    query = select(Message).order_by(Message.id).execution_options(populate_existing=True)
    return list(db.session.scalars(query))


def test_an_offer_is_read_answered_and_answered_again(
    member: Visitor, visitor: Visitor, someone: Actor, offer: Message
) -> None:
    code = profile_of(someone).code
    visitor.open("/talent/")
    assert "未読のメッセージが1件あります" in visitor.page.text
    visitor.follow("メールボックスを確認する").follow(SUBJECT)
    assert BODY in visitor.page.text
    assert "返信すると、あなたの氏名（青木 千尋）が" in visitor.page.text
    assert problems(visitor.page) == []
    visitor.press("送信", body="面談を希望します。\n来週はいかがでしょうか。", files=[file()])
    assert "送信しました。" in visitor.page.text
    assert "返信すると、あなたの氏名" not in visitor.page.text
    assert "送信済み" in visitor.page.text

    member.open("/mypage/")
    assert "青木 千尋さんからのメッセージ" in member.page.text
    assert "「面談を希望します。 来週はいかがでしょうか。」" in member.page.text
    assert [count.text for count in member.page.all("span") if "hot" in count.get("class", "")] == ["1", "1"]
    assert problems(member.page) == []
    member.open("/mypage/mailbox/")
    assert "未読" in member.page.row_of(next(a for a in member.page.all("a") if a.text == f"Re: {SUBJECT}"))
    assert problems(member.page) == []
    member.follow(f"Re: {SUBJECT}")
    assert member.page.h1 == "青木 千尋"
    assert f"登録コード {code}" in member.page.text
    assert member.client.get(member.page.link("経歴.pdf")).data == pdf("経歴")
    assert problems(member.page) == []
    member.press("送信", body="では月曜の10時に。")
    assert [message.body for message in messages()][-1] == "では月曜の10時に。"
    member.open("/mypage/")
    assert "さんからのメッセージ" not in member.page.text
    visitor.open(visitor.path)
    assert "開封済み" in visitor.page.text


def test_the_boxes_of_an_organization(
    member: Visitor, make_here: Maker, owner: Actor, someone: Actor, offer: Message
) -> None:
    member.open("/mypage/mailbox/")
    assert "受信したメッセージはありません" in member.page.text
    member.follow("送信BOX")
    assert profile_of(someone).code in member.page.text
    assert "送信済み" in member.page.text
    assert "青木" not in member.page.text
    assert problems(member.page) == []
    begin_write()
    db.session.execute(update(OutboxMail).values(state=MailState.bounced))
    db.session.commit()
    member.open("/mypage/")
    assert "の通知メールが届きませんでした" in member.page.text
    member.open("/mypage/mailbox/sent/?q=給水&about=offer")
    assert "届きませんでした" in member.page.text
    member.follow(SUBJECT)
    assert "本人がログインすると読めます" in member.page.text
    assert "人材から返信が届くと、ここから返信できます。" in member.page.text
    assert problems(member.page) == []
    assert "届きませんでした" not in member.open("/mypage/").page.text
    member.open("/mypage/mailbox/sent/?q=ない言葉")
    assert "条件に合うメッセージはありません" in member.page.text
    member.open("/mypage/mailbox/sent/?page=2", status=404)


def test_what_is_held_says_until_when(member: Visitor, make_here: Maker, owner: Actor, someone: Actor) -> None:
    held(owner, someone, now=make_here.now)
    member.open("/mypage/mailbox/sent/").follow(SUBJECT)
    assert "保留中" in member.page.text
    assert "に送信します。" in member.page.text


def test_a_viewer_reads_and_does_not_write(
    client: FlaskClient, make_here: Maker, owner: Actor, someone: Actor, offer: Message
) -> None:
    thread_id = answer(offer.thread_id, someone, now=make_here.now).thread_id
    viewer = make_here.member(db.session.get_one(Organization, owner.organization_id), Role.viewer)
    log_in(client, viewer)
    reader = Visitor(client).open(f"/mypage/threads/{thread_id}/")
    assert BODY in reader.page.text
    assert "返信できるのは、担当者と管理者です。" in reader.page.text
    assert reader.page.buttons("送信") == []


def test_an_error_loses_neither_words_nor_files(visitor: Visitor, offer: Message) -> None:
    visitor.open(f"/talent/mailbox/{offer.thread_id}/")
    visitor.press("送信", status=422, body=" ", files=[file()])
    assert "本文を入力してください。" in visitor.page.text
    assert "経歴.pdf" in visitor.page.text
    assert problems(visitor.page) == []
    virus = (io.BytesIO(b"MZ\x90\x00 not a document"), "履歴.pdf")
    visitor.press("送信", status=422, body="よろしくお願いします。", files=[virus, file("証明")])
    assert visitor.page.by_id("body").text == "よろしくお願いします。"
    assert len(visitor.page.buttons("取り消す：経歴.pdf")) == len(visitor.page.buttons("取り消す：証明.pdf")) == 1
    visitor.press("取り消す：証明.pdf")
    visitor.press("送信", files=None)
    assert [row.file.name for row in messages()[-1].files] == ["経歴.pdf"]


def test_the_same_form_twice_is_one_answer(visitor: Visitor, offer: Message) -> None:
    visitor.open(f"/talent/mailbox/{offer.thread_id}/")
    address, form = visitor.what_is_sent("送信", body="一度だけ")
    for _ in range(2):
        assert visitor.client.post(address, data=form).status_code == 303
    assert [message.body for message in messages()] == [BODY, "一度だけ"]


def test_what_arrived_meanwhile_is_shown_beside_what_was_typed(
    member: Visitor, make_here: Maker, owner: Actor, someone: Actor, offer: Message
) -> None:
    answer(offer.thread_id, someone, now=make_here.now)
    member.open(f"/mypage/threads/{offer.thread_id}/")
    answer(offer.thread_id, someone, now=make_here.now, body="追伸です")
    member.press("送信", status=409, body="書きかけの返事")
    assert "競合：" in member.page.text
    assert "追伸です" in member.page.text
    assert member.page.by_id("body").text == "書きかけの返事"
    member.press("送信")
    assert messages()[-1].body == "書きかけの返事"


@pytest.mark.parametrize("path", ["", "files/1"])
def test_a_foreign_thread_is_not_there(
    site: Flask, make_here: Maker, member: Visitor, visitor: Visitor, path: str
) -> None:
    theirs = sent(make_here.member(), talent(make_here, "石川 拓真"), now=make_here.now)
    member.open(f"/mypage/threads/{theirs.thread_id}/{path}", status=404)
    visitor.open(f"/talent/mailbox/{theirs.thread_id}/{path}", status=404)
    assert member.client.post(f"/mypage/answers/{theirs.thread_id}/", data={"body": "x"}).status_code == 404
    assert visitor.client.post(f"/talent/mailbox/{theirs.thread_id}/", data={"body": "x"}).status_code == 404


def test_without_legal_personality_mails_with_applicants_stand_at_their_applications(
    client: FlaskClient, make_here: Maker, someone: Actor
) -> None:
    noncorp = make_here.member(make_here.organization(org_type="13"))
    earlier = Maker(make_here.now - timedelta(days=8))
    earlier._count = 5_000
    application = applied(earlier.published(actor=noncorp, documents=[]), someone, now=make_here.now)
    about = sent(noncorp, someone, now=make_here.now, application=application, subject="面接の日程").thread_id
    offer, application_id = sent(noncorp, someone, now=make_here.now).thread_id, application.id
    log_in(client, noncorp)
    for path in ("/mypage/mailbox/", "/mypage/mailbox/sent/"):
        assert client.get(path).status_code == 403
    reader = Visitor(client).open("/mypage/")
    assert "メールボックス" not in reader.page.text
    reader.open(f"/mypage/applications/detail/{application_id}/")
    assert "面接の日程" in reader.page.text
    assert SUBJECT not in reader.page.text
    reader.open(f"/mypage/threads/{about}/").press("送信", body="お待ちしています。")
    assert "お待ちしています。" in reader.page.text
    reader.open(f"/mypage/threads/{offer}/", status=404)
    refused = client.post(f"/mypage/answers/{offer}/", data={"body": "x", "send": "1"})
    assert refused.status_code == 404


# ---- the end of offers


def welcomes_offers(someone: Actor) -> bool:
    db.session.rollback()
    db.session.expire_all()
    return profile_of(someone).accepts_offers


def stopped() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(OfferStop)) or 0


def test_offers_are_stopped_and_welcome_again_on_the_site(visitor: Visitor, someone: Actor, offer: Message) -> None:
    visitor.open(f"/talent/mailbox/{offer.thread_id}/").press("この団体のオファーメールを停止")
    assert "この団体からのオファーメールを停止しました。" in visitor.page.text
    assert stopped() == 1
    assert visitor.page.h1
    visitor.open("/talent/offers/")
    assert problems(visitor.page) == []
    visitor.press("すべて停止")
    assert not welcomes_offers(someone)
    visitor.press("オファーメールを受け取る")
    (name,) = [row.name for row in stops.stopped_by(profile_of(someone))]
    visitor.press(f"解除：{name}")
    assert stopped() == 0
    assert problems(visitor.page) == []


def test_the_link_of_a_mail_needs_no_login_and_looking_changes_nothing(
    site: Flask, client: FlaskClient, make_here: Maker, someone: Actor, offer: Message
) -> None:
    secret_key = site.config["PORTAL"].secret_key
    token = stops.token_of(offer.talent_id, offer.organization_id, secret_key=secret_key)
    stranger = Visitor(client).open(f"/talent/offers/stop/{token}")
    assert stopped() == 0
    assert "青木" not in stranger.response.text
    assert problems(stranger.page) == []
    stranger.press("この団体のオファーメールを停止")
    assert "この団体からのオファーメールを停止しました。" in stranger.page.text
    assert stopped() == 1
    assert problems(stranger.page) == []
    stranger.press("停止を取り消す")
    assert stopped() == 0
    stranger.press("すべての団体のオファーメールを停止")
    assert not welcomes_offers(someone)
    stranger.open(f"/talent/offers/stop/{token[:-1]}0x", status=404)


# ---- cost


def test_pages_take_the_statements_of_one_thread(
    site: Flask, client: FlaskClient, make_here: Maker, owner: Actor, someone: Actor, statements
) -> None:
    own = site.test_client()
    log_in(client, owner)
    log_in(own, someone)
    pages = {
        "/mypage/": client,
        "/mypage/mailbox/": client,
        "/mypage/mailbox/?q=連絡&unread=1": client,
        "/mypage/mailbox/sent/": client,
        "/talent/": own,
        "/talent/mailbox/": own,
        "/talent/offers/": own,
    }

    def write(count: int) -> int:
        thread_id = 0
        for number in range(count):
            person = talent(make_here, f"石川 {number}")
            message = sent(owner, person, now=make_here.now)
            answer(message.thread_id, person, now=make_here.now)
            thread_id = sent(make_here.member(), someone, now=make_here.now).thread_id
        return thread_id

    def counted() -> dict[str, int]:
        found = {}
        for path, browser in pages.items():
            browser.get(path)
            statements.restart()
            assert browser.get(path).status_code == 200
            found[path] = statements.count
        return found

    first = write(1)
    pages[f"/talent/mailbox/{first}/"] = own
    one = counted()
    write(MANY - 1)
    for _ in range(MANY - 1):
        answer(first, someone, now=make_here.now)
    many = counted()
    print("\n" + ", ".join(f"{path} {count}" for path, count in one.items()))
    assert many == one
    count = select(func.count()).where(Thread.unread_organization > 0, Thread.organization_id == owner.organization_id)
    assert db.session.scalar(count) == MANY
    assert any(message.side is Side.talent for message in messages())


def test_an_answer_posted_after_the_login_ran_out_is_there_after_the_next(
    member: Visitor, make_here: Maker, owner: Actor, someone: Actor, offer: Message
) -> None:
    answer(offer.thread_id, someone, now=make_here.now)
    path = f"/mypage/threads/{offer.thread_id}/"
    member.open(path)
    address, sent_back = member.what_is_sent("送信", body="来週の月曜に、面談を。")
    begin_write()
    db.session.execute(update(LoginSession).values(seen_at=make_here.now - timedelta(hours=2)))
    db.session.commit()
    lost = member.client.post(address, data=sent_back)
    assert lost.location == f"/login?next={quote(path)}"

    log_in(member.client, owner)
    member.open(path)
    assert "入力の途中だった内容を戻しました。" in member.page.text
    assert member.page.by_id("body").text == "来週の月曜に、面談を。"
    member.press("送信")
    assert [message.body for message in messages()][-1] == "来週の月曜に、面談を。"
    assert "入力の途中だった内容" not in member.open(path).page.text
