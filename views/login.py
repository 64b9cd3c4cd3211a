"""Logging in, in two steps, at two doors: organizations and secretariat, and talents."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import LazyString, lazy_gettext
from flask_babel import gettext as _
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from models.base import db
from models.states import Role
from portal import clock
from portal.accounts import challenges, login, passwords, sessions, waiting
from portal.accounts.login import STAFF, TALENTS
from portal.accounts.waiting import OVER, StartOver
from portal.errors import Refused, Throttled
from views import visitor
from views.forms.login import CodeForm, PasswordForm
from views.visitor import address_for, load_actor, login_of, nobody, origin, safe_path, settings, way_in

__all__ = ["address_for", "load_actor", "nobody", "register"]

Answer = str | Response | tuple[str, int] | tuple[str, int, dict[str, str]]


@dataclass(frozen=True)
class Entrance:
    """What differs between the doors."""

    endpoint: str
    roles: Collection[Role]
    title: LazyString
    other: str  # endpoint of the other door
    other_title: LazyString


STAFF_TITLE, TALENT_TITLE = lazy_gettext("団体・事務局ログイン"), lazy_gettext("登録人材の方のログイン")
ENTRANCES = {
    "staff": Entrance("login.staff", STAFF, STAFF_TITLE, "login.talent", TALENT_TITLE),
    "talent": Entrance("login.talent", TALENTS, TALENT_TITLE, "login.staff", STAFF_TITLE),
}

room = Blueprint("login", __name__)


def register(app: Flask) -> None:
    visitor.register(app)
    app.register_blueprint(room)
    passwords.dummy_hash()  # made before the first stranger comes, who would otherwise wait for it


@room.get("/login", defaults={"door": "staff"}, endpoint="staff")
@room.get("/talent/login", defaults={"door": "talent"}, endpoint="talent")
def show_first_step(door: str) -> Answer:
    if current_user.is_authenticated:
        return redirect(way_in(load_actor(), request.args.get("next", "")))
    return first_step(door, PasswordForm(formdata=None), error=OVER.get(request.args.get("again", ""), ""))


@room.post("/login", defaults={"door": "staff"}, endpoint="staff_check")
@room.post("/talent/login", defaults={"door": "talent"}, endpoint="talent_check")
def take_first_step(door: str) -> Answer:
    if current_user.is_authenticated:
        return redirect(way_in(load_actor(), request.args.get("next", "")))
    form = PasswordForm()
    if not form.validate():
        return first_step(door, form, 422)
    try:
        token = send_code(door, form)
    except Refused as refusal:
        db.session.commit()  # the count of failures and the trail stay
        return refused(first_step(door, form, refusal.status, error=str(refusal)), refusal)
    db.session.commit()
    start_session(challenge=token, door=door, next=safe_path(request.args.get("next")))
    return redirect(url_for("login.show_second_step"), 303)


def send_code(door: str, form: PasswordForm) -> str:
    now, came_from = clock.now(), origin()
    account = login.check_password(
        form.email.data or "",
        form.password.data or "",
        roles=ENTRANCES[door].roles,
        origin=came_from,
        now=now,
        settings=settings(),
    )
    before = session.get("challenge", "")
    return challenges.issue_challenge(account, origin=came_from, now=now, settings=settings(), replaces=before)


@room.get("/login/code")
def show_second_step() -> Answer:
    if current_user.is_authenticated:
        return redirect(way_in(load_actor(), ""))
    return second_step(CodeForm(formdata=None))


@room.post("/login/code")
def take_second_step() -> Answer:
    form = CodeForm()
    if not form.validate():
        return second_step(form, 422)
    try:
        return open_session(form.code.data or "")
    except StartOver as over:
        db.session.commit()
        return start_over(over)
    except Refused as refusal:
        db.session.commit()  # the try stays counted
        form.code.errors = [str(refusal)]
        return refused(second_step(form, refusal.status), refusal)


def open_session(code: str) -> Response:
    now, came_from = clock.now(), origin()
    token = session.get("challenge", "")
    account = challenges.answer_challenge(token, code, origin=came_from, now=now, settings=settings())
    opened = sessions.open_session(account, origin=came_from, now=now, settings=settings())
    user, wanted = visitor.user_of(opened.token), session.get("next", "")
    db.session.commit()
    if user is None:
        raise StartOver("closed")
    start_session()
    login_user(user)
    response = redirect(way_in(user.actor, wanted), 303)
    visitor.remember_browser(response, opened.browser_token)
    if opened.ended:
        flash(_("ログインできる端末の数を超えたため、最後に使ったのが最も古い端末からログアウトしました。"))
    return response


@room.post("/login/resend")
def resend_code() -> Answer:
    try:
        challenges.resend(session.get("challenge", ""), origin=origin(), now=clock.now(), settings=settings())
    except StartOver as over:
        return start_over(over)
    except Refused as refusal:
        db.session.rollback()
        return refused(second_step(CodeForm(formdata=None), refusal.status, resend_error=str(refusal)), refusal)
    db.session.commit()
    flash(_("ワンタイムパスワードを再送しました。前に届いたものは使えません。"))
    return redirect(url_for("login.show_second_step"), 303)


@room.post("/logout")
def log_out() -> Answer:
    actor = load_actor()
    if current_user.is_authenticated:
        sessions.log_out(current_user.session_id, actor=actor, now=clock.now())
        db.session.commit()
    logout_user()
    start_session()
    flash(_("ログアウトしました。"))
    return redirect(login_of(actor), 303)


def start_session(**values: str) -> None:
    """Nothing of the cookie before survives a step: no token, no CSRF secret, no message."""
    session.clear()
    session.update(values)


def start_over(over: StartOver) -> Response:
    # The cookie stays as it is: the answer to the first click of a double one may just have put a login into it.
    door = ENTRANCES.get(session.get("door", ""), ENTRANCES["staff"])
    return redirect(url_for(door.endpoint, again=over.reason, next=session.get("next") or None), 303)


def refused(answer: Answer, refusal: Refused) -> Answer:
    if isinstance(refusal, Throttled) and isinstance(answer, tuple):
        return answer[0], answer[1], {"Retry-After": str(refusal.retry_after)}
    return answer


def first_step(door: str, form: PasswordForm, status: int = 200, *, error: str = "") -> tuple[str, int]:
    wanted = safe_path(request.args.get("next"))
    return render_template(
        "login/password.html", entrance=ENTRANCES[door], form=form, error=error, wanted=wanted
    ), status


def second_step(form: CodeForm, status: int = 200, *, resend_error: str = "") -> Answer:
    try:
        state = waiting.find_waiting(session.get("challenge", ""), now=clock.now(), settings=settings())
    except StartOver as over:
        return start_over(over)
    door = ENTRANCES.get(session.get("door", ""), ENTRANCES["staff"])
    page = render_template("login/code.html", form=form, waiting=state, entrance=door, resend_error=resend_error)
    return page, status
