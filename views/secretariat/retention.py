"""保存期間: which applications will be erased, and which are held back."""

from datetime import timedelta
from typing import Any

from flask import abort, flash, redirect, request
from flask_admin import expose
from sqlalchemy import select

from models.base import db
from models.entries import Entry, Version
from portal import clock
from portal.errors import NotFound, Refused
from portal.recruiting import erasing, holds
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of
from views.secretariat.records import ADMINISTRATORS
from views.web import current_actor

NUMBER = f"<int(min=1, max={LARGEST_ID}):entry_id>"
SHOWN = 200  # of what comes; the first come first
DAYS = {"30": 30, "90": 90, "366": 366}
ACTS = {"hold": holds.begin, "release": holds.end}
DONE = {"hold": "保留しました。解除するまで消去しません。", "release": "保留を解除しました。"}


class RetentionView(PageView):
    roles = ADMINISTRATORS

    @expose("/")
    def index(self) -> str:
        now = clock.now()
        days = one_of(request.args.get("days"), DAYS, 30)
        due = erasing.preview(now + timedelta(days=days))
        held = holds.holds()
        rows = db.session.execute(_named().where(Entry.id.in_(held)).order_by(Entry.id)).all()
        return self.render(
            "secretariat/retention.html",
            due=due[:SHOWN],
            total=len(due),
            held=held,
            held_rows=rows,
            days=days,
            choices=DAYS.values(),
            now=now,
        )

    @expose(f"/{NUMBER}/")
    def detail(self, entry_id: int) -> str:
        return self.page(entry_id)

    @expose(f"/{NUMBER}/<act>", methods=("POST",))
    def act(self, entry_id: int, act: str) -> Any:
        """`act`: hold or release."""
        reason = request.form.get("reason", "")
        if act not in ACTS:
            abort(404)
        try:
            ACTS[act](entry_id, reason, actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return self.page(entry_id, reason, str(refusal)), refusal.status
        db.session.commit()
        flash(DONE[act], "success")
        return redirect(f"/desk/retention/{entry_id}/")

    def page(self, entry_id: int, reason: str = "", refusal: str = "") -> str:
        row = db.session.execute(_named().where(Entry.id == entry_id)).one_or_none() or abort(404)
        hold = holds.holds().get(entry_id)
        return self.render("secretariat/retention_hold.html", row=row, hold=hold, reason=reason, refusal=refusal)


def _named() -> Any:
    live = Entry.live_version_id == Version.id
    return select(Entry.id, Entry.number, Version.title, Version.id.label("version_id")).join(Version, live)
