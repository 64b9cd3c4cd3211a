"""承認待ち: the queue at the left, the entry in the middle, checks and the decision at the right."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Version
from models.states import Action
from portal import clock
from portal.errors import Conflict, Refused
from portal.permissions import SECRETARIAT
from portal.publishing import drafts, queue, version_files, workflow
from portal.publishing.extension import extend
from portal.publishing.queue import Filter
from portal.publishing.returning import check_notes
from portal.publishing.review import assign
from portal.publishing.workflow import Undone
from views.admin import HomeView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.files import send
from views.secretariat.panes import is_pane, queue_context, read_filter, tally_context, toast, total_of
from views.secretariat.reviewing import VERSION, notes_posted, read_moment, rearranged, refused, seen, show_review
from views.secretariat.rows import filter_address
from views.visitor import settings
from views.web import current_actor

WAITING = "承認待ち"
DECISIONS = {action.value: action for action in (Action.approve, Action.return_)}
# Of what was public; unlike decisions they have effect at once, and stay on the page of the entry.
SUPERVISION = {action.value: action for action in (Action.unpublish, Action.restore, Action.close)}
DONE = {
    Action.unpublish: "掲載を停止し、団体にメールで知らせます。",
    Action.restore: "再掲載し、団体にメールで知らせます。",
    Action.close: "掲載を終了し、団体にメールで知らせます。",
}


class QueueView(HomeView):
    roles = SECRETARIAT

    @expose("/")
    def index(self) -> str:
        context = queue_context(read_filter(), current=whole_number(request.args.get("at") or "0", highest=LARGEST_ID))
        return self.render(f"secretariat/{'list' if is_pane() else 'queue'}.html", **context, **toast())

    @expose(f"/review/{VERSION}")
    def review(self, version_id: int) -> str:
        return show_review(self, version_id)

    @expose(f"/review/{VERSION}/files/<int(min=1, max={LARGEST_ID}):file_id>")
    def file(self, version_id: int, file_id: int) -> Response:
        row = version_files.find_in(drafts.find(version_id, actor=current_actor()), file_id)
        return send(row.file, version_files.saved_as(row))

    @expose(f"/review/{VERSION}/decide", methods=("POST",))
    def decide(self, version_id: int) -> Any:
        typed: dict[str, Any] = {"comment": request.form.get("comment", ""), "notes": notes_posted()}
        if step := request.form.get("step"):
            typed["notes"], typed["noting"] = rearranged(typed["notes"], step)
            return show_review(self, version_id, **typed)
        typed["notes"] = [row for row in typed["notes"] if row.field or row.text]
        action, wanted = action_of(DECISIONS | SUPERVISION), read_filter()
        more = typed | ({"hold": hold()} if action in DECISIONS.values() else {})
        try:
            check_notes(action, seen(version_id), typed["notes"], actor=current_actor())
            outcome = workflow.perform(action, seen(version_id), actor=current_actor(), now=clock.now(), **more)
        except Refused as refusal:
            return refused(self, version_id, refusal, **typed)
        if action in DECISIONS.values():
            return self.decided(outcome.batch) if is_pane() else self.go_on(version_id, wanted, outcome.batch)
        db.session.commit()
        flash(f"「{outcome.title}」：{DONE[action]}", "info")
        return redirect(filter_address(f"/desk/review/{version_id}", wanted))

    def decided(self, batch: str) -> str:
        """What changes on a page that goes on by itself: how to take it back, and the counts."""
        db.session.commit()
        wanted = read_filter()
        context = tally_context(wanted) | {"total": total_of(wanted)}
        return self.render("secretariat/decided.html", **context, **toast(batch))

    def go_on(self, version_id: int, wanted: Filter, batch: str) -> Response:
        """To the next one that waits, unless the reviewer wants the list."""
        following = None
        if request.form.get("next"):
            version = db.session.get_one(Version, version_id)
            following = queue.neighbours(version, wanted, actor=current_actor())[1]
        db.session.commit()
        path = f"/desk/review/{following}" if following else "/desk/"
        return redirect(filter_address(path, wanted, done=batch))

    @expose(f"/review/{VERSION}/extend", methods=("POST",))
    def extend(self, version_id: int) -> Any:
        typed = {"until": request.form.get("until", ""), "reason": request.form.get("comment", "")}
        until, wanted = read_moment(typed["until"]), read_filter()
        try:
            extend(seen(version_id), until=until, reason=typed["reason"], actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return refused(self, version_id, refusal, **typed)
        db.session.commit()
        flash("期限を延長し、団体にメールで知らせます。", "info")
        return redirect(filter_address(f"/desk/review/{version_id}", wanted))

    @expose(f"/review/{VERSION}/assign", methods=("POST",))
    def assign(self, version_id: int) -> Any:
        actor, wanted = current_actor(), read_filter()
        to = actor.account_id if request.form.get("take") else None
        try:
            assign([seen(version_id)], to=to, actor=actor, now=clock.now())
        except Refused as refusal:
            return refused(self, version_id, refusal)
        db.session.commit()
        return redirect(filter_address(f"/desk/review/{version_id}", wanted))

    @expose("/undo/<batch>", methods=("POST",))
    def undo(self, batch: str) -> Response:
        """All of a decision, or one entry's part of it."""
        version_id, wanted = whole_number(request.form.get("item") or "0", highest=LARGEST_ID), read_filter()
        try:
            undone = workflow.undo(batch, actor=current_actor(), now=clock.now(), version_id=version_id or None)
        except Conflict as conflict:
            db.session.rollback()
            flash(str(conflict), "error")
            return redirect(filter_address("/desk/", wanted))
        db.session.commit()
        flash(told_of(undone), "info")
        ids = [*undone.unseen, *undone.reversed]
        return redirect(filter_address(f"/desk/review/{ids[0]}" if len(ids) == 1 else "/desk/", wanted))


def action_of(choices: Mapping[str, Action]) -> Action:
    return one_of(request.form.get("action"), choices, None) or abort(400, "操作が指定されていません。")


def hold() -> timedelta:
    return timedelta(seconds=settings().hold_seconds)


def told_of(undone: Undone) -> str:
    unseen = "取り消しました。公開もメール送信もしていません。" if undone.unseen else ""
    late = len(undone.reversed)
    return unseen + (f"{late}件の承認を取り消し、団体にメールで知らせます。" if late else "")
