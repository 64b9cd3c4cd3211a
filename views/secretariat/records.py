"""What the secretariat's lists beside the queue share, and phrases, closed days and samples of mails."""

from collections.abc import Mapping
from typing import Any

from flask import get_template_attribute, request
from sqlalchemy.orm import Query

from models.messages import MailTemplate
from models.states import MailClass, MailTopic, Role
from portal import clock, office
from portal.dates import moment_short
from portal.errors import Invalid
from portal.messaging import templates
from portal.messaging.templates import Written
from portal.permissions import SECRETARIAT
from portal.wording import MAIL_CLASS_LABEL, MAIL_TOPIC_LABEL, Look
from views.admin import ScopedView
from views.arguments import one_of
from views.forms.office import (
    CLOSED_DAY_FIELDS,
    CLOSED_DAY_RULES,
    PHRASE_FIELDS,
    PHRASE_RULES,
    SAMPLE_FIELDS,
    SAMPLE_RULES,
)
from views.web import current_actor

ADMINISTRATORS = frozenset({Role.administrator})
MOMENTS = ("created_at", "at", "started_at", "worked_at", "sent_at")
PHRASE_NOTE = "差戻しのコメントに使う文です。承認画面の「定型文から選ぶ」に並びます。"
CLOSED_NOTE = "土日、祝日、12月29日〜1月3日は自動で休業日になります。ここにはそれ以外の休業日を登録します。"
SAMPLE_NOTE = "団体がメールを書くときに選べる見本です。団体はこれをもとに自分のテンプレートを作れます。"


def when(_view: Any, _context: Any, row: Any, name: str) -> str:
    return moment_short(getattr(row, name), clock.now())


def chip(look: Look) -> Any:
    return get_template_attribute("shared/chips.html", "look_chip")(look)


class RecordsView(ScopedView):
    """Lists that are only read; moments are said in Tokyo's time."""

    roles = SECRETARIAT
    list_template = "secretariat/records.html"
    column_default_sort = ("id", True)
    column_formatters = dict.fromkeys(MOMENTS, when)
    narrowed_by = ""  # a column; what its address may say is in `choices`, with the words for it
    choices: Mapping[str, str] = {}

    def get_query(self) -> Query[Any]:
        return self._narrowed(super().get_query())

    def get_count_query(self) -> Query[Any]:
        return self._narrowed(super().get_count_query())

    def _narrowed(self, query: Query[Any]) -> Query[Any]:
        wanted = self._wanted()
        return query.filter(getattr(self.model, self.narrowed_by) == wanted) if wanted else query

    def _wanted(self) -> str:
        return one_of(request.args.get(self.narrowed_by), {value: value for value in self.choices}, "")

    def render(self, template: str, **kwargs: Any) -> str:
        return super().render(template, narrowed=self._wanted(), **kwargs)


class Phrases(ScopedView):
    roles = SECRETARIAT
    can_create = can_edit = can_delete = True
    column_list = form_columns = ("title", "text", "position")
    column_labels = {"title": "名称", "text": "文", "position": "並び順"}
    column_default_sort = "position"
    column_sortable_list = ()
    form_overrides, form_args = PHRASE_FIELDS, PHRASE_RULES
    list_note = PHRASE_NOTE

    def write(self, form: Any, model: Any) -> Any:
        return office.save_phrase(model, form.data, actor=current_actor(), now=clock.now())

    def remove(self, model: Any) -> Any:
        office.remove(model, actor=current_actor(), now=clock.now())


class ClosedDays(ScopedView):
    roles = ADMINISTRATORS
    can_create = can_edit = can_delete = True
    column_list = form_columns = ("day", "name")
    column_labels = {"day": "日付", "name": "名称"}
    column_default_sort = ("day", True)
    column_sortable_list = ("day",)
    form_overrides, form_args = CLOSED_DAY_FIELDS, CLOSED_DAY_RULES
    list_note = CLOSED_NOTE

    def write(self, form: Any, model: Any) -> Any:
        return office.save_closed_day(model, form.data, actor=current_actor(), now=clock.now())

    def remove(self, model: Any) -> Any:
        office.remove(model, actor=current_actor(), now=clock.now())


class Samples(ScopedView):
    """Templates of mails that every organization may choose and begin its own from."""

    roles = ADMINISTRATORS
    can_create = can_edit = can_delete = True
    column_list = ("name", "mail_class", "topic", "subject", "updated_at")
    form_columns = ("name", "mail_class", "topic", "subject", "body")
    column_labels = {
        "name": "テンプレート名",
        "mail_class": "種類",
        "topic": "メール種別",
        "subject": "件名",
        "body": "本文",
        "updated_at": "更新日時",
    }
    column_default_sort = "name"
    column_sortable_list = ("name",)
    column_searchable_list = ("name",)
    column_formatters = {
        "mail_class": lambda _view, _context, row, _name: MAIL_CLASS_LABEL[row.mail_class],
        "topic": lambda _view, _context, row, _name: MAIL_TOPIC_LABEL[row.topic] if row.topic else "",
        "updated_at": when,
    }
    form_overrides, form_args = SAMPLE_FIELDS, SAMPLE_RULES
    list_note = SAMPLE_NOTE
    empty_text = "見本はまだありません。「作成」から始めてください。"

    def write(self, form: Any, model: Any) -> Any:
        written = Written(
            form.name.data or "",
            MailClass(form.mail_class.data),
            form.subject.data or "",
            form.body.data or "",
            MailTopic(form.topic.data) if form.topic.data else None,
        )
        try:
            return self.keep(written, model)
        except Invalid as invalid:
            for finding in invalid.findings:
                form[finding.field].errors = [*form[finding.field].errors, finding.message]
            raise

    def keep(self, written: Written, model: MailTemplate | None) -> Any:
        actor, now = current_actor(), clock.now()
        if model is None:
            return templates.save(written, actor=actor, now=now)
        templates.change(model.id, written, revision=model.revision, actor=actor, now=now)
        return True

    def remove(self, model: Any) -> Any:
        templates.remove(model.id, actor=current_actor(), now=clock.now())
