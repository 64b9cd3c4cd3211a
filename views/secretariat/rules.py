"""Rules of the automatic checks: on or off, error or warning, in the desk's words."""

from typing import Any

from flask import flash, redirect, request
from flask_admin import expose

from models.base import db
from portal import clock
from portal.administration import check_rules
from portal.errors import NotFound, Refused
from portal.publishing.rule_book import Ruling
from views.admin import PageView
from views.secretariat.records import ADMINISTRATORS
from views.web import current_actor

SEVERITY_LABEL = {"error": "エラー（申請できません）", "warning": "注意（事務局に伝えます）", "": "内容による"}


class RulesView(PageView):
    roles = ADMINISTRATORS

    @expose("/")
    def index(self) -> str:
        return self.render("secretariat/rules.html", rows=check_rules.listed(), severities=SEVERITY_LABEL)

    @expose("/<key>/")
    def edit(self, key: str) -> str:
        return self.page(key, check_rules.find(key).ruling)

    @expose("/<key>/", methods=("POST",))
    def save(self, key: str) -> Any:
        form = request.form
        ruling = Ruling("active" in form, form.get("severity", ""), form.get("message", ""))
        try:
            check_rules.save(key, ruling, actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return self.page(key, ruling, str(refusal)), refusal.status
        db.session.commit()
        flash(f"「{check_rules.find(key).rule.title}」を保存しました。", "success")
        return redirect("/desk/rules/")

    def page(self, key: str, ruling: Ruling, refusal: str = "") -> str:
        rule = check_rules.find(key).rule
        return self.render(
            "secretariat/rule.html", rule=rule, ruling=ruling, severities=SEVERITY_LABEL, refusal=refusal
        )
