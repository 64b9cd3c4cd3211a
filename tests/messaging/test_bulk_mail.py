"""A thousand applicants in one go: a message and an envelope for each, and nobody's address in another's bytes."""

import re
from email.message import EmailMessage

from flask import Flask
from sqlalchemy import func, select

from models.applications import Application
from models.base import db
from models.mail import OutboxMail
from models.messages import Message, Thread
from models.states import Lane, MessageState
from tests.mail.postoffice import Office
from tests.mail.sending import deliver
from tests.make import Maker
from tests.messaging.mailing import HOLD, contact, crowd, func_count, release, send
from tests.recruiting import builders

MANY = 1000
ADDRESS = re.compile(r"[\w.+-]+@many\.example\.jp")


def words(message: EmailMessage) -> str:
    """Headers and body as a person could read them, whatever they are encoded in."""
    return "\n".join([*(f"{name}: {value}" for name, value in message.items()), str(message.get_content())])


def test_a_thousand_applicants_get_one_letter_each(posting: Flask, office: Office, make: Maker) -> None:
    owner = make.member()
    ids = crowd(builders.posting(make, actor=owner), MANY, now=make.now)

    dispatch = send(contact(*ids, body="{{氏名}} 様\n面接のご案内です。"), owner, make.now)
    assert dispatch.count == MANY
    assert release(make.now + HOLD) == MANY
    assert deliver(make.now + HOLD, [Lane.bulk]) == MANY

    assert func_count(Message, Message.state == MessageState.delivered) == func_count(Thread) == MANY
    assert db.session.scalar(select(func.count(Message.body.distinct()))) == MANY, "each reads the own name"
    assert func_count(OutboxMail, OutboxMail.lane == Lane.bulk) == MANY
    everybody = set(db.session.scalars(select(Application.email)))
    assert len(office.received) == len(set(office.ids)) == MANY
    assert {envelope.recipients[0] for envelope in office.received} == everybody
    for envelope in office.received:
        assert len(envelope.recipients) == 1
        assert set(ADDRESS.findall(words(envelope.message))) == set(envelope.recipients)
        assert set(ADDRESS.findall(envelope.raw.decode())) <= set(envelope.recipients)
        assert not {"Cc", "Bcc"} & set(envelope.message.keys())
    letter = words(office.received[0].message)
    assert "面接のご案内" not in letter, "a link, not the body"
    assert "/talent/mailbox/" in letter
    assert "停止" not in letter, "what belongs to the selection cannot be stopped"
    assert "List-Unsubscribe" not in office.received[0].message
