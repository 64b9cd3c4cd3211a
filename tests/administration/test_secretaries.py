"""How the office helps somebody who cannot log in: by the mail that anybody could ask for."""

from datetime import datetime

import pytest
from sqlalchemy import select

from models.base import db
from models.records import AuditEvent
from models.states import Role
from portal.accounts import invitations, sessions
from portal.actors import Actor
from portal.administration import secretaries
from portal.database import begin_write
from portal.errors import Forbidden, Refused
from portal.settings import Settings
from tests.accounts.mailed import letters, set_password, tokens
from tests.accounts.steps import HERE
from tests.make import Maker, actor_of


@pytest.fixture
def administrator(make: Maker) -> Actor:
    return make.secretary(Role.administrator)


def test_a_member_gets_an_address_that_sets_the_password(
    make: Maker, administrator: Actor, settings: Settings, now: datetime
) -> None:
    member = make.account(Role.owner, make.organization(), email="member@example.jp")
    begin_write()
    secretaries.send_password_mail(member.id, settings, actor=administrator, now=now)
    db.session.commit()
    assert [mail.recipient for mail in letters("password_reissue")] == ["member@example.jp"]
    assert set_password(tokens("password_reissue")[0], settings=settings, now=now) == member.id


def test_who_was_only_invited_is_invited_again(
    make: Maker, administrator: Actor, settings: Settings, now: datetime
) -> None:
    begin_write()
    invited = invitations.invite(
        "new@example.jp", "新井 直子", organization_id=None, role=Role.reviewer, actor=administrator, now=now
    )
    db.session.commit()
    begin_write()
    secretaries.send_password_mail(invited.id, settings, actor=administrator, now=now)
    db.session.commit()
    assert len(letters("invitation")) == 2
    assert letters("password_reissue") == []


def test_nobody_who_is_shut_out_and_by_no_reviewer(
    make: Maker, administrator: Actor, settings: Settings, now: datetime
) -> None:
    shut_out = make.account(Role.owner, make.organization(), suspended_at=now)
    member = make.account(Role.owner, make.organization())
    with pytest.raises(Refused, match="先に再開"):
        secretaries.send_password_mail(shut_out.id, settings, actor=administrator, now=now)
    with pytest.raises(Forbidden):
        secretaries.send_password_mail(member.id, settings, actor=make.secretary(Role.reviewer), now=now)
    assert letters("password_reissue") == []


def test_all_that_is_open_of_somebody_is_ended(
    make: Maker, administrator: Actor, settings: Settings, now: datetime
) -> None:
    member, other = (make.account(Role.owner, make.organization()) for _ in range(2))
    begin_write()
    tokens_of = [
        sessions.open_session(account, origin=HERE, now=now, settings=settings).token
        for account in (member, member, other)
    ]
    db.session.commit()
    for refused, who in ((Forbidden, make.secretary(Role.reviewer)), (Refused, actor_of(member))):
        with pytest.raises(refused):
            secretaries.end_sessions(member.id, actor=who, now=now)
    db.session.rollback()

    begin_write()
    secretaries.end_sessions(member.id, actor=administrator, now=now)
    db.session.commit()
    is_open = [sessions.find_session(token, now=now, settings=settings) is not None for token in tokens_of]
    assert is_open == [False, False, True]
    told = select(AuditEvent.actor_id, AuditEvent.details).where(
        AuditEvent.action == "account.sessions", AuditEvent.subject_id == member.id
    )
    assert [tuple(row) for row in db.session.execute(told)] == [(administrator.account_id, {"ended": 2})]
