"""The organization's own entries: a list of each kind, and the page of one entry."""

from datetime import datetime
from typing import Any

from flask import g, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from models.entries import Entry, Version
from models.states import State
from portal import clock
from portal.figures import estimate
from portal.permissions import MEMBERS, may
from portal.publishing import (
    content,
    drafts,
    field_notes,
    history,
    listing,
    listing_table,
    version_files,
    workflow,
)
from portal.publishing.differences import differences
from portal.publishing.listing import Wanted
from views.admin import ScopedView
from views.arguments import LARGEST_ID, one_of
from views.files import send, send_sheet
from views.organization.confirming import lines_of
from views.organization.editing import is_editable
from views.organization.lookup import own_entry
from views.organization.rooms import Room
from views.web import current_actor

ENTRY = f"<int(min=1, max={LARGEST_ID}):entry_id>"
FILE = f"<int(min=1, max={LARGEST_ID}):file_id>"
FILTERS = {state.value: state for state in State if state is not State.superseded}


class EntriesView(ScopedView):
    """Reads alone: what a member may do stands in WritingView, and the pages are told whether it is there."""

    roles = MEMBERS
    list_template = "organization/list.html"
    column_list = ("number", "title", "state", "publish_at", "period", "application_count")
    column_sortable_list = (("number", Entry.id), ("publish_at", Entry.id), ("period", Entry.id))
    column_searchable_list = ("number",)
    own_arguments = ("state",)
    page_size = listing.PAGE_SIZE
    SORTS = {"publish_at": "publish", "period": "deadline"}

    def __init__(self, room: Room, **kwargs: Any) -> None:
        super().__init__(Entry, name=room.list, endpoint=room.pages, url=f"/mypage/{room.slug}", **kwargs)
        self.room = room

    def get_list(
        self, page: int, sort_column: Any, sort_desc: Any, search: str, filters: Any, *_: Any, **__: Any
    ) -> Any:
        """Row tuples instead of objects: the number of statements does not grow with the rows."""
        wanted = self.wanted(search, sort_column, downward=bool(sort_desc), page=(page or 0) + 1)
        g.listed = listing.page_of(self.room.kind, wanted, actor=current_actor(), now=clock.now())
        return g.listed.total, g.listed.rows

    def wanted(self, search: str | None, column: str | None, *, downward: bool, page: int = 1) -> Wanted:
        return Wanted(
            state=one_of(request.args.get("state"), FILTERS, None),
            text=(search or "").strip(),
            sort=self.SORTS.get(column or "", "newest"),
            upward=bool(column) and not downward,
            page=page,
        )

    def sheet_url(self, end: str) -> str:
        """With what the page's address asks for, but for the page."""
        asked: dict[str, Any] = {
            name: value for name, value in request.args.items() if name in ("state", "search", "sort", "desc")
        }
        return url_for(".sheet", end=end, **asked)

    @expose("/list.<any(xlsx, csv):end>")
    def sheet(self, end: str) -> Response:
        """All that the filters leave, in the list's order. An organization's own entries are few and tell of nobody."""
        kind, asked = self.room.kind, self._get_list_extra_args()
        column, _label = self._get_column_by_idx(asked.sort) or (None, "")
        wanted = self.wanted(asked.search, column, downward=bool(asked.sort_desc))
        rows = listing_table.rows(kind, wanted, actor=current_actor(), now=clock.now())
        return send_sheet(self.room.list, end, listing_table.head(kind), rows)

    def render(self, template: str, **kwargs: Any) -> str:
        """Both pages need to know the room and whether the person may write."""
        actor, now = current_actor(), clock.now()
        if template == self.list_template:
            kwargs["counts"] = g.listed.counts
            kwargs["state"] = one_of(request.args.get("state"), FILTERS, None)
            kwargs["sheet_url"] = self.sheet_url
        return super().render(template, room=self.room, may_write=may(actor, "entry.write"), now=now, **kwargs)

    @expose(f"/files/{FILE}")
    def file(self, file_id: int) -> Response:
        """Of any of the organization's versions, public or not."""
        row = version_files.find(file_id, actor=current_actor())
        return send(row.file, version_files.saved_as(row))

    @expose(f"/{ENTRY}/")
    def entry(self, entry_id: int) -> str:
        actor, now = current_actor(), clock.now()
        entry = own_entry(entry_id, self.room)
        past = history.history_of(entry.id, actor=actor, now=now)
        return self.render("organization/entry.html", entry=entry, history=past, **page_of(entry, now=now))


def page_of(entry: Entry, *, now: datetime) -> dict[str, Any]:
    """The newest content, beside what is public when the two differ."""
    version, live = drafts.newest(entry), entry.live_version
    values = content.read(version)
    is_revision = live is not None and live.id != version.id
    changes = differences(entry.kind, content.read(live), values) if live is not None and is_revision else []
    state = workflow.state_for(current_actor().role, version, now=now)
    return {
        "version": version,
        "live": live,
        "state": state,
        "is_revision": is_revision,
        "changes": changes,
        "sections": lines_of(entry.kind, values, changes),
        "comment": comment_of(version, live, state),
        "notes": field_notes.standing(version) if state is State.returned else [],
        "estimate": estimate.lately(now) if state is State.submitted else None,
        "is_editable": is_editable(version, now),
        "may_discard": state is State.draft and not version.submissions,
        "may_withdraw": state in (State.submitted, State.approved),
        "may_revise": live is not None and live.state in (State.published, State.suspended) and not is_revision,
        "may_close": live is not None and live.state is State.published,
    }


def comment_of(version: Version, live: Version | None, state: State) -> str:
    """What the secretariat wrote last, if it still matters: why it returned, or why it took down."""
    if state is State.returned:
        return version.comment
    return live.comment if live is not None and live.state is State.suspended else ""
