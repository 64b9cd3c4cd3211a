"""絞り込み: the filter with what each choice would show, and the filters that one gave a name."""

from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from portal import clock, codes
from portal.errors import Refused
from portal.permissions import SECRETARIAT
from portal.publishing import saved_views
from portal.publishing.queue_counts import tallies
from views.admin import PageView
from views.arguments import LARGEST_ID
from views.secretariat.panes import is_pane, read_filter
from views.secretariat.rows import filter_address
from views.web import current_actor

WAITING = "承認待ち"


class FilterView(PageView):
    roles = SECRETARIAT
    stands_at = WAITING

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> str:
        return self.show()

    @expose("/save", methods=("POST",))
    def save(self) -> Any:
        """What the address narrows to, under a name."""
        name, wanted = request.form.get("name", ""), read_filter()
        query = filter_address("", wanted, page=1).removeprefix("?")
        try:
            saved_views.keep_view(name, query, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            return self.show(error=str(refusal), name=name), refusal.status
        db.session.commit()
        flash(f"条件「{' '.join(name.split())}」を保存しました。", "success")
        return redirect(filter_address("/desk/", wanted))

    @expose(f"/<int(min=1, max={LARGEST_ID}):view_id>/delete", methods=("POST",))
    def delete(self, view_id: int) -> Response:
        saved_views.drop_view(view_id, actor=current_actor())
        db.session.commit()
        flash("保存した条件を削除しました。", "success")
        return redirect(filter_address("/desk/filter/", read_filter()))

    def show(self, *, error: str = "", name: str = "") -> str:
        actor, wanted = current_actor(), read_filter()
        page: str = self.render(
            f"secretariat/{'_filter' if is_pane() else 'filter'}.html",
            wanted=wanted,
            query=filter_address("", wanted),
            tallies=tallies(wanted, actor=actor),
            org_types=codes.ORG_TYPES.own,
            views=saved_views.views_of(actor),
            error=error,
            name=name,
        )
        return page
