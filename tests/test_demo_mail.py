"""The demo's post office: what is sent to it by SMTP is kept, read and shown."""

import smtplib
import time
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from flask.testing import FlaskClient

from portal import demo_mail
from portal.app import create_app
from portal.settings import Settings
from tests.conftest import hang_up

LONG = "求人情報の掲載申請を受け付けました。" * 60  # more than a line of SMTP may hold


class Codes(list[tuple[str, str]]):
    def __call__(self, recipient: str, code: str) -> None:
        self.append((recipient, code))


@pytest.fixture
def codes() -> Codes:
    return Codes()


@pytest.fixture
def catcher(folder: Path, codes: Codes) -> Iterator[Controller]:
    controller = demo_mail.open_catcher(folder / "mail", tell=codes)
    yield controller
    controller.stop()


def post(catcher: Controller, recipient: str, subject: str, body: str) -> None:
    message = EmailMessage()
    message["From"] = "PARTNER事務局 <no-reply@partner.example.jp>"
    message["To"] = recipient
    message["Subject"] = subject
    message.set_content(body, cte="base64")
    with smtplib.SMTP("127.0.0.1", catcher.port, timeout=10) as host:
        host.send_message(message)


def test_a_japanese_letter_comes_back_as_it_was_sent(catcher: Controller, folder: Path) -> None:
    post(catcher, "佐藤 美咲 <org@example.jp>", "【PARTNER】掲載申請を受け付けました", LONG)
    letters, more = demo_mail.list_letters(folder / "mail")
    assert not more
    (letter,) = letters
    assert (letter.subject, letter.recipient) == ("【PARTNER】掲載申請を受け付けました", "佐藤 美咲 <org@example.jp>")
    whole = demo_mail.read_letter(folder / "mail", letter.id)
    assert whole is not None
    assert whole.body.strip() == LONG
    assert "PARTNER事務局" in whole.sender


def test_a_one_time_password_is_told(catcher: Controller, codes: Codes) -> None:
    post(
        catcher,
        "org@example.jp",
        "ワンタイムパスワード",
        "ログインを続けるには次の番号を入力してください。\n\n  012345\n\n有効期限は10分です。\n",
    )
    post(catcher, "org@example.jp", "お知らせ", "番号 123456 は文中にあるだけです。\n1234567\n")
    assert codes == [("org@example.jp", "012345")]


def test_only_this_machine_reaches_the_catcher(catcher: Controller) -> None:
    assert catcher.hostname == "127.0.0.1"


def test_letters_are_listed_newest_first_and_found(catcher: Controller, folder: Path) -> None:
    for number in range(53):
        post(catcher, f"person{number % 2}@example.jp", f"お知らせ {number}", "本文")
    first, more = demo_mail.list_letters(folder / "mail")
    second, no_more = demo_mail.list_letters(folder / "mail", page=2)
    assert [letter.subject for letter in first + second] == [f"お知らせ {number}" for number in reversed(range(53))]
    assert (len(first), more, len(second), no_more) == (50, True, 3, False)
    odd, _ = demo_mail.list_letters(folder / "mail", recipient="PERSON1@")
    assert len(odd) == 26
    assert {letter.recipient for letter in odd} == {"person1@example.jp"}
    found, _ = demo_mail.list_letters(folder / "mail", words="お知らせ 42")
    assert [letter.subject for letter in found] == ["お知らせ 42"]


@pytest.mark.parametrize("name", ["../secret", "0" * 19, "1700000000000000000-abcdef", "", "\0"])
def test_nothing_but_a_letter_is_read(folder: Path, name: str) -> None:
    (folder / "secret.eml").write_text("Subject: secret\n\n")
    (folder / "mail").mkdir()
    assert demo_mail.read_letter(folder / "mail", name) is None


def test_broken_letters_are_still_shown(folder: Path) -> None:
    demo_mail.keep(folder, b"\xff\xfe no header at all")
    demo_mail.keep(
        folder, b"Subject: =?x-unknown?B?44GC?=\nContent-Type: text/plain; charset=x-unknown\n\n\xe3\x81\x82\n"
    )
    letters, _ = demo_mail.list_letters(folder)
    bodies = [demo_mail.read_letter(folder, letter.id) for letter in letters]
    assert len(bodies) == 2
    assert bodies[0] is not None
    assert bodies[0].body == "あ\n"


# --- the page --------------------------------------------------------------------------------------------------------


@pytest.fixture
def demo(settings: Settings, folder: Path) -> Iterator[Flask]:
    app = create_app(replace(settings, demo=True, mail_folder=str(folder / "mail")))
    app.config["TESTING"] = True
    yield app
    hang_up(app)


@pytest.fixture
def visitor(demo: Flask) -> FlaskClient:
    return demo.test_client()


def test_the_page_lists_and_shows_letters(visitor: FlaskClient, catcher: Controller, folder: Path) -> None:
    post(catcher, "org@example.jp", "掲載を承認しました <b>", "1行目 <script>\n  https://partner.example.jp/mypage/\n")
    (letter,), _ = demo_mail.list_letters(folder / "mail")
    listed = visitor.get("/dev/mail")
    assert listed.status_code == 200
    assert f'href="/dev/mail/{letter.id}"' in listed.text
    assert "掲載を承認しました &lt;b&gt;" in listed.text
    shown = visitor.get(f"/dev/mail/{letter.id}")
    assert shown.status_code == 200
    assert "1行目 &lt;script&gt;\n  <a href=" in shown.text
    assert visitor.get("/dev/mail?to=other@example.jp").text.count("/dev/mail/") == 0


def test_pages_follow_and_keep_the_search(visitor: FlaskClient, folder: Path) -> None:
    (folder / "mail").mkdir()
    for number in range(51):
        demo_mail.keep(folder / "mail", f"To: org@example.jp\nSubject: no {number}\n\nbody\n".encode())
        time.sleep(0.0001)
    first = visitor.get("/dev/mail?to=org%40")
    assert "page=2" in first.text
    assert "to=org@" in unquote(first.text)
    assert "no 0<" in visitor.get("/dev/mail?to=org%40&page=2").text


@pytest.mark.parametrize("path", ["/dev/mail/1700000000000000000-abcdef", "/dev/mail/..%2Fsecret", "/dev/mail/x"])
def test_a_letter_that_is_not_there_is_not_found(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code == 404


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=99999", "q=%00", "page=-1"])
def test_a_wrong_question_is_answered_in_words(visitor: FlaskClient, query: str) -> None:
    answer = visitor.get(f"/dev/mail?{query}")
    assert answer.status_code == 400
    assert "参照番号" in answer.text


def test_the_page_exists_in_the_demo_only(site: Flask) -> None:
    assert site.test_client().get("/dev/mail").status_code == 404
