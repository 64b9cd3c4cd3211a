"""「気になる」: marked in the search or on a profile, noted and taken off. Viewers do not enter."""

from typing import Any

from flask import flash, redirect, request, url_for
from flask_admin import expose
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.errors import Conflict, NotFound, Refused
from portal.matching import favorites
from portal.permissions import EDITORS
from views.arguments import LARGEST_ID, whole_number
from views.organization.favorite_pages import Typed, listed_again, read_note, render_note
from views.organization.seeking import SeekingView
from views.organization.talent_pages import searched_again
from views.web import current_actor

CODE = "<string(length=10):code>"


class MarkingView(SeekingView):
    roles = EDITORS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(name="気になる", endpoint="organization_marks", url="/mypage/marks", **kwargs)

    def is_visible(self) -> bool:
        return False

    @expose("/")
    def index(self) -> Response:
        return redirect(url_for("organization_favorites.index"))

    @expose(f"/{CODE}/on", methods=("POST",))
    def mark(self, code: str) -> Any:
        favorites.mark(code, actor=current_actor(), now=clock.now())
        db.session.commit()
        return back(code)

    @expose(f"/{CODE}/off", methods=("POST",))
    def unmark(self, code: str) -> Any:
        try:
            favorites.unmark(code, actor=current_actor(), now=clock.now())
        except Conflict as refusal:  # there is a note, which one press does not throw away
            if request.form.get("at") == "script":
                raise
            flash(str(refusal), "warning")
            return back(code, is_told=True)
        db.session.commit()
        return back(code)

    @expose("/add", methods=("POST",))
    def add(self) -> Response:
        """「気になるに追加」 for those who are chosen in the search."""
        codes = list(dict.fromkeys(request.form.getlist("codes")))
        if not codes:
            raise Refused(_("人材を選択してください。"))
        count = favorites.mark_each(codes, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("%(n)s名を気になるに追加しました。", n=count), "success")
        return searched_again()

    @expose(f"/{CODE}/remove", methods=("POST",))
    def remove(self, code: str) -> Response:
        favorites.remove(code, actor=current_actor(), now=clock.now())
        db.session.commit()
        flash(_("登録コード %(code)s を気になるから外しました。", code=code), "success")
        return listed_again()

    @expose(f"/{CODE}/note")
    def note(self, code: str) -> str:
        return render_note(self, favorites.find(code, actor=current_actor()))

    @expose(f"/{CODE}/note", methods=("POST",))
    def save_note(self, code: str) -> Any:
        """Another member's words are shown beside what was typed, and nothing is overwritten before both are seen."""
        revision = whole_number(request.form.get("revision", ""), highest=LARGEST_ID)
        typed = Typed.read(request.form)
        actor = current_actor()
        try:
            favorites.save_note(code, read_note(typed), revision=revision, actor=actor, now=clock.now())
        except NotFound:
            raise
        except Refused as refusal:
            db.session.rollback()
            return render_note(self, favorites.find(code, actor=actor), typed, refusal), refusal.status
        db.session.commit()
        flash(_("メモを保存しました。"), "success")
        return back(code) if request.form.get("at") == "talent" else listed_again()


def back(code: str, *, is_told: bool = False) -> Any:
    """To where the button was: the search as it stood, with what was chosen in it, or the page of the talent. What
    people are told stands at the top of it."""
    if request.form.get("at") == "script":
        return "", 204
    if request.form.get("at") == "talent":
        place = "" if is_told else "#favorite"
        return redirect(url_for("organization_talents.detail", code=code) + place, 303)
    return searched_again(place="" if is_told else code)
