"""The application list and one application as pages: what the address asks for, and what has been typed so far."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from flask_babel import lazy_gettext
from markupsafe import Markup
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from models.applications import Application
from models.states import ApplicationState, DownloadKind, Kind
from portal import clock
from portal.messaging import exchange
from portal.permissions import may
from portal.publishing import listing
from portal.recruiting import applicants, downloads, grid, history, opening, tallies
from portal.recruiting.answers import answers_of
from portal.recruiting.applicants import SIZES, Wanted
from portal.recruiting.stages import ENDED, POSITIONS, STAGES, choosable
from portal.recruiting.tallies import Facets
from portal.wording import APPLICATION_LOOK
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.organization.applicant_rows import Everything, Table
from views.organization.rooms import ROOMS
from views.pictures import Pictures
from views.templating import macros
from views.web import current_actor

LISTED = "organization_applications.applications"
DETAIL = "organization_applications.detail"
EVERYTHING = "organization_applications.index"
STATES = {state.value: state for state in ApplicationState if state is not ApplicationState.draft}
TITLES = {Kind.job: "求人応募一覧", Kind.event: "研修・イベント・セミナー応募一覧"}
KINDS = {kind.value: kind for kind in TITLES}
OF_A_POSTING = (DownloadKind.posting, DownloadKind.xlsx, DownloadKind.csv)
EDIT = {Kind.job: "応募編集（求人）", Kind.event: "応募編集（研修・イベント・セミナー）"}
# What the address calls an order: the column, upward or not, and the words.
ORDERS = {
    "applied": ("applied", False, lazy_gettext("応募日時の新しい順")),
    "applied-up": ("applied", True, lazy_gettext("応募日時の古い順")),
    "name": ("name", True, lazy_gettext("氏名（ふりがな）順")),
    "name-down": ("name", False, lazy_gettext("氏名（ふりがな）の逆順")),
    "state": ("state", True, lazy_gettext("選考の段階順")),
    "state-down": ("state", False, lazy_gettext("選考の段階の逆順")),
    "moved": ("moved", False, lazy_gettext("状態を変えた新しい順")),
    "moved-up": ("moved", True, lazy_gettext("状態を変えた古い順")),
}
NAMES = {(column, upward): name for name, (column, upward, _words) in ORDERS.items()}


def own_posting(entry_id: int) -> Row:
    """The actor's own job or event; everything else is not there."""
    return listing.find_posting(entry_id, actor=current_actor())


# ---- the address


def read_wanted() -> Wanted:
    values = request.args
    state = one_of(values.get("state"), STATES, None)
    column, upward, _words = one_of(values.get("sort"), ORDERS, ORDERS["applied"])
    return Wanted(
        kind=one_of(values.get("kind"), KINDS, None),
        states=(state,) if state else (),
        incomplete=values.get("incomplete") == "1",
        unread=values.get("unread") == "1",
        text=values.get("q", "").strip()[: applicants.LONGEST_SEARCH],
        sort=column,
        upward=upward,
        size=one_of(values.get("size"), {str(size): size for size in SIZES}, SIZES[0]),
        after=edge(values.get("after")),
        before=edge(values.get("before")),
    )


def edge(text: str | None) -> int | None:
    return whole_number(text, highest=LARGEST_ID) if text else None


def order_of(wanted: Wanted) -> str:
    return NAMES[wanted.sort, wanted.upward]


def query_of(wanted: Wanted) -> dict[str, Any]:
    """The address that asks for this, without what is so anyway."""
    values = {
        "kind": wanted.kind or "",
        "q": wanted.text,
        "state": wanted.states[0].value if wanted.states else "",
        "incomplete": "1" if wanted.incomplete else "",
        "unread": "1" if wanted.unread else "",
        "sort": "" if order_of(wanted) == "applied" else order_of(wanted),
        "size": "" if wanted.size == SIZES[0] else str(wanted.size),
        "after": str(wanted.after or ""),
        "before": str(wanted.before or ""),
    }
    return {name: value for name, value in values.items() if value}


@lru_cache(maxsize=1024)
def _written(wanted: Wanted) -> str:
    """A page has some twenty links, and pages of a list have them in common."""
    return urlencode(query_of(wanted))


def link_maker(wanted: Wanted, endpoint: str, **place: Any) -> Callable[..., str]:
    """Links to the same list with something changed; every other condition stays."""

    path = url_for(endpoint, **place)

    def link(**changes: Any) -> str:
        query = _written(replace(wanted, **({"after": None, "before": None} | changes)))
        return f"{path}?{query}" if query else path

    return link


# ---- the list

_pictures = Pictures(most=300)


def filters_of(
    wanted: Wanted,
    facets: Facets,
    link: Callable[..., str],
    address: str,
    stages: Sequence[ApplicationState],
    *,
    picks: bool,
) -> Markup:
    """The chips and the form above a list. What somebody looked for by name is kept nowhere."""

    def draw() -> Markup:
        drawn: Markup = macros("organization/applicants_filters.html").filters(
            wanted, facets, link, address, stages, order_of(wanted), ORDERS, SIZES, picks
        )
        return drawn

    if wanted.text:
        return draw()
    place = address, replace(wanted, after=None, before=None), tuple(stages), picks
    return _pictures.of(place, facets, draw)


