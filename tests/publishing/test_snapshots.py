"""What an entry said when it was given back is kept through every change after it, until the next return."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from models.base import db
from models.entries import Version
from models.states import Action, Kind
from portal.actors import Actor
from portal.database import begin_write
from portal.publishing import drafts, snapshots
from portal.publishing.content import read
from tests.make import Maker, seen


def edit(version: Version, *, actor: Actor, now: datetime, **values: Any) -> Version:
    begin_write()
    saved = drafts.save(seen(version), read(version) | values, actor=actor, now=now)
    db.session.commit()
    return saved


@pytest.mark.parametrize("kind", Kind)
def test_what_was_given_back_stays_as_it_was(kind: Kind, make: Maker) -> None:
    owner, office = make.member(), make.secretary()
    version = make.submitted(kind, actor=owner)
    assert snapshots.at_last_return(version) is None, "nothing was given back yet"
    as_handed_in = read(version)
    version = make.move(Action.return_, version, actor=office, comment="直してください。")
    later = make.now + timedelta(hours=1)

    version = edit(version, actor=owner, now=later, title="一度直した題名になりました")
    version = edit(version, actor=owner, now=later, title="二度直した題名になりました")
    version = make.submit(version, actor=owner)
    assert snapshots.at_last_return(version) == as_handed_in

    make.now = later
    version = make.move(Action.return_, version, actor=office, comment="もう一度。")
    again = read(version)
    version = make.submit(version, actor=owner)
    assert snapshots.at_last_return(version) == again, "it came again unchanged"
    make.now = later + timedelta(hours=1)
    version = make.move(Action.return_, version, actor=office, comment="三度目。")
    version = edit(version, actor=owner, now=make.now + timedelta(hours=1), title="三度直した題名になりました")
    assert snapshots.at_last_return(version) == again
