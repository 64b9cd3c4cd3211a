"""The digest by which tests tell that nothing was written sees what was."""

from flask import Flask
from sqlalchemy import update

from models.base import db
from models.organizations import Organization
from tests.access.world import digest
from tests.make import Maker


def test_a_digest_sees_what_was_written_and_asks_for_no_table_twice(make: Maker, rules: Flask) -> None:
    house = make.organization()
    before = digest()
    assert digest() is before
    assert digest(without=()).keys() > before.keys()

    db.session.execute(update(Organization).values(name=f"{house.name}改"))
    db.session.commit()

    assert {name for name, number in digest().items() if number != before[name]} == {"organization"}
