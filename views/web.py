"""What every request shares: who asks, the write transaction, headers, and pages for what went wrong."""

import logging
import secrets
from collections.abc import Iterable
from typing import Any, cast
from uuid import uuid4

from flask import Flask, Response, abort, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionLeft
from werkzeug.exceptions import HTTPException, InternalServerError

from models.base import db
from portal import clock
from portal.actors import Actor
from portal.administration import memory, news
from portal.administration.memory import Bulletin
from portal.database import begin_on_record, begin_read, begin_write
from portal.errors import NotFound, Refused, Throttled
from views import login

Answer = tuple[str, int, dict[str, str]]

log = logging.getLogger(__name__)

SAFE_METHODS = ("GET", "HEAD", "OPTIONS")
ON_RECORD = frozenset({"organization_talents.detail"})  # to read it writes, and waits for no disk
PUBLIC_ENDPOINTS = ("static", "public.")
UNTOUCHED = ("static", "health.alive", "health.ready")  # by what the desk decides
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "X-Frame-Options": "DENY",
}


def register(app: Flask) -> None:
    app.before_request(refuse_unusable_text)
    app.before_request(follow_the_desk)
    app.before_request(begin)
    app.after_request(add_headers)
    app.teardown_request(forget_transaction)
    app.register_error_handler(Refused, show_refusal)
    app.register_error_handler(CSRFError, show_lost_form)
    app.register_error_handler(HTTPException, show_http_error)
    for away in (OperationalError, InterfaceError, NoConnectionLeft):
        app.register_error_handler(away, show_unavailable)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, current_actor=current_actor, office_news=office_news)
    app.jinja_env.globals["clock_alarms"] = lambda: memory.decisions().alarms


def current_actor() -> Actor:
    """Who asks, read from the database once a request: a suspension acts on the next one."""
    try:
        return cast("Actor", g.actor)  # a page asks some thirty times
    except AttributeError:
        g.actor = login.load_actor()
        return g.actor


def office_news() -> list[Bulletin]:
    """What the secretariat tells whoever asks for this page."""
    return news.current(current_actor(), now=clock.now())


def csp_nonce() -> str:
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def refuse_unusable_text() -> None:
    """No database column takes a NUL and no person types one."""
    texts = [request.path, *request.args.keys(), *request.args.values()]
    if request.method not in SAFE_METHODS:
        texts += [*request.form.keys(), *request.form.values()]
    if any("\0" in text for text in texts):
        abort(400, "使えない文字が含まれています。")


def follow_the_desk() -> None:
    """Settings, words and news as the desk has them. Machines that ask whether the portal is alive wait for nothing."""
    if request.endpoint not in UNTOUCHED:
        memory.look(every=current_app.config["PORTAL"].look_seconds, now=clock.now())


def begin() -> None:
    """A page that is asked for reads; what is not so says it here, or by `begin_write` where it does more."""
    if request.method not in SAFE_METHODS:
        begin_write()
    elif request.endpoint in ON_RECORD:
        begin_on_record()
    elif request.endpoint not in UNTOUCHED:
        begin_read()


def forget_transaction(_error: BaseException | None) -> None:
    db.session.remove()


def add_headers(response: Response) -> Response:
    response.headers.update(HEADERS)
    response.headers.setdefault("Content-Security-Policy", content_security_policy())
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if not (request.endpoint or "").startswith(PUBLIC_ENDPOINTS) or current_actor_is_known():
        response.headers["Cache-Control"] = "no-store"
    response.vary.add("Cookie")
    return response


def current_actor_is_known() -> bool:
    return "actor" in g and g.actor.account_id is not None


def content_security_policy() -> str:
    return (
        f"default-src 'none'; script-src 'nonce-{csp_nonce()}'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "object-src 'none'"
    )


def show_refusal(refusal: Refused) -> Answer:
    db.session.rollback()
    # The same page as of an address that leads nowhere: nobody learns that something is there.
    sentence = "" if isinstance(refusal, NotFound) else str(refusal)
    wait = [("Retry-After", str(refusal.retry_after))] if isinstance(refusal, Throttled) else []
    return error_page(refusal.status, sentence, wait)


def show_lost_form(_error: CSRFError) -> Answer:
    db.session.rollback()
    return error_page(400, "画面の有効期限が切れました。前の画面に戻り、読み込み直してからもう一度操作してください。")


def show_http_error(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    db.session.rollback()
    if isinstance(error, InternalServerError):
        log.error("request failed", extra={"reference": reference()})
    sentence = error.description if error.code == 400 and not is_stock(error) else ""
    return error_page(error.code, sentence or "", error.get_headers())


def is_stock(error: HTTPException) -> bool:
    return error.description == type(error).description


def show_unavailable(error: SQLAlchemyError) -> Answer:
    log.error("the database is away: %s", type(error).__name__, extra={"reference": reference()})
    db.session.remove()
    g.actor = login.nobody()
    return error_page(503, "")


def reference() -> str:
    if "reference" not in g:
        g.reference = uuid4().hex[:8]
    return g.reference


def error_page(status: int, sentence: str, headers: Iterable[tuple[str, str]] = ()) -> Answer:
    know_the_visitor()
    keep = {name: value for name, value in headers if name in ("Allow", "Retry-After")}
    return render_template("error.html", status=status, sentence=sentence, reference=reference()), status, keep


def know_the_visitor() -> None:
    """An error page has the menu of who asked, but is shown also when the database cannot say who that is."""
    try:
        current_actor()
    except SQLAlchemyError:
        db.session.remove()
        g.actor = login.nobody()
