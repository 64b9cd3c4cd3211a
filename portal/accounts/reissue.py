"""パスワード再発行: a mailed address to a new password. What the page answers tells nobody who is registered (G9)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from random import SystemRandom

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import SessionTransaction

from models.base import db
from models.organizations import Organization
from models.people import Account
from models.states import AddressPurpose, Lane, Role
from portal import audit
from portal.accounts import addresses, invitations, throttles
from portal.accounts.origins import Origin, network
from portal.accounts.throttles import Limit
from portal.actors import Actor
from portal.database import begin_write
from portal.email_addresses import normalize_email
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.settings import Settings

# Beyond these no mail leaves; the page says the same.
SOON = Limit("reissue soon", 1, timedelta(minutes=1))
DAILY = Limit("reissue", 5, timedelta(days=1))
NETWORK = Limit("reissue network", 10, timedelta(hours=1))
# Addresses that lead nowhere: beyond these the page asks to wait.
BAD_ADDRESSES = Limit("bad address", 20, timedelta(hours=1))


def request(email: str, *, roles: Collection[Role], origin: Origin, now: datetime, settings: Settings) -> None:
    """Mails the address when somebody with one of these roles can log in with this e-mail. Nothing about their account
    changes. Known or not, the same statements run: those for nobody are taken back. Leaves rows to commit."""
    begin_write()
    address = normalize_email(email)
    found, somebody = _find(address), _somebody()
    is_known = found is not None and _may(found, roles)
    may_mail = _count(address, origin=origin, now=now, settings=settings)
    nobody = Actor(Role.anonymous, ip=origin.ip)
    subject = found.id if found is not None and is_known else None
    audit.record("password.asked", actor=nobody, now=now, subject="account", subject_id=subject)
    stays = is_known and may_mail
    point = db.session.begin_nested()
    _write(found if is_known else somebody, address, origin=origin, now=now, settings=settings)
    _end(point, stays=stays)
    _end(db.session.begin_nested(), stays=not stays)  # to take back costs more than to keep: each way does both


def _end(point: SessionTransaction, *, stays: bool) -> None:
    point.commit() if stays else point.rollback()


def send(account: Account, *, actor: Actor, now: datetime, settings: Settings) -> None:
    """The same address for somebody whom the office helps; who is still invited gets the invitation anew. Nobody but
    its owner sees or sets a password. Leaves rows to commit."""
    if invitations.is_waiting(account):
        invitations.invite_again(account, actor=actor, now=now)
        return
    row = db.session.execute(_people().where(Account.id == account.id)).one()
    _write(row, account.email, origin=Origin(actor.ip), now=now, settings=settings)


def refuse_bad_addresses(*, origin: Origin, now: datetime, settings: Settings) -> None:
    """Counts an address that led nowhere. Raises Throttled beyond twenty an hour from one network."""
    key = throttles.key(BAD_ADDRESSES, settings.secret_key, "network", network(origin.ip))
    throttles.take(BAD_ADDRESSES, [key], now=now)


def _find(address: str) -> Row | None:
    return db.session.execute(
        _people().where(Account.email == address),
    ).one_or_none()


def _somebody() -> Row | None:
    """Whom the work for an unknown address is done with, to be taken back: each time somebody else, for PostgreSQL
    steps over what was taken back at the same account before."""
    last = select(func.max(Account.id)).scalar_subquery()
    chosen = select(func.min(Account.id)).where(Account.id >= last * SystemRandom().random()).scalar_subquery()
    return db.session.execute(_people().where(Account.id == chosen)).one_or_none()


def _people() -> Select:
    return select(
        Account.id,
        Account.name,
        Account.role,
        Account.organization_id,
        Account.password_version,
        Account.suspended_at,
        Organization.suspended_at.label("organization_suspended_at"),
    ).join(Organization, Organization.id == Account.organization_id, isouter=True)


def _may(found: Row, roles: Collection[Role]) -> bool:
    return found.role in roles and found.suspended_at is None and found.organization_suspended_at is None


def _count(address: str, *, origin: Origin, now: datetime, settings: Settings) -> bool:
    """Whether all limits leave room. Each is counted, whichever is full."""
    named = ((SOON, "address", address), (DAILY, "address", address), (NETWORK, "network", network(origin.ip)))
    counts = [
        throttles.count(limit, [throttles.key(limit, settings.secret_key, kind, name)], now=now) <= limit.most
        for limit, kind, name in named
    ]
    return all(counts)


def _write(row: Row | None, address: str, *, origin: Origin, now: datetime, settings: Settings) -> None:
    if row is None:  # there is no account at all
        return
    life = timedelta(minutes=settings.reissue_minutes)
    token = addresses.issue(
        AddressPurpose.reissue, row.id, address, password_version=row.password_version, now=now, life=life
    )
    params = {
        "name": row.name,
        "token": token,
        "expires_at": (now + life).isoformat(),
        "when": now.isoformat(),
        "ip": origin.ip,
        "browser": origin.browser,
    }
    letter = Letter("password_reissue", address, params, row.organization_id)
    outbox.queue([letter], now=now, lane=Lane.login, expires_at=now + life)
