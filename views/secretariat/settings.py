"""Settings that the office changes itself."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from flask import current_app, flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.administration import office_settings
from portal.administration.office_settings import Shown
from portal.errors import NotFound, Refused
from views.secretariat.books import BookView
from views.web import current_actor


class OfficeSettings(BookView):
    list_template = "secretariat/settings.html"
    column_list = ("label", "value")

    def entries(self) -> Sequence[Shown]:
        return office_settings.listed(current_app.config["PORTAL"])

    def render(self, template: str, data: Sequence[Shown] = (), **kwargs: Any) -> str:
        groups = [(name, list(rows)) for name, rows in groupby(data, key=lambda each: each.adjustable.group)]
        return super().render(template, data=data, groups=groups, **kwargs)

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

    def page(self, wrong: str, typed: str, refusal: str) -> str:
        return self.render(self.list_template, data=self.entries(), wrong=wrong, typed=typed, refusal=refusal)

    def done(self, told: str) -> Response:
        db.session.commit()
        flash(told, "success")
        return redirect("/desk/settings/")
