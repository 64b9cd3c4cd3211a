"""How many offers an organization may send. Counted from the rows, under the organization's lock when it sends."""

from datetime import datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from sqlalchemy import Select, bindparam, func, select

from models.base import db
from models.messages import Message
from models.organizations import Organization
from models.states import MailClass, MessageState, Side
from portal.database import rows_of
from portal.settings import Settings

# What was taken back, or could not be delivered, disturbed nobody.
COUNTED = (MessageState.held, MessageState.delivered)


def left_today(organization_id: int | None, *, now: datetime, settings: Settings) -> int:
    """Offers that the organization may still write before midnight."""
    asked = {"organization_id": organization_id, **day_of(now, settings)}
    return max(0, settings.offers_a_day - rows_of(written_today(), asked)[0][0])


@cache
def written_today() -> Select:
    """How many offers an organization wrote, for "organization_id" and what `day_of` names. Kept: every page of the
    search runs it."""
    return (
        select(func.count())
        .select_from(Message)
        .where(
            Message.organization_id == bindparam("organization_id"),
            Message.side == Side.organization,
            Message.mail_class == MailClass.offer,
            Message.state.in_(COUNTED),
            Message.created_at >= bindparam("day_begins"),
            Message.created_at < bindparam("day_ends"),
        )
    )


def day_of(now: datetime, settings: Settings) -> dict[str, datetime]:
    zone = ZoneInfo(settings.timezone)
    today = now.astimezone(zone).date()
    begin, end = (datetime.combine(day, time(), zone).astimezone(now.tzinfo) for day in (today, today + timedelta(1)))
    return {"day_begins": begin, "day_ends": end}


def lock(organization_id: int | None) -> None:
    """Until the end of the transaction nobody else of this organization sends, so that no count is taken twice."""
    # On SQLite the single writer is the lock.
    db.session.execute(
        select(Organization.id)
        .where(Organization.id == organization_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
