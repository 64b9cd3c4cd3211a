"""The form of an entry and its saving: one class for the three kinds. What follows is in `handing_in` and `moving`."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import flash, g, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from models.base import db
from models.entries import Version, VersionFile
from portal import clock
from portal.accounts import keeping
from portal.administration import memory
from portal.dates import moment_short
from portal.errors import Conflict
from portal.permissions import EDITORS
from portal.publishing import content, drafts, merging, presence, rule_counts, submission, version_files
from portal.publishing.checks import Finding
from portal.publishing.fields import Field
from portal.publishing.merging import Clash
from portal.publishing.workflow import Seen
from views import lost_login
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.entry import EntryForm, content_of, form_for, rearrange
from views.lost_login import KeepsInput, Written
from views.organization import answering, attaching, editing, previewing
from views.organization.attending import Attends, here_of, labels_of
from views.organization.handing_in import HandsIn
from views.organization.lookup import VERSION, own_organization, own_version, posted_revision
from views.organization.rooms import Room
from views.web import current_actor

NOT_TYPED = ("csrf_token", "step", "instead", "take")
STEPS = {"save": "save", "confirm": "confirm", **attaching.ATTACH}


class WritingView(HandsIn, Attends, KeepsInput):
    """Only those who may write enter here; what viewers read is in EntriesView, at the same addresses' root."""

    roles = EDITORS

    def __init__(self, room: Room, **kwargs: Any) -> None:
        self._default_view = "new"  # where the menu leads
        super().__init__(name=room.menu, endpoint=room.writing, url=f"/mypage/{room.slug}", **kwargs)
        self.room = room

    def is_visible(self) -> bool:
        """Not in the menu of those whom the secretariat stopped from handing in this kind."""
        return (current_actor().organization_id, self.room.kind) not in memory.decisions().stops

    def written(self, name: str, **kwargs: Any) -> Written | None:
        """What was typed into the form, by whichever way it was to be saved."""
        if name not in ("create", "save", "keep_new", "keep_draft"):
            return None
        version_id = kwargs.get("version_id")
        path = url_for(".edit", version_id=version_id) if version_id else url_for(".new")
        fields = [pair for pair in request.form.items(multi=True) if pair[0] not in NOT_TYPED]
        return Written(self.form_of(version_id), fields, path)

    def form_of(self, version_id: int | None) -> str:
        return f"{self.room.slug} {version_id or 'new'}"

    # ---- the form

    @expose("/new/")
    def new(self) -> str:
        organization = own_organization()
        submission.refuse_stopped(organization.id, self.room.kind)
        return self.open_sheet(content.blank(self.room.kind, organization), None)

    @expose("/new/", methods=("POST",))
    def create(self) -> Any:
        return self.take(None)

    @expose(f"/edit/{VERSION}/")
    def edit(self, version_id: int) -> Any:
        version = own_version(version_id, self.room)
        if not editing.is_editable(version, clock.now()):
            return redirect(self.entry_page(version))
        saved = content.read(version)
        return self.open_sheet(content.to_write(version, saved), version, merging.prints(version.kind, saved))

    def open_sheet(self, values: Mapping[str, Any], version: Version | None, base: merging.Prints | None = None) -> str:
        """With what was typed before a login ran out in the place of what is saved."""
        organization = version.organization if version else own_organization()
        form, revision = form_for(self.room.kind, organization)(data=values), version.revision if version else ""
        posted: MultiDict[str, str] = MultiDict()
        if kept := MultiDict(lost_login.kept_fields(self.form_of(version.id if version else None))):
            form = attaching.recognize(form_for(self.room.kind, organization)(kept), current_actor())
            revision, base, posted = kept.get("revision", ""), merging.read(kept.get("base", "")), kept
            flash(lost_login.brought_back(), "info")
        asked = version is not None and "check" in request.args
        findings = editing.judge(form, version, organization, now=clock.now()) if asked else []
        findings = editing.errors_among(findings)
        return self.render_sheet(form, version, revision=revision, base=base, posted=posted, findings=findings)

    @expose(f"/edit/{VERSION}/", methods=("POST",))
    def save(self, version_id: int) -> Any:
        return self.take(own_version(version_id, self.room))

    def take(self, version: Version | None) -> Any:
        """Saves what was posted, or shows it again with what keeps it from being saved."""
        form = self.posted_form()
        if rearrange(form, request.form.get("step", "")):
            return self.render_sheet(form, version)
        step = one_of(request.form.get("step"), STEPS, "save")
        files = attaching.chosen()
        findings = self.wrong(step, files, form, version)
        if findings or answering.problems(answering.notes_at(version, request.form)):
            db.session.commit()
            return self.render_sheet(form, version, findings=findings), 422
        added, findings = attaching.take_in(files, form, actor=current_actor(), now=clock.now())
        if findings:
            db.session.rollback()
            return self.render_sheet(form, version, findings=findings), 422
        try:
            saved, theirs = self.store(form, version, added)
        except Clash as clash:
            db.session.rollback()
            merged = form_for(self.room.kind, own_organization())(data=clash.merged.values)
            return self.render_sheet(merged, version, base=clash.merged.base, conflict=str(clash)), 409
        except Conflict as conflict:
            db.session.rollback()
            return self.render_sheet(form, version, conflict=str(conflict)), 409
        version_id = saved.id  # afterwards it would be read anew
        db.session.commit()
        return self.after_saving(version_id, step, theirs)

    def wrong(self, step: str, files: attaching.Chosen, form: EntryForm, version: Version | None) -> list[Finding]:
        """A file that came along is kept with the draft, whatever else 「確認」 would find missing: its page tells."""
        organization, now = own_organization(), clock.now()
        if step != "confirm" or files:
            shaped = editing.findings_at("save", form, version, organization, now=now)
            return attaching.empty_handed(step, files) or shaped
        rule_counts.fired(editing.judge(form, version, organization, now=now), now=now)
        return editing.findings_at("confirm", form, version, organization, now=now)

    def store(
        self, form: EntryForm, version: Version | None, added: Sequence[VersionFile] = ()
    ) -> tuple[Version, Sequence[Field]]:
        """Returns also the fields in which a colleague's saving stayed."""
        values, actor, now = content_of(form), current_actor(), clock.now()
        keeping.forget(self.form_of(version.id if version else None), actor=actor)
        theirs: Sequence[Field] = ()
        if version is None:
            saved = drafts.create(self.room.kind, values, actor=actor, now=now)
        else:
            if names := set(request.form.getlist("take")):
                values |= {name: value for name, value in content.read(version).items() if name in names}
            base, seen = merging.read(request.form.get("base", "")), Seen(version.id, posted_revision())
            more = bool(added)
            saved, theirs = drafts.save_beside(seen, values, base=base, actor=actor, now=now, has_more=more)
            answering.store(saved, request.form, actor=actor, now=now)
        for row in added:
            version_files.add(saved, row)
        return saved, theirs

    def after_saving(self, version_id: int, step: str, theirs: Sequence[Field]) -> Response:
        if theirs:
            flash(_("ほかの担当者が変えた%(names)sも取り込みました。", names=labels_of(theirs)), "info")
        if step == "confirm":
            return redirect(url_for(".confirm", version_id=version_id))
        _act, _colon, field = step.partition(":")
        flash(_("一時保存しました") if not field else _("ファイルを追加し、一時保存しました"), "success")
        merged = "1" if theirs else None  # for the script, whose form does not show them
        return redirect(url_for(".edit", version_id=version_id, merged=merged, _anchor=field or None))

    # ---- what saves itself while somebody writes

    @expose("/keep/", methods=("POST",))
    def keep_new(self) -> Any:
        return self.keep(None)

    @expose(f"/edit/{VERSION}/keep/", methods=("POST",))
    def keep_draft(self, version_id: int) -> Any:
        return self.keep(own_version(version_id, self.room))

    def keep(self, version: Version | None) -> Any:
        """Like 「一時保存」, answered in a few words. It is no sign of a person and prolongs no login."""
        g.pop("session_to_touch", None)
        form = self.posted_form()
        if editing.findings_at("save", form, version, own_organization(), now=clock.now()):
            return {"problem": _("入力できない値があるため、自動保存していません。")}, 422
        if wrong := answering.problems(answering.notes_at(version, request.form)):
            return {"problem": wrong[0][2]}, 422
        try:
            saved, theirs = self.store(form, version)
        except Conflict as conflict:
            db.session.rollback()
            return {"problem": str(conflict)}, 409
        # What the form shows is not all that is saved where a colleague's part stayed: it rests on what it did before.
        base = merging.prints(saved.kind, content.stored(saved.kind, content_of(form)))
        company = self.attend(saved)
        db.session.commit()
        return {
            "revision": posted_revision() if theirs else saved.revision,
            "base": merging.written(base),
            "path": url_for(".edit", version_id=saved.id),
            "id": saved.id,
            "told": _("自動保存 %(at)s", at=moment_short(saved.updated_at, clock.now())),
            "company": self.render_company(saved, company, base),
            "here": here_of(saved, company),
        }

    @expose("/preview/", methods=("POST",))
    def preview(self) -> str:
        """What the public page will show of the input; nothing is saved."""
        form = self.posted_form()
        return previewing.page(self.room, content_of(form), own_organization(), now=clock.now())

    @expose("/check/", methods=("POST",))
    def check(self) -> str:
        """What stands beside the form, for the input as it is now; nothing is saved."""
        given = request.args.get("version", "")
        version = own_version(whole_number(given, highest=LARGEST_ID), self.room) if given else None
        organization = version.organization if version else own_organization()
        sheet = editing.sheet(self.room, self.posted_form(), version, organization, now=clock.now())
        return self.render("organization/entry_form_beside.html", room=self.room, sheet=replace(sheet, is_new=False))

    # ---- what the steps share

    def posted_form(self) -> EntryForm:
        form = form_for(self.room.kind, own_organization())(request.form)
        return attaching.recognize(form, current_actor())

    def render_sheet(
        self,
        form: EntryForm,
        version: Version | None,
        *,
        revision: Any = None,
        posted: MultiDict[str, str] | None = None,
        base: merging.Prints | None = None,
        **told: Any,
    ) -> str:
        now, organization = clock.now(), version.organization if version else own_organization()
        told["notes"] = answering.notes_at(version, request.form if posted is None else posted)
        company = presence.company(version, actor=current_actor(), now=now) if version else None
        return self.render(
            "organization/entry_form.html",
            room=self.room,
            sheet=editing.sheet(self.room, form, version, organization, now=now, **told),
            version=version,
            # Input that came back still rests on the revision it was typed over.
            seen_revision=request.form.get("revision", "") if revision is None else revision,
            base=request.form.get("base", "") if base is None else merging.written(base),
            company=company,
            here=here_of(version, company),
            is_mine=version is not None and version.updated_by_id == current_actor().account_id,
            may_overwrite=version is not None and editing.is_editable(version, now),
            now=now,
        )
