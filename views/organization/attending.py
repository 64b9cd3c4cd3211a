"""Colleagues in one draft: who else has it open, and what they saved that a form does not show yet."""

from collections.abc import Sequence

from flask import g, render_template, request, url_for
from flask_admin import expose

from models.base import db
from models.entries import Version
from portal import clock
from portal.publishing import content, merging, presence
from portal.publishing.fields import Field
from portal.publishing.presence import Company
from views.organization import editing
from views.organization.lookup import VERSION, own_version
from views.organization.rooms import Room
from views.web import current_actor


class Attends:
    """Of a view for one kind, open to those who may write."""

    room: Room

    @expose(f"/edit/{VERSION}/here/", methods=("POST",))
    def here(self, version_id: int) -> str:
        """By the script, now and then while the form is seen, and when it is left. It prolongs no login either."""
        g.pop("session_to_touch", None)
        version = own_version(version_id, self.room)
        if request.form.get("leaves"):
            presence.leave(version_id, actor=current_actor())
            db.session.commit()
            return ""
        company = self.attend(version)
        db.session.commit()
        return self.render_company(version, company, merging.read(request.form.get("base", "")))

    def attend(self, version: Version) -> Company:
        """Nothing is written where nobody would see it."""
        actor, now = current_actor(), clock.now()
        company = presence.company(version, actor=actor, now=now)
        if not company.is_alone and editing.is_editable(version, now):
            presence.come(version, actor=actor, now=now)
        return company

    def render_company(self, version: Version, company: Company, base: merging.Prints | None) -> str:
        """With what is saved now and is not what the form was filled from."""
        saved = merging.prints(version.kind, content.read(version))
        newer = [] if base is None else merging.changed(version.kind, base, saved)
        return render_template(
            "organization/entry_form_company.html",
            version=version,
            company=company,
            newer=labels_of(newer),
            is_mine=version.updated_by_id == current_actor().account_id,
            now=clock.now(),
        ).strip()


def labels_of(fields: Sequence[Field]) -> str:
    return "".join(f"「{field.label}」" for field in fields)


def here_of(version: Version | None, company: Company | None) -> str:
    """Where the form tells that it is open; nowhere if there is nobody to tell."""
    return url_for(".here", version_id=version.id) if version and company and not company.is_alone else ""
