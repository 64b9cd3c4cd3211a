"""承認待ち: the queue at the left, the entry in the middle, checks and the decision at the right."""

from datetime import datetime, timedelta
from typing import Any

from flask import abort, current_app, flash, redirect, render_template, request
from flask_admin import expose
from markupsafe import Markup
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Version
from models.states import Action, Kind, State
from portal import clock
from portal.errors import Conflict, Refused
from portal.permissions import SECRETARIAT
from portal.publishing import queue, workflow
from portal.publishing.business_days import closed_days, days_left
from portal.publishing.extension import extend
from portal.publishing.fields import applies, sections_of
from portal.publishing.queue import Filter
from portal.publishing.review import Review, assign, review
from portal.publishing.wording import show
from portal.publishing.workflow import Seen
from views.admin import HomeView
from views.arguments import LARGEST_ID, one_of, page_number, whole_number
from views.public.pages import entry_context
from views.secretariat.rows import filter_address, queue_rows
from views.web import current_actor

WAITING = "承認待ち"
VERSION = f"<int(min=1, max={LARGEST_ID}):version_id>"
KINDS = {kind.value: kind for kind in Kind}
LAMPS = {"clean": "clean", "warning": "warning"}
# Buttons of the page of an entry, beside approve and return which go on to the next one.
SUPERVISION = {action.value: action for action in (Action.unpublish, Action.restore, Action.close)}
DECISIONS = {action.value: action for action in (Action.approve, Action.return_)}
DONE = {
    Action.approve: "承認しました。",
    Action.return_: "差戻しました。",
    Action.unpublish: "掲載を停止し、団体にメールで知らせます。",
    Action.restore: "再掲載し、団体にメールで知らせます。",
    Action.close: "掲載を終了しました。",
}


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
        action = one_of(request.form.get("action"), DECISIONS | SUPERVISION, None) or abort(400)
        comment = request.form.get("comment", "")
        try:
            outcome = workflow.perform(
                action, seen(version_id), actor=current_actor(), now=clock.now(), comment=comment, **held(action)
            )
        except Conflict as conflict:
            db.session.rollback()
            return self.show_review(version_id, refusal=str(conflict), comment=comment), conflict.status
        except Refused as refusal:
            db.session.rollback()
            return self.show_review(version_id, error=str(refusal), comment=comment), refusal.status
        return self.go_on(version_id, action, outcome.batch)

    def go_on(self, version_id: int, action: Action, batch: str) -> Response:
        """After a decision the next one that waits; other acts stay on the entry."""
        version = db.session.get_one(Version, version_id)
        wanted = read_filter()
        following = (
            queue.neighbours(version, wanted, actor=current_actor())[1] if action in DECISIONS.values() else version_id
        )
        db.session.commit()
        if action not in DECISIONS.values():
            flash(f"「{version.title}」：{DONE[action]}", "info")
            return redirect(filter_address(f"/desk/review/{version_id}", wanted))
        path = f"/desk/review/{following}" if following and request.form.get("next") else "/desk/"
        return redirect(filter_address(path, wanted, done=batch))

    @expose(f"/review/{VERSION}/extend", methods=("POST",))
    def extend(self, version_id: int) -> Any:
        until, reason = read_moment(request.form.get("until", "")), request.form.get("comment", "")
        try:
            extend(seen(version_id), until=until, reason=reason, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            db.session.rollback()
            return self.show_review(version_id, error=str(refusal), comment=reason), refusal.status
        db.session.commit()
        flash("期限を延長し、団体にメールで知らせます。", "info")
        return redirect(f"/desk/review/{version_id}")

    @expose(f"/review/{VERSION}/assign", methods=("POST",))
    def assign(self, version_id: int) -> Response:
        actor = current_actor()
        to = actor.account_id if request.form.get("take") else None
        assign([seen(version_id)], to=to, actor=actor, now=clock.now())
        db.session.commit()
        return redirect(filter_address(f"/desk/review/{version_id}", read_filter()))

    @expose("/undo/<batch>", methods=("POST",))
    def undo(self, batch: str) -> Response:
        try:
            undone = workflow.undo(batch, actor=current_actor(), now=clock.now())
            db.session.commit()
            told = f"{len(undone.reversed)}件の承認を取り消し、団体にメールで知らせます。" if undone.reversed else ""
            unseen = "取り消しました。公開もメール送信もしていません。" if undone.unseen else ""
            flash(f"{unseen}{told}", "info")
        except Conflict as conflict:
            db.session.rollback()
            flash(str(conflict), "error")
        return redirect(filter_address("/desk/", read_filter()))

    def show_review(self, version_id: int, *, refusal: str = "", error: str = "", comment: str = "") -> str:
        actor, now, wanted = current_actor(), clock.now(), read_filter()
        found = review(version_id, actor=actor)
        following = queue.neighbours(found.version, wanted, actor=actor) if found.version.due_at else (None, None)
        return self.render(
            "secretariat/review.html",
            **queue_context(wanted, current=version_id),
            **review_context(found, now=now),
            **toast(),
            neighbours=following,
            refusal=refusal,
            error=error,
            comment=comment,
        )


def seen(version_id: int) -> Seen:
    return Seen(version_id, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))


