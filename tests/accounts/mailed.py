"""Mailed addresses, as the outbox holds them before it sends."""

from datetime import datetime

from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
from portal.accounts import changing, reissue
from portal.accounts.login import STAFF
from portal.accounts.origins import Origin
from portal.settings import Settings
from tests.accounts.steps import HERE

NEW = "みずうみと青い電車の切符"


def letters(letter: str) -> list[OutboxMail]:
    db.session.rollback()  # what others wrote meanwhile
    rows = db.session.scalars(select(OutboxMail).where(OutboxMail.letter == letter).order_by(OutboxMail.id)).all()
    return list(rows)


def tokens(letter: str, recipient: str = "") -> list[str]:
    """Of all addresses that were mailed, the oldest first."""
    return [row.params["token"] for row in letters(letter) if recipient in row.recipient]


def ask(email: str, *, settings: Settings, now: datetime, origin: Origin = HERE, roles=STAFF) -> None:
    reissue.request(email, roles=roles, origin=origin, now=now, settings=settings)
    db.session.commit()


def set_password(token: str, *, settings: Settings, now: datetime, password: str = NEW) -> int:
    """The id of the account whose password is another one now."""
    try:
        account = changing.set_by_address(token, password, password, origin=HERE, now=now, settings=settings)
        account_id = account.id
        db.session.commit()
    except Exception:
        db.session.rollback()
        raise
    return account_id
