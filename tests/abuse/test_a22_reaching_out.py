"""A22, G26: from the form to the PDF in the organization's hands, nothing that somebody writes reaches out or in.

Pages that are hostile as a whole, and the proof that the usual fetcher would reach out: tests/recruiting/test_press.py.
"""

import io
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.applications import Application
from models.base import db
from models.people import Account
from models.states import ResumeType
from models.talents import Talent
from portal.database import begin_write
from portal.files import intake
from portal.matching import profiles
from portal.recruiting import resume_pdf
from tests.abuse.conftest import Scene
from tests.files.pictures import with_place
from tests.recruiting.builders import profile_of, submit
from tests.recruiting.printed import read, text
from tests.recruiting.test_press import Canary, assert_inert, attacks, canary, secret
from tests.views.pages import Page

__all__ = ["canary", "secret"]

ROW = 90  # characters of a row
ITEMS = ["photo", "birthdate", "gender", "contact", "education", "work", "appeal"]
# Words meet no database on their way to the press.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True, scope="session")


def test_what_is_typed_is_words_in_the_pdf_and_nothing_is_fetched(scene: Scene, canary: Canary, secret: Path) -> None:
    attack = "".join(attacks(canary.address, secret)[:8])
    version = scene.another(documents=[], resume_type=ResumeType.general.value, resume_items=ITEMS)
    number = version.entry.number
    browser = scene.browser(scene.talent)
    page = Page(browser.get("/talent/resumes/general").text)
    sent = page.sent_by(page.owner_of(page.by_id("appeal")))
    sent.setlist("appeal", [attack])
    for place, section in enumerate(("education", "work")):
        sent[f"{section}-0-at"] = "2010-03"
        sent[f"{section}-0-text"] = attack[place * 90 :][:ROW]
    answer = browser.post("/talent/resumes/general", data=sent)
    assert answer.status_code == 303, Page(answer.text).text
    begin_write()
    # As if the profile's own checks were missing.
    db.session.execute(update(Account).where(Account.id == scene.talent.account_id).values(name=attack[:300]))
    hostile: dict[str, Any] = dict.fromkeys(("name_kana", "gender_text", "phone", "postal", "address"), attack)
    hostile["birthdate"] = date(1990, 5, 14)
    db.session.execute(update(Talent).where(Talent.account_id == scene.talent.account_id).values(hostile))
    picture = with_place()
    photo = intake.take_in_photo(io.BytesIO(picture), "写真.jpg", owner_id=scene.talent.account_id, now=scene.make.now)
    profiles.set_photo(photo, actor=scene.talent, now=scene.make.now)
    db.session.commit()
    assert browser.post(f"/talent/apply/{number}", data={"consent": "1", "check": "1"}).status_code == 303
    application = db.session.scalars(select(Application)).one()
    key = application.id
    submit(application, scene.talent, now=scene.make.now)

    organization = scene.browser(scene.owner)
    address = f"/mypage/applications/detail/{key}/resume"
    assert organization.post(address).status_code == 303, "it is being made"
    assert resume_pdf.work(scene.make.now.replace(year=scene.make.now.year + 1)) == 1
    answer = organization.post(address)

    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    assert_inert(answer.data, canary)
    assert b"SECRET-" in picture
    assert b"SECRET-" not in answer.data, "what the camera wrote stays out"
    said = "".join(text(answer.data).split())
    assert said.count("".join(attack.split())[:12]) >= 5
    assert len(read(answer.data).pages[0].images) == 1
    assert profile_of(scene.talent).phone == attack
