"""「登録内容の確認/更新」: what the organization registered, what of it waits, and the way from input to update."""

from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from models.base import db
from models.organizations import Organization
from models.registrations import RegistrationVersion
from models.states import RegistrationState
from portal import clock
from portal.errors import Conflict, Invalid, Refused
from portal.permissions import EDITORS, MEMBERS, may
from portal.publishing.checks import Finding
from portal.publishing.shapes import Section
from portal.registry import changes, confirming, contents, logos
from portal.registry.changes import Split
from portal.registry.registration_fields import KEYS, ORGANIZATION
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.entry import DeclaredForm, content_of, form_of, rearrange, shape_findings
from views.organization import registration_pages
from views.organization.lookup import own_organization, read_seen
from views.web import current_actor

URL = "/mypage/registration"
SECTION = f"<any({', '.join(KEYS)}):key>"
STEPS = {"confirm": True, "back": False}


class RegistrationView(PageView):
    """What every member may read."""

    roles = MEMBERS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="登録内容の確認/更新", endpoint="organization_registration", url=URL, **kwargs)

    @expose("/")
    def index(self) -> str:
        return self.section(ORGANIZATION.key)

    @expose(f"/{SECTION}/")
    def section(self, key: str) -> str:
        actor, organization = current_actor(), own_organization()
        return self.render(
            "organization/registration_section.html",
            **registration_pages.section_page(key, organization, open_change(organization)),
            history=changes.history(organization.id, actor=actor),
            logo=logos.logo_of(organization.id) if key == ORGANIZATION.key else None,
            may_write=may(actor, "registration.write"),
            confirmed_at=confirming.confirmed_at(organization),
            is_asked=confirming.is_asked(organization, now=clock.now()),
            now=clock.now(),
        )


