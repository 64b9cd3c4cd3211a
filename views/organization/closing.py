"""「掲載終了」 for several at once: what would end is shown first, then it ends."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from sqlalchemy import Row
from werkzeug.wrappers import Response

from models.base import db
from models.states import Action, State
from portal import clock
from portal.errors import NotFound
from portal.permissions import EDITORS
from portal.publishing import listing, workflow
from portal.publishing.workflow import Seen
from views.admin import PageView
from views.organization.lookup import read_seen
from views.organization.rooms import Room
from views.web import current_actor

MOST = listing.PAGE_SIZE  # what one page of the list can choose
TOLD = 5  # titles of what did not end


class ClosingView(PageView):
    """Reached from the list, without a place of its own in the menu."""

    roles = EDITORS

    def __init__(self, room: Room) -> None:
        super().__init__(name=room.list, endpoint=f"{room.pages}_closing", url=f"/mypage/{room.slug}/closing")
        self.room = room

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(self.list_page())

    @expose("/", methods=("POST",))
    def ask(self) -> Any:
        """What would end. Writes nothing."""
        rows = self.chosen()
        published = [row for row in rows if row.state is State.published]
        if not published:
            flash(_("公開中のものを、一覧から1件以上選択してください。"), "warning")
            return redirect(self.list_page(), 303)
        return self.render(
            "organization/closing.html",
            room=self.room,
            rows=published,
            left=len(rows) - len(published),
            now=clock.now(),
        )

    @expose("/end/", methods=("POST",))
    def end(self) -> Response:
        titles = {row.id: row.title for row in self.chosen()}
        outcomes = workflow.perform_each(
            Action.close,
            [item for item in posted() if item.version_id in titles],
            actor=current_actor(),
            now=clock.now(),
        )
        db.session.commit()
        if done := sum(outcome.done for outcome in outcomes):
            flash(_("%(n)s件の掲載を終了しました。公開サイトには表示されません。", n=done), "success")
        if refused := [titles[outcome.version_id] for outcome in outcomes if not outcome.done]:
            told = "、".join(f"「{title}」" for title in refused[:TOLD])
            flash(
                _(
                    "%(n)s件は、すでに終了したか内容が変わったため、終了していません：%(titles)s",
                    n=len(refused),
                    titles=told if len(refused) <= TOLD else _("%(titles)s ほか", titles=told),
                ),
                "warning",
            )
        return redirect(self.list_page(), 303)

    def chosen(self) -> list[Row]:
        """Of the organization and of this kind, as they stand now; somebody else's alone are a 404."""
        items = posted()
        rows = listing.versions([item.version_id for item in items], self.room.kind, actor=current_actor())
        if items and not rows:
            raise NotFound
        return list(rows)

    def list_page(self) -> str:
        return url_for(f"{self.room.pages}.index_view")


def posted() -> list[Seen]:
    return [read_seen(text) for text in request.form.getlist("item")[:MOST]]
