"""Everyone who can knock, each with an open session and with objects of their own."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

from flask import Flask
from sqlalchemy import Engine, Table, func, select, update

from models.base import Base, db
from models.organizations import Organization
from models.people import LoginSession
from models.states import Role
from portal.actors import ANONYMOUS, Actor
from portal.database import begin_write
from tests import writes
from tests.client import Browser
from tests.make import Maker
from tests.recruiting.builders import talent
from tests.views.login import log_in

Row = TypeVar("Row")
PEOPLE = (
    "anonymous",
    "talent",
    "rival",  # another talent
    "owner",
    "editor",
    "viewer",
    "other",  # the owner of another organization
    "noncorp",  # the owner of an organization without legal personality
    "suspended",  # a member who logged in before the organization was suspended
    "reviewer",
    "administrator",
)
# Entries made eight days ago asked to be public yesterday.
AGO = timedelta(days=8)
# Reading a page may write these: when a session was last used, how often something failed.
NOT_CONTENT = ("login_session", "throttle", "known_browser", "counter")
DIGESTS: dict[tuple[Engine, frozenset[str]], tuple[int, dict[str, int]]] = {}  # the last one


class World:
    """Two organizations at least are always there: what is asked for belongs to `owner`, `editor` and `viewer`."""

    hold = timedelta(seconds=10)

    def __init__(self, app: Flask, *, letter_id: str = "") -> None:
        self.app, self.letter_id = app, letter_id
        self.now = datetime.now(UTC)
        self.make, self.ago = Maker(self.now), Maker(self.now - AGO)
        self.ago._count = 10_000  # numbers of its own
        self._number = 0
        house = self.make.organization("特定非営利活動法人 みどりの会")
        self.house_id = house.id
        closed = self.make.organization("一般社団法人 とじた会")
        self.actors: dict[str, Actor] = {
            "anonymous": ANONYMOUS,
            "talent": talent(self.make, "青木 千尋"),
            "rival": talent(self.make, "石川 拓真"),
            "owner": self._person(Role.owner, house),
            "editor": self._person(Role.editor, house),
            "viewer": self._person(Role.viewer, house),
            "other": self._person(Role.owner, self.make.organization("公益財団法人 べつの会")),
            "noncorp": self._person(Role.owner, self.make.organization("任意団体の会", org_type="13")),
            "suspended": self._person(Role.editor, closed),
            "reviewer": self._person(Role.reviewer),
            "administrator": self._person(Role.administrator),
        }
        self.make.office = self.ago.office = self.actors["reviewer"]
        closed_id = closed.id
        self.clients = {name: self.fresh_client(name) for name in PEOPLE}
        begin_write()
        db.session.execute(update(Organization).where(Organization.id == closed_id).values(suspended_at=self.now))
        db.session.commit()

    def _person(self, role: Role, organization: Organization | None = None) -> Actor:
        account = self.make.account(role, organization, name=f"試験 {role}")
        return Actor(role, account.id, account.organization_id, account.name, "127.0.0.1")

    def keep(self, row: Row) -> Row:
        begin_write()
        db.session.add(row)
        db.session.commit()
        return row

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def fresh_client(self, name: str) -> Browser:
        client = self.app.test_client()
        assert isinstance(client, Browser)
        if self.actors[name].account_id:
            log_in(client, self.actors[name])
        return client

    def another_session(self, name: str) -> int:
        """The id of a session that this person opened just now in another browser."""
        self.fresh_client(name)
        db.session.rollback()
        found = db.session.scalar(
            select(func.max(LoginSession.id)).where(LoginSession.account_id == self.actors[name].account_id)
        )
        assert found is not None
        return found


def digest(*, without: Collection[str] = NOT_CONTENT) -> dict[str, int]:
    """Each table as one number, those named left out: equal before and after means that nothing was written.

    Of one process: what others wrote is seen only if it wrote too.
    """
    db.session.rollback()
    key, written = (db.engine, frozenset(without)), writes.count(db.engine)
    if key not in DIGESTS or DIGESTS[key][0] != written:
        DIGESTS.clear()
        DIGESTS[key] = written, _digest(without)
    return DIGESTS[key][1]


def _digest(without: Collection[str]) -> dict[str, int]:
    # By the driver: SQLAlchemy makes values of all that is looked at, and shows but the first letters of a long text.
    driver: Any = db.session.connection().connection.driver_connection
    found = {
        table.name: hash(repr(driver.execute(in_order(table)).fetchall()))
        for table in Base.metadata.sorted_tables
        if table.name not in without
    }
    db.session.rollback()
    return found


@cache
def in_order(table: Table) -> str:
    return f"SELECT * FROM {table.name} ORDER BY {', '.join(column.name for column in table.primary_key)}"
