"""A talent leaves, or is erased on request: nothing that the portal keeps tells any more who it was."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from models.applications import Application, Download
from models.base import db
from models.favorites import Favorite, OfferStop
from models.files import StoredFile
from models.mail import OutboxMail
from models.office import Suspension
from models.people import (
    Account,
    Authenticator,
    KnownBrowser,
    LoginChallenge,
    LoginSession,
    OneTimeAddress,
    RecoveryCode,
)
from models.reminders import Reminder, ReminderOff
from models.states import ApplicationState, Role
from models.talents import Registration, Resume, Talent, TalentBlock
from portal import audit
from portal.actors import Actor
from portal.files import dropping
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.matching import profiles
from portal.messaging import forgetting
from portal.permissions import visible
from portal.recruiting import drafting, erasing, following, persons, recalling
from portal.recruiting.erasing import GONE
from portal.recruiting.moves import SeenApplication
from portal.recruiting.persons import HELD, Person

# Who was hired does not decline by leaving the site.
RUNNING = following.WITHDRAWABLE - {ApplicationState.hired}
# These rows go; of the others organizations and the trail keep a line without a name.
DELETED = (
    TalentBlock,
    OfferStop,
    Favorite,
    Resume,
    Registration,
    OutboxMail,
    LoginChallenge,
    LoginSession,
    KnownBrowser,
    OneTimeAddress,
    Authenticator,
    RecoveryCode,
    Reminder,
    ReminderOff,
    Download,
    Suspension,
)


def count_running(*, actor: Actor) -> int:
    """How many applications leaving would withdraw."""
    return len(db.session.scalars(_mine(actor, Application.state.in_(RUNNING))).all())


def leave(*, actor: Actor, now: datetime) -> None:
    """The talent's own decision; a last letter says that it is done."""
    person = persons.of(actor)
    erase(person, actor=actor, now=now)
    outbox.queue([Letter("account_erased", person.email)], now=now)


def erase(person: Person, *, actor: Actor, now: datetime) -> None:
    """Withdraws what is running and erases the person. Rows that others hold on to stay, empty: number, dates and
    state of each application, and the trail. The bytes of files go with the next sweep: `dropping.sweep_dropped`.
    """
    files = list(db.session.scalars(select(StoredFile.id).where(persons.own_files(person))))
    _step_back(Actor(Role.talent, person.account_id), now=now)
    mine = select(Application.id).where(HELD[Application](person), Application.erased_at.is_(None))
    erasing.erase(list(db.session.scalars(mine)), actor=actor, now=now)
    forgetting.forget_talent(person.talent_id, now=now)
    recalling.recall_favorites(person.talent_id, now=now)
    for model in DELETED:
        _run(delete(model).where(HELD[model](person)))
    profiles.clear(db.session.get_one(Talent, person.talent_id), now=now)
    _close(person, now=now)
    dropping.drop_at_once(files, now=now)
    audit.forget_origins(person.account_id)
    audit.record("account.erase", subject="account", subject_id=person.account_id, actor=actor, now=now, ip="")
    db.session.flush()


def _step_back(talent: Actor, *, now: datetime) -> None:
    """As the talent would: organizations are told, and who waits for a place moves up."""
    for application in db.session.scalars(_mine(talent, Application.state.in_(RUNNING))).all():
        following.withdraw(SeenApplication(application.id, application.revision), actor=talent, now=now)
    for application in db.session.scalars(_mine(talent, Application.state == ApplicationState.draft)).all():
        drafting.discard(application, actor=talent, now=now)


def _mine(actor: Actor, *criteria: Any) -> Any:
    return select(Application).where(visible(actor, Application), *criteria).order_by(Application.id)


def _close(person: Person, *, now: datetime) -> None:
    """Nobody logs in with it again; the address is free for a new registration."""
    _run(
        update(Account)
        .where(Account.id == person.account_id)
        .values(
            email=f"erased-{person.account_id}@invalid",
            name=GONE,
            password_hash="",
            password_version=Account.password_version + 1,
            last_login_at=None,
            suspended_at=now,
        )
    )


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
