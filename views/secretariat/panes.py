"""What the pages of the desk are drawn from: the filter, the queue at the left, the entry, the toast."""

from datetime import date, datetime
from typing import Any, cast

from flask import g, render_template, request
from markupsafe import Markup

from models.states import Kind, State
from portal import clock, codes
from portal.publishing import bulk, queue, triage
from portal.publishing.business_days import closed_days, days_left
from portal.publishing.fields import applies, sections_of
from portal.publishing.queue import Filter
from portal.publishing.queue_filter import NOBODY
from portal.publishing.review import Review
from portal.publishing.wording import show
from views.arguments import LARGEST_ID, one_of, page_number, whole_number
from views.public.pages import entry_context
from views.secretariat.registrations import waiting_count as waiting_registrations
from views.secretariat.rows import KIND_OF_REGISTRATIONS, filter_address, queue_page
from views.web import current_actor

KINDS: dict[str, Kind | None] = {kind.value: kind for kind in Kind} | {KIND_OF_REGISTRATIONS: None}
ORG_TYPES = {code.value: code.value for code in codes.ORG_TYPES.own}
YES = {"1": True}
LAMPS = {"clean": "clean", "warning": "warning"}
DUES = {name: name for name in (*queue.DUES, queue.MISSED)}


def read_filter() -> Filter:
    values = request.args
    who = values.get("who", "")
    if who and who != NOBODY:
        whole_number(who, highest=LARGEST_ID)
    return Filter(
        due=one_of(values.get("due"), DUES, ""),
        bounds=queue.bounds_of(clock.now(), office_closed()),
        kind=one_of(values.get("kind"), KINDS, None),
        registrations=values.get("kind") == KIND_OF_REGISTRATIONS,
        lamp=one_of(values.get("lamp"), LAMPS, ""),
        mine=one_of(values.get("mine"), YES, default=False),
        who=who,
        org_type=one_of(values.get("org"), ORG_TYPES, ""),
        aside=one_of(values.get("aside"), YES, default=False),
        text=values.get("q", "").strip()[: queue.LONGEST_SEARCH],
        page=page_number(values.get("page"), last=queue.LAST_PAGE),
    )


def is_pane() -> bool:
    """A script of the desk asks for the part of the page that it will put in."""
    return request.headers.get("X-Pane") == "1"


def office_closed() -> frozenset[date]:
    """One statement a request."""
    if "office_closed" not in g:
        g.office_closed = closed_days()
    return cast("frozenset[date]", g.office_closed)


def waiting_counts() -> dict[Kind, int]:
    """For the chips and for the menu: one statement a request."""
    if "waiting_counts" not in g:
        g.waiting_counts = queue.counts(actor=current_actor())
    return cast("dict[Kind, int]", g.waiting_counts)


def waiting_count() -> int:
    return sum(waiting_counts().values())


def queue_context(wanted: Filter, *, current: int | None = None) -> dict[str, Any]:
    """The left pane: a handful of statements whatever it holds."""
    page = queue_page(queue.waiting(wanted, actor=current_actor()), now=clock.now(), closed=office_closed())
    total = total_of(wanted)
    return tally_context(wanted) | {
        "queue": page,
        "rows": page.rows,
        "total": total,
        "most": bulk.MOST,
        "current": current,
        "last": max(1, -(-total // queue.PAGE_SIZE)),
        "page_address": lambda page: filter_address("/desk/", wanted, page=page),
    }


def tally_context(wanted: Filter) -> dict[str, Any]:
    """The counts that a decision changes, and the addresses that keep the filter."""
    now = clock.now()
    return {
        "counts": waiting_counts(),
        "registrations": waiting_registrations(),
        "wanted": wanted,
        "address": lambda **over: filter_address("/desk/", wanted, **over),
        "query": filter_address("", wanted),
        "today": dict(zip(("approved", "returned"), queue.decided_today(actor=current_actor(), now=now), strict=True)),
        "now": now,
    }


def pane_context(wanted: Filter) -> dict[str, Any]:
    """What an entry without the list beside it is drawn with."""
    return {"query": filter_address("", wanted), "now": clock.now()}


def total_of(wanted: Filter) -> int:
    """Counted only when the counts by kind do not tell."""
    if wanted.is_narrowed:
        return queue.total(wanted, actor=current_actor())
    if wanted.registrations:
        return waiting_registrations()
    counts = waiting_counts()
    return counts.get(wanted.kind, 0) if wanted.kind else sum(counts.values()) + waiting_registrations()


def review_context(found: Review, *, now: datetime) -> dict[str, Any]:
    """The pane of one entry and what stands beside it."""
    version = found.version
    fields = [
        (section, [(f, show(f, found.values[f.name])) for f in section.fields if applies(f, found.values)])
        for section in sections_of(version.kind)
    ]
    public = entry_context(
        version,
        version.organization,
        now=now,
        preview=True,
        number=version.entry.number,
        files_at=f"/desk/review/{version.id}/files/",
    )
    return {
        "review": found,
        "findings": [(finding, section_title(version.kind, finding["field"])) for finding in version.findings],
        "all_fields": [(section, lines) for section, lines in fields if lines],
        "applying": {field.name for _section, lines in fields for field, _text in lines},
        "preview": Markup(render_template("public/_entry.html", heading="h2", **public)),  # noqa: S704  # drawn by our template
        "days_left": days_left(now, version.due_at, office_closed()) if version.due_at else 0,
        "is_aside": version.state is State.submitted and version.aside_until is not None and version.aside_until > now,
        "is_for_good": triage.is_for_good,
        "State": State,
    }


def section_title(kind: Kind, name: str) -> str:
    return next((s.title for s in sections_of(kind) if any(field.name == name for field in s.fields)), "")


def toast(batch: str = "") -> dict[str, Any]:
    """What the last decision did, while it can be taken back without a trace."""
    batch = batch or request.args.get("done", "")
    standing = bulk.standing(batch, actor=current_actor(), now=clock.now()) if batch else None
    return {"done": standing if standing and standing.seconds else None}
