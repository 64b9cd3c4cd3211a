"""Who registers proves the address first; what was typed then is what the account has."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from models.base import db
from models.mail import OutboxMail
from models.people import Account
from models.states import Role
from models.talents import Registration, Talent
from portal.accounts import cleaning, registration
from portal.accounts.origins import Origin
from portal.accounts.passwords import verify_password
from portal.accounts.registration import Request
from portal.database import begin_write
from portal.errors import Invalid, Refused, Throttled
from tests.make import Maker

PASSWORD = "みずうみと青い電車の切符"
ASKED = Request("Haruka@example.jp", "新田 遥", PASSWORD, PASSWORD, consent=True)
ORIGIN = Origin("192.0.2.7", "試験", "")


def register(house: Flask, make: Maker, **over: object) -> None:
    begin_write()
    registration.register(replace(ASKED, **over), origin=ORIGIN, now=make.now, settings=house.config["PORTAL"])
    db.session.commit()


def letter() -> OutboxMail:
    return db.session.scalars(select(OutboxMail).order_by(OutboxMail.id.desc()).limit(1)).one()


def count(model: type) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def test_the_mailed_address_makes_an_account_that_can_log_in(rules: Flask, make: Maker) -> None:
    register(rules, make)
    assert (letter().letter, letter().recipient) == ("talent_confirm", "haruka@example.jp")
    assert count(Account) == 0
    begin_write()
    account = registration.confirm(letter().params["token"], now=make.now + timedelta(hours=23))
    db.session.commit()
    assert (account.email, account.name, account.role) == ("haruka@example.jp", "新田 遥", Role.talent)
    assert verify_password(account.password_hash, PASSWORD)
    profile = db.session.scalars(select(Talent)).one()
    assert (profile.account_id, profile.is_public, profile.accepts_offers) == (account.id, False, False)
    assert db.session.scalars(select(Registration.password_hash)).one() == ""


@pytest.mark.parametrize("later", [timedelta(hours=24), timedelta(days=30)])
def test_an_address_that_is_too_old_makes_nothing(rules: Flask, make: Maker, later: timedelta) -> None:
    register(rules, make)
    begin_write()
    with pytest.raises(Refused, match="確認用のアドレスは使えません"):
        registration.confirm(letter().params["token"], now=make.now + later)
    assert count(Account) == 0


def test_an_address_makes_one_account(rules: Flask, make: Maker) -> None:
    register(rules, make)
    token = letter().params["token"]
    begin_write()
    registration.confirm(token, now=make.now)
    db.session.commit()
    begin_write()
    with pytest.raises(Refused):
        registration.confirm(token, now=make.now)
    assert count(Account) == 1


def test_of_two_registrations_of_one_address_the_second_makes_nothing(rules: Flask, make: Maker) -> None:
    register(rules, make)
    first = letter().params["token"]
    register(rules, make)
    second = letter().params["token"]
    begin_write()
    registration.confirm(first, now=make.now)
    db.session.commit()
    begin_write()
    with pytest.raises(Refused):
        registration.confirm(second, now=make.now)
    db.session.rollback()
    assert count(Account) == 1


def test_a_known_address_is_told_by_mail_alone(rules: Flask, make: Maker) -> None:
    make.account(Role.talent, email="haruka@example.jp")
    register(rules, make)
    assert letter().letter == "talent_known"
    assert count(Registration) == 0


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "あ" * 61}, "name"),
        ({"email": "haruka"}, "email"),
        ({"password": "みじかい", "again": "みじかい"}, "password"),
        ({"again": PASSWORD + "。"}, "again"),
        ({"consent": False}, "consent"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(rules: Flask, make: Maker, over: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as invalid:
        register(rules, make, **over)
    assert [finding.field for finding in invalid.value.findings] == [field]
    db.session.rollback()
    assert (count(Registration), count(OutboxMail)) == (0, 0)


def test_one_network_registers_five_times_an_hour(rules: Flask, make: Maker) -> None:
    for number in range(5):
        register(rules, make, email=f"haruka{number}@example.jp")
    with pytest.raises(Throttled):
        register(rules, make, email="haruka5@example.jp")
    db.session.rollback()
    assert count(Registration) == 5


def test_who_never_confirms_is_forgotten_when_the_address_dies_and_no_other(rules: Flask, make: Maker) -> None:
    register(rules, make)
    register(rules, make, email="second@example.jp")
    begin_write()
    registration.confirm(letter().params["token"], now=make.now)
    db.session.commit()
    cleaning.forget_expired(make.now + timedelta(hours=24))
    assert count(Registration) == 2
    cleaning.forget_expired(make.now + timedelta(hours=24, seconds=1))
    assert db.session.scalars(select(Registration.email)).all() == ["second@example.jp"], "what they agreed to stays"
