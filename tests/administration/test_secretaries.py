"""How the office helps somebody who cannot log in: by the mail that anybody could ask for."""

from datetime import datetime

import pytest

from models.base import db
from models.states import Role
from portal.accounts import invitations
from portal.actors import Actor
from portal.administration import secretaries
from portal.database import begin_write
from portal.errors import Forbidden, Refused
from portal.settings import Settings
from tests.accounts.mailed import letters, set_password, tokens
from tests.make import Maker


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
