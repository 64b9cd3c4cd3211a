"""認証アプリ: setting it up with a QR code, its recovery codes, and giving it up."""

from collections.abc import Mapping, Sequence

import segno
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required
from markupsafe import Markup
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.accounts import authenticators, sessions, stepping_up
from portal.errors import Conflict, Invalid, Refused, Throttled
from portal.publishing.checks import Finding
from views.account import enter_again, findings_of, waiting
from views.visitor import origin, settings
from views.web import current_actor

Answer = str | Response | tuple[str, int] | tuple[str, int, Mapping[str, str]]

room = Blueprint("authenticator", __name__, url_prefix="/account/authenticator")


def register(app: Flask) -> None:
    app.register_blueprint(room)


@room.get("/")
@login_required
def show() -> str:
    return page([])


def page(findings: Sequence[Finding]) -> str:
    actor = current_actor()
    return render_template(
        "account/authenticator.html",
        has_app=authenticators.has_app(actor.account_id),
        codes_left=authenticators.codes_left(actor.account_id),
        findings=findings,
        act=request.endpoint,
    )


@room.post("/begin")
@login_required
def begin() -> Answer:
    """The password first: whoever finds an open window must not bind their own app to it."""
    now = clock.now()
    try:
        account = stepping_up.prove(
            request.form.get("password", ""), actor=current_actor(), origin=origin(), now=now, settings=settings()
        )
        authenticators.begin(account, now=now, settings=settings())
    except (Invalid, Throttled) as refusal:
        return refused(refusal)
    enter_again(sessions.renew(current_user.session_id, now=now))
    return redirect(url_for(".show_setup"), 303)


@room.get("/setup")
@login_required
def show_setup() -> Answer:
    return setup_page([])


@room.post("/setup")
@login_required
def take_setup() -> Answer:
    code = request.form.get("code", "")
    try:
        codes = authenticators.confirm(
            code, actor=current_actor(), origin=origin(), now=clock.now(), settings=settings()
        )
    except Invalid as invalid:
        db.session.rollback()
        return setup_page(invalid.findings, invalid.status)
    except Conflict as conflict:
        db.session.rollback()
        flash(str(conflict), "warning")
        return redirect(url_for(".show"), 303)
    db.session.commit()
    return render_template("account/recovery_codes.html", codes=codes, is_new=True)


def setup_page(findings: Sequence[Finding], status: int = 200) -> Answer:
    try:
        secret, address = authenticators.begun(current_actor(), settings())
    except Conflict as conflict:
        flash(str(conflict), "warning")
        return redirect(url_for(".show"), 303)
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, light="#fff", omitsize=True)
    code = Markup(drawn)  # noqa: S704  # an image made here; the address in it is a row of squares
    return render_template("account/authenticator_setup.html", secret=secret, code=code, findings=findings), status


@room.post("/codes")
@login_required
def renew_codes() -> Answer:
    try:
        prove(with_code=False)
        codes = authenticators.renew_codes(actor=current_actor(), origin=origin(), now=clock.now())
    except (Invalid, Throttled) as refusal:
        return refused(refusal)
    db.session.commit()
    return render_template("account/recovery_codes.html", codes=codes, is_new=False)


@room.post("/remove")
@login_required
def remove() -> Answer:
    now = clock.now()
    try:
        prove(with_code=True)
        authenticators.remove(actor=current_actor(), origin=origin(), now=now, settings=settings())
    except (Invalid, Throttled) as refusal:
        return refused(refusal)
    except Refused as refusal:
        db.session.rollback()
        flash(str(refusal), "error")
        return redirect(url_for(".show"), 303)
    enter_again(sessions.renew(current_user.session_id, now=now))
    flash(_("認証アプリの使用をやめました。次のログインから、ワンタイムパスワードをメールで送ります。"))
    return redirect(url_for(".show"), 303)


def prove(*, with_code: bool) -> None:
    password, code = request.form.get("password", ""), request.form.get("code", "") if with_code else None
    actor, now = current_actor(), clock.now()
    stepping_up.prove(password, code=code, actor=actor, origin=origin(), now=now, settings=settings())


def refused(refusal: Invalid | Throttled) -> Answer:
    db.session.commit()  # the count of failures and the trail stay
    return page(findings_of(refusal)), refusal.status, waiting(refusal)
