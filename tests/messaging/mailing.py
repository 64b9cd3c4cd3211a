"""Organizations, talents and applicants to write to, and mails for them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import func, select

from models.applications import Application
from models.base import db
from models.entries import Version
from models.mail import OutboxMail
from models.messages import Dispatch, Message
from models.people import Account
from models.states import ApplicationState, MailClass, MailTopic, MessageState, Role
from models.talents import Talent
from portal.actors import Actor
from portal.database import begin_write, insert_rows
from portal.messaging import dispatching, releasing
from portal.messaging.checking import Draft
from portal.settings import Settings
from tests.make import Maker
from tests.recruiting.builders import profile_of, talent

HOLD = timedelta(seconds=120)
SECOND = timedelta(seconds=1)


def settings(**values: Any) -> Settings:
    return replace(current_app.config["PORTAL"], **values)


def welcoming(make: Maker, name: str = "青木 千尋", **columns: Any) -> Talent:
    """A talent who shows the profile and welcomes offers."""
    actor = talent(make, name, **{"is_public": True, "accepts_offers": True} | columns)
    return profile_of(actor)


def change(talent_id: int, **columns: Any) -> None:
    begin_write()
    for name, value in columns.items():
        setattr(db.session.get_one(Talent, talent_id), name, value)
    db.session.commit()


def offer(*talent_ids: int, **values: Any) -> Draft:
    texts = {"subject": "現地調査のご相談", "body": "はじめまして。{{団体名}}です。"}
    return Draft(MailClass.offer, talent_ids=talent_ids, **texts | values)


def contact(*application_ids: int, **values: Any) -> Draft:
    texts = {"subject": "面接のご案内", "body": "{{氏名}} 様\n面接の日程をご相談します。", "topic": MailTopic.other}
    return Draft(MailClass.contact, application_ids=application_ids, **texts | values)


def hire(*application_ids: int, **values: Any) -> Draft:
    texts = {"subject": "採用のお知らせ", "body": "{{氏名}} 様\n{{求人タイトル}}に採用します。"}
    return Draft(MailClass.hire, application_ids=application_ids, **texts | values)


def send(draft: Draft, actor: Actor, now: datetime, *, token: str = "", **values: Any) -> Dispatch:
    """As the page does it: in a transaction that writes."""
    begin_write()
    token = token or f"form-{func_count(Dispatch)}"
    dispatch = dispatching.send(draft, token=token, actor=actor, now=now, settings=settings(**values))
    db.session.commit()
    return dispatch


def reasons(draft: Draft, actor: Actor, now: datetime, **values: Any) -> list[str]:
    found = dispatching.preview(draft, actor=actor, now=now, settings=settings(**values))
    db.session.rollback()
    return [mail.reason for mail in found]


def release(now: datetime) -> int:
    done = releasing.release_due(now)
    db.session.rollback()
    return done


def func_count(model: Any, *criteria: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*criteria)) or 0


def letters(*names: str) -> list[OutboxMail]:
    found = select(OutboxMail).where(OutboxMail.letter.in_(names)).order_by(OutboxMail.id)
    return list(db.session.scalars(found))


def states(dispatch_id: int) -> list[tuple[MessageState, str]]:
    db.session.rollback()
    rows = select(Message.state, Message.reason).where(Message.dispatch_id == dispatch_id).order_by(Message.id)
    return [(row.state, row.reason) for row in db.session.execute(rows)]


def crowd(version: Version, count: int, *, now: datetime) -> Sequence[int]:
    """Ids of applications of the first so many of a crowd of talents; written straight, for they may be many."""
    begin_write()
    names = [f"応募 {number}" for number in range(count)]
    there = set(db.session.scalars(select(Account.name)))
    person = {"role": Role.talent, "password_hash": "", "password_version": 1, "created_at": now}
    people = [
        person | {"name": name, "email": f"p{number}@many.example.jp"}
        for number, name in enumerate(names)
        if name not in there
    ]
    insert_rows(Account, people)
    accounts = db.session.scalars(select(Account).where(Account.name.in_(names)).order_by(Account.id)).all()
    known = set(db.session.scalars(select(Talent.account_id)))
    db.session.add_all(
        Talent(account_id=one.id, code=f"T{one.id:09}", created_at=now, updated_at=now)
        for one in accounts
        if one.id not in known
    )
    db.session.flush()
    talents = dict(db.session.execute(select(Talent.account_id, Talent.id)).all())
    applications = [
        Application(
            number=f"E{version.id:04}{one.id:05}",
            entry_id=version.entry_id,
            version_id=version.id,
            organization_id=version.organization_id,
            talent_id=talents[one.id],
            kind=version.kind,
            state=ApplicationState.applied,
            name=one.name,
            email=one.email,
            created_at=now,
            applied_at=now,
            state_at=now,
        )
        for one in accounts
    ]
    db.session.add_all(applications)
    db.session.commit()
    return [application.id for application in applications]
