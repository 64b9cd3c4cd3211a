"""Settings that the office changes itself."""

from itertools import groupby
from typing import Any

from flask import current_app, flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.administration import office_settings
from portal.errors import NotFound, Refused
from views.admin import PageView
from views.secretariat.records import ADMINISTRATORS
from views.web import current_actor


class SettingsView(PageView):
    roles = ADMINISTRATORS

    @expose("/")
    def index(self) -> str:
        return self.page()

    @expose("/<setting>/", methods=("POST",))
    def save(self, setting: str) -> Any:
        text = request.form.get("value", "")
        try:
            office_settings.save(setting, text, actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return self.page(setting, text, str(refusal)), refusal.status
        return self.done(f"「{office_settings.ADJUSTABLE[setting].label}」を変更しました。")

    @expose("/<setting>/reset", methods=("POST",))
    def reset(self, setting: str) -> Response:
        office_settings.reset(setting, actor=current_actor(), now=clock.now())
        return self.done(f"「{office_settings.ADJUSTABLE[setting].label}」を元の値に戻しました。")

    def page(self, wrong: str = "", typed: str = "", refusal: str = "") -> str:
        shown = office_settings.listed(current_app.config["PORTAL"])
        groups = [(name, list(rows)) for name, rows in groupby(shown, key=lambda each: each.adjustable.group)]
        return self.render("secretariat/settings.html", groups=groups, wrong=wrong, typed=typed, refusal=refusal)

    def done(self, told: str) -> Response:
        db.session.commit()
        flash(told, "success")
        return redirect("/desk/settings/")
