"""「団体登録・変更」: registrations that wait, each with what it changes, and the decision on it."""

from collections.abc import Callable
from typing import Any, cast

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.registrations import RegistrationVersion
from models.states import RegistrationAction, RegistrationKind, RegistrationState
from portal import audit, clock
from portal.database import begin_write
from portal.errors import Conflict, Refused
from portal.permissions import SECRETARIAT
from portal.publishing.business_days import closed_days, days_left
from portal.registry import applying, changes, deciding, rules, workflow
from portal.registry.registration_fields import SECTIONS
from portal.registry.workflow import Seen
from views import files
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, page_number, whole_number
from views.public import registration_pages
from views.web import current_actor

REGISTRATIONS = "団体登録・変更"
VERSION = f"<int(min=1, max={LARGEST_ID}):version_id>"
SHOWN = {"waiting": False, "decided": True}
DECISIONS = {action.value: action for action in workflow.DECISIONS}
DONE = {
    RegistrationAction.approve: "承認し、メールで知らせます。",
    RegistrationAction.return_: "差戻し、メールで知らせます。",
    RegistrationAction.refuse: "登録を見送り、メールで知らせます。",
}


class RegistrationsView(PageView):
    roles = SECRETARIAT

    @expose("/")
    def index(self) -> str:
        actor, now = current_actor(), clock.now()
        page = page_number(request.args.get("page"), last=deciding.LAST_PAGE)
        is_decided = one_of(request.args.get("show"), SHOWN, default=False)
        rows = (deciding.decided if is_decided else deciding.waiting)(page=page, actor=actor)
        closed = closed_days()
        return self.render(
            "secretariat/registration_list.html",
            rows=[
                (version, name or version.content.get("name", ""), left_of(version, closed)) for version, name in rows
            ],
            is_decided=is_decided,
            count=waiting_count(),
            page=page,
            is_full=len(rows) == deciding.PAGE_SIZE,
            now=now,
        )

    @expose(f"/{VERSION}/")
    def review(self, version_id: int) -> str:
        return self.show_review(version_id)

    @expose(f"/{VERSION}/decide", methods=("POST",))
    def decide(self, version_id: int) -> Any:
        action = one_of(request.form.get("action"), DECISIONS, None)
        if action is None:
            raise Refused("操作が指定されていません。")
        comment, actor, now = request.form.get("comment", ""), current_actor(), clock.now()
        seen = Seen(version_id, whole_number(request.form.get("revision", ""), highest=LARGEST_ID))
        decisions: dict[RegistrationAction, Callable[[], None]] = {
            RegistrationAction.approve: lambda: deciding.approve(seen, actor=actor, now=now, comment=comment),
            RegistrationAction.return_: lambda: deciding.give_back(seen, comment, actor=actor, now=now),
            RegistrationAction.refuse: lambda: deciding.refuse(seen, comment, actor=actor, now=now),
        }
        workflow.find(version_id, actor=actor)  # what is not there is not there, whatever else is wrong
        try:
            decisions[action]()
        except Refused as refusal:
            db.session.rollback()
            return self.show_review(version_id, refusal=refusal, comment=comment), refusal.status
        db.session.commit()
        flash(DONE[action], "success")
        return redirect(url_for(".index"), 303)

    @expose(f"/{VERSION}/files/<int(min=1, max={LARGEST_ID}):row_id>")
    def file(self, version_id: int, row_id: int) -> Response:
        begin_write()  # that it was read is on record
        actor = current_actor()
        version = workflow.find(version_id, actor=actor)
        stored = applying.file_of(version, row_id)
        response = files.send(stored)
        audit.record("registration.file", subject="registration", subject_id=version.id, actor=actor, now=clock.now())
        db.session.commit()
        return response

    def show_review(self, version_id: int, *, refusal: Refused | None = None, comment: str = "") -> str:
        now = clock.now()
        found = deciding.review(version_id, actor=current_actor())
        version, is_new = found.version, found.version.kind is RegistrationKind.new
        sentence = str(refusal) if refusal else ""
        return self.render(
            "secretariat/registration_review.html",
            review=found,
            version=version,
            is_new=is_new,
            waits=version.state is RegistrationState.submitted,
            name=version.content.get("name", "") if is_new or not version.organization else version.organization.name,
            changes=[] if is_new else changes.differences_in(version),
            warnings=[f for f in rules.check(SECTIONS, version.content, now=now) if f.severity == "warning"]
            if is_new
            else [],
            left=left_of(version, closed_days()),
            conflict=sentence if isinstance(refusal, Conflict) else "",
            error="" if isinstance(refusal, Conflict) else sentence,
            comment=comment,
            now=now,
            **(registration_pages.values_of(version) if is_new else {"shown": []}),
        )


def waiting_count() -> int:
    """For the menu and the queue: one statement a request."""
    if "waiting_registrations" not in g:
        g.waiting_registrations = deciding.waiting_count(actor=current_actor())
    return cast("int", g.waiting_registrations)


def left_of(version: RegistrationVersion, closed: Any) -> int | None:
    """Business days until the deadline, of what waits."""
    if version.state is not RegistrationState.submitted or version.due_at is None:
        return None
    return days_left(clock.now(), version.due_at, closed)
