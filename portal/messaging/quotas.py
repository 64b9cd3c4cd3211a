"""How many offers an organization may send. Counted from the rows, under the organization's lock when it sends."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from models.base import db
from models.messages import Message
from models.organizations import Organization
from models.states import MailClass, MessageState, Side
from portal.settings import Settings

# What was taken back, or could not be delivered, disturbed nobody.
COUNTED = (MessageState.held, MessageState.delivered)


def left_today(organization_id: int | None, *, now: datetime, settings: Settings) -> int:
    """Offers that the organization may still write before midnight."""
    begin, end = _day(now, settings)
    written = db.session.scalar(
        select(func.count())
        .select_from(Message)
        .where(
            Message.organization_id == organization_id,
            Message.side == Side.organization,
            Message.mail_class == MailClass.offer,
            Message.state.in_(COUNTED),
            Message.created_at >= begin,
            Message.created_at < end,
        )
    )
    return max(0, settings.offers_a_day - (written or 0))


def _day(now: datetime, settings: Settings) -> tuple[datetime, datetime]:
    zone = ZoneInfo(settings.timezone)
    today = now.astimezone(zone).date()
    begin, end = (datetime.combine(day, time(), zone).astimezone(now.tzinfo) for day in (today, today + timedelta(1)))
    return begin, end


def lock(organization_id: int | None) -> None:
    """Until the end of the transaction nobody else of this organization sends, so that no count is taken twice."""
    # On SQLite the single writer is the lock.
    db.session.execute(
        select(Organization.id)
        .where(Organization.id == organization_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
