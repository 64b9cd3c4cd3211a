"""What a login mails, and when."""

from datetime import datetime
from typing import Any

from models.people import Account
from models.states import Lane
from portal.accounts.origins import Origin
from portal.mail import outbox
from portal.mail.outbox import Letter


def send_code(
    account: Account, code: str, *, challenge_id: int, resend: int, origin: Origin, now: datetime, expires_at: datetime
) -> None:
    """In the lane that bulk mail never blocks. A code sent before and still waiting is taken out of it."""
    if resend:
        outbox.cancel(_key(challenge_id, resend - 1))
    params = _circumstances(account, origin, now) | {"code": code, "expires_at": expires_at.isoformat()}
    letter = Letter(
        "one_time_password", account.email, params, account.organization_id, dedupe_key=_key(challenge_id, resend)
    )
    outbox.queue([letter], now=now, lane=Lane.login, expires_at=expires_at)


def tell_of_new_browser(account: Account, *, origin: Origin, now: datetime) -> None:
    letter = Letter("new_browser", account.email, _circumstances(account, origin, now), account.organization_id)
    outbox.queue([letter], now=now)


def tell_of_failures(account: Account, *, origin: Origin, now: datetime) -> None:
    letter = Letter("login_closed", account.email, _circumstances(account, origin, now), account.organization_id)
    outbox.queue([letter], now=now)


def tell_of_change(what: str, account: Account, *, origin: Origin, now: datetime) -> None:
    """`what` says which change of the account happened, in words that are also the subject."""
    params = _circumstances(account, origin, now) | {"what": what}
    outbox.queue([Letter("account_changed", account.email, params, account.organization_id)], now=now)


def _circumstances(account: Account, origin: Origin, now: datetime) -> dict[str, Any]:
    return {"name": account.name, "when": now.isoformat(), "ip": origin.ip, "browser": origin.browser}


def _key(challenge_id: int, resend: int) -> str:
    return f"code:{challenge_id}:{resend}"
