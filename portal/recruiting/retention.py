"""How long the personal data of an application is kept: as its posting promised, counted from the deadline."""

from datetime import datetime, timedelta

from dateutil.relativedelta import relativedelta

from models.entries import EventVersion, JobVersion

MONTHS = 6  # unless the posting says otherwise
# A draft that was never handed in is of no use to anybody after the deadline.
DRAFTS = timedelta(days=7)


def end_for(version: JobVersion | EventVersion, *, now: datetime) -> datetime:
    """Of an application that was handed in. Without a deadline the time counts from `now`."""
    return (version.close_at or now) + relativedelta(months=version.retention_months or MONTHS)


def end_for_draft(version: JobVersion | EventVersion, *, now: datetime) -> datetime:
    return version.close_at + DRAFTS if version.close_at else end_for(version, now=now)
