"""What a member was writing when the login ran out: kept for the next login of the same account, for a day.

It is taken from a request without a login, so only the token of a session that was this account's and was ended by
nobody lets anything be kept; there is one row for each account.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from models.base import db
from models.organizations import Organization
from models.people import Account, KeptInput, LoginSession
from portal.accounts.tokens import digest
from portal.actors import Actor
from portal.database import insert_or_update, write

KEPT = timedelta(days=1)
LONGEST = 100_000  # characters of all fields
Fields = Sequence[tuple[str, str]]


def keep(token: str, form: str, fields: Fields, *, now: datetime) -> bool:
    """Whether it was kept; what the account had kept before gives way."""
    account_id = _account_of(token, now=now)
    if account_id is None or sum(len(name) + len(text) for name, text in fields) > LONGEST:
        return False
    values = {"form": form, "fields": [list(pair) for pair in fields], "kept_at": now}
    insert = insert_or_update(KeptInput).values(account_id=account_id, **values)
    db.session.execute(insert.on_conflict_do_update(index_elements=["account_id"], set_=values))
    return True


def _account_of(token: str, *, now: datetime) -> int | None:
    """Of a member whose session ran out lately. One that was ended on purpose is nobody's, and who is suspended keeps
    nothing."""
    return db.session.scalar(
        select(LoginSession.account_id)
        .join(Account, Account.id == LoginSession.account_id)
        .join(Organization, Organization.id == Account.organization_id)
        .where(
            LoginSession.token_hash == digest(token),
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now - KEPT,
            Account.suspended_at.is_(None),
            Organization.suspended_at.is_(None),
        )
    )


def kept(form: str, *, actor: Actor, now: datetime) -> Fields:
    """Of the actor's own, without taking it away: a page that only shows writes nothing."""
    found = db.session.scalar(
        select(KeptInput.fields).where(
            KeptInput.account_id == actor.account_id, KeptInput.form == form, KeptInput.kept_at > now - KEPT
        )
    )
    return [(str(name), str(text)) for name, text in found or ()]


def forget(form: str, *, actor: Actor) -> None:
    """It has served its turn; what was kept of another form waits on."""
    write(delete(KeptInput).where(KeptInput.account_id == actor.account_id, KeptInput.form == form))
