"""What a member was writing when the login ran out: kept for the next login of the same account, for a day.

It is taken from a request without a login, so only the token of a session that was this account's and was ended by
nobody lets anything be kept; there is one row for each account.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Delete, Select, bindparam, delete, select

from models.base import db
from models.organizations import Organization
from models.people import Account, KeptInput, LoginSession
from portal.accounts.tokens import digest
from portal.actors import Actor
from portal.database import insert_or_update, rows_of, write

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
    found = rows_of(_kept(), {"account_id": actor.account_id, "form": form, "since": now - KEPT})
    return [(str(name), str(text)) for row in found for name, text in row.fields]


@cache
def _kept() -> Select:
    """Each form asks for it."""
    return select(KeptInput.fields).where(
        KeptInput.account_id == bindparam("account_id"),
        KeptInput.form == bindparam("form"),
        KeptInput.kept_at > bindparam("since"),
    )


def forget(form: str, *, actor: Actor) -> None:
    """It has served its turn; what was kept of another form waits on."""
    write(_served(), {"account_id": actor.account_id, "form": form})


@cache
def _served() -> Delete:
    return delete(KeptInput).where(KeptInput.account_id == bindparam("account_id"), KeptInput.form == bindparam("form"))
