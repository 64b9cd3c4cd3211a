"""What everyone who is logged in can see and end: their own open logins."""

from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.accounts import sessions
from views.arguments import LARGEST_ID
from views.visitor import login_of, settings
from views.web import current_actor

room = Blueprint("account", __name__, url_prefix="/account")


def register(app: Flask) -> None:
    app.register_blueprint(room)


@room.get("/sessions")
@login_required
def list_sessions() -> str:
    rows = sessions.list_sessions(current_actor(), now=clock.now(), settings=settings())
    return render_template("account/sessions.html", rows=rows, here=current_user.session_id)


@room.post(f"/sessions/<int(max={LARGEST_ID}):session_id>/end")
@login_required
def end_session(session_id: int) -> Response:
    actor = current_actor()
    sessions.end_session(session_id, actor=actor, now=clock.now())
    db.session.commit()
    flash(_("端末をログアウトしました。"))
    is_this_one = session_id == current_user.session_id
    return redirect(login_of(actor) if is_this_one else url_for(".list_sessions"), 303)


@room.post("/sessions/end-others")
@login_required
def end_other_sessions() -> Response:
    ended = sessions.end_other_sessions(current_user.session_id, actor=current_actor(), now=clock.now())
    db.session.commit()
    flash(_("%(n)s台の端末をログアウトしました。", n=ended) if ended else _("ほかにログイン中の端末はありません。"))
    return redirect(url_for(".list_sessions"), 303)
