"""What everyone who is logged in keeps of their own account: password, login e-mail, open logins; and step-up."""

from collections.abc import Callable, Mapping, Sequence
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Blueprint, Flask, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_required, login_user
from werkzeug.wrappers import Response

from models.base import db
from portal import clock
from portal.accounts import authenticators, changing, email_change, sessions, stepping_up
from portal.accounts.stepping_up import MINUTES, is_fresh, own_account
from portal.errors import Invalid, Throttled
from portal.publishing.checks import Finding
from views import held_forms
from views.arguments import LARGEST_ID
from views.templating import home_of
from views.visitor import login_of, origin, safe_path, settings, user_of
from views.web import current_actor

Answer = str | Response | tuple[str, int] | tuple[str, int, Mapping[str, str]]
View = TypeVar("View", bound=Callable[..., Any])
# What an administrator who has no authenticator app yet may still open, where the app is obligatory.
OPEN_ENDPOINTS = ("account.", "authenticator.", "login.", "health.", "static", "public.")

room = Blueprint("account", __name__, url_prefix="/account")


def register(app: Flask) -> None:
    app.register_blueprint(room)
    app.before_request(ask_for_authenticator)


# ---- step-up


def require_fresh(minutes: int = MINUTES, *, when: Callable[[], bool] = lambda: True) -> Callable[[View], View]:
    """Whoever logged in longer ago proves themselves first, and comes back to the page. For views behind a login.

    What a form sends is taken for as long again, so that a form opened in time is not sent in vain; later it is held
    in the page that asks, and sent on by who proved it. `when` says of which requests that is asked at all.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            is_read = request.method in ("GET", "HEAD")
            since = minutes if is_read else 2 * minutes
            if (
                not current_user.is_authenticated
                or is_fresh(current_user.session, clock.now(), minutes=since)
                or not when()
            ):
                return view(*args, **kwargs)
            if is_read:
                return redirect(url_for("account.show_confirm", next=request.full_path.rstrip("?")), 303)
            return confirm_page([], held=held_forms.hold(request.full_path.rstrip("?"), request.form)), 403

        return cast("View", guarded)

    return guard


@room.get("/confirm")
@login_required
def show_confirm() -> str:
    return confirm_page([])


@room.post("/confirm")
@login_required
def take_confirm() -> Answer:
    actor, now = current_actor(), clock.now()
    given, code = request.form.get("password", ""), request.form.get("code", "")
    held = request.form.get("held", "")
    try:
        stepping_up.prove(given, actor=actor, origin=origin(), now=now, settings=settings(), code=code)
    except (Invalid, Throttled) as refusal:
        db.session.commit()  # the count of failures and the trail stay
        return confirm_page(findings_of(refusal), held=held), refusal.status, waiting(refusal)
    enter_again(sessions.renew(current_user.session_id, now=now))
    if form := held_forms.opened(held):
        return render_template("account/confirmed.html", form=form, home=home_of(actor))
    return redirect(safe_path(request.args.get("next")) or home_of(actor), 303)


def confirm_page(findings: Sequence[Finding], *, held: str = "") -> str:
    actor = current_actor()
    return render_template(
        "account/confirm.html",
        findings=findings,
        has_app=authenticators.has_app(actor.account_id),
        home=home_of(actor),
        held=held,
    )


def enter_again(token: str) -> None:
    """The same login under its new token. Commits."""
    user = user_of(token)
    db.session.commit()
    login_user(user) if user else session.clear()


def findings_of(refusal: Invalid | Throttled, field: str = "password") -> list[Finding]:
    return refusal.findings if isinstance(refusal, Invalid) else [Finding("A-02", "error", field, str(refusal))]


def waiting(refusal: Invalid | Throttled) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, Throttled) else {}


def ask_for_authenticator() -> Response | None:
    if not settings().administrators_need_authenticator or (request.endpoint or "static").startswith(OPEN_ENDPOINTS):
        return None
    if not authenticators.is_missing(current_actor(), settings()):
        return None
    flash(_("事務局管理者は、はじめに認証アプリを設定してください。"), "warning")
    return redirect(url_for("authenticator.show"), 303)


# ---- 「アカウント情報」


@room.get("/")
@login_required
def show() -> str:
    return render_template("account/overview.html", **overview())


def overview() -> dict[str, Any]:
    """What the page tells of one's own account, also at the organization's door."""
    actor, now = current_actor(), clock.now()
    account = own_account(actor)
    return {
        "account": account,
        "has_app": authenticators.has_app(account.id),
        "codes_left": authenticators.codes_left(account.id),
        "devices": len(sessions.list_sessions(actor, now=now, settings=settings())),
        "pending": email_change.pending(account, now=now),
        "changed": session.pop("password_changed", False),
    }


@room.get("/password")
@login_required
def show_password() -> str:
    return render_template("account/password_page.html", findings=[], shortest=settings().password_length)


@room.post("/password")
@login_required
def take_password() -> Answer:
    findings, status, headers = change_password()
    if findings:
        page = render_template("account/password_page.html", findings=findings, shortest=settings().password_length)
        return page, status, headers
    return redirect(url_for(".show"), 303)


def change_password() -> tuple[Sequence[Finding], int, Mapping[str, str]]:
    """Changes it as the form says: no findings when it is done, and the next page of 「アカウント情報」 says so."""
    given = {name: request.form.get(name, "") for name in ("present", "password", "again")}
    try:
        token = changing.change(
            **given,
            session_id=current_user.session_id,
            actor=current_actor(),
            origin=origin(),
            now=clock.now(),
            settings=settings(),
        )
    except (Invalid, Throttled) as refusal:
        db.session.commit()
        return findings_of(refusal, "present"), refusal.status, waiting(refusal)
    enter_again(token)
    session["password_changed"] = True
    return [], 303, {}


@room.get("/email")
@login_required
@require_fresh()
def show_email() -> str:
    return email_page("", "")


@room.post("/email")
@login_required
@require_fresh()
def take_email() -> Answer:
    email = request.form.get("email", "")[:300]
    try:
        email_change.ask(email, actor=current_actor(), origin=origin(), now=clock.now(), settings=settings())
    except (Invalid, Throttled) as refusal:
        db.session.rollback()
        return email_page(email, findings_of(refusal)[0].message), refusal.status, waiting(refusal)
    db.session.commit()
    flash(_("確認のメールを、いまのメールアドレスと新しいメールアドレスの両方に送りました。"))
    return redirect(url_for(".show_email"), 303)


def email_page(email: str, error: str) -> str:
    account = own_account(current_actor())
    pending = email_change.pending(account, now=clock.now())
    return render_template("account/email.html", account=account, pending=pending, email=email, error=error)


# ---- open logins


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
