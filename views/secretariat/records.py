"""The secretariat's lists beside the queue: organizations, mail, the trail, jobs, phrases and closed days."""

from typing import Any

from models.states import Role
from portal import clock, codes, office
from portal.permissions import SECRETARIAT
from portal.wording import ACTION_LABEL, MAIL_LOOK, ROLE_LABEL, moment
from views.admin import ScopedView
from views.web import current_actor

ADMINISTRATORS = frozenset({Role.administrator})
MOMENTS = ("created_at", "suspended_at", "at", "started_at", "worked_at", "sent_at")
PHRASE_NOTE = "差戻しのコメントに使う文です。承認画面の「定型文から選ぶ」に並びます。"
CLOSED_NOTE = "土日、祝日、12月29日〜1月3日は自動で休業日になります。ここにはそれ以外の休業日を登録します。"


def when(_view: Any, _context: Any, row: Any, name: str) -> str:
    return moment(getattr(row, name))


class RecordsView(ScopedView):
    """Lists that are only read; moments are said in Tokyo's time."""

    roles = SECRETARIAT
    column_default_sort = ("id", True)
    column_formatters = dict.fromkeys(MOMENTS, when)


class Organizations(RecordsView):
    column_list = ("name", "org_type", "prefecture", "created_at", "suspended_at")
    column_labels = {
        "name": "名称",
        "org_type": "団体種別",
        "prefecture": "所在地",
        "created_at": "登録日時",
        "suspended_at": "利用停止",
    }
    column_searchable_list = ("name",)
    column_sortable_list = ("name", "created_at")
    column_formatters = RecordsView.column_formatters | {
        "org_type": lambda _view, _context, row, _name: codes.ORG_TYPES.label(row.org_type)
    }


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
    list_note = "本文は表示しません。送れなかったメールは、理由とともに「送信失敗」または「宛先不明」になります。"
    column_formatters = RecordsView.column_formatters | {
        "state": lambda _view, _context, row, _name: MAIL_LOOK[row.state].label
    }


class Trail(RecordsView):
    column_list = ("at", "action", "actor_role", "subject", "subject_id", "ip")
    column_labels = {
        "at": "日時",
        "action": "操作",
        "actor_role": "だれが",
        "subject": "対象",
        "subject_id": "対象のID",
        "ip": "接続元",
    }
    column_searchable_list = ("action",)
    column_sortable_list = ("at",)
    list_note = "記録は追加だけができ、だれも書き換えられません。"
    column_formatters = RecordsView.column_formatters | {
        "action": lambda _view, _context, row, _name: ACTION_LABEL.get(row.action.removeprefix("entry."), row.action),
        "actor_role": lambda _view, _context, row, _name: ROLE_LABEL[row.actor_role],
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
    column_default_sort = "job"
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
    form_widget_args = {"text": {"rows": 4, "maxlength": 4000}, "title": {"maxlength": 100}}
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
    list_note = CLOSED_NOTE

    def write(self, form: Any, model: Any) -> Any:
        return office.save_closed_day(model, form.data, actor=current_actor(), now=clock.now())

    def remove(self, model: Any) -> Any:
        office.remove(model, actor=current_actor(), now=clock.now())
