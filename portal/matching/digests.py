"""The morning's mail of new matches: once a day to each member who asked for it, about all their saved searches.

It tells numbers and leads to the portal; nothing of a talent stands in a mail.
"""

from collections.abc import Sequence
from datetime import datetime, time
from typing import Any

from sqlalchemy import select, update

from models.base import db
from models.favorites import SavedSearch
from models.organizations import Organization
from models.people import Account
from models.states import Lane
from portal.actors import Actor
from portal.clock import TOKYO, local
from portal.codes import may_search_talents
from portal.database import begin_write, claim
from portal.mail import outbox
from portal.mail.outbox import Letter
from portal.matching import saved_searches

AT = time(8, 0)  # in Tokyo; who was away then is told later that day


def send_due(now: datetime) -> int:
    """Queues today's letters, one member after the other; returns how many. Commits as it goes."""
    morning = datetime.combine(local(now).date(), AT, TOKYO)
    if now < morning:
        return 0
    sent = 0
    while (told := _tell_next(morning, now=now)) is not None:
        sent += told
    return sent


def _tell_next(morning: datetime, *, now: datetime) -> int | None:
    """Tells one member, who is locked meanwhile; None when nobody is left."""
    due = SavedSearch.digest & (SavedSearch.told_at < morning)
    begin_write()
    waiting = select(Account).where(Account.id.in_(select(SavedSearch.account_id).where(due))).order_by(Account.id)
    account = db.session.scalars(claim(waiting.limit(1))).one_or_none()
    if account is None:
        db.session.rollback()
        return None
    mine = db.session.scalars(
        select(SavedSearch).where(due, SavedSearch.account_id == account.id).order_by(SavedSearch.name)
    ).all()
    letters = list(_letters(account, mine, now=now))
    outbox.queue(letters, now=now, lane=Lane.bulk)
    db.session.execute(
        update(SavedSearch)
        .where(SavedSearch.id.in_([saved.id for saved in mine]))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )
    db.session.commit()
    return len(letters)


def _letters(account: Account, mine: Sequence[SavedSearch], *, now: datetime) -> Sequence[Letter]:
    """One letter when there is news, and when the member may still look for talents."""
    organization = db.session.get(Organization, account.organization_id)
    if account.suspended_at or organization is None or organization.suspended_at:
        return []
    if not may_search_talents(organization.org_type) or mine[0].organization_id != organization.id:
        return []
    actor = Actor(account.role, account.id, account.organization_id, account.name)
    numbers = saved_searches.count_news({saved.id: (saved, saved.told_at) for saved in mine}, actor=actor, now=now)
    news = [{"name": saved.name, "count": numbers[saved.id]} for saved in mine if numbers[saved.id]]
    if not news:
        return []
    params: dict[str, Any] = {"organization": organization.name, "searches": news}
    key = f"saved-searches:{account.id}:{local(now).date()}"
    return [Letter("saved_search_news", account.email, params, account.organization_id, dedupe_key=key)]
