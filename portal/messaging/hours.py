"""When a mail leaves: after the hold, at the time that was asked for, an offer outside the quiet hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from models.states import MailClass
from portal.settings import QUIET, Settings

FARTHEST = timedelta(days=90)


def release_time(mail_class: MailClass, wanted: datetime | None, *, now: datetime, settings: Settings) -> datetime:
    """An answer to an application is awaited at any hour; an offer is not."""
    at = max(now + timedelta(seconds=settings.mail_hold_seconds), wanted or now)
    return after_quiet(at, settings) if mail_class is MailClass.offer else at


def after_quiet(at: datetime, settings: Settings) -> datetime:
    """The moment itself, or the end of the quiet hours that it falls in."""
    hours = QUIET.fullmatch(settings.quiet_hours)
    if hours is None:
        return at
    begin, end = int(hours[1]), int(hours[2])
    here = at.astimezone(ZoneInfo(settings.timezone))
    since = (here.hour - begin) % 24
    if since >= (end - begin) % 24:
        return at
    day = here.date() + timedelta(days=1 if here.hour > end else 0)
    return datetime.combine(day, time(end), here.tzinfo).astimezone(at.tzinfo)
