"""お知らせ of the secretariat."""

from typing import Any

from markupsafe import Markup

from models.office import News
from portal import clock
from portal.administration import news
from portal.dates import moment_short
from portal.permissions import SECRETARIAT
from views.admin import ScopedView
from views.forms.office import AUDIENCE_LABEL, NEWS_FIELDS, NEWS_RULES
from views.web import current_actor


class NewsView(ScopedView):
    roles = SECRETARIAT
    can_create = can_edit = can_delete = True
    column_list = ("title", "audience", "starts_at", "ends_at", "updated_at")
    form_columns = ("title", "body", "audience", "starts_at", "ends_at")
    column_labels = {
        "title": "タイトル",
        "body": "本文",
        "audience": "表示する相手",
        "starts_at": "表示の開始",
        "ends_at": "表示の終了",
        "updated_at": "状態",
    }
    column_default_sort = ("starts_at", True)
    column_sortable_list = ("starts_at", "ends_at")
    column_formatters = {
        "title": lambda _view, _context, row, _name: Markup("<b>{}</b>").format(row.title),
        "audience": lambda _view, _context, row, _name: AUDIENCE_LABEL[row.audience],
        "starts_at": lambda _view, _context, row, _name: moment_short(row.starts_at, clock.now()),
        "ends_at": lambda _view, _context, row, _name: (
            moment_short(row.ends_at, clock.now()) if row.ends_at else "終了なし"
        ),
        "updated_at": lambda _view, _context, row, _name: standing(row),
    }
    form_overrides, form_args = NEWS_FIELDS, NEWS_RULES
    list_note = "選んだ相手のマイページに表示します。「すべての人」には、ログインしていない人も含みます。"
    empty_text = "お知らせはまだありません。「追加」から始めてください。"

    def write(self, form: Any, model: Any) -> Any:
        return news.save(model, form.data, actor=current_actor(), now=clock.now())

    def remove(self, model: Any) -> Any:
        news.remove(model, actor=current_actor(), now=clock.now())


def standing(row: News) -> str:
    now = clock.now()
    if row.starts_at > now:
        return "開始前"
    return "終了" if row.ends_at is not None and row.ends_at <= now else "表示中"
