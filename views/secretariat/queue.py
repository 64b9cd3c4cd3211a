"""承認待ち: the queue at the left, the entry in the middle, checks and the decision at the right."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Version
from models.states import Action, State
from portal import clock
from portal.errors import Conflict, NotFound, Refused
from portal.permissions import SECRETARIAT
from portal.publishing import queue, workflow
from portal.publishing.extension import extend
from portal.publishing.queue import Filter
from portal.publishing.review import assign, review
from portal.publishing.workflow import Seen, Undone
from views.admin import HomeView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.secretariat.panes import queue_context, read_filter, review_context, toast
from views.secretariat.rows import filter_address
from views.visitor import settings
from views.web import current_actor

WAITING = "承認待ち"
VERSION = f"<int(min=1, max={LARGEST_ID}):version_id>"
DECISIONS = {action.value: action for action in (Action.approve, Action.return_)}
# Of what was public; unlike decisions they have effect at once, and stay on the page of the entry.
SUPERVISION = {action.value: action for action in (Action.unpublish, Action.restore, Action.close)}
DONE = {
    Action.unpublish: "掲載を停止し、団体にメールで知らせます。",
    Action.restore: "再掲載し、団体にメールで知らせます。",
    Action.close: "掲載を終了し、団体にメールで知らせます。",
}
GONE = "この申請は見つかりません。団体が取り下げた可能性があります。何も実行していません。"


class QueueView(HomeView):
    roles = SECRETARIAT

    @expose("/")
    def index(self) -> str:
        return self.render("secretariat/queue.html", **queue_context(read_filter()), **toast())

    @expose(f"/review/{VERSION}")
    def review(self, version_id: int) -> str:
        return self.show_review(version_id)

    @expose(f"/review/{VERSION}/decide", methods=("POST",))
    def decide(self, version_id: int) -> Any:
        action, wanted, comment = action_of(DECISIONS | SUPERVISION), read_filter(), request.form.get("comment", "")
        held = {"hold": hold()} if action in DECISIONS.values() else {}
        try:
            outcome = workflow.perform(
                action, seen(version_id), actor=current_actor(), now=clock.now(), comment=comment, **held
            )
        except Refused as refusal:
            return self.refused(version_id, refusal, comment=comment)
        if action in DECISIONS.values():
            return self.go_on(version_id, wanted, outcome.batch)
        db.session.commit()
        flash(f"「{outcome.title}」：{DONE[action]}", "info")
        return redirect(filter_address(f"/desk/review/{version_id}", wanted))

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
            return self.refused(version_id, refusal, **typed)
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
            return self.refused(version_id, refusal)
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

    def refused(self, version_id: int, refusal: Refused, **typed: str) -> tuple[str, int]:
        """Nothing was done: the entry as it stands now, why, and what was typed."""
        db.session.rollback()
        if isinstance(refusal, NotFound):
            page = self.render("secretariat/queue.html", **queue_context(read_filter()), **toast(), refusal=GONE)
        else:
            page = self.show_review(version_id, refusal=refusal, **typed)
        return page, refusal.status

    def show_review(self, version_id: int, *, refusal: Refused | None = None, **typed: str) -> str:
        actor, now, wanted = current_actor(), clock.now(), read_filter()
        found = review(version_id, actor=actor)
        waits = found.version.state is State.submitted
        sentence = str(refusal) if refusal else ""
        return self.render(
            "secretariat/review.html",
            **queue_context(wanted, current=version_id),
            **review_context(found, now=now),
            **toast(),
            neighbours=queue.neighbours(found.version, wanted, actor=actor) if waits else (None, None),
            conflict=sentence if isinstance(refusal, Conflict) else "",
            error="" if isinstance(refusal, Conflict) else sentence,
            typed=typed,
        )


def action_of(choices: Mapping[str, Action]) -> Action:
    return one_of(request.form.get("action"), choices, None) or abort(400, "操作が指定されていません。")


def seen(version_id: int) -> Seen:
    return Seen(version_id, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))


def hold() -> timedelta:
    return timedelta(seconds=settings().hold_seconds)


def told_of(undone: Undone) -> str:
    unseen = "取り消しました。公開もメール送信もしていません。" if undone.unseen else ""
    late = len(undone.reversed)
    return unseen + (f"{late}件の承認を取り消し、団体にメールで知らせます。" if late else "")


def read_moment(text: str) -> datetime | None:
    """A date and time as a browser's field gives it, in Tokyo; None for what is no moment."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=clock.TOKYO)
    except ValueError:
        return None
