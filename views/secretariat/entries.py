"""What the desk looks after once it is decided: public, taken down, ended; found by title, state and kind."""

from typing import Any

from flask import request
from sqlalchemy import func
from sqlalchemy.orm import Query, joinedload

from models.base import db
from models.entries import Version
from models.states import Kind, State
from portal import clock
from portal.permissions import SECRETARIAT, visible
from views.admin import ScopedView
from views.arguments import one_of
from views.web import current_actor

# What was public once, or will be at its time. The queue holds the rest.
SHOWN = (State.published, State.approved, State.suspended, State.closed)
STATES = {state.value: state for state in SHOWN}
KINDS = {kind.value: kind for kind in Kind}


class EntriesView(ScopedView):
    roles = SECRETARIAT
    list_template = "secretariat/entries.html"
    column_list = ("title", "kind", "state", "publish_at", "unpublish_at")
    column_sortable_list = ("publish_at", "unpublish_at")
    column_default_sort = ("id", True)
    column_searchable_list = ("title",)
    own_arguments = ("state", "kind")

    def get_query(self) -> Query[Any]:
        return self._narrowed(
            db.session.query(Version).options(joinedload(Version.entry), joinedload(Version.organization))
        )

    def get_count_query(self) -> Query[Any]:
        return self._narrowed(db.session.query(func.count(Version.id)))

    def _narrowed(self, query: Query[Any]) -> Query[Any]:
        state = one_of(request.args.get("state"), STATES, State.published)
        kind = one_of(request.args.get("kind"), KINDS, None)
        query = query.filter(visible(current_actor(), Version), Version.state == state)
        return query.filter(Version.kind == kind) if kind else query

    def render(self, template: str, **kwargs: Any) -> str:
        shown = {"state": one_of(request.args.get("state"), STATES, State.published), "states": SHOWN}
        shown |= {"kind": one_of(request.args.get("kind"), KINDS, None), "kinds": tuple(Kind), "now": clock.now()}
        return super().render(template, **shown, **kwargs)
