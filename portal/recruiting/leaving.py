"""A talent leaves: nothing that the portal keeps tells any more who it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, delete, select, update

from models.applications import Application, Download
from models.base import Base, db
from models.files import StoredFile
from models.mail import OutboxMail
from models.people import Account, KnownBrowser, LoginChallenge, LoginSession
from models.states import ApplicationState, Role
from models.talents import Registration, Resume, Talent, TalentBlock
from portal import audit
from portal.actors import Actor
from portal.files import dropping
from portal.recruiting import erasing, following
from portal.recruiting.moves import SeenApplication
from portal.recruiting.persons import HELD, Person, table_of
from portal.recruiting.stages import ENDED

# These rows go; of the others organizations and the trail keep a line without a name.
DELETED = (TalentBlock, Resume, Registration, OutboxMail, LoginChallenge, LoginSession, KnownBrowser, Download)
STAYS = frozenset({"role", "created_at", "level", "revision", "password_version"})


def erase(person: Person, *, actor: Actor, now: datetime) -> None:
    """Withdraws what is still open and erases the person. Call it in a writing transaction, and
    `dropping.sweep_dropped` after the commit: then the bytes are gone too.
    """
    _withdraw_open(person, now=now)
    files = list(db.session.scalars(select(StoredFile.id).where(HELD[StoredFile](person))))
    erasing.erase(list(db.session.scalars(person.applications)), actor=actor, now=now)
    for model in DELETED:
        db.session.execute(delete(model).where(HELD[model](person)).execution_options(synchronize_session=False))
    _blank(Talent, person, code=f"erased-{person.talent_id}", photo_id=None, updated_at=now)
    _blank(Account, person, email=f"erased-{person.account_id}@invalid", name=erasing.GONE, suspended_at=now)
    dropping.drop_at_once(files, now=now)
    audit.forget_origins(person.account_id)
    audit.record("person.erase", actor=actor, now=now, subject="account", subject_id=person.account_id, ip="")
    db.session.expire_all()


def _withdraw_open(person: Person, *, now: datetime) -> None:
    """As the person would: the organization is told, and who waits for a place moves up."""
    themselves = Actor(Role.talent, person.account_id)
    rows = db.session.execute(
        select(Application.id, Application.revision).where(
            Application.talent_id == person.talent_id, Application.state.not_in((*ENDED, ApplicationState.draft))
        )
    ).all()
    for row in rows:
        following.withdraw(SeenApplication(row.id, row.revision), actor=themselves, now=now)


def _blank(model: type[Base], person: Person, **given: Any) -> None:
    """Whatever a person could have written becomes nothing."""
    values = {
        column.name: _nothing(column)
        for column in table_of(model).columns
        if not column.primary_key and not column.foreign_keys and column.name not in STAYS
    }
    statement = update(model).where(HELD[model](person)).values(**values | given)
    db.session.execute(statement.execution_options(synchronize_session=False))


def _nothing(column: Column[Any]) -> Any:
    if column.nullable:
        return None
    if column.default is None:
        return column.type.python_type()
    default: Any = column.default
    return default.arg(None) if default.is_callable else default.arg
