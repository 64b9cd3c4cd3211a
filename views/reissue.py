"""What mailed one-time addresses lead to, and パスワード再発行, which mails one.

A password's address is put into the cookie at once and leaves the address bar; only pressing the button uses it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Flask, redirect, render_template, request, session, url_for
from flask_babel import LazyString, lazy_gettext
from werkzeug.wrappers import Response

from models.base import db
from models.states import Role
from portal import clock
from portal.accounts import addresses, changing, email_change, reissue
from portal.accounts.addresses import PASSWORDS, Gone
from portal.accounts.login import STAFF, TALENTS
from portal.database import begin_write
from portal.email_addresses import LONGEST_EMAIL
from portal.errors import Invalid, Throttled
from portal.publishing.checks import Finding
from views.visitor import origin, settings

Answer = str | Response | tuple[str, int] | tuple[str, int, Mapping[str, str]]
SENT = 202


@dataclass(frozen=True)
class Door:
    """What differs between the two ways to a new password."""

    roles: Collection[Role]
    title: LazyString
    login: str  # endpoint


DOORS = {
    "organization": Door(STAFF, lazy_gettext("団体登録の方のパスワード再発行"), "login.staff"),
    "talent": Door(TALENTS, lazy_gettext("人材登録の方のパスワード再発行"), "login.talent"),
}
WAY = f"<any({', '.join(DOORS)}):door>"

room = Blueprint("reissue", __name__)


def register(app: Flask) -> None:
    app.register_blueprint(room)


# ---- asking for an address


@room.get("/reissue")
def choose() -> str:
    return render_template("login/reissue.html")


@room.get(f"/reissue/{WAY}")
def show_request(door: str) -> str:
    return render_template("login/reissue_ask.html", door=DOORS[door], email="", error="")


@room.post(f"/reissue/{WAY}")
def take_request(door: str) -> Answer:
    """Known or not, and whatever the limits say: one answer."""
    email = request.form.get("email", "").strip()
    if error := wrong(email):
        return render_template(
            "login/reissue_ask.html", door=DOORS[door], email=email[:LONGEST_EMAIL], error=error
        ), 422
    reissue.request(email, roles=DOORS[door].roles, origin=origin(), now=clock.now(), settings=settings())
    db.session.commit()
    return redirect(url_for(".show_sent", door=door), 303)


def wrong(email: str) -> str:
    if not email:
        return "ID（ご登録メールアドレス）を入力してください。"
    return (
        ""
        if len(email) <= LONGEST_EMAIL
        else f"ID（ご登録メールアドレス）は{LONGEST_EMAIL}文字以内で入力してください。"
    )


@room.get(f"/reissue/{WAY}/sent")
def show_sent(door: str) -> str:
    return render_template("login/reissue_sent.html", door=DOORS[door], way=door, minutes=settings().reissue_minutes)


# ---- 「パスワード設定」


@room.get("/password/<token>")
def take_address(token: str) -> Answer:
    try:
        addresses.find(token, PASSWORDS, now=clock.now())
    except Gone:
        return gone_page(is_counted=True)
    session["address"] = token
    return redirect(url_for(".show_setting"), 303)


@room.get("/password")
def show_setting() -> Answer:
    return setting_page([])


@room.post("/password")
def take_setting() -> Answer:
    token = session.get("address", "")
    given = {name: request.form.get(name, "") for name in ("password", "again")}
    try:
        account = changing.set_by_address(token, **given, origin=origin(), now=clock.now(), settings=settings())
    except Gone:
        db.session.rollback()
        return gone_page()
    except Invalid as invalid:
        db.session.rollback()
        return setting_page(invalid.findings, 422)
    way = "talent" if account.role is Role.talent else "organization"
    db.session.commit()
    session.clear()
    return redirect(url_for(".show_done", door=way), 303)


@room.get(f"/password/done/{WAY}")
def show_done(door: str) -> str:
    return render_template("login/set_password_done.html", door=DOORS[door])


def setting_page(findings: Sequence[Finding], status: int = 200) -> Answer:
    try:
        row = addresses.find(session.get("address", ""), PASSWORDS, now=clock.now())
    except Gone:
        return gone_page()
    shortest = settings().password_length
    return render_template("login/set_password.html", row=row, findings=findings, shortest=shortest), status


def gone_page(*, is_counted: bool = False) -> Answer:
    """Wrong, used and expired look alike. Beyond a number of addresses that led nowhere the page asks to wait."""
    headers: dict[str, str] = {}
    status, sentence = Gone.status, str(Gone())
    if is_counted:
        begin_write()
        try:
            reissue.refuse_bad_addresses(origin=origin(), now=clock.now(), settings=settings())
        except Throttled as throttled:
            status, sentence = throttled.status, str(throttled)
            headers = {"Retry-After": str(throttled.retry_after)}
        db.session.commit()
    return render_template("login/gone.html", sentence=sentence), status, headers


# ---- a change of the login e-mail, from the two mailboxes


@room.get("/email/<token>", defaults={"is_undo": False}, endpoint="show_email")
@room.get("/email/undo/<token>", defaults={"is_undo": True}, endpoint="show_undo")
def show_email(token: str, *, is_undo: bool) -> Answer:
    try:
        row = addresses.find(token, email_change.UNDOING if is_undo else email_change.BOTH, now=clock.now())
    except Gone:
        return gone_page(is_counted=True)
    return render_template("login/email_confirm.html", row=row, is_undo=is_undo)


@room.post("/email/<token>")
def take_email(token: str) -> Answer:
    try:
        is_changed = email_change.confirm(token, origin=origin(), now=clock.now())
    except Gone:
        db.session.rollback()
        return gone_page()
    db.session.commit()
    return render_template("login/email_done.html", is_changed=is_changed, is_undo=False)


@room.post("/email/undo/<token>")
def take_undo(token: str) -> Answer:
    try:
        email_change.undo(token, origin=origin(), now=clock.now())
    except Gone:
        db.session.rollback()
        return gone_page()
    db.session.commit()
    return render_template("login/email_done.html", is_changed=True, is_undo=True)
