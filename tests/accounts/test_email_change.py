"""The login e-mail changes when both mailboxes said so, and for three days the old one takes it back."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from models.base import db
from models.people import Account, KnownBrowser, LoginSession
from models.states import Role
from portal.accounts import email_change
from portal.accounts.addresses import Gone
from portal.database import begin_write
from portal.errors import Invalid
from portal.settings import Settings
from tests.accounts.mailed import ask as ask_reissue
from tests.accounts.mailed import letters, set_password, tokens
from tests.accounts.steps import HERE, Steps
from tests.make import Maker, actor_of

OLD, NEW = "org@example.jp", "new@example.jp"
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


class Change:
    def __init__(self, account: Account, settings: Settings, now: datetime) -> None:
        self.account_id, self.actor, self.settings, self.now = account.id, actor_of(account), settings, now

    def ask(self, email: str = NEW) -> None:
        begin_write()
        email_change.ask(email, actor=self.actor, origin=HERE, now=self.now, settings=self.settings)
        db.session.commit()

    def press(self, mailbox: str, *, now: datetime | None = None) -> bool:
        begin_write()
        try:
            return email_change.confirm(tokens("email_confirm", mailbox)[-1], origin=HERE, now=now or self.now)
        finally:
            db.session.commit()

    def undo(self, *, now: datetime | None = None) -> None:
        begin_write()
        try:
            email_change.undo(tokens("email_changed")[-1], origin=HERE, now=now or self.now)
        finally:
            db.session.commit()

    @property
    def email(self) -> str:
        db.session.rollback()
        return db.session.scalars(select(Account.email).where(Account.id == self.account_id)).one()


@pytest.fixture
def change(account: Account, rules: Flask, settings: Settings, now: datetime) -> Change:
    return Change(account, settings, now)


@pytest.mark.parametrize("order", [(OLD, NEW), (NEW, OLD)])
def test_both_mailboxes_confirm_in_any_order(order: tuple[str, str], change: Change, account: Account) -> None:
    change.ask(" Ｎew@example.jp")
    first, second = order
    assert not change.press(first)
    assert change.email == OLD
    pending = email_change.pending(account, now=change.now)
    assert pending is not None
    assert (pending.new_email, pending.confirmed) == (NEW, 1)
    with pytest.raises(Gone):
        change.press(first)
    assert change.press(second)
    assert change.email == NEW
    assert [mail.recipient for mail in letters("account_changed")] == [NEW]
    assert [mail.recipient for mail in letters("email_changed")] == [OLD]


def test_an_address_works_a_day(change: Change) -> None:
    change.ask()
    change.press(OLD, now=change.now + 24 * HOUR)
    with pytest.raises(Gone):
        change.press(NEW, now=change.now + 24 * HOUR + SECOND)
    assert change.email == OLD


def test_a_second_request_ends_the_first(change: Change) -> None:
    change.ask()
    before = tokens("email_confirm", OLD)[0]
    change.press(NEW)
    change.ask("third@example.jp")
    begin_write()
    with pytest.raises(Gone):
        email_change.confirm(before, origin=HERE, now=change.now)
    db.session.rollback()
    assert not change.press("third@example.jp")
    assert change.press(OLD)
    assert change.email == "third@example.jp"


def test_another_password_ends_it(change: Change, settings: Settings) -> None:
    change.ask()
    change.press(NEW)
    ask_reissue(OLD, settings=settings, now=change.now)
    set_password(tokens("password_reissue")[0], settings=settings, now=change.now)
    with pytest.raises(Gone):
        change.press(OLD)
    assert change.email == OLD


def test_the_old_mailbox_takes_it_back_and_nobody_stays_logged_in(
    change: Change, account: Account, steps: Steps
) -> None:
    change.ask()
    change.press(OLD)
    change.press(NEW)
    steps.log_in(account)
    later = change.now + 72 * HOUR
    with pytest.raises(Gone):
        change.undo(now=later + SECOND)
    change.undo(now=later)
    assert change.email == OLD
    assert db.session.scalars(select(LoginSession.ended_at)).all() == [later]
    assert db.session.scalars(select(KnownBrowser)).all() == []
    with pytest.raises(Gone):
        change.undo(now=later)


def test_taking_back_works_after_a_new_password(change: Change, settings: Settings) -> None:
    """Whoever took the account over sets one first of all."""
    change.ask()
    change.press(OLD)
    change.press(NEW)
    ask_reissue(NEW, settings=settings, now=change.now)
    set_password(tokens("password_reissue")[0], settings=settings, now=change.now)
    change.undo()
    assert change.email == OLD


def test_a_taken_address_is_told_by_mail_alone(change: Change, make: Maker) -> None:
    make.account(Role.talent, email=NEW)
    change.ask()
    assert [mail.recipient for mail in letters("email_taken")] == [NEW]
    assert [mail.recipient for mail in letters("email_confirm")] == [OLD]
    assert not change.press(OLD)
    assert change.email == OLD


def test_an_address_taken_meanwhile_stays_its_owners(change: Change, make: Maker) -> None:
    change.ask()
    change.press(OLD)
    make.account(Role.talent, email=NEW)
    with pytest.raises(Gone):
        change.press(NEW)
    assert change.email == OLD


@pytest.mark.parametrize("email", ["", "x", OLD, "ＯＲＧ@example.jp"])
def test_what_is_no_new_address_is_refused(email: str, change: Change) -> None:
    with pytest.raises(Invalid):
        change.ask(email)
    db.session.rollback()
    assert letters("email_confirm") == []
