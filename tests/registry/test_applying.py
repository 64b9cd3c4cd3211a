"""A new organization asks to be registered, is returned, mended, approved or refused, and leaves nothing behind."""

import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.files import StoredFile
from models.mail import OutboxMail
from models.organizations import Organization
from models.people import Account
from models.registrations import RegistrationFile, RegistrationVersion
from models.states import Lane, RegistrationAction, RegistrationState, Role
from portal.accounts.origins import Origin
from portal.accounts.tokens import digest
from portal.actors import ANONYMOUS, Actor
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Throttled
from portal.registry import applying, cleaning, deciding, workflow
from portal.registry.workflow import Seen
from portal.settings import Settings
from tests.make import Maker
from tests.recruiting.pages import pdf
from tests.registry.samples import CONTENT, DAYS, registered

EMAIL, NAME = "tamura@example.org", "田村 健太"


class Applicant:
    """Whoever has the mailed address; each step commits."""

    def __init__(self, rules: Flask, now: datetime) -> None:
        self.now = now
        self.settings: Settings = rules.config["PORTAL"]
        self.token = ""

    def begin(self, email: str = EMAIL, ip: str = "198.51.100.7") -> "Applicant":
        begin_write()
        applying.begin(email, origin=Origin(ip), now=self.now, settings=self.settings)
        db.session.commit()
        self.token = mailed("registration_begin")
        return self

    @property
    def version(self) -> RegistrationVersion:
        return applying.find(self.token, now=self.now)

    def fill(self, **over: Any) -> "Applicant":
        begin_write()
        version = self.version
        applying.save(version, version.revision, CONTENT | {"account_name": NAME} | over, now=self.now)
        db.session.commit()
        return self

    def attach(self, content: bytes | None = None, name: str = "定款.pdf") -> "Applicant":
        begin_write()
        source = io.BytesIO(pdf("定款") if content is None else content)
        applying.put_file(
            self.version, source, name, origin=Origin("198.51.100.7"), now=self.now, settings=self.settings
        )
        db.session.commit()
        return self

    def hand_in(self, *, consent: bool = True) -> RegistrationVersion:
        begin_write()
        version = self.version
        applying.submit(
            version, version.revision, self.token, consent=consent, actor=ANONYMOUS, now=self.now, days=DAYS
        )
        db.session.commit()
        return version


def mailed(letter: str) -> str:
    """The token in the newest letter of this name."""
    query = select(OutboxMail.params).where(OutboxMail.letter == letter).order_by(OutboxMail.id.desc()).limit(1)
    params = db.session.scalar(query)
    return str(params["token"]) if params else ""


@pytest.fixture
def applicant(rules: Flask, now: datetime) -> Applicant:
    return Applicant(rules, now)


@pytest.fixture
def office(make: Maker) -> Actor:
    return make.secretary()


def decide(act: Any, version: RegistrationVersion, *words: str, office: Actor, now: datetime) -> None:
    seen = Seen(version.id, version.revision)
    begin_write()
    act(seen, *words, actor=office, now=now)
    db.session.commit()


def test_the_address_is_mailed_and_kept_as_a_digest(applicant: Applicant) -> None:
    applicant.begin("Tamura@Example.org ")

    version = applicant.version
    assert (version.state, version.account_email) == (RegistrationState.draft, EMAIL)
    assert version.token_hash == digest(applicant.token) != applicant.token
    mail = db.session.scalars(select(OutboxMail)).one()
    assert (mail.lane, mail.recipient) == (Lane.login, EMAIL), "this lane wipes what was sent"


def test_a_registered_address_is_told_by_mail_alone(applicant: Applicant, make: Maker) -> None:
    make.account(Role.owner, make.organization(), email=EMAIL)
    applicant.begin()
    assert db.session.scalars(select(OutboxMail.letter)).all() == ["registration_known"]
    assert db.session.scalar(select(func.count()).select_from(RegistrationVersion)) == 0


def test_addresses_are_given_out_slowly(applicant: Applicant) -> None:
    for _ in range(applying.BEGUN.most):
        applicant.begin()
    with pytest.raises(Throttled):
        applicant.begin(ip="203.0.113.9")
    db.session.rollback()
    with pytest.raises(Throttled):
        applicant.begin("another@example.org")
    db.session.rollback()
    begin_write()
    with pytest.raises(Invalid):
        applying.begin("x", origin=Origin("203.0.113.8"), now=applicant.now, settings=applicant.settings)
    db.session.rollback()


def test_it_is_approved_and_its_first_member_invited(applicant: Applicant, make: Maker, office: Actor) -> None:
    version = applicant.begin().fill().attach().hand_in()
    assert (version.state, version.submissions, version.expires_at) == (RegistrationState.submitted, 1, None)
    assert mailed("registration_received") == applicant.token
    assert deciding.waiting_count(actor=office) == 1

    decide(deciding.approve, version, office=office, now=make.now)

    organization = db.session.scalars(select(Organization).where(Organization.name == CONTENT["name"])).one()
    assert {name: getattr(organization, name) for name in CONTENT} == CONTENT
    account = db.session.scalars(select(Account).where(Account.email == EMAIL)).one()
    assert (account.role, account.organization_id, account.name) == (Role.owner, organization.id, NAME)
    assert account.password_hash == ""
    assert db.session.scalars(select(RegistrationFile.organization_id)).all() == [organization.id]
    letters = db.session.scalars(select(OutboxMail.letter).order_by(OutboxMail.id)).all()
    assert letters.count("registration_approved") == 1
    assert version.consent_text == applying.CONSENT


