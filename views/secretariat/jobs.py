"""定期処理: what the clock does, did and will do within a day, and what an administrator tells it."""

from datetime import datetime, timedelta
from typing import Any

from flask import abort, flash, g, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.records import JobStatus
from models.states import Role
from portal import clock
from portal.clockwork import beats, orders, plan, runs
from portal.errors import Refused
from views.secretariat.records import RecordsView
from views.web import current_actor

SLOW = 300  # seconds between two runs
DONE = {
    "pause": "「{}」を一時停止しました。数秒のうちに、すべてのスケジューラーに伝わります。",
    "resume": "「{}」を再開しました。",
    "ask": "「{}」の実行を指示しました。数秒のうちに始まります。",
}


class Jobs(RecordsView):
    list_template = "secretariat/jobs.html"
    column_list = ("name", "every", "started_at", "done", "seconds", "error")
    column_default_sort = ("job", False)
    column_sortable_list = ()

    def get_list(self, *args: Any, **kwargs: Any) -> Any:
        count, rows = super().get_list(*args, **kwargs)
        rows.sort(key=lambda row: (row.job not in plan.WORK, row.every, row.job))  # first what has rows before it
        g.standings = plan.standings(now=clock.now(), jobs=[row.job for row in rows])
        return count, rows

    def render(self, template: str, **kwargs: Any) -> str:
        now = clock.now()
        return super().render(
            template,
            now=now,
            living=beats.living(now=now),
            standings=g.get("standings", {}),
            paused=orders.paused(),
            every=every,
            next_run=next_run,
            has_plan=plan.WORK.keys(),
            may_order=current_actor().role is Role.administrator,
            **kwargs,
        )

    @expose("/<job>/")
    def detail(self, job: str) -> str:
        return self.page(job)

    @expose("/<job>/<order>", methods=("POST",))
    def order(self, job: str, order: str) -> Any:
        """`order`: pause, resume or ask."""
        actor, now, reason = current_actor(), clock.now(), request.form.get("reason", "")
        try:
            if order == "pause":
                orders.pause(job, reason, actor=actor, now=now)
            elif order == "resume":
                orders.resume(job, actor=actor, now=now)
            elif order == "ask":
                orders.ask(job, actor=actor, now=now)
            else:
                abort(404)
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            db.session.rollback()
            return self.page(job, reason, str(refusal)), refusal.status
        db.session.commit()
        return self.done(job, order)

    def done(self, job: str, order: str) -> Response:
        flash(DONE[order].format(self.found(job).name), "success")
        return redirect(f"/desk/jobs/{job}/")

    def found(self, job: str) -> JobStatus:
        return db.session.get(JobStatus, job) or abort(404)

    def page(self, job: str, reason: str = "", refusal: str = "") -> str:
        now = clock.now()
        return self.render(
            "secretariat/job.html",
            row=self.found(job),
            standing=plan.standing(job, now=now),
            hours=plan.hours(job, now=now),
            coming=plan.coming(job, now=now),
            runs=runs.latest(job),
            can_pause=job not in orders.NEVER_PAUSED,
            reason=reason,
            refusal=refusal,
        )


def next_run(row: JobStatus) -> datetime | None:
    """Of those that one would wait for."""
    return row.started_at + timedelta(seconds=row.every) if row.every >= SLOW else None


def every(seconds: float) -> str:
    """1秒ごと, 5分ごと, 1時間ごと, 1日ごと."""
    for length, word in ((86_400, "日"), (3600, "時間"), (60, "分")):
        if seconds >= length and seconds % length == 0:
            return f"{int(seconds // length)}{word}ごと"
    return f"{seconds:g}秒ごと"
