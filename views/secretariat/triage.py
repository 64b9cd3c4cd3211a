"""What colleagues do with an entry beside deciding it: look at it, put it aside, write a note."""

from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.administration import organizations
from portal.database import begin_write
from portal.errors import Refused
from portal.permissions import SECRETARIAT
from portal.publishing import presence, triage
from portal.publishing.drafts import find
from views.admin import PageView
from views.secretariat.panes import read_filter
from views.secretariat.reviewing import VERSION, read_moment, refused, seen
from views.secretariat.rows import filter_address
from views.web import current_actor

WAITING = "承認待ち"
NO_MOMENT = "保留の期限は日時で入力してください。期限を決めないときは空のままにします。"


class TriageView(PageView):
    roles = SECRETARIAT
    stands_at = WAITING

    def is_visible(self) -> bool:
        return False

    @expose("/", methods=("GET",))
    def index(self) -> Response:
        return redirect("/desk/")

    @expose(f"/{VERSION}/look", methods=("POST",))
    def look(self, version_id: int) -> str:
        """By a script, once somebody rests on an entry; answers with who else does."""
        begin_write()
        actor, now = current_actor(), clock.now()
        presence.come(find(version_id, actor=actor), actor=actor, now=now)
        names = presence.others(version_id, actor=actor, now=now)
        db.session.commit()
        return self.render("secretariat/_looking.html", looking=names)

    @expose("/away", methods=("POST",))
    def away(self) -> str:
        presence.leave(actor=current_actor())
        db.session.commit()
        return ""

    @expose(f"/{VERSION}/aside", methods=("POST",))
    def aside(self, version_id: int) -> Any:
        typed = {"aside": request.form.get("reason", ""), "aside_until": request.form.get("until", "")}
        until = read_moment(typed["aside_until"])
        if typed["aside_until"] and until is None:
            return refused(self, version_id, Refused(NO_MOMENT), at="aside", **typed)
        try:
            triage.put_aside(seen(version_id), typed["aside"], until=until, actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return refused(self, version_id, refusal, at="aside", **typed)
        return self.done(version_id, "保留にしました。一覧の最後に移しています。")

    @expose(f"/{VERSION}/take-up", methods=("POST",))
    def take_up(self, version_id: int) -> Any:
        try:
            triage.take_up(seen(version_id), actor=current_actor(), now=clock.now())
        except Refused as refusal:
            return refused(self, version_id, refusal)
        return self.done(version_id, "保留を解除しました。")

    @expose(f"/{VERSION}/note", methods=("POST",))
    def note(self, version_id: int) -> Any:
        """On the entry, or on its organization."""
        actor, text = current_actor(), request.form.get("text", "")
        try:
            version = find(version_id, actor=actor)
            entry_id = None if request.form.get("about") == "organization" else version.entry_id
            organizations.add_note(version.organization_id, text, actor=actor, now=clock.now(), entry_id=entry_id)
        except Refused as refusal:
            return refused(self, version_id, refusal, at="note", note=text)
        return self.done(version_id, "メモを追加しました。")

    def done(self, version_id: int, told: str) -> Response:
        db.session.commit()
        flash(told, "success")
        return redirect(filter_address(f"/desk/review/{version_id}", read_filter()))
