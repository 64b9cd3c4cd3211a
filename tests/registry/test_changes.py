"""An organization changes what it registered: at once or after the secretariat, and nothing is overwritten."""

import threading
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.organizations import Organization, name_key
from models.records import AuditEvent
from models.registrations import RegistrationVersion
from models.states import RegistrationState, Role
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.publishing import catalog
from portal.publishing.catalog import Search
from portal.registry import changes, contents, deciding, workflow
from portal.registry.workflow import Seen
from tests.make import Maker
from tests.registry.samples import ACHIEVEMENT, CONTENT, edit, open_change, registered

NEW_NAME = "認定特定非営利活動法人 いずみの会"


@pytest.fixture
def circle(make: Maker) -> Organization:
    return registered(make)


@pytest.fixture
def member(make: Maker, circle: Organization) -> Actor:
    return make.member(circle)


@pytest.fixture
def office(make: Maker) -> Actor:
    return make.secretary()


def letters() -> list[tuple[str, str]]:
    return [
        tuple(row)
        for row in db.session.execute(select(OutboxMail.letter, OutboxMail.recipient).order_by(OutboxMail.id))
    ]


def approve(version: RegistrationVersion, office: Actor, now: datetime) -> None:
    seen = Seen(version.id, version.revision)
    begin_write()
    deciding.approve(seen, actor=office, now=now)
    db.session.commit()


def test_most_of_it_acts_at_once_and_stays_on_record(make: Maker, circle: Organization, member: Actor) -> None:
    found = edit(circle, "activity", actor=member, make=make, achievements=[ACHIEVEMENT, {"name": ""}])

    assert (found.at_once, list(found.waits)) == (["achievements"], [])
    db.session.refresh(circle)
    assert circle.achievements == [ACHIEVEMENT], "a row without words is none"
    assert (circle.activity_revision, circle.organization_revision) == (2, 1)
    (kept, who), *_ = changes.history(circle.id, actor=member)
    assert (kept.state, kept.before, kept.content) == (
        RegistrationState.applied,
        {"achievements": []},
        {"achievements": [ACHIEVEMENT]},
    )
    assert who == member.name
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "registration.change")).one()
    assert (event.details, event.organization_id) == ({"fields": ["achievements"]}, circle.id)
    assert letters() == []


def test_who_it_is_in_law_waits_while_the_rest_of_the_edit_acts(
    make: Maker, circle: Organization, member: Actor, office: Actor
) -> None:
    found = edit(
        circle, "organization", actor=member, make=make, name=NEW_NAME, legal_form="certified_npo", phone="03-0000-0000"
    )

    assert (found.at_once, found.waits) == (["phone"], ["name", "legal_form"])
    db.session.refresh(circle)
    assert (circle.name, circle.legal_form, circle.phone) == (CONTENT["name"], "npo", "03-0000-0000")
    waiting = open_change(circle, member)
    assert waiting.number is not None
    assert waiting.due_at is not None
    assert [name for name, _ in letters()] == ["registration_change_submitted"]

    approve(waiting, office, make.now)

    db.session.refresh(circle)
    assert (circle.name, circle.legal_form, circle.name_key) == (NEW_NAME, "certified_npo", name_key(NEW_NAME))
    assert changes.open_change(circle.id, actor=member) is None
    assert [name for name, _ in letters()][1:] == ["registration_change_approved"]


def test_what_hangs_on_the_legal_form_waits_with_it(make: Maker, member: Actor, circle: Organization) -> None:
    found = edit(
        circle,
        "organization",
        actor=member,
        make=make,
        org_type="13",
        legal_form="none",
        corporate_no="",
        city="台東区",
    )

    assert (found.at_once, found.waits) == (["city"], ["org_type", "legal_form", "corporate_no"])
    db.session.refresh(circle)
    assert circle.corporate_no == CONTENT["corporate_no"]


def test_while_it_waits_its_fields_are_not_in_the_form(make: Maker, circle: Organization, member: Actor) -> None:
    edit(circle, "organization", actor=member, make=make, name=NEW_NAME)

    section = changes.section_for("organization", circle, open_change(circle, member))
    names = {field.name for field in section.fields}
    assert not names & {"name", "org_type", "legal_form"}
    assert "corporate_no" in names
    edit(circle, "organization", actor=member, make=make, name="まったく別の名前", phone="03-9999-9999")
    db.session.refresh(circle)
    assert (circle.name, circle.phone) == (CONTENT["name"], "03-9999-9999")
    assert open_change(circle, member).content == {"name": NEW_NAME}


def test_a_return_is_mended_and_handed_in_again(
    make: Maker, circle: Organization, member: Actor, office: Actor
) -> None:
    edit(circle, "organization", actor=member, make=make, name=NEW_NAME)
    waiting = open_change(circle, member)
    begin_write()
    with pytest.raises(Refused, match="コメント"):
        deciding.give_back(Seen(waiting.id, waiting.revision), " ", actor=office, now=make.now)
    db.session.rollback()
    begin_write()
    deciding.give_back(Seen(waiting.id, waiting.revision), "登記の名称と異なります。", actor=office, now=make.now)
    db.session.commit()

    returned = open_change(circle, member)
    assert (returned.state, returned.comment) == (RegistrationState.returned, "登記の名称と異なります。")
    edit(circle, "organization", actor=member, make=make, name="特定非営利活動法人 いずみの会")
    again = open_change(circle, member)
    assert (again.id, again.state, again.submissions) == (returned.id, RegistrationState.submitted, 2)
    assert again.content == {"name": "特定非営利活動法人 いずみの会"}


