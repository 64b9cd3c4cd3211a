"""Rules of the automatic checks: on or off, error or warning, in the desk's words."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.datastructures import MultiDict

from models.base import db
from portal import clock
from portal.administration import check_rules
from portal.errors import NotFound, Refused
from portal.publishing.rule_book import Rule, Ruling
from views.forms.inputs import read_day, read_number
from views.secretariat.books import BookView
from views.web import current_actor

T = TypeVar("T")
SEVERITY_LABEL = {
    "error": "エラー（申請できません）",
    "warning": "注意（確認して申請します）",
    "note": "事務局だけに表示",
    "": "内容による",
}


class CheckRules(BookView):
    list_template = "secretariat/rules.html"
    column_list = ("rule", "active", "severity", "fired", "overruled")

    def entries(self) -> Sequence[check_rules.Shown]:
        return check_rules.listed(now=clock.now())

    def render(self, template: str, **kwargs: Any) -> str:
        return super().render(template, severities=SEVERITY_LABEL, **kwargs)

    @expose("/<key>/")
    def edit(self, key: str) -> str:
        return self.page(key, check_rules.find(key, now=clock.now()).ruling)

    @expose("/<key>/", methods=("POST",))
    def save(self, key: str) -> Any:
        try:
            ruling = posted_ruling(request.form)
            check_rules.save(key, ruling, actor=current_actor(), now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return self.page(key, posted_ruling(request.form, strict=False), str(refusal)), refusal.status
        db.session.commit()
        flash(f"「{check_rules.find(key, now=clock.now()).rule.title}」を保存しました。", "success")
        return redirect("/desk/rules/")

    def page(self, key: str, ruling: Ruling, refusal: str = "") -> str:
        shown = check_rules.find(key, now=clock.now())
        return self.render(
            "secretariat/rule.html",
            shown=shown,
            rule=shown.rule,
            ruling=ruling,
            texts=check_rules.texts(),
            amount=request.form["amount"] if "amount" in request.form else written_amount(shown.rule, ruling),
            refusal=refusal,
        )


def written_amount(rule: Rule, ruling: Ruling) -> str:
    own = rule.amount.value if rule.amount else ""
    return str(own if ruling.amount is None else ruling.amount)


def posted_ruling(form: MultiDict[str, str], *, strict: bool = True) -> Ruling:
    """As typed. Raises Refused for a day or a number that is none, or leaves it out."""
    valid_from = _read(form, "valid_from", "点検を始める日", read_day, strict=strict)
    amount = _read(form, "amount", "数", read_number, strict=strict)
    words = form.get("severity", ""), form.get("message", ""), form.get("pattern", "")
    return Ruling("active" in form, *words, tuple(form.getlist("fields")), valid_from, amount)


def _read(form: MultiDict[str, str], name: str, label: str, read: Callable[[str], T], *, strict: bool) -> T | None:
    try:
        return read(form.get(name, ""))
    except ValueError as error:
        if strict:
            raise Refused(f"{label}：{error}") from None
        return None
