"""A talent leaves: running applications are withdrawn, then everything that tells who it was is erased at once."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from models.applications import Application, Download
from models.base import db
from models.mail import OutboxMail
from models.people import Account, KnownBrowser, LoginChallenge, LoginSession
from models.states import ApplicationState, DownloadState, MailState
from models.talents import Registration, Resume, Talent, TalentBlock
from portal import audit
from portal.actors import Actor
from portal.files import dropping
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.matching import profiles
from portal.permissions import visible
from portal.recruiting import drafting, erasing, following
from portal.recruiting.erasing import GONE
from portal.recruiting.moves import SeenApplication

# Who was hired does not decline by leaving the site.
RUNNING = following.WITHDRAWABLE - {ApplicationState.hired}


def count_running(*, actor: Actor) -> int:
    """How many applications leaving would withdraw."""
    return len(db.session.scalars(_mine(actor, Application.state.in_(RUNNING))).all())


def leave(*, actor: Actor, now: datetime) -> None:
    """Rows that others hold on to stay, empty: number, dates and state of each application, and the trail."""
    talent = drafting.own_talent(actor)
    account = talent.account
    for application in db.session.scalars(_mine(actor, Application.state.in_(RUNNING))).all():
        following.withdraw(SeenApplication(application.id, application.revision), actor=actor, now=now)
    for application in db.session.scalars(_mine(actor, Application.state == ApplicationState.draft)).all():
        drafting.discard(application, actor=actor, now=now)
    left = [application.id for application in db.session.scalars(_mine(actor, Application.erased_at.is_(None)))]
    erasing.erase(left, actor=actor, now=now)
    _forget_mail(account.email)
    outbox.queue([Letter("account_erased", account.email)], now=now)
    _empty(talent, now=now)
    _close(account, now=now)
    audit.record("account.erase", subject="account", subject_id=account.id, actor=actor, now=now)
    db.session.flush()


def _mine(actor: Actor, *criteria: Any) -> Any:
    return select(Application).where(visible(actor, Application), *criteria).order_by(Application.id)


def _forget_mail(email: str) -> None:
    """What was sent is told no more; what waits is not sent any more."""
    mails = update(OutboxMail).where(OutboxMail.recipient == email)
    _run(mails.where(OutboxMail.state == MailState.queued).values(state=MailState.cancelled))
    _run(mails.where(OutboxMail.state != MailState.sending).values(recipient="", params={}))


def _empty(talent: Talent, *, now: datetime) -> None:
    if talent.photo_id is not None:
        dropping.drop([talent.photo_id], now=now)
    for model in (Resume, TalentBlock):
        _run(delete(model).where(model.talent_id == talent.id))
    profiles.clear(talent, now=now)


def _close(account: Account, *, now: datetime) -> None:
    """Nobody logs in with it again; the address is free for a new registration."""
    for model in (LoginSession, LoginChallenge, KnownBrowser):
        _run(delete(model).where(model.account_id == account.id))
    _run(delete(Registration).where(Registration.email == account.email))
    mine = Download.account_id == account.id
    files = list(db.session.scalars(select(Download.file_id).where(mine, Download.file_id.is_not(None))))
    _run(update(Download).where(mine).values(state=DownloadState.cancelled, file_id=None))
    dropping.drop([key for key in files if key is not None], now=now)
    account.email, account.name, account.password_hash = f"erased-{account.id}@invalid", GONE, ""
    account.password_version += 1
    account.last_login_at, account.suspended_at = None, now


def _run(statement: Any) -> None:
    db.session.execute(statement.execution_options(synchronize_session=False))
