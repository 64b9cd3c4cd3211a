"""The second step as views take it: a refusal is committed too, and the code is read from the mail that waits."""

from datetime import datetime

import pytest
from sqlalchemy import select

from models.base import db
from models.mail import OutboxMail
from models.people import Account
from portal.accounts import challenges, sessions
from portal.accounts.origins import Origin
from portal.accounts.sessions import Opened
from portal.database import begin_write
from portal.errors import Refused
from portal.settings import Settings

HERE = Origin("203.0.113.7", "Chrome（Windows）")


class Steps:
    def __init__(self, settings: Settings, now: datetime) -> None:
        self.settings, self.now = settings, now

    def issue(self, account: Account, *, replaces: str = "", origin: Origin = HERE, now: datetime | None = None) -> str:
        begin_write()
        try:
            return challenges.issue_challenge(
                account, origin=origin, now=now or self.now, settings=self.settings, replaces=replaces
            )
        finally:
            db.session.commit()

    def resend(self, token: str, *, now: datetime) -> None:
        begin_write()
        try:
            challenges.resend(token, origin=HERE, now=now, settings=self.settings)
        except Refused:
            db.session.rollback()
            raise
        db.session.commit()

    def answer(self, token: str, code: str, *, origin: Origin = HERE, now: datetime | None = None) -> int:
        """The id of the account that is in."""
        begin_write()
        try:
            return challenges.answer_challenge(
                token, code, origin=origin, now=now or self.now, settings=self.settings
            ).id
        finally:
            db.session.commit()

    def refusal(self, token: str, code: str, *, now: datetime | None = None, origin: Origin = HERE) -> Refused:
        with pytest.raises(Refused) as refused:
            self.answer(token, code, now=now, origin=origin)
        return refused.value

    def log_in(self, account: Account, *, origin: Origin = HERE, now: datetime | None = None) -> Opened:
        """A session without the steps."""
        begin_write()
        opened = sessions.open_session(account, origin=origin, now=now or self.now, settings=self.settings)
        db.session.commit()
        return opened


def mailed() -> list[str]:
    """All codes that were mailed and not wiped, the oldest first."""
    params = db.session.scalars(
        select(OutboxMail.params).where(OutboxMail.letter == "one_time_password").order_by(OutboxMail.id)
    ).all()
    db.session.rollback()
    return [said["code"] for said in params if said]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"
