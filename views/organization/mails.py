"""Writing a mail to one or many: 「メール作成」, 「メール内容確認」, 「送信」, and what became of it.

Nothing is stored on the way but attached files, and what is posted after the login ran out: each step carries the form
along, and a token that makes two presses of 「送信」 one dispatch.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response

from models.base import db
from models.states import MailClass
from portal import clock
from portal.accounts import keeping
from portal.database import begin_write
from portal.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from portal.messaging import attachments, dispatching, templates
from portal.messaging.checking import Draft
from portal.permissions import EDITORS
from views.account import require_fresh
from views.arguments import LARGEST_ID, one_of, whole_number
from views.lost_login import KeepsInput, Written
from views.organization.mail_back import place_of
from views.organization.mail_form import (
    TOPICS,
    Typed,
    begin,
    class_named,
    name_for_template,
    new_token,
    read_keys,
    read_typed,
)
from views.organization.mail_keeping import FORM, brought_back, written
from views.organization.mail_pages import (
    Sheet,
    errors_of,
    render_confirm,
    render_form,
    render_result,
    render_templates,
    sheet_of,
)
from views.visitor import settings
from views.web import current_actor

DISPATCH = f"<int(min=1, max={LARGEST_ID}):dispatch_id>"
SENT_BEFORE = "この画面のメールはすでに送信を受け付けています。もう一度送ると、別のメールになります。"


MANY = 50  # people whom a window left open must not write to


def is_for_many() -> bool:
    return len(request.form.getlist("send")) > MANY


class MailsView(KeepsInput):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        self._default_view = "compose"
        super().__init__(name="メール作成", endpoint="organization_mails", url="/mypage/mails", **kwargs)

    def is_visible(self) -> bool:
        return False

    def written(self, name: str, **kwargs: Any) -> Written | None:
        """Whose login ran out while writing comes back to the form for the same people."""
        return written()

    # ---- the form

    @expose("/")
    def compose(self) -> Any:
        mail_class = class_named(request.args.get("class"))
        keys = request.args.getlist("codes" if mail_class is MailClass.offer else "applications")
        typed, told = brought_back(begin(mail_class, read_keys(keys), request.args.get("back", "")))
        return render_form(self, sheet_of(typed), told=told)

    @expose("/", methods=("POST",))
    def write(self) -> Any:
        """The form again, after one of its buttons or 「入力画面へ戻る」."""
        step, _colon, number = request.form.get("step", "").partition(":")
        act: Callable[[MailsView, Typed, str], Any] = one_of(step, self.STEPS, MailsView.stay)
        typed, errors = take_file(read_typed(request.form))
        if errors:
            return render_form(self, sheet_of(typed), errors=errors)
        return act(self, typed, number)

    def stay(self, typed: Typed, _number: str) -> Any:
        typed, told = renewed(typed)
        return render_form(self, sheet_of(typed), told=told)

    def drop(self, typed: Typed, number: str) -> Any:
        """A file that was attached is taken off; it goes with the sweep of files."""
        key = whole_number(number, highest=LARGEST_ID)
        return render_form(self, sheet_of(replace(typed, kept=[kept for kept in typed.kept if kept != key])))

    def save_template(self, typed: Typed, _number: str) -> Any:
        """「テンプレート保存」."""
        written = templates.Written(
            name_for_template(typed), typed.mail_class, typed.subject, typed.body, TOPICS.get(typed.topic)
        )
        try:
            template = templates.save(written, actor=current_actor(), now=clock.now())
        except Invalid as invalid:
            db.session.rollback()
            return render_form(self, sheet_of(typed), errors=errors_of(invalid))
        name = template.name
        db.session.commit()
        told = _("テンプレート「%(name)s」を保存しました。", name=name)
        return render_form(self, sheet_of(replace(typed, template_name="")), told=told)

    def use_template(self, typed: Typed, number: str) -> Any:
        template = self.template(number)
        told = _("テンプレート「%(name)s」で、件名と本文を上書きしました。", name=template.name)
        return render_form(self, sheet_of(typed.with_template(template.subject, template.body)), told=told)

    def insert_template(self, typed: Typed, number: str) -> Any:
        template = self.template(number)
        told = _("テンプレート「%(name)s」を本文の終わりに挿入しました。", name=template.name)
        return render_form(self, sheet_of(typed.with_more(template.body)), told=told)

    def undo_template(self, typed: Typed, _number: str) -> Any:
        if not typed.is_replaced:
            return render_form(self, sheet_of(typed))
        return render_form(self, sheet_of(typed.undone()), told=_("テンプレートを入れる前の内容に戻しました。"))

    def template(self, number: str) -> Any:
        return templates.find(whole_number(number, highest=LARGEST_ID), actor=current_actor())

    STEPS = {
        "attach": stay,
        "drop": drop,
        "save": save_template,
        "use": use_template,
        "insert": insert_template,
        "undo": undo_template,
    }

    @expose("/templates/", methods=("POST",))
    def choose(self) -> Any:
        """「テンプレート」: the list to choose from, with the mail as it stands in its back."""
        typed, errors = take_file(read_typed(request.form))
        if errors:
            return render_form(self, sheet_of(typed), errors=errors)
        return render_templates(self, sheet_of(typed))

    # ---- confirm, test, send

    @expose("/confirm/", methods=("POST",))
    def confirm(self) -> Any:
        place = place_asked()
        typed, errors = take_file(read_typed(request.form))
        if errors:
            return render_form(self, sheet_of(typed), errors=errors)
        typed, told = renewed(typed)
        return render_confirm(self, sheet_of(typed), place=place, told=told)

    @expose("/test/", methods=("POST",))
    def test(self) -> Any:
        """「自分にテスト送信」."""
        sheet, place = sheet_of(read_typed(request.form)), place_asked()
        draft, errors = sheet.draft()
        if errors:
            return render_form(self, sheet, errors=errors)
        return self.act(sheet, lambda: self.send_test(sheet, draft, place))

    def send_test(self, sheet: Sheet, draft: Draft, place: int) -> Any:
        dispatching.send_test(draft, actor=current_actor(), now=clock.now(), settings=settings())
        db.session.commit()
        told = _("ご自分のメールアドレスに、見本の値を入れたテストメールを送りました。")
        return render_confirm(self, sheet, place=place, told=told)

    @expose("/send/", methods=("POST",))
    @require_fresh(when=is_for_many)
    def send(self) -> Any:
        """Pressed twice it leads to the same result."""
        typed, actor = read_typed(request.form), current_actor()
        if sent := dispatching.sent_with(typed.token, actor=actor):
            return to_result(sent, typed.back)
        sheet = sheet_of(typed)
        draft, errors = sheet.draft()
        if errors:
            return render_form(self, sheet, errors=errors)
        if typed.mail_class is MailClass.hire and "sure" not in request.form:
            error = _("採用を知らせる方の氏名を確かめて、チェックを入れてください。")
            return render_confirm(self, sheet, place=place_asked(), error=error)
        return self.act(sheet, lambda: self.send_now(draft, typed))

    def send_now(self, draft: Draft, typed: Typed) -> Response:
        dispatch = dispatching.send(
            draft, token=typed.token, actor=current_actor(), now=clock.now(), settings=settings()
        )
        sent = dispatch.id
        keeping.forget(FORM, actor=current_actor())
        db.session.commit()
        return to_result(sent, typed.back)

    def act(self, sheet: Sheet, act: Callable[[], Any]) -> Any:
        """What the rules refuse is told where it is mended, and the whole input stays."""
        try:
            return act()
        except (NotFound, Forbidden):
            raise
        except Invalid as invalid:
            db.session.rollback()
            return render_form(self, sheet, errors=errors_of(invalid))
        except Refused as refusal:
            db.session.rollback()
            return render_confirm(self, sheet, place=place_asked(), error=str(refusal))

    # ---- afterwards

    @expose(f"/result/{DISPATCH}/")
    def result(self, dispatch_id: int) -> str:
        return render_result(self, dispatch_id, request.args.get("back", ""))

    @expose(f"/result/{DISPATCH}/cancel/", methods=("POST",))
    def cancel(self, dispatch_id: int) -> Response:
        """「取り消す」 while the mails are held."""
        try:
            count = dispatching.cancel(dispatch_id, actor=current_actor(), now=clock.now())
        except Conflict as conflict:
            db.session.rollback()
            flash(str(conflict), "error")
        else:
            db.session.commit()
            flash(_("%(n)s通の送信を取り消しました。相手には届いていません。", n=count), "success")
        return to_result(dispatch_id, request.form.get("back", ""))


def to_result(dispatch_id: int, back: str) -> Response:
    place = place_of(back)
    return redirect(
        url_for("organization_mails.result", dispatch_id=dispatch_id, back=place[0] if place else None), 303
    )


def place_asked() -> int:
    """Which of the mails is looked at, from 1."""
    text = request.form.get("show", "")
    return whole_number(text, highest=LARGEST_ID) if text else 1


def renewed(typed: Typed) -> tuple[Typed, str]:
    """Whoever comes back from a result to the form writes another mail, and is told so."""
    if dispatching.sent_with(typed.token, actor=current_actor()) is None:
        return typed, ""
    return replace(typed, token=new_token()), _(SENT_BEFORE)


def take_file(typed: Typed) -> tuple[Typed, dict[str, str]]:
    """Keeps a file that was chosen for the next steps; the rest of the request may write after it."""
    given = request.files.get("file")
    if given is None:
        return typed, {}
    with closing(given):
        return keep_file(typed, given) if given.filename else (typed, {})


def keep_file(typed: Typed, given: FileStorage) -> tuple[Typed, dict[str, str]]:
    if len(typed.kept) >= attachments.MOST:
        return typed, {"files": attachments.TOO_MANY}
    try:
        stored = attachments.take_in(given.stream, given.filename or "", actor=current_actor(), now=clock.now())
    except Refused as refusal:
        db.session.rollback()
        begin_write()
        return typed, {"files": str(refusal)}
    key = stored.id
    db.session.commit()
    begin_write()
    return replace(typed, kept=[*typed.kept, key]), {}
