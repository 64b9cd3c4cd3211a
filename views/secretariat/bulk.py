"""Deciding on many at once: a dry run, the act, one result line each."""

from typing import Any

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.states import Action
from portal import clock
from portal.errors import NotFound, Refused
from portal.permissions import SECRETARIAT
from portal.publishing import bulk, queue
from portal.publishing.review import assign
from portal.publishing.workflow import Seen
from views.admin import PageView
from views.arguments import LARGEST_ID, whole_number
from views.secretariat.panes import queue_context, read_filter, toast
from views.secretariat.queue import DECISIONS, WAITING, action_of, hold
from views.secretariat.rows import filter_address
from views.web import current_actor

VERBS = {Action.approve: "承認", Action.return_: "差戻し"}
NOTHING_CHOSEN = "一覧から1件以上を選択してください。"


class BulkView(PageView):
    roles = SECRETARIAT
    stands_at = WAITING  # reached from there, without a place of its own in the menu

    def is_visible(self) -> bool:
        return False

    @expose("/", methods=("GET",))
    def index(self) -> Response:
        return redirect("/desk/")

    @expose("/plan", methods=("POST",))
    def plan(self) -> Any:
        """The dry run of what was chosen. Writes nothing."""
        if request.form.get("action") in ("take", "release"):
            return self.assign()
        return self.show_plan(action_of(DECISIONS), self.everything() if request.form.get("all") else self.chosen())

    def show_plan(self, action: Action, chosen: list[Seen], *, error: str = "", comment: str = "") -> Any:
        error = error or ("" if chosen else NOTHING_CHOSEN)
        try:
            plans = bulk.dry_run(action, chosen, actor=current_actor())
        except Refused as refusal:
            plans, error = [], str(refusal)
        page = self.render(
            "secretariat/bulk.html",
            **queue_context(read_filter()),
            action=action,
            verb=VERBS[action],
            plans=plans,
            error=error,
            comment=comment,
            chosen={plan.seen.version_id for plan in plans},
            hold_seconds=int(hold().total_seconds()),
        )
        return (page, 422) if error else page

    @expose("/run", methods=("POST",))
    def run(self) -> Any:
        action, chosen, comment = action_of(DECISIONS), self.chosen(), request.form.get("comment", "")
        number, actor, wanted = request.form.get("number", ""), current_actor(), read_filter()
        try:
            batch = bulk.decide(
                action, chosen, actor=actor, now=clock.now(), hold=hold(), comment=comment, number=number
            )
        except Refused as refusal:
            db.session.rollback()
            return self.show_plan(action, chosen, error=str(refusal), comment=comment)
        db.session.commit()
        return redirect(filter_address(f"/desk/bulk/result/{batch}", wanted, done=batch))

    @expose("/result/<batch>")
    def result(self, batch: str) -> str:
        actor, now = current_actor(), clock.now()
        results = bulk.results(batch, actor=actor)
        if results is None:
            raise NotFound
        return self.render(
            "secretariat/result.html",
            **queue_context(read_filter()),
            results=results,
            verb=VERBS[results.action],
            standing=bulk.standing(batch, actor=actor, now=now),
            **toast(),
        )

    def assign(self) -> Response:
        actor, chosen, wanted = current_actor(), self.chosen(), read_filter()
        if not chosen:
            raise Refused(NOTHING_CHOSEN)
        to = actor.account_id if request.form.get("action") == "take" else None
        assign(chosen, to=to, actor=actor, now=clock.now())
        db.session.commit()
        return redirect(filter_address("/desk/", wanted))

    def chosen(self) -> list[Seen]:
        """`item` fields hold id:revision as they were on screen; anything else is a 400."""
        pairs = [text.partition(":") for text in dict.fromkeys(request.form.getlist("item"))]
        return [
            Seen(whole_number(key, highest=LARGEST_ID), whole_number(revision, highest=LARGEST_ID))
            for key, _, revision in pairs
        ]

    def everything(self) -> list[Seen]:
        """All that the filter matches, up to what one request may hold."""
        return queue.all_seen(read_filter(), actor=current_actor(), most=bulk.MOST)