class RegistrationFormView(PageView):
    """「PARTNER団体登録・編集」. The input travels through the pages; nothing is kept before 「更新」."""

    roles = EDITORS
    stands_at = "登録内容の確認/更新"

    def __init__(self, **kwargs: Any) -> None:
        self._default_view = "index"
        super().__init__(name="PARTNER団体登録・編集", endpoint="organization_registration_form", url=URL, **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/edit/")
    def index(self) -> Response:
        return redirect(url_for("organization_registration.index"))

    @expose(f"/{SECTION}/edit/")
    def edit(self, key: str) -> Any:
        organization = own_organization()
        found = open_change(organization)
        section = changes.section_for(key, organization, found)
        values = contents.read(organization)
        if found and found.state is RegistrationState.returned and key == found.section:
            values |= found.content  # what came back is mended from what was written
        return self.render_form(section, form_of((section,))(data=values), organization, found)

    @expose(f"/{SECTION}/edit/", methods=("POST",))
    def confirm(self, key: str) -> Any:
        """On to the confirm page, or the form again: with a row moved, with what is wrong, or as it came back."""
        organization = own_organization()
        found = open_change(organization)
        section = changes.section_for(key, organization, found)
        form = form_of((section,))(request.form)
        if rearrange(form, request.form.get("step", "")):
            return self.render_form(section, form, organization, found)
        if not one_of(request.form.get("step"), STEPS, default=True):
            return self.render_form(section, form, organization, found)
        if posted_revision() != revision_of(organization, key):
            conflict = changes.told_conflict(key, organization.id)
            return self.render_form(section, form, organization, found, conflict=conflict), 409
        if wrong := self.wrong(section, form, organization):
            return self.render_form(section, form, organization, found, findings=wrong), 422
        return self.render_confirm(section, form, organization)

    def wrong(self, section: Section, form: DeclaredForm, organization: Organization) -> list[Finding]:
        shaped = shape_findings(form)
        unread = {finding.field for finding in shaped}
        judged = changes.check(section, organization, content_of(form), now=clock.now())
        return registration_pages.in_order(
            section, [*shaped, *(f for f in judged if f.severity == "error" and f.field not in unread)]
        )

    def render_confirm(self, section: Section, form: DeclaredForm, organization: Organization) -> str:
        shown = registration_pages.confirm_page(section, content_of(form), organization, now=clock.now(), days=days())
        return self.render(
            "organization/registration_confirm.html",
            **shown,
            kept=registration_pages.kept(request.form),
            revision=revision_of(organization, section.key),
        )

    @expose(f"/{SECTION}/update/", methods=("POST",))
    def update(self, key: str) -> Any:
        organization, actor = own_organization(), current_actor()
        found = open_change(organization)
        section = changes.section_for(key, organization, found)
        form = form_of((section,))(request.form)
        if wrong := shape_findings(form):
            return self.render_form(section, form, organization, found, findings=wrong), 422
        try:
            split = changes.save(
                key,
                posted_revision(),
                content_of(form),
                organization=organization,
                actor=actor,
                now=clock.now(),
                days=days(),
            )
        except Invalid as invalid:
            return self.again(section, form, findings=invalid.findings), 422
        except Conflict as conflict:
            return self.again(section, form, conflict=str(conflict)), 409
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal), "info")
            return redirect(url_for("organization_registration.section", key=key), 303)
        db.session.commit()
        flash(told(split), "success")
        return redirect(url_for("organization_registration.section", key=key), 303)

    def again(self, section: Section, form: DeclaredForm, **shown: Any) -> str:
        """The input, over what is saved now."""
        db.session.rollback()
        organization = own_organization()
        return self.render_form(section, form, organization, open_change(organization), **shown)

    @expose("/logo/", methods=("POST",))
    def logo(self) -> Response:
        actor, now = current_actor(), clock.now()
        try:
            if request.form.get("step") == "remove":
                logos.remove(actor=actor, now=now)
            else:
                given = chosen_logo()
                logos.put(given.stream, given.filename or "", request.form.get("words", ""), actor=actor, now=now)
        except Refused as refusal:
            db.session.rollback()
            flash(str(refusal), "error")
        else:
            db.session.commit()
            flash(_("ロゴを更新しました。"), "success")
        return redirect(url_for("organization_registration.section", key=ORGANIZATION.key), 303)

    @expose("/still-true/", methods=("POST",))
    def still_true(self) -> Response:
        confirming.confirm(own_organization().id, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("登録内容を確認しました。ありがとうございます。"), "success")
        return redirect(url_for("organization_registration.section", key=ORGANIZATION.key), 303)

    @expose("/withdraw/", methods=("POST",))
    def withdraw(self) -> Response:
        seen = read_seen(request.form.get("seen", ""))
        changes.withdraw(seen.version_id, seen.revision, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("変更の申請を取下げました。登録内容は変わっていません。"), "success")
        return redirect(url_for("organization_registration.section", key=ORGANIZATION.key), 303)

    def render_form(
        self,
        section: Section,
        form: DeclaredForm,
        organization: Organization,
        found: RegistrationVersion | None,
        *,
        findings: Sequence[Finding] = (),
        conflict: str = "",
    ) -> str:
        shown = registration_pages.form_page(section, form, organization, findings=findings, conflict=conflict)
        present = revision_of(organization, section.key)
        return self.render(
            "organization/registration_form.html",
            **shown,
            found=found if section.key == ORGANIZATION.key else None,
            # Input that came back still rests on the revision it was typed over.
            revision=request.form.get("revision", "") if request.method == "POST" else present,
            present=present,
            now=clock.now(),
        )


def open_change(organization: Organization) -> RegistrationVersion | None:
    return changes.open_change(organization.id, actor=current_actor())


def chosen_logo() -> FileStorage:
    given = request.files.get("logo")
    if given is None or not given.filename:
        raise Refused(_("ロゴのファイルを選択してください。"))
    return given


def revision_of(organization: Organization, key: str) -> int:
    return int(getattr(organization, f"{key}_revision"))


def posted_revision() -> int:
    """What the form was filled from. On a conflict page the other button names what is saved now."""
    return whole_number(request.form.get("instead") or request.form.get("revision", ""), highest=LARGEST_ID)


def days() -> int:
    return int(current_app.config["PORTAL"].approval_days)


def told(split: Split) -> str:
    if not split.waits:
        return _("更新しました。")
    waits = "、".join(changes.labels(split.waits))
    if not split.at_once:
        return _("%(what)sの変更を申請しました。PARTNER事務局の確認後に反映します。", what=waits)
    return _(
        "%(done)sを更新しました。%(what)sの変更は、PARTNER事務局の確認後に反映します。",
        done="、".join(changes.labels(split.at_once)),
        what=waits,
    )
