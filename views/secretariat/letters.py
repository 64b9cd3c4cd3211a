"""メール: what leaves the portal, what failed, and what is sent again or stopped by hand."""

from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from models.base import db
from models.states import MailState
from portal import clock
from portal.errors import Refused
from portal.mail import by_hand
from portal.wording import LETTER_LABEL, MAIL_LOOK
from views import login
from views.arguments import LARGEST_ID, one_of
from views.secretariat.records import RecordsView, chip
from views.web import current_actor

NUMBER = f"<int(min=1, max={LARGEST_ID}):mail_id>"
ALL_OF = {state.value: state for state in by_hand.LOST}


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
    list_template = "secretariat/letters.html"
    acts_on_rows = True
    narrowed_by = "state"
    own_arguments = ("state",)
    choices = {state.value: look.label for state, look in MAIL_LOOK.items()}
    list_note = (
        "本文は表示しません。送れなかったメールは、理由とともに「送信失敗」または「宛先不明」になります。"
        "宛先やメールサーバーを直したあとで、再送できます。"
    )
    column_formatters = RecordsView.column_formatters | {
        "letter": lambda _view, _context, row, _name: LETTER_LABEL.get(row.letter, row.letter),
        "state": lambda _view, _context, row, _name: chip(MAIL_LOOK[row.state]),
    }

    def render(self, template: str, **kwargs: Any) -> str:
        return super().render(template, lost=by_hand.LOST, most=by_hand.MOST, **kwargs)

    @expose(f"/{NUMBER}/resend", methods=("POST",))
    def resend(self, mail_id: int) -> Response:
        return self.handled(lambda: by_hand.resend(mail_id, actor=current_actor(), now=clock.now()), "再送します。")

    @expose(f"/{NUMBER}/stop", methods=("POST",))
    def stop(self, mail_id: int) -> Response:
        return self.handled(
            lambda: by_hand.stop(mail_id, actor=current_actor(), now=clock.now()), "送信を中止しました。"
        )

    @expose("/resend-all", methods=("POST",))
    def resend_all(self) -> Response:
        state = one_of(request.form.get("state"), ALL_OF, MailState.failed)
        count = by_hand.resend_all(state, actor=current_actor(), now=clock.now())
        db.session.commit()
        if not count:
            flash("再送できるメールはありませんでした。", "error")
            return redirect(f"/desk/mail/?state={state.value}")
        flash(f"{count:,}通を再送します。", "success")
        return redirect("/desk/mail/?state=queued")

    def handled(self, act: Any, told: str) -> Response:
        try:
            act()
        except Refused as refusal:
            if refusal.status != Refused.status:
                raise
            db.session.rollback()
            flash(str(refusal), "error")
        else:
            db.session.commit()
            flash(told, "success")
        return redirect(login.safe_path(request.form.get("back", "")) or "/desk/mail/")
