"""Browsers that once completed a login. Knowing one skips no step; it only has its own quota of failures."""

from datetime import datetime, timedelta

from sqlalchemy import select

from models.base import db
from models.people import KnownBrowser
from portal.accounts import throttles
from portal.accounts.origins import Origin
from portal.accounts.throttles import Limit
from portal.accounts.tokens import digest
from portal.database import insert_or_update
from portal.settings import Settings

KNOWN_FOR = timedelta(days=180)


def is_known(account_id: int, token: str, *, now: datetime) -> bool:
    """For an account that does not exist (0) it does the same work."""
    if not token:
        return False
    seen = select(KnownBrowser.id).where(
        KnownBrowser.token_hash == digest(account_id, token), KnownBrowser.seen_at >= now - KNOWN_FOR
    )
    return db.session.scalar(seen) is not None


def remember(account_id: int, token: str, *, now: datetime) -> None:
    """One token serves all accounts of a browser; each has a row of its own."""
    row = {"token_hash": digest(account_id, token), "account_id": account_id, "created_at": now, "seen_at": now}
    db.session.execute(
        insert_or_update(KnownBrowser)
        .values(row)
        .on_conflict_do_update(index_elements=[KnownBrowser.token_hash], set_={"seen_at": now})
    )


def counters(limit: Limit, account_id: int, *, origin: Origin, now: datetime, settings: Settings) -> list[str]:
    """One count for all strangers, one for each browser that the owner logged in with before."""
    known = is_known(account_id, origin.token, now=now)
    kind, name = ("browser", f"{account_id} {origin.token}") if known else ("account", account_id)
    return [throttles.key(limit, settings.secret_key, kind, name)]
