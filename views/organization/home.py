"""「団体マイページ」: what to do next, what happens when, what was begun last."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from flask_admin import expose

from portal import clock
from portal.clock import TOKYO, local
from portal.permissions import MEMBERS, may
from portal.publishing import listing
from portal.publishing.business_days import is_public_holiday
from portal.todo import Cause, Task, agenda, todo
from views.admin import HomeView
from views.arguments import one_of
from views.organization.lookup import own_organization
from views.organization.rooms import ROOMS
from views.web import current_actor

NEWEST = 6
WEEKS = 3
FURTHEST = 17  # screens of three weeks, about a year to either side
CAUSES = {cause.value: cause for cause in Cause}
SCREENS = {str(screen): screen for screen in range(-FURTHEST, FURTHEST + 1)}


class OrganizationHome(HomeView):
    roles = MEMBERS

    @expose("/")
    def index(self) -> str:
        actor, now = current_actor(), clock.now()
        tasks = todo(actor, now)
        cause = one_of(request.args.get("todo"), CAUSES, None)
        return self.render(
            "organization/home.html",
            organization=own_organization(),
            tasks=[task for task in tasks if cause in (None, task.cause)],
            counts=counts_of(tasks),
            cause=cause,
            newest=listing.newest(actor=actor, now=now, count=NEWEST),
            may_write=may(actor, "entry.write"),
            rooms=ROOMS,
            now=now,
            **calendar_of(one_of(request.args.get("weeks"), SCREENS, 0), now=now),
        )


def counts_of(tasks: list[Task]) -> dict[Cause, int]:
    return {cause: count for cause in Cause if (count := sum(task.cause is cause for task in tasks))}


def calendar_of(screen: int, *, now: datetime) -> dict[str, Any]:
    """Three weeks from Sunday on, as rows of days with what happens on each."""
    today = local(now).date()
    first = today - timedelta(days=today.isoweekday() % 7) + timedelta(weeks=WEEKS * screen)
    days = [first + timedelta(days=step) for step in range(7 * WEEKS)]
    dates = agenda(current_actor(), start=midnight(first), end=midnight(days[-1] + timedelta(days=1)), now=now)
    on_day = {day: [found for found in dates if local(found.at).date() == day] for day in days}
    cells = [(day, day == today, is_public_holiday(day), on_day[day]) for day in days]
    return {
        "weeks": [cells[start : start + 7] for start in range(0, len(cells), 7)],
        "dates": [("" if place else day.isoformat(), found) for day in days for place, found in enumerate(on_day[day])],
        "screen": screen,
        "earlier": screen - 1 if str(screen - 1) in SCREENS else None,
        "later": screen + 1 if str(screen + 1) in SCREENS else None,
        "today": today,
    }


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), TOKYO)
