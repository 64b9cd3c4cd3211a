"""From the empty form to the submission, and the moves a member makes: one class for the three kinds."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Version
from models.states import Action, State
from portal import clock
from portal.administration import memory
from portal.errors import Conflict, Invalid
from portal.permissions import EDITORS
from portal.publishing import content, drafts, submission, workflow
from portal.publishing.workflow import Seen
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.entry import EntryForm, content_of, form_for, rearrange
from views.organization import confirming, editing, previewing
from views.organization.lookup import own_entry, own_organization, own_version
from views.organization.rooms import Room
from views.visitor import settings
from views.web import current_actor

VERSION = f"<int(min=1, max={LARGEST_ID}):version_id>"
LARGEST_REVISION = LARGEST_ID
STEPS = {"save": "save", "confirm": "confirm"}


class WritingView(PageView):
    """Only those who may write enter here; what viewers read is in EntriesView, at the same addresses' root."""

    roles = EDITORS

    def __init__(self, room: Room, **kwargs: Any) -> None:
        self._default_view = "new"  # where the menu leads
        super().__init__(name=room.menu, endpoint=room.writing, url=f"/mypage/{room.slug}", **kwargs)
        self.room = room

    def is_visible(self) -> bool:
        """Not in the menu of those whom the secretariat stopped from handing in this kind."""
        return (current_actor().organization_id, self.room.kind) not in memory.decisions().stops

    # ---- the form

    @expose("/new/")
    def new(self) -> str:
        organization = own_organization()
        submission.refuse_stopped(organization.id, self.room.kind)
        form = form_for(self.room.kind, organization)(data=content.blank(self.room.kind, organization))
        return self.render_sheet(form, None)

    @expose("/new/", methods=("POST",))
    def create(self) -> Any:
        return self.take(None)

    @expose(f"/edit/{VERSION}/")
    def edit(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        if not editing.is_editable(version, clock.now()):
            return redirect(self.entry_page(version))
        form = form_for(self.room.kind, version.organization)(data=content.read(version))
        findings = (
            editing.judge(form, version, version.organization, now=clock.now()) if "check" in request.args else []
        )
        return self.render_sheet(form, version, findings=editing.errors_among(findings))

    @expose(f"/edit/{VERSION}/", methods=("POST",))
    def save(self, version_id: int) -> Any:
        return self.take(own_version(version_id, self.room))

    def take(self, version: Version | None) -> Any:
        """Saves what was posted, or shows it again with what keeps it from being saved."""
        form = self.posted_form()
        if rearrange(form, request.form.get("step", "")):
            return self.render_sheet(form, version)
        step = one_of(request.form.get("step"), STEPS, "save")
        organization = own_organization()
        if findings := editing.findings_at(step, form, version, organization, now=clock.now()):
            return self.render_sheet(form, version, findings=findings), 422
        try:
            saved = self.store(form, version)
        except Conflict as conflict:
            db.session.rollback()
            return self.render_sheet(form, version, conflict=str(conflict)), 409
        db.session.commit()
        return self.after_saving(saved, step)

    def store(self, form: EntryForm, version: Version | None) -> Version:
        values, actor = content_of(form), current_actor()
        if version is None:
            return drafts.create(self.room.kind, values, actor=actor, now=clock.now())
        return drafts.save(Seen(version.id, posted_revision()), values, actor=actor, now=clock.now())

    def after_saving(self, version: Version, step: str) -> Response:
        if step == "confirm":
            return redirect(url_for(".confirm", version_id=version.id))
        flash(_("一時保存しました"), "success")
        return redirect(url_for(".edit", version_id=version.id))

    @expose("/preview/", methods=("POST",))
    def preview(self) -> str:
        """What the public page will show of the input; nothing is saved."""
        form = self.posted_form()
        return previewing.page(self.room.kind, content_of(form), own_organization(), now=clock.now())

    # ---- confirm, submit, done

    @expose(f"/confirm/{VERSION}/")
    def confirm(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        if not editing.is_editable(version, clock.now()):
            return redirect(self.entry_page(version))
        submission.refuse_stopped(version.organization_id, version.kind)
        findings = submission.findings_of(version, now=clock.now(), days=approval_days())
        if editing.errors_among(findings):
            return redirect(url_for(".edit", version_id=version_id, check=1))
        shown = confirming.page(version, findings, now=clock.now(), days=approval_days())
        return self.render("organization/confirm.html", room=self.room, **shown)

    @expose(f"/confirm/{VERSION}/", methods=("POST",))
    def submit(self, version_id: int) -> Any:
        own_version(version_id, self.room)
        seen, actor = Seen(version_id, posted_revision()), current_actor()
        try:
            submission.submit(seen, actor=actor, now=clock.now(), days=approval_days())
        except Invalid:
            db.session.rollback()
            return redirect(url_for(".edit", version_id=version_id, check=1))
        except Conflict:
            db.session.rollback()
            if not confirming.was_submitted(seen, actor=actor):
                raise
        db.session.commit()
        return redirect(url_for(".done", version_id=version_id))

    @expose(f"/done/{VERSION}/")
    def done(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        if workflow.state_for(current_actor().role, version, now=clock.now()) is not State.submitted:
            return redirect(self.entry_page(version))
        return self.render(
            "organization/done.html", room=self.room, version=version, entry=version.entry, days=approval_days()
        )

    # ---- moves, from the list and the entry's page

    @expose("/revise/", methods=("POST",))
    def revise(self) -> Response:
        version = drafts.revise(self.posted_entry(), actor=current_actor(), now=clock.now())
        db.session.commit()
        return redirect(url_for(".edit", version_id=version.id))

    @expose("/copy/", methods=("POST",))
    def copy(self) -> Response:
        version = drafts.copy(self.posted_entry(), actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("コピーして下書きを作りました。日付を入力してください。"), "success")
        return redirect(url_for(".edit", version_id=version.id))

    @expose("/withdraw/", methods=("POST",))
    def withdraw(self) -> Response:
        return self.move(Action.withdraw, _("取下げました。下書きに戻したので、内容を直して申請し直せます。"))

    @expose("/close/", methods=("POST",))
    def close(self) -> Response:
        return self.move(Action.close, _("掲載を終了しました。公開サイトには表示されません。"))

    def move(self, action: Action, told: str) -> Response:
        seen = self.posted_seen()
        version = own_version(seen.version_id, self.room)
        workflow.perform(action, seen, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(told, "success")
        return redirect(self.entry_page(version))

    @expose("/discard/", methods=("POST",))
    def discard(self) -> Response:
        seen = self.posted_seen()
        own_version(seen.version_id, self.room)
        drafts.discard(seen, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("下書きを削除しました。"), "success")
        return redirect(url_for(f"{self.room.pages}.index_view"))

    # ---- what the steps share

    def posted_form(self) -> EntryForm:
        return form_for(self.room.kind, own_organization())(request.form)

    def posted_entry(self) -> int:
        return own_entry(whole_number(request.form.get("entry", ""), highest=LARGEST_ID), self.room).id

    def posted_seen(self) -> Seen:
        """A button names the version and the revision it was drawn for: `12.3`."""
        version_id, _dot, revision = request.form.get("seen", "").partition(".")
        return Seen(whole_number(version_id, highest=LARGEST_ID), whole_number(revision, highest=LARGEST_REVISION))

    def entry_page(self, version: Version) -> str:
        return url_for(f"{self.room.pages}.entry", entry_id=version.entry_id)

    def render_sheet(self, form: EntryForm, version: Version | None, **told: Any) -> str:
        now, organization = clock.now(), version.organization if version else own_organization()
        return self.render(
            "organization/entry_form.html",
            room=self.room,
            sheet=editing.sheet(self.room, form, version, organization, now=now, **told),
            version=version,
            # Input that came back still rests on the revision it was typed over.
            seen_revision=request.form.get("revision", "")
            if request.method == "POST"
            else version.revision
            if version
            else "",
            may_overwrite=version is not None and editing.is_editable(version, now),
            now=now,
        )


def posted_revision() -> int:
    """What the form was filled from. On a conflict page the other button names what is saved now."""
    return whole_number(request.form.get("instead") or request.form.get("revision", ""), highest=LARGEST_REVISION)


def approval_days() -> int:
    return settings().approval_days
