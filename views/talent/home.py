"""人材マイページ: for now a first page; its rooms follow."""

from flask import Blueprint, abort, render_template
from flask_login import login_required

from models.states import Role
from views.web import current_actor

room = Blueprint("talent", __name__, url_prefix="/talent")


@room.before_request
@login_required
def admit_talents_only() -> None:
    if current_actor().role is not Role.talent:
        abort(403)


@room.get("/")
def home() -> str:
    return render_template("talent/home.html")