@dataclass(frozen=True)
class Picked:
    """What was chosen in the list when something about it was wrong."""

    items: Collection[str] = ()
    documents: Collection[str] = ()
    to: str = ""
    error: str = ""


NOTHING_PICKED = Picked()


def render_list(view: PageView, entry: Row, picked: Picked = NOTHING_PICKED) -> str:
    actor, now, wanted = current_actor(), clock.now(), read_wanted()
    page, query = applicants.page_of(entry.id, wanted, actor=actor), query_of(wanted)
    lines, may_decide = applicants.lines_of(page, now=now), may(actor, "application.decide")
    facets = tallies.facets(entry.id, wanted, actor=actor)
    link, address = link_maker(wanted, LISTED, entry_id=entry.id), url_for(LISTED, entry_id=entry.id)
    table = Table(
        page.grid,
        detail=f"{url_for(EVERYTHING)}detail/",
        asked=f"?{urlencode(query)}" if query else "",
        talents=url_for("organization_talents.index"),
        may_decide=may_decide,
        items=picked.items,
        documents=picked.documents,
        now=now,
    )
    return view.render(
        "organization/applicants.html",
        entry=entry,
        title=TITLES[entry.kind],
        room=ROOMS[entry.kind],
        page=page,
        lines=lines,
        rows=table.written(lines),
        facets=facets,
        wanted=wanted,
        query=query,
        link=link,
        address=address,
        filters=filters_of(
            wanted,
            facets,
            link,
            address,
            STAGES[entry.kind],
            picks=may_decide and any(line.is_missing or line.is_defective for line in lines),
        ),
        choosable=choosable(entry.kind),
        downloads=downloads.newest_of(entry.id, OF_A_POSTING, actor=actor, now=now),
        may_decide=may_decide,
        picked=picked,
        now=now,
    )


def render_all(view: PageView) -> str:
    """Who applied to anything of the organization."""
    actor, now, wanted = current_actor(), clock.now(), read_wanted()
    page = applicants.page_of(None, wanted, actor=actor)
    lines, facets = applicants.lines_of(page, now=now), tallies.facets(None, wanted, actor=actor)
    link, address = link_maker(wanted, EVERYTHING), url_for(EVERYTHING)
    rows = Everything(
        postings=url_for(EVERYTHING),
        detail=f"{url_for(EVERYTHING)}detail/",
        talents=url_for("organization_talents.index"),
        now=now,
    )
    return view.render(
        "organization/applications.html",
        page=page,
        lines=lines,
        rows=rows.written(lines),
        facets=facets,
        wanted=wanted,
        query=query_of(wanted),
        link=link,
        address=address,
        filters=filters_of(wanted, facets, link, address, tuple(POSITIONS), picks=False),
        rooms=[ROOMS[kind] for kind in TITLES],
        may_decide=False,  # this list only leads on
        now=now,
    )


# ---- one application


@dataclass(frozen=True)
class Typed:
    """What stands in the fields of one application's page; a note that is None is the stored one."""

    to: str = ""
    note: str | None = None
    until: str = ""
    message: str = ""
    documents: Collection[str] = ()
    errors: Mapping[str, str] = field(default_factory=dict)

    def is_left(self, application: Application) -> bool:
        """Whether anything was typed that is not saved."""
        note = self.note is not None and self.note.strip() != application.note
        return note or bool(self.to or self.until or self.message or self.documents)


def read_typed(form: MultiDict[str, str]) -> Typed:
    """With the line ends that are stored, and counted."""
    text = {name: form[name].replace("\r\n", "\n") for name in ("note", "message") if name in form}
    return Typed(
        form.get("to", ""), text.get("note"), form.get("until", ""), text.get("message", ""), form.getlist("document")
    )


NOTHING_TYPED = Typed()
HEADINGS = {
    "to": lazy_gettext("選考状態"),
    "note": lazy_gettext("メモ"),
    "until": lazy_gettext("書類の依頼"),
    "message": lazy_gettext("書類の依頼"),
    "document": lazy_gettext("応募書類"),
}


def render_detail(view: PageView, application: Application, typed: Typed = NOTHING_TYPED) -> str:
    actor, now, wanted = current_actor(), clock.now(), read_wanted()
    query = query_of(wanted)
    earlier, later = applicants.neighbours(application, wanted, actor=actor)
    return view.render(
        "organization/applicant.html",
        application=application,
        title=EDIT[application.kind],
        list_title=TITLES[application.kind],
        room=ROOMS[application.kind],
        stage_choices=[(state.value, APPLICATION_LOOK[state].label) for state in choosable(application.kind)],
        answers=answers_of(application),
        is_none=grid.is_none,
        history=history.history_of(application.id, actor=actor),
        exchange=exchange.about_application(application.id, actor=actor),
        earlier=earlier,
        later=later,
        code=opening.published_code(application.talent_id, actor=actor),
        downloads=downloads.newest_of(application.id, (DownloadKind.person,), actor=actor, now=now),
        may_decide=may(actor, "application.decide"),
        may_ask=may(actor, "application.decide") and application.state not in ENDED,
        query=query,
        typed=typed,
        problems=[(HEADINGS[name], name, sentence) for name, sentence in typed.errors.items()],
        now=now,
    )
