"""Open logins. A session is a row; the browser holds the token to it, the database only the token's digest."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, delete, select, update

from models.base import db
from models.organizations import Organization
from models.people import Account, LoginChallenge, LoginSession, OneTimeAddress
from portal import audit
from portal.accounts import browsers, letters
from portal.accounts.origins import Origin
from portal.accounts.tokens import digest, new_token
from portal.actors import Actor
from portal.database import rows_of, write
from portal.errors import NotFound
from portal.settings import Settings

TOUCH_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Opened:
    """The two secrets that the browser gets: of this session, and of itself as a known browser."""

    token: str
    browser_token: str
    ended: int = 0  # older ones that gave way to it


def open_session(account: Account, *, origin: Origin, now: datetime, settings: Settings) -> Opened:
    """After the second step alone. A browser never seen with this account is told to the owner by mail."""
    opened = Opened(new_token(), origin.token or new_token())
    session = LoginSession(
        token_hash=digest(opened.token),
        account_id=account.id,
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=settings.session_hours),
        ip=origin.ip,
        browser=origin.browser,
    )
    db.session.add(session)
    if not browsers.is_known(account.id, origin.token, now=now):
        letters.tell_of_new_browser(account, origin=origin, now=now)
    browsers.remember(account.id, opened.browser_token, now=now)
    account.last_login_at = now
    db.session.flush()
    actor = Actor(account.role, account.id, account.organization_id, account.name, origin.ip)
    audit.record("login.ok", actor=actor, now=now, subject="session", subject_id=session.id)
    return replace(opened, ended=_make_room(actor, now=now, settings=settings))


def _make_room(actor: Actor, *, now: datetime, settings: Settings) -> int:
    """Ends what is more than an account may have open, those that were used longest ago."""
    too_many = [row.id for row in list_sessions(actor, now=now, settings=settings)[settings.sessions_at_once :]]
    return _end([LoginSession.id.in_(too_many)], "session.ended", actor=actor, now=now) if too_many else 0


def find_session(
    token: str, *, now: datetime, settings: Settings, beside: tuple[ColumnElement[Any], ...] = ()
) -> Row | None:
    """Who is behind the token, in one statement: a suspension acts on the next request.

    `beside` are columns that each page needs of whoever asks, the same ones each time, about Account.
    """
    values = {"token": digest(token), "now": now, "idle_since": _idle_since(now, settings)}
    found = rows_of(_by_token(beside), values)
    return found[0] if found else None


@cache
def _by_token(beside: tuple[ColumnElement[Any], ...]) -> Select:
    """Kept, for every request runs it: putting it together costs as much as running it."""
    return (
        select(
            LoginSession.id,
            LoginSession.seen_at,
            LoginSession.created_at,
            LoginSession.confirmed_at,
            Account.id.label("account_id"),
            Account.role,
            Account.organization_id,
            Account.name,
            Organization.org_type,
            Organization.display_name.label("organization"),
            *beside,
        )
        .join(Account, Account.id == LoginSession.account_id)
        .join(Organization, Organization.id == Account.organization_id, isouter=True)
        .where(LoginSession.token_hash == bindparam("token"))
        .where(*_is_open(now=bindparam("now"), idle_since=bindparam("idle_since")))
        .where(Account.suspended_at.is_(None), Organization.suspended_at.is_(None))
    )


def is_due_for_touch(seen_at: datetime, *, now: datetime) -> bool:
    return now - seen_at >= TOUCH_EVERY


def touch(session_id: int, *, now: datetime) -> None:
    """Use keeps a session from idling out; written once a minute, not at each request."""
    db.session.execute(
        update(LoginSession).where(LoginSession.id == session_id, LoginSession.seen_at < now).values(seen_at=now)
    )


def renew(session_id: int, *, now: datetime) -> str:
    """Its owner proved themselves once more: the session goes on under a new token, and the one before is worth
    nothing."""
    token = new_token()
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.id == session_id)
        .values(token_hash=digest(token), confirmed_at=now)
        .execution_options(synchronize_session=False)
    )
    return token


def list_sessions(actor: Actor, *, now: datetime, settings: Settings) -> Sequence[LoginSession]:
    return db.session.scalars(
        select(LoginSession)
        .where(LoginSession.account_id == actor.account_id, *_is_open(now=now, idle_since=_idle_since(now, settings)))
        .order_by(LoginSession.seen_at.desc(), LoginSession.id.desc())
    ).all()


def end_session(session_id: int, *, actor: Actor, now: datetime) -> None:
    """Raises NotFound for one that is another's or ended already."""
    if not _end([LoginSession.id == session_id], "session.ended", actor=actor, now=now):
        raise NotFound


def end_other_sessions(kept_id: int, *, actor: Actor, now: datetime) -> int:
    return _end([LoginSession.id != kept_id], "session.ended", actor=actor, now=now)


def log_out(session_id: int, *, actor: Actor, now: datetime) -> None:
    _end([LoginSession.id == session_id], "logout", actor=actor, now=now)


def end_sessions_of(account_id: int, *, actor: Actor, now: datetime) -> int:
    """All of somebody, by an administrator: a lost device, a person who left. Returns how many there were."""
    return _end([], "session.ended", actor=actor, now=now, account_id=account_id)


def end_everything(*, now: datetime) -> int:
    """Of everybody: whatever was logged in, half logged in or mailed as an address; returns how many were logged in."""
    ended = write(update(LoginSession).where(LoginSession.ended_at.is_(None)).values(ended_at=now))
    write(update(OneTimeAddress).where(OneTimeAddress.used_at.is_(None)).values(used_at=now))
    write(delete(LoginChallenge))
    return ended


def _end(
    which: list[ColumnElement[bool]], action: str, *, actor: Actor, now: datetime, account_id: int | None = None
) -> int:
    ended = db.session.scalars(
        update(LoginSession)
        .where(
            LoginSession.account_id == (account_id or actor.account_id),
            LoginSession.ended_at.is_(None),
            *which,
        )
        .values(ended_at=now)
        .returning(LoginSession.id)
        .execution_options(synchronize_session=False)
    ).all()
    audit.record_each(action, [{"subject": "session", "subject_id": number} for number in ended], actor=actor, now=now)
    return len(ended)


def _is_open(*, now: Any, idle_since: Any) -> tuple[ColumnElement[bool], ...]:
    return LoginSession.ended_at.is_(None), LoginSession.expires_at >= now, LoginSession.seen_at >= idle_since


def _idle_since(now: datetime, settings: Settings) -> datetime:
    return now - timedelta(minutes=settings.session_idle_minutes)
