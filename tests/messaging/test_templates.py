"""Templates of mails: whose they are, what they may say, how many, and two members at once."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from models.base import db
from models.messages import MailTemplate
from models.records import AuditEvent
from models.states import MailClass, MailTopic, Role
from portal.actors import Actor
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.messaging import templates
from portal.messaging.templates import Written
from tests.conftest import Statements
from tests.make import Maker
from tests.messaging.mailing import func_count

INVITING = Written(
    "面接のご案内", MailClass.contact, "面接のご案内", "{{氏名}} 様\n面接にお越しください。", MailTopic.arrangement
)


def save(written: Written, actor: Actor, now: datetime) -> int:
    begin_write()
    template = templates.save(written, actor=actor, now=now)
    db.session.commit()
    return template.id


def change(template_id: int, written: Written, actor: Actor, now: datetime, *, revision: int = 1) -> None:
    begin_write()
    try:
        templates.change(template_id, written, revision=revision, actor=actor, now=now)
    except Refused:
        db.session.rollback()
        raise
    db.session.commit()


def wrong(written: Written, actor: Actor, now: datetime) -> dict[str, str]:
    """By field; and nothing is written."""
    before = func_count(MailTemplate)
    with pytest.raises(Invalid) as caught:
        save(written, actor, now)
    db.session.rollback()
    assert func_count(MailTemplate) == before
    return {finding.field: finding.message for finding in caught.value.findings}


def names(actor: Actor, mail_class: MailClass | None = None) -> list[str]:
    db.session.rollback()
    return [template.name for template in templates.listed(actor=actor, mail_class=mail_class)]


@pytest.fixture
def owner(make: Maker) -> Actor:
    return make.member()


@pytest.fixture
def office(make: Maker) -> Actor:
    return make.secretary(Role.administrator)


def test_an_organization_has_its_own_and_the_samples_by_class_and_topic(
    make: Maker, owner: Actor, office: Actor, now: datetime
) -> None:
    for name, mail_class, topic in (
        ("え 採用", MailClass.hire, None),
        ("う リマインド", MailClass.contact, MailTopic.reminder),
        ("い 質問", MailClass.contact, MailTopic.question),
        ("あ オファー", MailClass.offer, None),
    ):
        save(replace(INVITING, name=name, mail_class=mail_class, topic=topic, body="本文です。"), owner, now)
    save(replace(INVITING, name="見本"), office, now)
    save(INVITING, make.member(), now)

    assert names(owner) == ["あ オファー", "い 質問", "う リマインド", "え 採用", "見本"]
    assert names(owner, MailClass.contact) == ["い 質問", "う リマインド", "見本"]
    assert names(office) == ["見本"]


def test_only_contact_mails_keep_a_topic(owner: Actor, now: datetime) -> None:
    hire = save(replace(INVITING, mail_class=MailClass.hire), owner, now)

    assert templates.find(hire, actor=owner).topic is None


def test_foreign_ones_are_not_there_and_samples_are_not_ours_to_change(
    make: Maker, owner: Actor, office: Actor, now: datetime
) -> None:
    foreign, sample = save(INVITING, make.member(), now), save(INVITING, office, now)

    for template_id in (foreign, sample, 2_000_000_000):
        with pytest.raises(NotFound):
            change(template_id, INVITING, owner, now)
        with pytest.raises(NotFound):
            templates.remove(template_id, actor=owner, now=now)
        db.session.rollback()
    with pytest.raises(NotFound):
        templates.find(foreign, actor=owner)
    assert templates.find(sample, actor=owner).name == INVITING.name
    with pytest.raises(NotFound):
        templates.find_own(foreign, actor=office)


@pytest.mark.parametrize("role", [Role.viewer, Role.reviewer])
def test_who_only_reads_writes_none(make: Maker, owner: Actor, now: datetime, role: Role) -> None:
    someone = make.secretary(role) if role is Role.reviewer else make.member(role=role)
    with pytest.raises(Forbidden):
        save(INVITING, someone, now)
    db.session.rollback()
    assert func_count(MailTemplate) == 0


def test_an_organization_without_legal_personality_keeps_no_offers(make: Maker, now: datetime) -> None:
    group = make.member(make.organization("任意団体の会", org_type="13"))
    with pytest.raises(Forbidden):
        save(replace(INVITING, mail_class=MailClass.offer, body="本文です。"), group, now)
    db.session.rollback()
    save(INVITING, group, now)
    assert names(group) == [INVITING.name]


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("name", "", "テンプレート名を入力"),
        ("name", "あ" * 61, "60文字以内"),
        ("name", "一行\n二行", "1行で"),
        ("name", "名\x1b前", "制御文字"),
        ("subject", "　", "件名を入力"),
        ("subject", "あ" * 101, "100文字以内"),
        ("subject", "件名\nBcc: x@example.com", "1行で"),
        ("subject", "{{着任時期}}のご相談", "{{着任時期}}"),
        ("body", "", "本文を入力"),
        ("body", "あ" * 5001, "5,000文字以内"),
        ("body", "{{7*7}}", "{{7*7}}"),
    ],
)
def test_what_no_mail_could_say_is_not_kept(owner: Actor, now: datetime, field: str, text: str, told: str) -> None:
    assert told in wrong(replace(INVITING, **{field: text}), owner, now)[field]


def test_a_template_of_offers_has_no_names(owner: Actor, now: datetime) -> None:
    assert "氏名" in wrong(replace(INVITING, mail_class=MailClass.offer), owner, now)["body"]
    save(replace(INVITING, mail_class=MailClass.offer, body="登録コード {{登録コード}} 様"), owner, now)


def test_a_name_is_used_once_in_an_organization(make: Maker, owner: Actor, office: Actor, now: datetime) -> None:
    first = save(INVITING, owner, now)
    other = save(replace(INVITING, name="別の名前"), owner, now)
    for someone in (office, make.member()):
        save(INVITING, someone, now)

    assert "同じ名前" in wrong(replace(INVITING, subject="別の件名"), owner, now)["name"]
    with pytest.raises(Invalid):
        change(other, INVITING, owner, now)
    change(first, replace(INVITING, body="本文を直しました。"), owner, now)


def test_fifty_and_no_more(owner: Actor, office: Actor, now: datetime) -> None:
    begin_write()
    for number in range(templates.MOST):
        db.session.add(
            MailTemplate(
                organization_id=owner.organization_id,
                updated_at=now,
                **replace(INVITING, name=f"{number}").values,
            )
        )
    db.session.commit()
    save(INVITING, office, now)

    assert "50件まで" in wrong(INVITING, owner, now)["name"]
    templates.remove(templates.listed(actor=owner)[0].id, actor=owner, now=now)
    db.session.commit()
    save(INVITING, owner, now)


def test_who_comes_second_is_told_and_overwrites_nothing(make: Maker, owner: Actor, now: datetime) -> None:
    template_id = save(INVITING, owner, now)
    change(template_id, replace(INVITING, body="先に直しました。"), owner, now + timedelta(minutes=1))

    with pytest.raises(Conflict, match="競合"):
        change(template_id, replace(INVITING, body="後から直しました。"), owner, now + timedelta(minutes=2))
    kept = templates.find(template_id, actor=owner)
    assert (kept.body, kept.revision, kept.updated_at) == ("先に直しました。", 2, now + timedelta(minutes=1))
    change(template_id, replace(INVITING, body="後から直しました。"), owner, now, revision=2)


def test_it_goes_and_every_act_is_on_record_without_its_words(owner: Actor, now: datetime) -> None:
    template_id = save(INVITING, owner, now)
    change(template_id, replace(INVITING, name="改めた名前"), owner, now)
    begin_write()
    templates.remove(template_id, actor=owner, now=now)
    db.session.commit()

    assert names(owner) == []
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject == "mail_template").order_by(AuditEvent.id)
    ).all()
    assert [event.action.removeprefix("mail_template.") for event in events] == ["create", "change", "remove"]
    assert {event.subject_id for event in events} == {template_id}
    assert all(event.details == {} for event in events)


def test_the_list_is_one_statement_however_long(owner: Actor, now: datetime, statements: Statements) -> None:
    for number in range(3):
        save(replace(INVITING, name=f"{number}"), owner, now)
    db.session.rollback()
    statements.restart()
    assert len(templates.listed(actor=owner)) == 3
    assert statements.count == 1