@pytest.mark.parametrize("is_returned", [False, True])
def test_it_is_withdrawn_by_its_organization_alone(
    is_returned: bool, make: Maker, circle: Organization, member: Actor, office: Actor
) -> None:
    edit(circle, "organization", actor=member, make=make, name=NEW_NAME)
    waiting = open_change(circle, member)
    if is_returned:
        begin_write()
        deciding.give_back(Seen(waiting.id, waiting.revision), "確認", actor=office, now=make.now)
        db.session.commit()
        db.session.refresh(waiting)
    viewer, stranger = make.member(circle, Role.viewer), make.member()
    for actor, refusal in ((stranger, NotFound), (viewer, Forbidden)):
        with pytest.raises(refusal):
            changes.withdraw(waiting.id, waiting.revision, actor=actor, now=make.now)
        db.session.rollback()

    begin_write()
    changes.withdraw(waiting.id, waiting.revision, actor=member, now=make.now)
    db.session.commit()

    assert changes.open_change(circle.id, actor=member) is None
    with pytest.raises(Conflict, match="競合"):
        approve(waiting, office, make.now)
    db.session.rollback()
    db.session.refresh(circle)
    assert circle.name == CONTENT["name"]


def test_the_second_of_two_editors_is_told_who_was_first(make: Maker, circle: Organization, member: Actor) -> None:
    colleague = make.member(circle, Role.editor)
    edit(circle, "contact", actor=colleague, make=make, contact_dept="広報部")

    with pytest.raises(Conflict, match=r"競合：佐藤 美咲さんが14:32に"):
        edit(circle, "contact", actor=member, make=make, revision=1, contact_dept="総務部")
    db.session.rollback()
    edit(circle, "activity", actor=member, make=make, revision=1, fields=["04"])

    db.session.refresh(circle)
    assert (circle.contact_dept, circle.fields) == ("広報部", ["04"]), "another section is no conflict"


def test_an_approval_is_a_conflict_for_who_has_the_section_open(
    make: Maker, circle: Organization, member: Actor, office: Actor
) -> None:
    edit(circle, "organization", actor=member, make=make, name=NEW_NAME)
    db.session.refresh(circle)
    opened = circle.organization_revision
    approve(open_change(circle, member), office, make.now)

    with pytest.raises(Conflict):
        edit(circle, "organization", actor=member, make=make, revision=opened, phone="03-1111-1111")
    db.session.rollback()


def test_of_parallel_editors_one_wins_and_none_is_overwritten(rules: Flask, make: Maker, circle: Organization) -> None:
    actors = [make.member(circle, Role.editor) for _ in range(8)]
    house_id, told, gate = circle.id, [], threading.Barrier(8)

    def press(number: int) -> None:
        with rules.app_context():
            gate.wait()
            try:
                mine = db.session.get_one(Organization, house_id)
                edit(mine, "contact", actor=actors[number], make=make, revision=1, contact_dept=f"部署{number}")
                told.append(number)
            except Conflict:
                db.session.rollback()
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    db.session.rollback()
    assert len(told) == 1
    assert db.session.scalar(select(Organization.contact_dept)) == f"部署{told[0]}"
    assert db.session.scalar(select(func.count()).select_from(RegistrationVersion)) == 1


def test_refused_input_writes_nothing(make: Maker, circle: Organization, member: Actor) -> None:
    viewer = make.member(circle, Role.viewer)
    for actor, values, refusal in (
        (member, {"contact_dept": ""}, Invalid),
        (member, {}, Refused),
        (viewer, {"contact_dept": "広報部"}, Forbidden),
    ):
        with pytest.raises(refusal):
            edit(circle, "contact", actor=actor, make=make, **values)
        db.session.rollback()
    assert db.session.scalar(select(Organization.contact_revision)) == 1
    assert db.session.scalar(select(func.count()).select_from(RegistrationVersion)) == 0


def test_postings_are_found_by_the_new_name(make: Maker, member: Actor, circle: Organization, office: Actor) -> None:
    version = make.published(actor=member)
    begin_write()
    db.session.execute(update(Version).where(Version.id == version.id).values(publish_at=make.now))
    db.session.commit()

    def found(word: str) -> int:
        return catalog.search(version.kind, Search(keyword=word), now=make.now).total

    assert (found("みずの会"), found("いずみの会")) == (1, 0)
    edit(circle, "organization", actor=member, make=make, name=NEW_NAME, short_name="いずみ")
    assert (found("みずの会"), found("いずみ")) == (1, 1), "the short name is new, the name still waits"
    approve(open_change(circle, member), office, make.now)
    assert (found("みずの会"), found("いずみの会")) == (0, 1)


def test_nobody_else_decides(make: Maker, circle: Organization, member: Actor) -> None:
    edit(circle, "organization", actor=member, make=make, name=NEW_NAME)
    waiting = open_change(circle, member)
    with pytest.raises(Forbidden):
        deciding.approve(Seen(waiting.id, waiting.revision), actor=member, now=make.now)
    db.session.rollback()
    with pytest.raises(NotFound):
        workflow.find(waiting.id, actor=make.member())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("特定非営利活動法人 みずの会", "ＮＰＯ法人みずの会"),
        ("株式会社ミナミ開発", "（株）ミナミ開発"),
        ("Asia Water-Net", "ＡＳＩＡ ＷＡＴＥＲＮＥＴ"),
    ],
)
def test_names_that_read_alike_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


def test_a_name_of_legal_words_alone_has_a_key() -> None:
    assert name_key("任意団体") != ""
    assert contents.blank()["hq_country"] == "JP"
