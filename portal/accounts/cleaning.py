"""What a login leaves behind is erased when nothing needs it any more."""

from datetime import datetime, timedelta

from sqlalchemy import delete

from models.base import db
from models.people import KeptInput, KnownBrowser, LoginChallenge, LoginSession, OneTimeAddress, Throttle
from models.presence import Presence
from models.talents import Registration
from portal.accounts import keeping
from portal.accounts.browsers import KNOWN_FOR
from portal.database import begin_write, write

KEPT = timedelta(days=30)  # challenges and sessions, for questions after an incident


def forget_expired(now: datetime) -> int:
    """Erases rows whose time is over; returns how many. Commits."""
    begin_write()
    # Whoever confirmed has an account, and their row says what they agreed to.
    erased = write(delete(Registration).where(Registration.expires_at < now, Registration.used_at.is_(None)))
    erased += sum(
        write(delete(model).where(moment < end))
        for model, moment, end in (
            (Throttle, Throttle.window_ends_at, now),
            (LoginChallenge, LoginChallenge.expires_at, now - KEPT),
            (OneTimeAddress, OneTimeAddress.expires_at, now - KEPT),
            (LoginSession, LoginSession.expires_at, now - KEPT),
            (KnownBrowser, KnownBrowser.seen_at, now - KNOWN_FOR),
            (Presence, Presence.until, now),
            (KeptInput, KeptInput.kept_at, now - keeping.KEPT),
        )
    )
    db.session.commit()
    return erased