def test_what_is_missing_is_all_told(applicant: Applicant) -> None:
    applicant.begin()
    with pytest.raises(Invalid) as refused:
        applicant.hand_in(consent=False)
    db.session.rollback()
    told = {finding.field for finding in refused.value.findings}
    assert {"account_name", "name", "contact_dept", "activity", "files", "consent"} <= told
    applicant.fill()
    with pytest.raises(Invalid) as refused:
        applicant.hand_in()
    db.session.rollback()
    assert [finding.field for finding in refused.value.findings] == ["files"]


def test_two_windows_are_two_editors(applicant: Applicant) -> None:
    applicant.begin().fill()
    version = applicant.version
    begin_write()
    with pytest.raises(Conflict, match="競合"):
        applying.save(version, 1, {"city": "台東区"}, now=applicant.now)
    db.session.rollback()
    applicant.attach().hand_in()
    begin_write()
    version = applicant.version
    with pytest.raises(Conflict):
        applying.save(version, version.revision, {"city": "台東区"}, now=applicant.now)
    db.session.rollback()
    with pytest.raises(Conflict):
        applicant.attach()
    db.session.rollback()


def test_what_came_back_is_mended_at_a_new_address(applicant: Applicant, make: Maker, office: Actor) -> None:
    version = applicant.begin().fill().attach().hand_in()
    old = applicant.token
    decide(deciding.give_back, version, "設立年月をご確認ください。", office=office, now=make.now)

    with pytest.raises(Refused, match="使えません"):
        applying.find(old, now=make.now)
    applicant.token = mailed("registration_returned")
    assert (applicant.version.state, applicant.version.comment) == (
        RegistrationState.returned,
        "設立年月をご確認ください。",
    )
    again = applicant.fill(founded="2010-05").hand_in()
    assert (again.id, again.submissions, again.content["founded"]) == (version.id, 2, "2010-05")


def test_a_refusal_is_for_good_and_erased_later(applicant: Applicant, make: Maker, office: Actor) -> None:
    version = applicant.begin().fill().attach().hand_in()
    decide(deciding.refuse, version, "活動が確認できませんでした。", office=office, now=make.now)
    with pytest.raises(Conflict):
        decide(deciding.approve, version, office=office, now=make.now)
    db.session.rollback()

    assert cleaning.forget_expired(make.now + deciding.KEPT - timedelta(minutes=1)) == 0
    assert cleaning.forget_expired(make.now + deciding.KEPT) == 1
    assert db.session.scalar(select(func.count()).select_from(RegistrationVersion)) == 0
    assert [row.name for row in db.session.scalars(select(StoredFile))] == [""]


def test_a_draft_is_forgotten_a_month_after_it_was_last_saved(applicant: Applicant) -> None:
    applicant.begin()
    applicant.now += timedelta(days=20)
    applicant.fill()
    assert cleaning.forget_expired(applicant.now + timedelta(days=29)) == 0
    with pytest.raises(Refused):
        applying.find(applicant.token, now=applicant.now + timedelta(days=30))
    assert cleaning.forget_expired(applicant.now + timedelta(days=30)) == 1


def test_an_address_that_was_taken_meanwhile_stops_the_approval(
    applicant: Applicant, make: Maker, office: Actor
) -> None:
    version = applicant.begin().fill().attach().hand_in()
    make.account(Role.talent, email=EMAIL)
    with pytest.raises(Refused, match="すでに登録"):
        decide(deciding.approve, version, office=office, now=make.now)
    db.session.rollback()
    db.session.refresh(version)
    assert version.state is RegistrationState.submitted
    assert db.session.scalar(select(func.count()).select_from(Organization)) == 0


def test_only_documents_and_no_more_than_five(applicant: Applicant) -> None:
    applicant.begin()
    with pytest.raises(Refused):
        applicant.attach(b"<html><script>alert(1)</script></html>")
    db.session.rollback()
    for _ in range(applying.MOST_FILES):
        applicant.attach()
    with pytest.raises(Refused, match="5つまで"):
        applicant.attach()
    db.session.rollback()
    begin_write()
    version = applicant.version
    applying.remove_file(version, version.files[0].id, now=applicant.now)
    db.session.commit()
    assert len(applicant.version.files) == 4
    with pytest.raises(NotFound):
        applying.file_of(applicant.version, 0)


def test_the_desk_sees_what_may_be_the_same(applicant: Applicant, make: Maker, office: Actor) -> None:
    by_name = registered(make, name="ＮＰＯ法人　みずの会", corporate_no="")
    by_number = registered(make, name="まったく別の会")
    registered(make, name="よその会", corporate_no="8000012010038")
    version = applicant.begin().fill().attach().hand_in()

    found = deciding.alike(version, actor=office)

    assert [(each.organization_id, each.why) for each in found] == [
        (by_name.id, "団体名が同じです"),
        (by_number.id, "法人番号が同じです"),
    ]


def test_drafts_are_the_applicants_own(applicant: Applicant, make: Maker, office: Actor) -> None:
    draft = applicant.begin().fill().version
    for actor in (office, make.member()):
        with pytest.raises(NotFound):
            workflow.find(draft.id, actor=actor)
    version = applicant.attach().hand_in()
    member = make.member()
    with pytest.raises(NotFound):
        workflow.find(version.id, actor=member)
    with pytest.raises(Forbidden):
        workflow.move(RegistrationAction.approve, version, version.revision, actor=member, now=make.now)
    db.session.rollback()
