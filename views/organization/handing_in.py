"""「内容確認」, 「登録」 and what stands afterwards."""

from collections.abc import Callable, Sequence
from typing import Any

from flask import redirect, request, url_for
from flask_admin import expose

from models.base import db
from models.entries import Version
from models.states import State
from portal import clock
from portal.errors import Conflict, Invalid
from portal.figures import estimate
from portal.publishing import submission, workflow
from portal.publishing.checks import Finding
from portal.publishing.submission import Unacknowledged
from portal.publishing.workflow import Seen
from views.organization import confirming, editing
from views.organization.lookup import VERSION, own_version, posted_revision
from views.organization.moving import Moves
from views.visitor import settings
from views.web import current_actor


class HandsIn(Moves):
    """Of a view for one kind, open to those who may write."""

    render: Callable[..., str]

    @expose(f"/confirm/{VERSION}/")
    def confirm(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        if not editing.is_editable(version, clock.now()):
            return redirect(self.entry_page(version))
        submission.refuse_stopped(version.organization_id, version.kind)
        if editing.errors_among(submission.findings_of(version, now=clock.now(), days=approval_days())):
            return redirect(url_for(".edit", version_id=version_id, check=1))
        return self.render_confirm(version)

    def render_confirm(self, version: Version, unseen: Sequence[Finding] = ()) -> str:
        findings = submission.findings_of(version, now=clock.now(), days=approval_days())
        shown = confirming.page(version, findings, now=clock.now(), days=approval_days())
        said = confirming.acknowledged(request.form)
        return self.render("organization/confirm.html", room=self.room, unseen=unseen, said=said, **shown)

    @expose(f"/confirm/{VERSION}/", methods=("POST",))
    def submit(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        try:
            self.hand_in(Seen(version_id, posted_revision()))
        except Unacknowledged as refusal:
            db.session.rollback()
            return self.render_confirm(own_version(version_id, self.room), refusal.findings), 422
        except Invalid:
            db.session.rollback()
            return redirect(url_for(".edit", version_id=version.id, check=1))
        return redirect(url_for(".done", version_id=version_id))

    def hand_in(self, seen: Seen) -> None:
        """The second click of two finds it done."""
        actor, said = current_actor(), confirming.acknowledged(request.form)
        try:
            submission.submit(seen, actor=actor, now=clock.now(), days=approval_days(), acknowledged=said)
        except Conflict:
            db.session.rollback()
            if not confirming.was_submitted(seen, actor=actor):
                raise
        db.session.commit()

    @expose(f"/done/{VERSION}/")
    def done(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        if workflow.state_for(current_actor().role, version, now=clock.now()) is not State.submitted:
            return redirect(self.entry_page(version))
        return self.render(
            "organization/done.html",
            room=self.room,
            version=version,
            entry=version.entry,
            days=approval_days(),
            estimate=estimate.lately(clock.now()),
        )


def approval_days() -> int:
    return settings().approval_days
