"""Each answer as a figure and, where logs are collected, as a line; the figures are for who has the token."""

import hmac
import logging
import time

from flask import Blueprint, Flask, Response, abort, current_app, g, request

from portal import clock
from portal.operation import metrics
from views.web import reference

log = logging.getLogger(__name__)
room = Blueprint("metering", __name__)


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(note)
    app.register_blueprint(room)


def begin() -> None:
    g.begun = time.perf_counter()
    if current_app.config["PORTAL"].log == "json":
        reference()  # every line that is said meanwhile carries it


def note(response: Response) -> Response:
    """The rule and not the address: that may hold a token, and what somebody searched for."""
    seconds = time.perf_counter() - g.get("begun", time.perf_counter())
    endpoint = request.endpoint or ""
    metrics.count(endpoint, request.method, response.status_code, seconds)
    if current_app.config["PORTAL"].log == "json" and endpoint != "static":
        actor = g.get("actor")
        log.info(
            "answered",
            extra={
                "rule": str(request.url_rule or ""),
                "method": request.method,
                "status": response.status_code,
                "ms": round(seconds * 1000, 1),
                "account": actor.account_id if actor else None,
            },
        )
    return response


@room.get("/metrics")
def figures() -> Response:
    token = current_app.config["PORTAL"].metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        abort(404)
    return Response(metrics.text(now=clock.now()), content_type="text/plain; version=0.0.4; charset=utf-8")
