"""Which reminders a person gets; the same page for members, talents and the secretariat."""

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import login_required
from werkzeug.wrappers import Response

from models.base import db
from models.states import ReminderKind
from portal import clock
from portal.reminders import preferences
from views.web import current_actor

room = Blueprint("reminders", __name__, url_prefix="/account/reminders")
KINDS = {kind.value: kind for kind in ReminderKind}


def register(app: Flask) -> None:
    app.register_blueprint(room)


@room.get("/")
@login_required
def show() -> str:
    actor = current_actor()
    kinds, off = preferences.kinds_for(actor.role), preferences.unwanted(actor)
    return render_template("account/reminders.html", kinds=kinds, off=off)


@room.post("/")
@login_required
def choose() -> Response:
    wanted = [KINDS[value] for value in request.form.getlist("kind") if value in KINDS]
    preferences.choose(wanted, actor=current_actor(), now=clock.now())
    db.session.commit()
    flash(_("受け取るお知らせを保存しました。"), "success")
    return redirect(url_for(".show"), 303)