def hold() -> timedelta:
    return timedelta(seconds=current_app.config["PORTAL"].hold_seconds)


def held(action: Action) -> dict[str, timedelta]:
    return {"hold": hold()} if action in DECISIONS.values() else {}


def read_moment(text: str) -> datetime | None:
    """A date and time as a browser's field gives it, in Tokyo; None for what is no moment."""
    try:
        return datetime.strptime(text, "%Y-%m-%dT%H:%M").replace(tzinfo=clock.TOKYO)
    except ValueError:
        return None


def read_filter() -> Filter:
    values = request.values
    return Filter(
        kind=one_of(values.get("kind"), KINDS, None),
        lamp=one_of(values.get("lamp"), LAMPS, ""),
        mine=values.get("mine") == "1",
        text=values.get("q", "").strip()[: queue.LONGEST_SEARCH],
        page=page_number(values.get("page"), last=queue.LAST_PAGE),
    )


def waiting_count() -> int:
    return sum(queue.counts(actor=current_actor()).values())


def queue_context(wanted: Filter, *, current: int | None = None) -> dict[str, Any]:
    """The left pane: a handful of statements whatever it holds."""
    actor, now = current_actor(), clock.now()
    counts = queue.counts(actor=actor)
    narrowed = wanted.lamp or wanted.mine or wanted.text
    total = (
        queue.total(wanted, actor=actor)
        if narrowed
        else counts.get(wanted.kind, 0)
        if wanted.kind
        else sum(counts.values())
    )
    rows = queue_rows(queue.waiting(wanted, actor=actor), now=now, closed=closed_days())
    return {
        "rows": rows,
        "counts": counts,
        "total": total,
        "wanted": wanted,
        "current": current,
        "last": max(1, -(-total // queue.PAGE_SIZE)),
        "clean": sum(row.is_clean for row in rows),
        "address": lambda **over: filter_address("/desk/", wanted, **over),
        "page_address": lambda page: filter_address("/desk/", wanted, page=page),
        "query": filter_address("", wanted),
        "today": dict(zip(("approved", "returned"), queue.decided_today(actor=actor, now=now), strict=True)),
        "now": now,
    }


def review_context(found: Review, *, now: datetime) -> dict[str, Any]:
    version = found.version
    findings = [(finding, section_title(version.kind, finding["field"])) for finding in version.findings]
    fields = [
        (
            section,
            [
                (field, show(field, found.values[field.name]))
                for field in section.fields
                if applies(field, found.values)
            ],
        )
        for section in sections_of(version.kind)
    ]
    public = entry_context(version, version.organization, now=now, preview=True, number=version.entry.number)
    return {
        "review": found,
        "findings": findings,
        "all_fields": fields,
        "preview": Markup(render_template("public/_entry.html", heading="h2", **public)),  # noqa: S704  # drawn by our template
        "days_left": days_left(now, version.due_at, closed_days()) if version.due_at else 0,
        "State": State,
    }


def section_title(kind: Kind, name: str) -> str:
    return next((s.title for s in sections_of(kind) if any(field.name == name for field in s.fields)), "")


def toast() -> dict[str, Any]:
    """What the last decision did and how long it can still be taken back without a trace."""
    batch = request.args.get("done", "")
    if not batch:
        return {"done": None}
    row = db.session.execute(
        select(func.count(), func.max(Version.hold_until), func.min(Version.title), func.min(Version.state)).where(
            Version.batch == batch
        )
    ).one()
    if not row[0] or row[1] is None:
        return {"done": None}
    left = int((row[1] - clock.now()).total_seconds() + 0.999)
    return {"done": {"batch": batch, "count": row[0], "title": row[2], "state": row[3], "left": max(0, left)}}
