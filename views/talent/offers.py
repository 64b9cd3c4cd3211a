"""オファーメールの停止: of one organization or of all, by a talent who is logged in, or by the link of a mail."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.matching import profiles
from portal.messaging import stops
from portal.messaging.stops import Act, Link
from views.arguments import LARGEST_ID, one_of, whole_number
from views.talent.room import room
from views.visitor import address, settings
from views.web import current_actor

ACTS = {act.value: act for act in Act}
DONE = {
    Act.stop: _("この団体からのオファーメールを停止しました。今後は届きません。"),
    Act.resume: _("この団体からのオファーメールを、また受け取ります。"),
    Act.stop_all: _("すべての団体からのオファーメールを停止しました。今後は届きません。"),
    Act.resume_all: _("オファーメールを、また受け取ります。停止した団体からは届きません。"),
}


@room.get("/offers/")
def list_stops() -> str:
    talent = profiles.own(current_actor())
    return render_template("talent/offers.html", talent=talent, stopped=stops.stopped_by(talent), now=clock.now())


@room.post("/offers/")
def change_stops() -> Response:
    """Back to the thread when the button stood there."""
    act = one_of(request.form.get("act"), ACTS, Act.stop_all)
    needed = act in (Act.stop, Act.resume)
    organization_id = whole_number(request.form.get("organization", ""), highest=LARGEST_ID) if needed else 0
    back = request.form.get("thread", "")
    thread_id = whole_number(back, highest=LARGEST_ID) if back else 0
    stops.perform(act, organization_id, actor=current_actor(), now=clock.now())
    db.session.commit()
    flash(str(DONE[act]), "success")
    return redirect(url_for("talent.thread", thread_id=thread_id) if thread_id else url_for("talent.list_stops"), 303)


@room.get("/offers/stop/<token>")
def stop_offers(token: str) -> str:
    """The link of a mail. Looking changes nothing: programs that check mails open links too."""
    return stop_page(token, find(token))


@room.post("/offers/stop/<token>")
def take_stop(token: str) -> Any:
    link, act = find(token), one_of(request.form.get("act"), ACTS, Act.stop)
    stops.perform(act, link.organization_id, actor=stops.by_link(link, ip=address()), now=clock.now())
    db.session.commit()
    return stop_page(token, find(token), act)


def find(token: str) -> Link:
    return stops.read_token(token, secret_key=settings().secret_key)


def stop_page(token: str, link: Link, done: Act | None = None) -> str:
    return render_template("talent/stop_offers.html", token=token, link=link, done=DONE[done] if done else "")
