"""The search for talents as a page: what its address says beside the search itself, and all that stands on it."""

from datetime import UTC, datetime
from urllib.parse import urlencode

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from portal import clock
from portal.errors import Refused
from portal.matching import saved_searches
from portal.matching.search import SIZES, SORTS, TalentQuery, count_newer, read_query, search
from portal.messaging import quotas, reach
from portal.permissions import may
from views.admin import PageView
from views.arguments import LARGEST_ID
from views.organization import talent_facets
from views.organization.mail_back import way_to
from views.organization.talent_rows import drawn
from views.visitor import settings
from views.web import current_actor

MOST_CHOSEN = max(SIZES)


def asked() -> TalentQuery:
    return read_query(request.args.to_dict(flat=False))


def newer_than() -> datetime | None:
    """When the saved search behind this address was opened before; its address says so in seconds."""
    text = request.args.get("since", "")
    is_moment = text.isascii() and text.isdigit() and 0 < len(text) <= 10 and int(text) <= LARGEST_ID
    return datetime.fromtimestamp(int(text), UTC) if is_moment else None


def searched_again(place: str = "") -> Response:
    """The search as it stood, with what was chosen in it."""
    pairs = asked().arguments() + [("chosen", code) for code in request.form.getlist("codes")[:MOST_CHOSEN]]
    if since := newer_than():
        pairs.append(("since", f"{since.timestamp():.0f}"))
    path = url_for("organization_talents.index")
    return redirect(f"{path}?{urlencode(pairs)}".rstrip("?") + (f"#{place}" if place else ""), 303)


def render_search(view: PageView, *, name: str = "", refusal: Refused | None = None) -> str:
    """`name` and `refusal` are of a search that could not be saved."""
    actor, now, query, since = current_actor(), clock.now(), asked(), newer_than()
    found = search(query, actor=actor, now=now)
    written = reach.written_to(actor, [talent.id for talent in found.rows])
    saved = saved_searches.listed(actor=actor)
    chosen = request.form.getlist("codes") if refusal else request.args.getlist("chosen")[:MOST_CHOSEN]
    asked_again = urlencode(query.arguments())
    rows = drawn(
        found.rows,
        keyword=query.keyword,
        chosen=set(chosen),
        written=written,
        newer_than=since,
        asked=asked_again,
        may_mark=may(actor, "talent.mark"),
        may_write=may(actor, "message.write"),
        now=now,
    )
    return view.render(
        "organization/talents.html",
        found=found,
        query=query,
        rows=rows,
        groups=talent_facets.drawn(found),
        chips=talent_facets.chips(query),
        words_of_query=talent_facets.describe(query),
        asked=asked_again,
        here=way_to(talent_facets.address(query)),
        to=lambda page: talent_facets.address(query.on_page(page)),
        sorts=SORTS,
        sizes=SIZES,
        saved=saved,
        news=saved_searches.count_news({each.id: (each, each.opened_at) for each in saved}, actor=actor, now=now),
        since=since,
        newer=count_newer([(query, since)], actor=actor, now=now)[0] if since else 0,
        left_today=quotas.left_today(actor.organization_id, now=now, settings=settings()),
        may_mark=may(actor, "talent.mark"),
        may_write=may(actor, "message.write"),
        name=name,
        refusal=refusal,
        now=now,
    )
