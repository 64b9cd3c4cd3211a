"""One's own data: all of it as a file, and the end of the registration."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import logout_user
from werkzeug.wrappers import Response

from models.base import db
from models.states import DownloadKind
from portal import clock
from portal.accounts import login
from portal.accounts.login import TALENTS
from portal.database import begin_write
from portal.errors import NotFound, Refused, Throttled
from portal.recruiting import downloads, leaving
from portal.recruiting.drafting import own_talent
from views.arguments import LARGEST_ID
from views.files import send
from views.login import start_session
from views.talent.room import room
from views.visitor import origin, settings
from views.web import current_actor


@room.get("/data")
def show_own_data() -> str:
    now = clock.now()
    return render_template("talent/own_data.html", downloads=downloads.recent(actor=current_actor(), now=now), now=now)


@room.post("/data")
def request_own_data() -> Response:
    actor = current_actor()
    downloads.request(DownloadKind.own_data, own_talent(actor).id, actor=actor, now=clock.now())
    db.session.commit()
    flash(_("作成を始めました。できあがると、この画面からダウンロードできます。"), "success")
    return redirect(url_for("talent.show_own_data"), 303)


@room.get(f"/data/<int(min=1, max={LARGEST_ID}):download_id>")
def fetch_own_data(download_id: int) -> Response:
    actor, now = current_actor(), clock.now()
    begin_write()  # that it was fetched is on record
    made = downloads.fetch(download_id, actor=actor, now=now)
    if made.file is None:
        raise NotFound
    stored = made.file
    db.session.commit()
    return send(stored)


@room.get("/leave")
def ask_leaving() -> str:
    return leaving_page()


def leaving_page(error: str = "") -> str:
    return render_template("talent/leave.html", error=error, running=leaving.count_running(actor=current_actor()))


@room.post("/leave")
def take_leaving() -> Any:
    """The password once more: an open window alone must not be enough."""
    actor, now = current_actor(), clock.now()
    email, password = own_talent(actor).account.email, request.form.get("password", "")
    if not password:
        return leaving_page(_("パスワードを入力してください。")), 422
    try:
        login.check_password(email, password, roles=TALENTS, origin=origin(), now=now, settings=settings())
    except Throttled as throttled:
        db.session.commit()
        return leaving_page(str(throttled)), throttled.status, {"Retry-After": str(throttled.retry_after)}
    except Refused as refusal:
        db.session.commit()  # the count of failures and the trail stay
        return leaving_page(_("パスワードが正しくありません。")), refusal.status
    leaving.leave(actor=actor, now=now)
    db.session.commit()
    logout_user()
    start_session()
    flash(_("人材登録を削除しました。ご利用ありがとうございました。"))
    return redirect(url_for("login.talent"), 303)
