"""「メールテンプレート」: what an organization keeps for its mails, made, mended and removed."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from models.base import db
from models.messages import MailTemplate
from models.states import MailClass
from portal import clock
from portal.errors import Conflict, Invalid
from portal.messaging import checking, merging, templates
from portal.messaging.templates import CLASSES, Written
from portal.permissions import EDITORS
from portal.wording import MAIL_CLASS_LABEL, MAIL_TOPIC_LABEL
from views.admin import PageView
from views.arguments import LARGEST_ID, one_of, whole_number
from views.forms.inputs import tidy
from views.organization.lookup import may_search
from views.organization.mail_form import TOPICS
from views.web import current_actor

TEMPLATE = f"<int(min=1, max={LARGEST_ID}):template_id>"
NAMED = {each.value: each for each in CLASSES}
LABELS = {
    "name": lazy_gettext("テンプレート名"),
    "mail_class": lazy_gettext("種類"),
    "subject": lazy_gettext("件名"),
    "body": lazy_gettext("本文"),
}
NOTHING = Written("", MailClass.contact, "", "")


class TemplatesView(PageView):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            name="メールテンプレート", endpoint="organization_templates", url="/mypage/mail-templates", **kwargs
        )

    def is_visible(self) -> bool:
        """The menu's category is about talents; who may not search them comes here from the form of a mail."""
        return self.is_accessible() and may_search()

    @expose("/")
    def index(self) -> str:
        rows = templates.listed(actor=current_actor())
        own = [row for row in rows if row.organization_id is not None]
        usable = usable_classes()
        return self.render(
            "organization/template_list.html",
            own=own,
            samples=[row for row in rows if row.organization_id is None and row.mail_class in usable],
            most=templates.MOST,
        )

    @expose("/new/")
    def new(self) -> Any:
        """Empty, or begun from a sample."""
        sample = request.args.get("from")
        if not sample:
            return self.render_form(NOTHING)
        return self.render_form(
            written_of(templates.find(whole_number(sample, highest=LARGEST_ID), actor=current_actor()))
        )

    @expose("/new/", methods=("POST",))
    def create(self) -> Any:
        written = read_written(request.form)
        try:
            templates.save(written, actor=current_actor(), now=clock.now())
        except Invalid as invalid:
            db.session.rollback()
            return self.render_form(written, errors=errors_of(invalid))
        return self.done(_("テンプレートを保存しました。"))

    @expose(f"/{TEMPLATE}/")
    def edit(self, template_id: int) -> Any:
        template = templates.find_own(template_id, actor=current_actor())
        return self.render_form(written_of(template), template=template, revision=template.revision)

    @expose(f"/{TEMPLATE}/", methods=("POST",))
    def save(self, template_id: int) -> Any:
        written = read_written(request.form)
        revision = whole_number(request.form.get("revision", ""), highest=LARGEST_ID)
        try:
            templates.change(template_id, written, revision=revision, actor=current_actor(), now=clock.now())
        except Invalid as invalid:
            db.session.rollback()
            template = templates.find_own(template_id, actor=current_actor())
            return self.render_form(written, template=template, revision=revision, errors=errors_of(invalid))
        except Conflict as conflict:
            db.session.rollback()
            template = templates.find_own(template_id, actor=current_actor())
            page, _status = self.render_form(written, template=template, revision=revision, conflict=str(conflict))
            return page, conflict.status
        return self.done(_("テンプレートを変更しました。"))

    @expose(f"/{TEMPLATE}/delete/")
    def ask_deleting(self, template_id: int) -> str:
        template = templates.find_own(template_id, actor=current_actor())
        return self.render("organization/template_delete.html", kept=template)

    @expose(f"/{TEMPLATE}/delete/", methods=("POST",))
    def delete(self, template_id: int) -> Response:
        templates.remove(template_id, actor=current_actor(), now=clock.now())
        return self.done(_("テンプレートを削除しました。"))

    def done(self, told: str) -> Response:
        db.session.commit()
        flash(told, "success")
        return redirect(url_for(".index"), 303)

    def render_form(
        self,
        written: Written,
        *,
        template: MailTemplate | None = None,
        revision: int = 0,
        errors: dict[str, str] | None = None,
        conflict: str = "",
    ) -> Any:
        """With errors the answer is a 422; on a conflict both versions are there, and the input stays."""
        wrong = errors or {}
        page = self.render(
            "organization/template_form.html",
            written=written,
            kept=template,
            revision=revision,
            errors=wrong,
            problems=[(LABELS.get(name, ""), name, sentence) for name, sentence in wrong.items()],
            conflict=conflict,
            classes=[(each.value, MAIL_CLASS_LABEL[each]) for each in usable_classes()],
            topics=[(topic.value, MAIL_TOPIC_LABEL[topic]) for topic in TOPICS.values()],
            placeholders=[(merging.written(name), about) for name, about in merging.PLACEHOLDERS.items()],
            checking=checking,
            longest_name=templates.LONGEST_NAME,
            now=clock.now(),
        )
        return page, 422 if wrong or conflict else 200


def usable_classes() -> list[MailClass]:
    """Who may not search talents writes no offers."""
    may_offer = may_search()
    return [each for each in CLASSES if may_offer or each is not MailClass.offer]


def read_written(form: MultiDict[str, str]) -> Written:
    return Written(
        name=tidy(form.get("name", "")),
        mail_class=one_of(form.get("mail_class"), NAMED, MailClass.contact),
        subject=tidy(form.get("subject", "")),
        body=tidy(form.get("body", "")),
        topic=one_of(form.get("topic"), TOPICS, None),
    )


def written_of(template: MailTemplate) -> Written:
    return Written(template.name, template.mail_class, template.subject, template.body, template.topic)


def errors_of(invalid: Invalid) -> dict[str, str]:
    return {finding.field: finding.message for finding in reversed(invalid.findings)}
