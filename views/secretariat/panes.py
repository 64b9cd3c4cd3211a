"""What the pages of the desk are drawn from: the filter, the queue at the left, the entry, the toast."""

from datetime import datetime
from typing import Any, cast

from flask import g, render_template, request
from markupsafe import Markup

from models.states import Kind, State
from portal import clock
from portal.publishing import bulk, queue
from portal.publishing.business_days import closed_days, days_left
from portal.publishing.fields import applies, sections_of
from portal.publishing.queue import Filter
from portal.publishing.review import Review
from portal.publishing.wording import show
from views.arguments import one_of, page_number
from views.public.pages import entry_context
from views.secretariat.rows import filter_address, queue_page
from views.web import current_actor

KINDS = {kind.value: kind for kind in Kind}
LAMPS = {"clean": "clean", "warning": "warning"}
DUES = {name: name for name in (*queue.DUES, queue.MISSED)}


def read_filter() -> Filter:
    values = request.args
    due = one_of(values.get("due"), DUES, "")
    return Filter(
        due=due,
        bounds=queue.bounds_of(clock.now(), closed_days()) if due else None,
        kind=one_of(values.get("kind"), KINDS, None),
        lamp=one_of(values.get("lamp"), LAMPS, ""),
        mine=one_of(values.get("mine"), {"1": True}, default=False),
        text=values.get("q", "").strip()[: queue.LONGEST_SEARCH],
        page=page_number(values.get("page"), last=queue.LAST_PAGE),
    )


def waiting_counts() -> dict[Kind, int]:
    """For the chips and for the menu: one statement a request."""
    if "waiting_counts" not in g:
        g.waiting_counts = queue.counts(actor=current_actor())
    return cast("dict[Kind, int]", g.waiting_counts)


def waiting_count() -> int:
    return sum(waiting_counts().values())


def queue_context(wanted: Filter, *, current: int | None = None) -> dict[str, Any]:
    """The left pane: a handful of statements whatever it holds."""
    actor, now = current_actor(), clock.now()
    counts = waiting_counts()
    page = queue_page(queue.waiting(wanted, actor=actor), now=now, closed=closed_days())
    total = total_of(wanted, counts)
    return {
        "queue": page,
        "rows": page.rows,
        "counts": counts,
        "total": total,
        "most": bulk.MOST,
        "wanted": wanted,
        "current": current,
        "last": max(1, -(-total // queue.PAGE_SIZE)),
        "address": lambda **over: filter_address("/desk/", wanted, **over),
        "page_address": lambda page: filter_address("/desk/", wanted, page=page),
        "query": filter_address("", wanted),
        "today": dict(zip(("approved", "returned"), queue.decided_today(actor=actor, now=now), strict=True)),
        "now": now,
    }


def total_of(wanted: Filter, counts: dict[Kind, int]) -> int:
    """Counted only when the counts by kind do not tell."""
    if wanted.lamp or wanted.mine or wanted.text or wanted.due:
        return queue.total(wanted, actor=current_actor())
    return counts.get(wanted.kind, 0) if wanted.kind else sum(counts.values())


def review_context(found: Review, *, now: datetime) -> dict[str, Any]:
    """The pane of one entry and what stands beside it."""
    version = found.version
    fields = [
        (section, [(f, show(f, found.values[f.name])) for f in section.fields if applies(f, found.values)])
        for section in sections_of(version.kind)
    ]
    public = entry_context(version, version.organization, now=now, preview=True, number=version.entry.number)
    return {
        "review": found,
        "findings": [(finding, section_title(version.kind, finding["field"])) for finding in version.findings],
        "all_fields": [(section, lines) for section, lines in fields if lines],
        "preview": Markup(render_template("public/_entry.html", heading="h2", **public)),  # noqa: S704  # drawn by our template
        "days_left": days_left(now, version.due_at, closed_days()) if version.due_at else 0,
        "State": State,
    }


def section_title(kind: Kind, name: str) -> str:
    return next((s.title for s in sections_of(kind) if any(field.name == name for field in s.fields)), "")


def toast() -> dict[str, Any]:
    """What the last decision did, while it can be taken back without a trace."""
    batch = request.args.get("done", "")
    standing = bulk.standing(batch, actor=current_actor(), now=clock.now()) if batch else None
    return {"done": standing if standing and standing.seconds else None}
