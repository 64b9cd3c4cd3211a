"""A18: what people write stays where it belongs: no line of theirs becomes a header of a mail or of an answer."""

import email
import email.policy
import io
from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest
from flask_mail import Message
from sqlalchemy import select, update

from models.applications import Application
from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.people import Account
from models.talents import Registration
from portal.accounts import registration
from portal.accounts.origins import Origin
from portal.accounts.registration import Request
from portal.database import begin_write
from portal.errors import Invalid
from portal.mail.delivery import render
from portal.recruiting.submitting import Answers
from tests.abuse.conftest import Scene
from tests.files.pdfs import pdf
from tests.recruiting.builders import submit
from tests.views.pages import Page
from views.files import disposition

BREAKS = ["\r\n", "\n", "\r", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"]
EVIL = "Bcc: evil@example.com"
PASSWORD = "みずうみと青い電車の切符"


@pytest.mark.parametrize("line_break", BREAKS)
@pytest.mark.parametrize("field", ["name", "email"])
def test_two_lines_register_nobody(scene: Scene, field: str, line_break: str) -> None:
    asked = Request("a@example.jp", "新田 遥", PASSWORD, PASSWORD, consent=True)
    asked = replace(asked, **{field: f"{getattr(asked, field)}{line_break}{EVIL}"})
    begin_write()
    with pytest.raises(Invalid) as invalid:
        registration.register(
            asked, origin=Origin("192.0.2.7", "試験", ""), now=scene.make.now, settings=scene.site.config["PORTAL"]
        )
    assert [finding.field for finding in invalid.value.findings] == [field]
    db.session.rollback()
    assert not db.session.scalars(select(Registration)).all()


@pytest.mark.parametrize("line_break", BREAKS)
def test_a_name_of_two_lines_is_not_saved_in_a_profile(scene: Scene, line_break: str) -> None:
    browser = scene.browser(scene.talent)
    page = Page(browser.get("/talent/profile").text)
    sent = page.sent_by(page.owner_of(page.by_id("name")))
    for field in ("name", "name_kana"):
        wrong = sent.copy()
        wrong[field] = f"青木{line_break}{EVIL}"
        assert browser.post("/talent/profile", data=wrong).status_code == 422
        db.session.rollback()
        name = db.session.scalar(select(Account.name).where(Account.id == scene.talent.account_id))
        assert name == "青木 千尋"


def test_whatever_stands_in_the_rows_a_letter_has_one_recipient_and_one_subject(scene: Scene) -> None:
    """As if a check were missing: titles, names and numbers with line breaks in the database itself."""
    application = scene.draft()
    key, revision = application.id, application.revision
    begin_write()
    title, name = f"求人\r\n{EVIL}\r\n\r\nbody", f"青木\r\n{EVIL}"
    db.session.execute(update(Version).where(Version.id == scene.version_id).values(title=title))
    db.session.execute(update(Account).where(Account.id == scene.talent.account_id).values(name=name))
    db.session.commit()
    answer = scene.browser(scene.talent).post(f"/talent/applications/{key}/confirm", data={"revision": revision})
    assert answer.status_code == 303
    db.session.rollback()
    mails = db.session.scalars(select(OutboxMail).where(OutboxMail.letter.startswith("application_"))).all()
    assert len(mails) == 2
    for mail in mails:
        subject, body = render(mail.letter, mail.params)
        message = Message(subject=subject, recipients=[mail.recipient], body=body, sender="no-reply@example.jp")
        raw = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
        assert "\n" not in subject
        assert (raw["bcc"], raw["cc"], raw["to"]) == (None, None, mail.recipient)
        assert len(raw.get_all("subject")) == 1


@pytest.mark.parametrize("sign", [*BREAKS, '"', ";", "%0d%0a", "\\", "\u202e"])
def test_a_file_name_opens_no_header(scene: Scene, sign: str) -> None:
    header = disposition(f"履歴書{sign}Set-Cookie: a=b.pdf")
    assert header.isascii()
    assert header.isprintable()
    assert header.count(";") == 2
    assert header.count('"') == 2
    browser = scene.browser(scene.talent)
    given = {"document-1": (io.BytesIO(pdf()), f"履歴書{sign}Set-Cookie: a=b.pdf"), "consent": "1"}
    answer = browser.post(f"/talent/apply/{scene.number}", data=given)
    assert answer.status_code in (303, 422)
    db.session.rollback()
    application = db.session.scalars(select(Application)).one_or_none()
    document = application.documents[0] if application else None
    if application is None or document is None or document.file is None:
        return
    address = f"/talent/applications/{application.id}/documents/{document.id}"
    db.session.rollback()
    download = browser.get(address)
    assert download.status_code == 200
    assert "a=b" not in (download.headers.get("Set-Cookie") or "")
    assert len(download.headers.getlist("Content-Disposition")) == 1


ADDRESSES = ["o'neil+job@example.jp", "a%0d%0abcc=evil@example.jp", "a&subject=x@example.jp", "a?body=x@example.jp"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_the_mailer_gets_addresses_and_nothing_else(scene: Scene, address: str) -> None:
    """A person's own program opens it: what looks like more parameters must be part of the address."""
    first, second = scene.draft(), scene.draft(scene.other)
    begin_write()
    for actor in (scene.talent, scene.other):
        email_of = address if actor is scene.talent else "second@example.jp"
        db.session.execute(update(Account).where(Account.id == actor.account_id).values(email=email_of))
    db.session.commit()
    for application, actor in ((first, scene.talent), (second, scene.other)):
        submit(application, actor, now=scene.make.now, answers=Answers(consent=True))
    items = [f"{row.id}:{row.revision}" for row in db.session.scalars(select(Application).order_by(Application.id))]
    db.session.rollback()
    browser = scene.browser(scene.owner)
    for chosen in (items[:1], items):
        answer = browser.post(f"/mypage/selection/{scene.entry_id}/mailer", data={"item": chosen})
        assert answer.status_code == 200
        (link,) = {link for link in Page(answer.text).links() if link.startswith("mailto:")}
        parts = urlsplit(link)
        query = parts.query.split("&") if parts.query else []
        if len(chosen) == 1:
            assert (unquote(parts.path), query) == (address, [])
        else:
            assert parts.path == ""
            assert len(query) == 1
            assert query[0].startswith("bcc=")
            assert [unquote(part) for part in query[0].removeprefix("bcc=").split(",")] == [
                address,
                "second@example.jp",
            ]
