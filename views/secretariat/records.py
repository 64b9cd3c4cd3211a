"""The secretariat's lists beside the queue: organizations, mail, jobs, phrases and closed days."""

from collections.abc import Mapping
from typing import Any

from flask import get_template_attribute, request
from markupsafe import Markup
from sqlalchemy.orm import Query, selectinload

from models.messages import MailTemplate
from models.organizations import Organization
from models.states import MailClass, MailTopic, Role
from portal import clock, codes, office
from portal.errors import Invalid
from portal.messaging import templates
from portal.messaging.templates import Written
from portal.permissions import SECRETARIAT
from portal.wording import (
    LETTER_LABEL,
    MAIL_CLASS_LABEL,
    MAIL_LOOK,
    MAIL_TOPIC_LABEL,
    Look,
    moment_short,
)
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


class Organizations(RecordsView):
    column_list = ("name", "org_type", "prefecture", "members", "created_at", "suspended_at")
    column_labels = {
        "name": "名称",
        "org_type": "団体種別",
        "prefecture": "所在地",
        "members": "担当者",
        "created_at": "登録日時",
        "suspended_at": "利用状況",
    }
    column_searchable_list = ("name",)
    column_sortable_list = ("name", "created_at")
    column_formatters = RecordsView.column_formatters | {
        "name": lambda _view, _context, row, _name: Markup('<a class="title" href="/organizations/{}/">{}</a>').format(
            row.id, row.name
        ),
        "org_type": lambda _view, _context, row, _name: codes.ORG_TYPES.label(row.org_type),
        "members": lambda _view, _context, row, _name: f"{len(row.members)}名",
        "suspended_at": lambda _view, _context, row, _name: (
            f"{moment_short(row.suspended_at, clock.now())}から停止中" if row.suspended_at else "利用中"
        ),
    }

    def get_query(self) -> Query[Any]:
        return super().get_query().options(selectinload(Organization.members))


class Letters(RecordsView):
    column_list = ("created_at", "letter", "recipient", "state", "attempts", "last_error", "sent_at")
    column_labels = {
        "created_at": "登録日時",
        "letter": "種類",
        "recipient": "宛先",
        "state": "状態",
        "attempts": "送信回数",
        "last_error": "理由",
        "sent_at": "送信日時",
    }
    column_searchable_list = ("recipient",)
    column_sortable_list = ("created_at",)
    narrowed_by = "state"
    own_arguments = ("state",)
    choices = {state.value: look.label for state, look in MAIL_LOOK.items()}
    list_note = "本文は表示しません。送れなかったメールは、理由とともに「送信失敗」または「宛先不明」になります。"
    column_formatters = RecordsView.column_formatters | {
        "letter": lambda _view, _context, row, _name: LETTER_LABEL.get(row.letter, row.letter),
        "state": lambda _view, _context, row, _name: chip(MAIL_LOOK[row.state]),
    }


class Jobs(RecordsView):
    column_list = ("name", "started_at", "seconds", "done", "error", "worked_at")
    column_labels = {
        "name": "処理",
        "started_at": "最終実行",
        "seconds": "所要時間（秒）",
        "done": "処理件数",
        "error": "結果",
        "worked_at": "最後に処理した日時",
    }
    column_default_sort = ("job", False)
    column_sortable_list = ("started_at",)
    empty_text = "スケジューラーがまだ動いていません。"
    list_note = (
        "件数が0のときの実行は15秒ごとに記録します。「最終実行」が1分より古いときは、スケジューラーを確認してください。"
    )
    column_formatters = RecordsView.column_formatters | {
        "seconds": lambda _view, _context, row, _name: f"{row.seconds:.2f}",
        "error": lambda _view, _context, row, _name: f"失敗（{row.error}）" if row.error else "正常",
    }


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
